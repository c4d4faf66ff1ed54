module GenDisc.Core.Tests.Losses.BernoulliLogLikelihoodTests

open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Tests.Modules.Building

let private sigmoid l = 1.0 / (1.0 + exp -l)

let private case batch width stream =
    gaussians stream (batch * width) |> Array.map ((*) 3.0), uniforms stream (batch * width)

let tests =
    testList
        "BernoulliLogLikelihood"
        [ torchLaw "is Σ x log σ(l) + (1 − x) log(1 − σ(l))" (fun batch width stream ->
              let logits, x = case batch width stream

              let expected =
                  Array.map2 (fun l x -> x * log (sigmoid l) + (1.0 - x) * log (1.0 - sigmoid l)) logits x
                  |> Array.chunkBySize width
                  |> Array.map Array.sum

              BernoulliLogLikelihood.PerExample(tensorOf [ batch; width ] logits, tensorOf [ batch; width ] x)
              |> numbers
              |> allClose 1e-10 expected)
          torchLaw "is at most 0" (fun batch width stream ->
              let logits, x = case batch width stream

              BernoulliLogLikelihood.PerExample(tensorOf [ batch; width ] logits, tensorOf [ batch; width ] x)
              |> numbers
              |> Array.forall (fun v -> v <= 0.0))
          torchLaw "has the gradient x − σ(l)" (fun batch width stream ->
              let logits, x = case batch width stream
              let x = tensorOf [ batch; width ] x

              gradientAgrees (fun l -> BernoulliLogLikelihood.PerExample(l, x)) (tensorOf [ batch; width ] logits))
          torchTest "sums over all dimensions of an image" (fun () ->
              let zeros = torch.zeros ([| 2L; 3L; 4L; 5L |], dtype = torch.float64)
              let values = numbers (BernoulliLogLikelihood.PerExample(zeros, zeros))
              Expect.isTrue (allClose 1e-12 (Array.create 2 (-60.0 * log 2.0)) values) "60 fair coins")
          torchTest "stays finite at logits of ±10,000 in single precision" (fun () ->
              let logits = torch.tensor([| 1e4f; -1e4f; 1e4f; -1e4f |]).reshape(4, 1)
              let x = torch.tensor([| 1f; 0f; 0f; 1f |]).reshape(4, 1)
              let values = numbers (BernoulliLogLikelihood.PerExample(logits, x))
              Expect.equal values [| 0.0; 0.0; -1e4; -1e4 |] "certain and right, certain and wrong") ]
