module GenDisc.Core.Tests.Losses.GaussianLogLikelihoodTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Tests.Modules.Building

let private case batch width stream =
    gaussians stream (batch * width), gaussians stream (batch * width), gaussians stream 1

let private shaped batch width values = tensorOf [ batch; width ] values

let tests =
    testList
        "GaussianLogLikelihood"
        [ torchLaw "is Σ log N(x; m, σ²)" (fun batch width stream ->
              let mean, x, logVariance = case batch width stream
              let variance = exp logVariance[0]

              let expected =
                  Array.map2 (fun m x -> -0.5 * (log (2.0 * Math.PI * variance) + (x - m) ** 2.0 / variance)) mean x
                  |> Array.chunkBySize width
                  |> Array.map Array.sum

              GaussianLogLikelihood.PerExample(shaped batch width mean, torch.tensor logVariance, shaped batch width x)
              |> numbers
              |> allClose 1e-10 expected)
          torchLaw "has the gradients of its formula" (fun batch width stream ->
              let mean, x, logVariance = case batch width stream
              let mean, x = shaped batch width mean, shaped batch width x
              let logVariance = torch.tensor logVariance

              gradientAgrees (fun m -> GaussianLogLikelihood.PerExample(m, logVariance, x)) mean
              && gradientAgrees (fun v -> GaussianLogLikelihood.PerExample(mean, v, x)) logVariance)
          torchTest "is largest at the mean squared error" (fun () ->
              let x = tensorOf [ 1; 50 ] (gaussians (init 1L) 50)
              let zeros = torch.zeros_like x
              let best = log (numbers x |> Array.averageBy (fun v -> v * v))

              let at (logVariance: float) =
                  single (GaussianLogLikelihood.PerExample(zeros, torch.tensor [| logVariance |], x))

              for other in [ best - 0.1; best + 0.1 ] do
                  Expect.isLessThan (at other) (at best) "any other variance fits worse") ]
