module GenDisc.Core.Tests.Modules.NormalisationTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

let private moments (values: float array) =
    let mean = Array.average values
    mean, values |> Array.averageBy (fun v -> (v - mean) ** 2.0)

let private standard values =
    let mean, variance = moments values
    abs mean < 1e-3 && abs (variance - 1.0) < 1e-2

let private batchOf (shape: int list) =
    let n = List.reduce (*) shape
    (tensorOf shape (gaussians (init 1L) n |> Array.map (fun v -> 5.0 + 3.0 * v))).``to`` torch.float32

let tests =
    testList
        "Normalisation"
        [ torchTest "batch normalisation makes every feature standard in training" (fun () ->
              use layer = Normalisation.Batch(3, images = false)
              let columns = numbers (layer.call(batchOf [ 64; 3 ]).t()) |> Array.chunkBySize 64
              Expect.all columns standard "features"
              use layer = Normalisation.Batch(2, images = true)
              let y = layer.call (batchOf [ 8; 2; 4; 4 ])
              let channels = numbers (y.transpose (0L, 1L)) |> Array.chunkBySize (8 * 16)
              Expect.all channels standard "channels")
          torchTest "batch normalisation keeps running statistics as buffers and uses them in evaluation" (fun () ->
              use layer = Normalisation.Batch(1, images = false)
              let x = batchOf [ 64; 1 ]
              layer.call x |> ignore
              let mean, variance = moments (numbers x)
              let state = layer.state_dict ()

              Expect.equal
                  (Seq.sort state.Keys |> List.ofSeq)
                  [ "bias"; "num_batches_tracked"; "running_mean"; "running_var"; "weight" ]
                  "state"

              Expect.isTrue (close 1e-4 (single state["running_mean"]) (0.1 * mean)) "a tenth of the way to the mean"
              let unbiased = variance * 64.0 / 63.0
              Expect.isTrue (close 1e-4 (single state["running_var"]) (0.9 + 0.1 * unbiased)) "and to the variance"
              layer.eval ()
              let y = layer.call (torch.zeros (1L, 1L))
              let expected = -0.1 * mean / sqrt (0.9 + 0.1 * unbiased + 1e-5)
              Expect.isTrue (close 1e-4 (single y) expected) "one example, by running statistics")
          torchTest "layer normalisation makes every example standard" (fun () ->
              use layer = Normalisation.Layer [| 2L; 4L; 4L |]
              let rows = numbers (layer.call (batchOf [ 5; 2; 4; 4 ])) |> Array.chunkBySize 32
              Expect.all rows standard "examples")
          torchTest "layer normalisation of a sequence makes every step standard" (fun () ->
              use layer = Normalisation.Layer [| 32L |]

              let x =
                  batchOf [ 2; 3; 32 ] * torch.tensor([| 1.0f; 5.0f; 9.0f |]).reshape(1L, 3L, 1L)

              let steps = numbers (layer.call x) |> Array.chunkBySize 32
              Expect.all steps standard "steps")
          torchTest "batch normalisation of sequences makes every feature standard over all steps" (fun () ->
              use layer = Normalisation.BatchSequence 3
              let y = layer.call (batchOf [ 16; 4; 3 ])
              Expect.equal y.shape [| 16L; 4L; 3L |] "shape"
              let features = numbers (y.transpose (0L, 2L)) |> Array.chunkBySize 64
              Expect.all features standard "features")
          torchTest "padding has no part in batch normalisation and comes out as 0" (fun () ->
              let lengths = SequenceLengths()
              use layer = Normalisation.BatchSequence(2, lengths)
              use plain = Normalisation.Batch(2, images = false)
              let x = batchOf [ 2; 3; 2 ]
              let real = torch.cat ([| x[0L].narrow(0, 0L, 1L); x[1L] |], 0L)
              lengths.SetFrom(told [ 1; 3 ] 3)

              for training in [ true; false ] do
                  layer.train training
                  plain.train training
                  let padded = lengths.Padded(x, nan)
                  let y = layer.call padded
                  let expected = numbers (plain.call real)
                  let zeros = Array.zeroCreate 4
                  let first, rest = Array.splitAt 2 expected

                  Expect.isTrue
                      (allClose 1e-5 (Array.concat [ first; zeros; rest ]) (numbers y))
                      $"training {training}") ]
