module GenDisc.Core.Tests.Data.Synthetic.StrokeDigitsTests

open System
open Expecto
open TorchSharp
open type TorchSharp.torch.nn
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Runtime

let private digits = lazy StrokeDigits.Load()

/// Test accuracy after so many epochs of Adam.
let private accuracyOf (build: unit -> Modules.Sequential) epochs (rate: float) =
    TorchRuntime.Init()
    torch.random.manual_seed 1L |> ignore
    let data = digits.Value
    use model = build ()
    use optimizer = torch.optim.Adam(model.parameters (), rate)
    let stream = RandomStream(1L, "shuffle")

    for _ in 1..epochs do
        for batch in Batches.Shuffled(Split.All data.Train, 100, stream, torch.CPU) do
            use batch = batch
            use _scope = torch.NewDisposeScope()
            optimizer.zero_grad ()

            let loss =
                functional.cross_entropy (model.call (batch.X.flatten 1L), Unchecked.nonNull batch.Labels)

            loss.backward ()
            optimizer.step () |> ignore

    let right =
        Batches.Sequential(Split.All data.Test, 1000, torch.CPU)
        |> Seq.sumBy (fun batch ->
            use batch = batch
            use _scope = torch.NewDisposeScope()
            let guess = model.call(batch.X.flatten 1L).argmax 1L
            guess.eq(Unchecked.nonNull batch.Labels).sum().item<int64>())

    float right / float data.Test.Count

let tests =
    testList
        "StrokeDigits"
        [ test "every machine draws the same bytes" {
              let file = digits.Value.Files[0]
              Expect.equal file.Name "digits (generated, seed 2026)" "name"
              Expect.equal file.Sha256 "2752335a44a35df8e3cfd2b43d83143ad7f8a7fdedea97065b2aea2f0b0d189e" "checksum"
          }
          test "sizes and classes" {
              let data = digits.Value
              Expect.equal (data.Train.Count, data.Test.Count, data.Train.Classes) (20000, 4000, 10) "sizes"
              Expect.sequenceEqual data.Train.ExampleShape [ 1; 28; 28 ] "shape"
              let counts = data.Test.Labels.ToArray() |> Array.countBy id
              Expect.equal (Array.sort counts) [| for c in 0..9 -> c, 400 |] "equal classes"
          }
          test "ink on every image, none at the border" {
              let data = digits.Value.Test
              let pixels = data.Pixels.ToArray()

              for i in 0 .. data.Count - 1 do
                  let at y x = int pixels[i * 784 + y * 28 + x]

                  let ink =
                      Seq.sum (
                          seq {
                              for y in 0..27 do
                                  for x in 0..27 do
                                      at y x
                          }
                      )

                  Expect.isTrue (ink > 4000 && ink < 60000) $"ink of example {i}: {ink}"

                  for k in 0..27 do
                      Expect.isLessThan (List.max [ at 0 k; at 27 k; at k 0; at k 27 ]) 60 $"border of example {i}"
          }
          test "linear softmax regression stays below 95 %" {
              let accuracy = accuracyOf (fun () -> Sequential(Linear(784L, 10L))) 12 2e-3
              Expect.isLessThan accuracy 0.95 "a line must not be enough"
              Expect.isGreaterThan accuracy 0.60 "but the classes are there"
          }
          test "a small network reaches 97 %" {
              let accuracy =
                  accuracyOf (fun () -> Sequential(Linear(784L, 256L), ReLU(), Linear(256L, 10L))) 8 1e-3

              Expect.isGreaterThan accuracy 0.97 "the digits are legible"
          } ]
