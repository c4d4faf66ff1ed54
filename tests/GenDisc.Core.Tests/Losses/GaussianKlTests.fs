module GenDisc.Core.Tests.Losses.GaussianKlTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Modules.Building

let private shaped batch width values = tensorOf [ batch; width ] values

let private posterior batch width stream =
    shaped batch width (gaussians stream (batch * width)), shaped batch width (gaussians stream (batch * width))

let private logNormal mean logVariance z =
    -0.5 * (log (2.0 * Math.PI) + logVariance + (z - mean) ** 2.0 / exp logVariance)

let tests =
    testList
        "GaussianKl"
        [ torchLaw "is ½ Σ (μ² + σ² − log σ² − 1)" (fun batch width stream ->
              let mean, logVariance = posterior batch width stream

              let expected =
                  Array.map2 (fun m v -> 0.5 * (m * m + exp v - v - 1.0)) (numbers mean) (numbers logVariance)
                  |> Array.chunkBySize width
                  |> Array.map Array.sum

              GaussianKl.PerExample(mean, logVariance) |> numbers |> allClose 1e-10 expected)
          torchLaw "is positive away from the prior" (fun batch width stream ->
              GaussianKl.PerExample(posterior batch width stream)
              |> numbers
              |> Array.forall (fun kl -> kl > 0.0))
          torchTest "is zero at the prior" (fun () ->
              let zeros = torch.zeros (3, 5)
              Expect.equal (numbers (GaussianKl.PerExample(zeros, zeros))) [| 0.0; 0.0; 0.0 |] "q = p")
          torchLaw "has the gradients of its formula" (fun batch width stream ->
              let mean, logVariance = posterior batch width stream

              gradientAgrees (fun m -> GaussianKl.PerExample(m, logVariance)) mean
              && gradientAgrees (fun v -> GaussianKl.PerExample(mean, v)) logVariance)
          torchTest "agrees with Monte Carlo over the bottleneck's draws" (fun () ->
              for seed in 1L .. 5L do
                  let stream = init seed
                  let width, draws = 3, 4000
                  let mean, logVariance = posterior 1 width stream
                  use noise = generator seed

                  let z =
                      LatentDraw.Twin(
                          torch.cat([| mean; logVariance |], 1L).expand(int64 draws, 2L * int64 width),
                          torch.randn (int64 draws, int64 width, dtype = torch.float64, generator = noise)
                      )

                  let means, logVariances = numbers mean, numbers logVariance

                  let ratios =
                      numbers z
                      |> Array.chunkBySize width
                      |> Array.map (fun z ->
                          Array.mapi (fun j z -> logNormal means[j] logVariances[j] z - logNormal 0.0 0.0 z) z
                          |> Array.sum)

                  let estimate, error = meanAndError ratios
                  let exact = single (GaussianKl.PerExample(mean, logVariance))
                  Expect.isLessThan (abs (estimate - exact)) (4.0 * error) $"seed {seed}: {estimate} and {exact}") ]
