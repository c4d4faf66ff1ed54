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
            let loss = functional.cross_entropy (model.call (batch.X.flatten 1L), Unchecked.nonNull batch.Labels)
            loss.backward ()
            optimizer.step () |> ignore

    let right =
        Batches.Sequential(Split.All data.Test, 1000, torch.CPU)
        |> Seq.sumBy (fun batch ->
            use batch = batch
            use _scope = torch.NewDisposeScope()
            let guess = model.call(batch.X.flatten 1L).argmax 1L
            guess.eq(Unchecked.nonNull batch.Labels).sum().item<int64> ())

    float right / float data.Test.Count

let tests =
    testList "StrokeDigits" [
        test "linear softmax regression stays below 95 %" {
            let accuracy = accuracyOf (fun () -> Sequential(Linear(784L, 10L))) 12 2e-3
            printfn "linear %f" accuracy
            Expect.isLessThan accuracy 0.95 "a line must not be enough"
            Expect.isGreaterThan accuracy 0.60 "but the classes are there"
        }
        test "a small network reaches 97 %" {
            let accuracy =
                accuracyOf (fun () -> Sequential(Linear(784L, 256L), ReLU(), Linear(256L, 10L))) 8 1e-3

            printfn "mlp %f" accuracy
            Expect.isGreaterThan accuracy 0.97 "the digits are legible"
        }
    ]
