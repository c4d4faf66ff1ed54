module GenDisc.Core.Tests.Data.BatchesTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Data.Expecting

let private stream seed = RandomStream(seed, "shuffle")

/// The first number of every example of each batch, which `classified` and `regression` make its row.
let private rowsOf (batches: Batch seq) =
    [| for batch in batches do
           use batch = batch
           batch.X.data<float32>().ToArray() |> Array.map int |]

let private cases =
    Gen.choose (1, 40)
    |> Gen.three
    |> Gen.map (fun (n, size, seed) -> n, size, int64 seed)
    |> Arb.fromGen

let private law name check =
    testProperty
        name
        (Prop.forAll cases (fun case ->
            TorchRuntime.Init()
            check case))

let private torchTest name f =
    testCase name (fun () ->
        TorchRuntime.Init()
        f ())

let tests =
    testList
        "Batches"
        [ law "sequential batches are the split in order, the last one partial" (fun (n, size, _) ->
              let batches = rowsOf (Batches.Sequential(Split.All(regression n), size, torch.CPU))

              Array.concat batches = [| 0 .. n - 1 |]
              && batches = Array.chunkBySize size [| 0 .. n - 1 |])
          law "shuffled batches are a permutation" (fun (n, size, seed) ->
              let batches =
                  rowsOf (Batches.Shuffled(Split.All(regression n), size, stream seed, torch.CPU))

              Array.sort (Array.concat batches) = [| 0 .. n - 1 |])
          law "CountOf counts the batches" (fun (n, size, _) ->
              Batches.CountOf(n, size) =
                  Array.length (rowsOf (Batches.Sequential(Split.All(regression n), size, torch.CPU))))
          torchTest "the same stream shuffles alike, its next epoch otherwise" (fun () ->
              let epochs () =
                  let batches = Batches.Shuffled(Split.All(regression 50), 8, stream 1L, torch.CPU)
                  rowsOf batches, rowsOf batches

              Expect.equal (epochs ()) (epochs ()) "deterministic"
              Expect.notEqual (fst (epochs ())) (snd (epochs ())) "epochs differ")
          torchTest "labels and targets go with their examples" (fun () ->
              let data = classified [ 7; 9; 4 ]

              for batch in Batches.Shuffled(Split.All data, 6, stream 1L, torch.CPU) do
                  use batch = batch
                  Expect.isNull batch.Targets "no targets"
                  let labels = Unchecked.nonNull batch.Labels
                  Expect.equal labels.dtype torch.int64 "labels are int64"

                  let expected =
                      batch.X.data<float32>().ToArray()
                      |> Array.map (fun row -> int64 data.Labels.Span[int row])

                  Expect.equal (labels.data<int64>().ToArray()) expected "labels"

              for batch in Batches.Shuffled(Split.All(regression 20), 6, stream 1L, torch.CPU) do
                  use batch = batch
                  Expect.isNull batch.Labels "no labels"
                  let targets = Unchecked.nonNull batch.Targets
                  let expected = batch.X.data<float32>().ToArray() |> Array.map ((*) 10f)
                  Expect.equal (targets.data<float32>().ToArray()) expected "targets"
                  Expect.equal targets.shape [| int64 batch.Count; 1L |] "shape of targets")
          torchTest "pixels become float32 in [0, 1] of the example's shape" (fun () ->
              let bytes = Array.init (3 * 256) (fun i -> byte (i + i / 256))

              let data =
                  Dataset.OfPixels("d", [ 1; 16; 16 ], memory bytes, memory [| 0; 1; 0 |], [ "a"; "b" ])

              use batch = Batches.Gather(data, ReadOnlySpan [| 2; 0 |], torch.CPU)
              Expect.equal batch.X.shape [| 2L; 1L; 16L; 16L |] "shape"
              Expect.equal batch.X.dtype torch.float32 "type"

              let expected =
                  Array.append bytes[512..] bytes[..255] |> Array.map (fun b -> float32 b / 255f)

              Expect.equal (batch.X.data<float32>().ToArray()) expected "x / 255, exactly")
          torchTest "only the split's rows appear" (fun () ->
              let part = Split(regression 10, memory [| 7; 3; 5 |])
              Expect.equal (rowsOf (Batches.Sequential(part, 2, torch.CPU))) [| [| 7; 3 |]; [| 5 |] |] "rows")
          torchTest "a batch outlives a scope and ends with itself" (fun () ->
              let batch =
                  use _scope = torch.NewDisposeScope()
                  Batches.Gather(regression 3, ReadOnlySpan [| 1 |], torch.CPU)

              Expect.isFalse batch.X.IsInvalid "alive after the scope"
              batch.Dispose()
              Expect.isTrue (batch.X.IsInvalid && (Unchecked.nonNull batch.Targets).IsInvalid) "disposed")
          // Tensors are counted, so no other test may run beside it.
          testSequenced
          <| torchTest "on another device all but the lengths move, and nothing is left behind" (fun () ->
              let lengths = memory [| 2; 1 |]

              let data =
                  Dataset.OfSequences("q", 2, 1, memory [| 1f; 2f; 3f; 0f |], lengths, memory [| 0; 0 |], [ "a" ])

              let before = liveTensors ()

              for batch in Batches.Shuffled(Split.All data, 2, stream 1L, torch.META) do
                  use batch = batch
                  Expect.equal batch.X.device_type DeviceType.META "x"
                  Expect.equal (Unchecked.nonNull batch.Labels).device_type DeviceType.META "labels"
                  let lengths = (Unchecked.nonNull batch.Lengths).data<int64>().ToArray()
                  Expect.equal (Array.sort lengths) [| 1L; 2L |] "lengths are on the CPU"

              Expect.equal torch.Tensor.TotalCount before "live tensors")
          torchTest "a batch size must be positive" (fun () ->
              Expect.throwsT<ArgumentOutOfRangeException>
                  (fun () -> Batches.Sequential(Split.All(regression 3), 0, torch.CPU) |> ignore)
                  "size 0") ]
