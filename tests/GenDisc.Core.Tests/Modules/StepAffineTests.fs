module GenDisc.Core.Tests.Modules.StepAffineTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

let tests =
    testList
        "StepAffine"
        [ torchLaw "is the same affine map at every step" (fun batch inputs stream ->
              let steps = 1 + stream.NextInt 5

              [ true; false ]
              |> List.forall (fun kernels ->
                  use layer = new StepAffine(inputs, 3, init 1L, kernels)
                  use alone = new Affine(inputs, 3, init 1L)
                  let x = sequences stream batch steps inputs
                  let y = layer.call x

                  y.shape = [| int64 batch; int64 steps; 3L |]
                  && List.forall
                      (fun t -> allClose 1e-6 (numbers (alone.call (x.select (1, t)))) (numbers (y.select (1, t))))
                      [ 0L .. int64 steps - 1L ]))
          torchLaw "takes a ReLU into its kernel" (fun batch inputs stream ->
              use layer = new StepAffine(inputs, 3, init 1L)
              use chain = new Chain(nets [ new StepAffine(inputs, 3, init 1L); Pure.Relu() ])
              let x = sequences stream batch 4 inputs
              allClose 1e-6 (numbers (layer.call x) |> Array.map (max 0.0)) (numbers (chain.call x)))
          torchTest "takes sequences that do not lie in order" (fun () ->
              use layer = new StepAffine(2, 3, init 1L)
              let x = sequences (init 2L) 4 5 2
              let turned = x.transpose(1, 2).contiguous().transpose(1, 2)
              Expect.isTrue (allClose 1e-6 (numbers (layer.call x)) (numbers (layer.call turned))) "values")
          torchLaw "passes gradients to every parameter" (fun batch inputs stream ->
              use layer = new StepAffine(inputs, 3, init 1L)
              let y = layer.call (sequences stream batch 4 inputs)
              y.sum().backward()

              let bias =
                  layer.named_parameters ()
                  |> Seq.find (fun struct (name, _) -> name = "affine.bias")

              let struct (_, bias) = bias
              numbers (Unchecked.nonNull bias.grad) = Array.create 3 (float (4 * batch))) ]
