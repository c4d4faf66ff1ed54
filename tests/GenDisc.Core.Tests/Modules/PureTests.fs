module GenDisc.Core.Tests.Modules.PureTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

/// Abramowitz and Stegun 7.1.26, good to 1.5e-7.
let private erf x =
    let t = 1.0 / (1.0 + 0.3275911 * abs x)

    let poly =
        t
        * (0.254829592
           + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))

    float (sign x) * (1.0 - poly * exp (-x * x))

let private activations =
    [ "relu", Pure.Relu, max 0.0
      "gelu", Pure.Gelu, (fun x -> x * 0.5 * (1.0 + erf (x / sqrt 2.0)))
      "tanh", Pure.Tanh, Math.Tanh
      "silu", Pure.Silu, (fun x -> x / (1.0 + exp -x)) ]

let tests =
    testList
        "Pure"
        [ testList
              "activation"
              [ for name, make, formula in activations do
                    torchLaw name (fun batch width stream ->
                        use layer: Pure = make ()
                        let x = gaussians stream (batch * width)

                        numbers (layer.call (tensorOf [ batch; width ] x))
                        |> allClose 1e-6 (Array.map formula x)) ]
          torchTest "maxPool takes the largest of 2×2 and drops an odd last row and column" (fun () ->
              use layer = Pure.MaxPool()
              let x = tensorOf [ 1; 1; 3; 5 ] (Array.init 15 float)
              let y = layer.call x
              Expect.equal y.shape [| 1L; 1L; 1L; 2L |] "shape"
              Expect.equal (numbers y) [| 6.0; 8.0 |] "values")
          torchTest "upsample repeats the nearest value to exactly the size asked for" (fun () ->
              use layer = Pure.Upsample(3, 5)
              let y = layer.call (tensorOf [ 1; 1; 1; 2 ] [| 1.0; 2.0 |])
              Expect.equal y.shape [| 1L; 1L; 3L; 5L |] "shape"
              Expect.equal (numbers y) (Array.replicate 3 [| 1.0; 1.0; 1.0; 2.0; 2.0 |] |> Array.concat) "values")
          torchTest "maxPool1d takes the larger of two steps and drops an odd last one" (fun () ->
              use layer = Pure.MaxPool1d()

              let x =
                  tensorOf [ 1; 5; 2 ] [| 1.0; 9.0; 3.0; 2.0; -4.0; 0.0; -3.0; -1.0; 100.0; 100.0 |]

              let y = layer.call x
              Expect.equal y.shape [| 1L; 2L; 2L |] "shape"
              Expect.equal (numbers y) [| 3.0; 9.0; -3.0; 0.0 |] "values"
              Expect.equal (layer.call (torch.ones (3L, 2L, 4L))).shape [| 3L; 1L; 4L |] "two steps")
          torchTest "maxPool1d never takes padding" (fun () ->
              let x =
                  (tensorOf [ 2; 5; 1 ] [| -1.0; -2.0; -3.0; 9.0; 9.0; -1.0; -2.0; 9.0; 9.0; 9.0 |]).requires_grad_
                      true

              use layer = Pure.MaxPool1d(told [ 3; 2 ] 5)
              let y = layer.call x
              Expect.equal (numbers y) [| -1.0; 0.0; -1.0; 0.0 |] "0 past the real steps"
              y.square().sum().backward()
              let slope = numbers (Unchecked.nonNull x.grad)
              Expect.equal slope [| -2.0; 0.0; 0.0; 0.0; 0.0; -2.0; 0.0; 0.0; 0.0; 0.0 |] "nor its gradient"
              use one = Pure.MaxPool1d(told [ 1; 4 ] 4)
              let x = tensorOf [ 2; 4; 1 ] [| -7.0; 5.0; 5.0; 5.0; 1.0; 2.0; 4.0; 3.0 |]
              Expect.equal (numbers (one.call x)) [| -7.0; 0.0; 2.0; 4.0 |] "a single step is its own maximum")
          torchTest "upsampleSteps repeats the nearest step to exactly the number asked for" (fun () ->
              use layer = Pure.UpsampleSteps 5
              let y = layer.call (tensorOf [ 1; 2; 2 ] [| 1.0; 2.0; 3.0; 4.0 |])
              Expect.equal y.shape [| 1L; 5L; 2L |] "shape"
              Expect.equal (numbers y) [| 1.0; 2.0; 1.0; 2.0; 1.0; 2.0; 3.0; 4.0; 3.0; 4.0 |] "values")
          torchTest "repeat gives every step the vector, and the vector every step's gradient" (fun () ->
              use layer = Pure.Repeat 3
              let x = (tensorOf [ 2; 2 ] [| 1.0; 2.0; 3.0; 4.0 |]).requires_grad_ true
              let y = layer.call x
              Expect.equal y.shape [| 2L; 3L; 2L |] "shape"
              Expect.equal (numbers y) [| 1.0; 2.0; 1.0; 2.0; 1.0; 2.0; 3.0; 4.0; 3.0; 4.0; 3.0; 4.0 |] "values"
              y.sum().backward()
              Expect.equal (numbers (Unchecked.nonNull x.grad)) (Array.create 4 3.0) "gradient")
          torchTest "globalMean and globalMax leave one number per channel" (fun () ->
              let x = tensorOf [ 1; 2; 1; 3 ] [| 1.0; 2.0; 6.0; -4.0; -2.0; -3.0 |]

              for layer, expected in [ Pure.GlobalMean(), [| 3.0; -3.0 |]; Pure.GlobalMax(), [| 6.0; -2.0 |] ] do
                  use layer = layer
                  let y = layer.call x
                  Expect.equal y.shape [| 1L; 2L |] "shape"
                  Expect.equal (numbers y) expected "values")
          torchTest "reshape keeps the batch and the order of values" (fun () ->
              use layer = Pure.Reshape [| 2L; 3L |]
              let x = tensorOf [ 4; 6 ] (Array.init 24 float)
              let y = layer.call x
              Expect.equal y.shape [| 4L; 2L; 3L |] "shape"
              Expect.equal (numbers y) (numbers x) "values") ]
