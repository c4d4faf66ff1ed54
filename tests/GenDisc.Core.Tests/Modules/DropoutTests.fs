module GenDisc.Core.Tests.Modules.DropoutTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private dropped rate seed =
    use noise = generator seed
    use layer = new Dropout(rate, noise)
    numbers (layer.call (torch.ones 20000L))

let tests =
    testList
        "Dropout"
        [ torchTest "zeroes a share and scales the rest to keep the mean" (fun () ->
              for rate in [ 0.1; 0.25; 0.5; 0.9 ] do
                  let values = dropped rate 1L
                  let zeros = values |> Array.filter ((=) 0.0) |> Array.length |> float
                  let error = sqrt (rate * (1.0 - rate) / 20000.0)
                  Expect.isLessThan (abs (zeros / 20000.0 - rate)) (4.0 * error) $"share at {rate}"
                  let kept = values |> Array.filter ((<>) 0.0)
                  Expect.all kept (close 1e-6 (1.0 / (1.0 - rate))) $"scale at {rate}")
          torchTest "draws from its own generator" (fun () ->
              torch.manual_seed 1L |> ignore
              let first = dropped 0.5 1L
              torch.manual_seed 2L |> ignore
              Expect.equal (dropped 0.5 1L) first "equal generators"
              Expect.notEqual (dropped 0.5 2L) first "another generator")
          torchTest "is the identity in evaluation and at rate 0" (fun () ->
              use noise = generator 1L
              let x = torch.ones 100L
              use half = new Dropout(0.5, noise)
              half.eval ()
              Expect.equal (numbers (half.call x)) (numbers x) "evaluation"
              use none = new Dropout(0.0, noise)
              Expect.equal (numbers (none.call x)) (numbers x) "rate 0")
          torchTest "passes gradients through what it kept" (fun () ->
              use noise = generator 1L
              use layer = new Dropout(0.5, noise)
              let x = torch.ones (100L, requires_grad = true)
              let y = layer.call x
              y.sum().backward()
              Expect.equal (numbers (Unchecked.nonNull x.grad)) (numbers y) "the mask is the derivative") ]
