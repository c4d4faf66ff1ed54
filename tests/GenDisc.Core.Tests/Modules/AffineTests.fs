module GenDisc.Core.Tests.Modules.AffineTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let tests =
    testList
        "Affine"
        [ torchLaw "is x Wᵀ + b" (fun batch inputs stream ->
              use layer = new Affine(inputs, 3, stream)
              let state = layer.state_dict ()
              let weight = numbers state["weight"] |> Array.chunkBySize inputs
              let bias = numbers state["bias"]
              let x = gaussians stream (batch * inputs)

              let expected =
                  [| for row in Array.chunkBySize inputs x do
                         for w, b in Array.zip weight bias do
                             (Array.map2 (*) row w |> Array.sum) + b |]

              layer.call ((tensorOf [ batch; inputs ] x).``to`` torch.float32)
              |> numbers
              |> allClose 1e-5 expected)
          torchTest "starts uniform within ±1/√inputs, from its stream alone" (fun () ->
              use layer = new Affine(100, 50, init 1L)
              use again = new Affine(100, 50, init 1L)
              use other = new Affine(100, 50, init 2L)
              Expect.equal (bits again) (bits layer) "equal streams"
              Expect.notEqual (bits other) (bits layer) "another stream"
              let weight = numbers (layer.state_dict()["weight"])
              Expect.all weight (fun w -> abs w <= 0.1) "bound"
              let mean, error = meanAndError weight
              Expect.isLessThan (abs mean) (4.0 * error) "centred"
              // A uniform's variance is bound² / 3; its sample's relative error is √(0.8 / n).
              let variance = weight |> Array.averageBy (fun w -> w * w)
              Expect.isLessThan (abs (variance * 300.0 - 1.0)) (4.0 * sqrt (0.8 / 5000.0)) "spread") ]
