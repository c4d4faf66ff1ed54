/// Bounds and likelihoods of denoisers that are known in closed form, against the densities that they belong to.
module GenDisc.Core.Tests.Evaluation.Diffusion.VariationalBoundTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Diffusion.Mixtures

let private two = mixture 0.3 [ [ 1.0; 0.0 ]; [ -1.0; 0.4 ] ]
let private round' = mixture 1.0 [ [ 0.0; 0.0 ] ]

/// log SNR falls evenly from 9 to −9: no step is much longer than another.
let private even steps =
    let signal t =
        let logRatio = 9.0 - 18.0 * float t / float (steps - 1)
        1.0 / (1.0 + exp -logRatio)

    NoiseSchedule(
        ReadOnlySpan [| for t in 0 .. steps - 1 -> 1.0 - signal t / (if t = 0 then 1.0 else signal (t - 1)) |]
    )

let private bound (m: Mixture) steps options rows =
    use noise = generator 5L
    VariationalBound.Of(Exact(m, even steps), tensorOfRows rows, null, options, noise)

let private rowsOf m count = draws m 1L count |> Array.map snd

let private truth m rows =
    -(rows |> Array.averageBy (logDensity m))

let private flow (m: Mixture) options rows =
    use probes = generator 5L
    ProbabilityFlow.LogLikelihoods(Exact(m, NoiseSchedule.Cosine 1000), tensorOfRows rows, null, options, probes)

let tests =
    testList
        "GenDisc.Core.Evaluation.Diffusion bounds"
        [ torchTest "the flow of a network is that of its twin: every probe is heard" (fun () ->
              let flow kernels =
                  use network =
                      new DiffusionModel(
                          new ResidualMlp(2, [| 16; 16 |], 0, init 3L, kernels),
                          NoiseSchedule.Cosine 1000,
                          DiffusionOptions([| 2L |], DiffusionTarget.Velocity, 0, false, Ddim 50)
                      )

                  use _outside = torch.no_grad ()

                  for parameter in network.parameters () do
                      use values = torch.linspace (-0.3, 0.3, parameter.numel ())
                      use shaped = values.reshape parameter.shape
                      parameter.copy_ shaped |> ignore

                  network.eval ()
                  use probes = generator 5L
                  let rows = tensorOfRows [| [| 0.3; -0.5 |]; [| 1.0; 0.2 |] |]
                  ProbabilityFlow.LogLikelihoods(network, rows, null, ProbabilityFlowOptions(Knots = 30), probes)

              Expect.isTrue (allClose 1e-3 (flow false) (flow true)) $"{flow true} for {flow false}")
          torchTest "the bound is above the negative log-likelihood, and close to it with many steps" (fun () ->
              for m in [ two; round' ] do
                  let rows = rowsOf m 400
                  let exact = truth m rows
                  let options = VariationalBoundOptions(Draws = 32)
                  let coarse, fine = bound m 20 options rows, bound m 2000 options rows
                  Expect.isGreaterThan coarse.Nats (exact - 3.0 * coarse.Error) "few steps"
                  Expect.isLessThan (abs (fine.Nats - exact)) 0.15 $"{fine.Nats} for {exact}"
                  Expect.isGreaterThan coarse.Nats (fine.Nats + 0.1) "few steps cost"
                  let parts = fine.Prior + fine.Denoising + fine.Decoder
                  Expect.isTrue (close 1e-9 fine.Nats parts) "parts add up"
                  let levels = fine.Levels |> Seq.sumBy _.Nats
                  Expect.isTrue (close 1e-6 fine.Denoising levels) "stretches add up")
          torchTest "the scale of the data moves the bound by its logarithm" (fun () ->
              let rows = rowsOf two 50
              let plain = bound two 100 (VariationalBoundOptions()) rows
              let scaled = bound two 100 (VariationalBoundOptions(LogScale = 2.5)) rows
              Expect.isTrue (close 1e-9 scaled.Nats (plain.Nats + 2.5)) "shifted"
              Expect.isTrue (close 1e-9 plain.BitsPerDimension (plain.Nats / (2.0 * log 2.0))) "bits")
          torchTest "the same seed gives the same bound, and a cancelled one ends" (fun () ->
              let rows = rowsOf two 30

              let once () =
                  (bound two 50 (VariationalBoundOptions(Rows = 64)) rows).Nats

              Expect.equal (once ()) (once ()) "seed"
              use noise = generator 5L

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      VariationalBound.Of(
                          Exact(two, NoiseSchedule.Cosine 50),
                          tensorOfRows rows,
                          null,
                          VariationalBoundOptions(),
                          noise,
                          null,
                          Threading.CancellationToken true
                      )
                      |> ignore)
                  "cancelled")
          torchTest "probabilities of discrete values add up to one, also far from the mean" (fun () ->
              let values = torch.linspace (-1.0, 1.0, 256L, dtype = torch.float32)

              for mean in [ -1.0; -0.3; 0.004; 0.9; 3.0 ] do
                  for deviation in [ 0.006; 0.1; 2.0 ] do
                      let means = torch.full_like (values, mean.ToScalar())
                      let logs = PixelDecoder.LogProbability(values, means, deviation)
                      let total = logs.exp().sum().item<float>()
                      Expect.isTrue (close 1e-6 total 1.0) $"{mean} {deviation}: {total}"
                      Expect.isTrue (logs.isfinite().all().ToBoolean()) $"finite: {mean} {deviation}")
          torchTest "the probability flow finds the density of a Gaussian and of a mixture" (fun () ->
              for m, tolerance in [ round', 1e-3; two, 0.05 ] do
                  let rows = rowsOf m 60
                  let found = flow m (ProbabilityFlowOptions()) rows

                  for f, x in Array.zip found rows do
                      Expect.isLessThan (abs (f - logDensity m x)) (tolerance * 3.0) $"{f} for {logDensity m x}"

                  Expect.isLessThan (abs (Array.average found + truth m rows)) tolerance "mean")
          torchTest "random probes find the density of many numbers, and the scale counts" (fun () ->
              let m = mixture 0.5 [ List.replicate 12 0.2 ]
              let rows = rowsOf m 20
              let found = flow m (ProbabilityFlowOptions(LogScale = 1.5)) rows
              // the divergence is the same in every direction
              for f, x in Array.zip found rows do
                  Expect.isLessThan (abs (f + 1.5 - logDensity m x)) 0.05 $"{f}")
          test "steps are drawn as often as the distribution says" {
              let d = StepDistribution(3, [| 1.0; 0.0; 3.0 |])

              let drawn =
                  [| for i in 0..29999 -> d.At((float i + 0.5) / 30000.0) |]
                  |> Array.countBy id
                  |> Map.ofArray

              for t in 3..5 do
                  Expect.isTrue (close 1e-3 (d.Probability t) (float drawn[t] / 30000.0)) $"{t}"

              Expect.isTrue (close 1e-12 (d.Probability 3 + d.Probability 4 + d.Probability 5) 1.0) "one in all"
              Expect.isGreaterThan (d.Probability 4) 0.03 "no step is left out"

              for shares in [ [||]; [| -1.0 |]; [| nan |]; [| infinity |] ] do
                  Expect.throwsT<ArgumentException> (fun () -> StepDistribution(1, shares) |> ignore) "shares"
          } ]
