module GenDisc.Core.Tests.Modules.ResidualTests

open TorchSharp
open Expecto
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let tests =
    testList
        "Residual"
        [ torchLaw "is x + f(x)" (fun batch width stream ->
              use residual = new Residual(nets [ Pure.Tanh(); Pure.Relu() ])
              let x = gaussians stream (batch * width)

              numbers (residual.call (tensorOf [ batch; width ] x))
              |> allClose 1e-12 (x |> Array.map (fun v -> v + max 0.0 (tanh v))))
          torchTest "owns the parameters of what it wraps" (fun () ->
              use residual =
                  new Residual(nets [ new Affine(3, 3, init 1L); new Affine(3, 3, init 1L) ])

              Expect.equal
                  [ for struct (name, _) in residual.named_parameters () do
                        name ]
                  [ "inner.0.weight"; "inner.0.bias"; "inner.1.weight"; "inner.1.bias" ]
                  "names") ]
