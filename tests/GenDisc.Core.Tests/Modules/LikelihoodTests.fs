module GenDisc.Core.Tests.Modules.LikelihoodTests

open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let tests =
    testList
        "Likelihood"
        [ torchLaw "Bernoulli has the mean σ(l) and its formula" (fun batch width stream ->
              use likelihood = new BernoulliLikelihood()
              let logits = tensorOf [ batch; width ] (gaussians stream (batch * width))
              let x = tensorOf [ batch; width ] (uniforms stream (batch * width))

              allClose
                  1e-12
                  (numbers logits |> Array.map (fun l -> 1.0 / (1.0 + exp -l)))
                  (numbers (likelihood.Mean logits))
              && numbers (likelihood.LogProbability(logits, x)) =
                  numbers (BernoulliLogLikelihood.PerExample(logits, x))
              && Seq.isEmpty (likelihood.parameters ()))
          torchTest "Gaussian learns one log-variance, which starts at 0" (fun () ->
              use likelihood = new GaussianLikelihood()
              let mean = tensorOf [ 2; 3 ] (gaussians (init 1L) 6)
              let x = tensorOf [ 2; 3 ] (gaussians (init 2L) 6)

              Expect.equal
                  (likelihood.state_dict ()
                   |> Seq.map (fun e -> e.Key, numbers e.Value)
                   |> List.ofSeq)
                  [ "logVariance", [| 0.0 |] ]
                  "one parameter"

              Expect.equal (numbers (likelihood.Mean mean)) (numbers mean) "the mean is the decoder's output"

              let unit = GaussianLogLikelihood.PerExample(mean, torch.zeros 1L, x)
              Expect.equal (numbers (likelihood.LogProbability(mean, x))) (numbers unit) "σ = 1"
              likelihood.LogProbability(mean, x).sum().backward()
              let gradient = likelihood.parameters () |> Seq.exactlyOne |> _.grad
              // d/dv of −½ [D v + S e^−v] at v = 0.
              let squares =
                  Array.map2 (fun m x -> (m - x) ** 2.0) (numbers mean) (numbers x) |> Array.sum

              Expect.isTrue (close 1e-5 (single (Unchecked.nonNull gradient)) (0.5 * (squares - 6.0))) "gradient") ]
