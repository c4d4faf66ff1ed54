module GenDisc.Core.Tests.Losses.SquaredErrorTests

open Expecto
open GenDisc.Core.Losses
open GenDisc.Core.Tests.Modules.Building

let tests =
    testList
        "SquaredError"
        [ torchLaw "is the mean over targets of (y − ŷ)²" (fun batch width stream ->
              let prediction = gaussians stream (batch * width)
              let target = gaussians stream (batch * width)

              let expected =
                  Array.map2 (fun p t -> (p - t) ** 2.0) prediction target
                  |> Array.chunkBySize width
                  |> Array.map Array.average

              SquaredError.PerExample(tensorOf [ batch; width ] prediction, tensorOf [ batch; width ] target)
              |> numbers
              |> allClose 1e-12 expected)
          torchLaw "has the gradient of its formula" (fun batch width stream ->
              let target = tensorOf [ batch; width ] (gaussians stream (batch * width))

              gradientAgrees
                  (fun p -> SquaredError.PerExample(p, target))
                  (tensorOf [ batch; width ] (gaussians stream (batch * width)))) ]
