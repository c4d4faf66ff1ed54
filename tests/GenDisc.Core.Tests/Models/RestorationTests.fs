module GenDisc.Core.Tests.Models.RestorationTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private examples n size =
    let stream = GenDisc.Core.Runtime.RandomStream(1L, "restoration")

    Dataset.OfValues(
        "vectors",
        [ size ],
        memory (Array.init (n * size) (fun _ -> float32 (stream.NextDouble()))),
        memory (Array.zeroCreate n),
        [ "all" ]
    )

let private tensorOf (data: Dataset) =
    torch.tensor(data.Values.ToArray()).view(int64 data.Count, int64 data.ExampleSize)

let private all (data: Dataset) = memory [| 0 .. data.Count - 1 |]

/// A machine whose one sweep is easily worked out by hand.
let private machine () =
    let rbm = new Rbm(RbmOptions(3, 2), init 1L)

    new HybridModel([| MachineStage rbm |]), rbm

let tests =
    testList
        "Restoration"
        [ torchTest "of a bottleneck, the decoder's mean at the mean of q(z|x), in the rows that are asked" (fun () ->
              use model = hybrid 1L
              use batch = batchOf 5
              let size = int (batch.X.numel ()) / 5

              let data =
                  Dataset.OfValues(
                      "batch",
                      [ size ],
                      memory (batch.X.data<float32>().ToArray()),
                      memory (Array.zeroCreate 5),
                      [ "all" ]
                  )

              model.eval ()
              use noise = generator 1L
              let output = model.Forward(batch.X, noise)
              let expected = model.Decode(nonNull output.LatentMean).data<float32>().ToArray()

              let restored =
                  Restoration.Reconstruct(model, data, memory [| 3; 1 |], torch.CPU, CancellationToken.None)

              for i in 0..4 do
                  let rows = if i = 3 || i = 1 then expected else data.Values.ToArray()

                  for j in i * size .. (i + 1) * size - 1 do
                      Expect.floatClose
                          { absolute = 1e-5; relative = 0.0 }
                          (float restored.Values.Span[j])
                          (float rows[j])
                          $"row {i}")

          torchTest "of a machine, one mean-field sweep there and back" (fun () ->
              let model, rbm = machine ()
              use model = model
              let data = examples 4 3
              let x = tensorOf data
              let hidden = (x.matmul (rbm.Weight.t ()) + rbm.HiddenBias).sigmoid()

              let expected =
                  (hidden.matmul rbm.Weight + rbm.VisibleBias).sigmoid().data<float32>().ToArray()

              let restored =
                  Restoration.Reconstruct(model, data, all data, torch.CPU, CancellationToken.None)

              for a, b in Array.zip (restored.Values.ToArray()) expected do
                  Expect.floatClose { absolute = 1e-6; relative = 0.0 } (float a) (float b) "E[v|h]")

          torchTest "what is seen stays to the bit, and what is not comes from 20 sweeps" (fun () ->
              let model, _ = machine ()
              use model = model
              let data = examples 4 3
              let seen = Array.init 12 (fun i -> i % 3 <> 1)
              let start = [| 0.1f; 0.9f; 0.3f |]

              let filled =
                  Restoration.Infill(model, data, all data, seen, start, torch.CPU, CancellationToken.None)

              let mask = torch.tensor(seen).view(4, 3)
              let x = tensorOf data
              let mutable expected = torch.where (mask, x, torch.tensor start)

              for _ in 1 .. Restoration.Sweeps do
                  expected <- torch.where (mask, x, model.Reconstruct expected)

              for i in 0..11 do
                  let a, b = filled.Values.Span[i], data.Values.Span[i]

                  if seen[i] then
                      Expect.equal a b "seen"
                  else
                      Expect.notEqual a b "filled in"
                      let sweeps = expected.data<float32>().ToArray()
                      Expect.floatClose { absolute = 1e-6; relative = 0.0 } (float a) (float sweeps[i]) "20 sweeps")

          test "means of what is seen, and of all that is where nothing is" {
              let data =
                  Dataset.OfPixels(
                      "pixels",
                      [ 1; 1; 3 ],
                      memory [| 255uy; 0uy; 255uy; 0uy; 255uy; 51uy; 9uy; 9uy; 9uy |],
                      memory [| 0; 0; 0 |],
                      [ "all" ]
                  )

              let seen = [| true; false; true; true; false; false; true; true; true |]
              let means = Restoration.SeenMeans(data, ReadOnlySpan [| 0; 1 |], seen)
              // of the first 1 and 0, of the last 1 alone, of the middle none: 2 / 3
              Expect.equal (Array.map float32 [| 0.5; 2.0 / 3.0; 1.0 |]) means "means"
          }

          torchTest "a stop is heard, and models that make nothing anew say so" (fun () ->
              let model, _ = machine ()
              use model = model
              let data = examples 4 3
              let stopped = CancellationToken true

              Expect.throwsT<OperationCanceledException>
                  (fun () -> Restoration.Reconstruct(model, data, all data, torch.CPU, stopped) |> ignore)
                  "stopped"

              use classifier = new HybridModel([| classifier 3 (init 1L) |])

              Expect.throwsT<InvalidOperationException>
                  (fun () -> classifier.Reconstruct(tensorOf data) |> ignore)
                  "no decoder") ]
    |> testSequenced
