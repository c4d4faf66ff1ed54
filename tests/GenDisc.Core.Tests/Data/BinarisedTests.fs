module GenDisc.Core.Tests.Data.BinarisedTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private stream seed = RandomStream(seed, "test")

let private torchTest name body =
    test name {
        TorchRuntime.Init()
        body ()
    }

/// 400 examples of 64 pixels, of grey 0, 64, 128 and 255 in turn.
let private grey =
    let levels = [| 0uy; 64uy; 128uy; 255uy |]
    let pixels = Array.init (400 * 64) (fun i -> levels[i % 4])
    Dataset.OfPixels("grey", [ 1; 8; 8 ], memory pixels, memory (Array.zeroCreate 400), [ "a" ])

let private splits () =
    Splits.Make(grey, grey, 0.5, Nullable(), stream 1L).Binarised()

let private values (batches: Batch seq) =
    [| for batch in batches do
           use batch = batch
           yield! batch.X.data<float32>().ToArray() |]

let private sequential (split: Split) =
    values (Batches.Sequential(split, 100, torch.CPU))

let tests =
    testList
        "Binarised"
        [ torchTest "every pixel is black or white, white as often as it is grey" (fun () ->
              let parts = splits ()

              for split in [ parts.Train; parts.Validation; parts.Test ] do
                  let all = sequential split
                  Expect.all all (fun x -> x = 0f || x = 1f) "black or white"

                  for level, expected in [ 0, 0.0; 1, 64.0 / 255.0; 2, 128.0 / 255.0; 3, 1.0 ] do
                      let drawn = [| for i in level..4 .. all.Length - 1 -> float all[i] |]
                      let error = 4.0 * sqrt (expected * (1.0 - expected) / float drawn.Length)
                      Expect.isLessThanOrEqual (abs (Array.average drawn - expected)) error "share of white")
          torchTest "validation and test are drawn once, whatever the seed" (fun () ->
              let first, again = splits (), splits ()
              Expect.equal (sequential first.Validation) (sequential again.Validation) "validation"
              Expect.equal (sequential first.Test) (sequential again.Test) "test"
              Expect.equal (sequential first.Test) (sequential first.Test) "each pass")
          torchTest "training pixels are drawn anew in each epoch, the same for a seed" (fun () ->
              let train = (splits ()).Train

              let epochs () =
                  let order = stream 3L

                  [ for _ in 1..2 -> values (Batches.Shuffled(Split(train.Data, train.Indices), 100, order, torch.CPU)) ]

              let first, again = epochs (), epochs ()
              Expect.equal first again "a seed"
              Expect.notEqual (List.head first |> Array.sum) (List.last first |> Array.sum) "two epochs")
          test "labels that are hidden stay so" {
              let all = Splits.Make(grey, grey, 0.5, Nullable(), stream 1L).Hiding(9, stream 1L)
              let drawn = all.Binarised()
              Expect.equal (drawn.Train.Data.HidesLabels, drawn.Train.Labelled) (true, 9) "of the training part"
              Expect.isTrue drawn.Train.Data.DrawsPixels "drawn anew"
              let again = Splits(drawn.Train, drawn.Train, drawn.Test).Binarised()
              Expect.equal (again.Validation.Data.HidesLabels, again.Validation.Labelled) (true, 9) "drawn once"
              Expect.isFalse again.Validation.Data.DrawsPixels "once"
          }
          test "real numbers cannot be drawn" {
              let real =
                  Dataset.OfValues("real", [ 2 ], memory [| 0.5f; 1f |], memory [| 0 |], [ "a" ])

              let error =
                  Expect.throwsT<UserError>(fun () ->
                      Splits(Split.All real, Split.All real, Split.All real).Binarised() |> ignore)

              error "values"
          } ]
