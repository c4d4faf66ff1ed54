module GenDisc.Core.Tests.Models.Diffusion.NoiseScheduleTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Tests.Modules.Building

/// A law over any schedule of 1 to 40 steps.
let private law name (check: float array -> NoiseSchedule -> bool) =
    let cases =
        Gen.zip (Gen.choose (1, 40)) (Gen.choose (0, 100000))
        |> Gen.map (fun (steps, seed) ->
            let stream = GenDisc.Core.Runtime.RandomStream(int64 seed, "betas")
            Array.init steps (fun _ -> stream.Uniform(1e-6, 0.999)))
        |> Arb.fromGen

    testProperty name (Prop.forAll cases (fun betas -> check betas (NoiseSchedule(ReadOnlySpan betas))))

let private near = close 1e-12

let tests =
    testList
        "NoiseSchedule"
        [ law "ᾱ is the product of what every step leaves" (fun betas schedule ->
              let products = betas |> Array.scan (fun left beta -> left * (1.0 - beta)) 1.0

              schedule.Steps = betas.Length
              && Seq.forall (fun t -> schedule.AlphaBar t = products[t]) [ 0 .. betas.Length ]
              && Seq.forall (fun t -> near (schedule.Beta t) betas[t - 1]) [ 1 .. betas.Length ])

          law "signal and noise share the variance" (fun _ schedule ->
              Seq.forall
                  (fun t ->
                      near (schedule.Signal t ** 2.0 + schedule.Noise t ** 2.0) 1.0
                      && (t = 0
                          || close 1e-9 (schedule.SignalToNoise t) ((schedule.Signal t / schedule.Noise t) ** 2.0)))
                  [ 0 .. schedule.Steps ])

          law "moments of step after step are those of one jump" (fun betas schedule ->
              // mean of a start at 1, and variance: m ← √α m, v ← α v + β
              let moved =
                  betas
                  |> Array.scan (fun (m, v) beta -> sqrt (1.0 - beta) * m, (1.0 - beta) * v + beta) (1.0, 0.0)

              Seq.forall
                  (fun t ->
                      let m, v = moved[t]
                      near m (schedule.Signal t) && near v (1.0 - schedule.AlphaBar t))
                  [ 0 .. schedule.Steps ])

          law "the way back conditions a Gaussian" (fun _ schedule ->
              Seq.forall
                  (fun (t, s) ->
                      // given x₀: x_s ~ N(√ᾱ_s x₀, v), x_t = a x_s + √(1 − a²) ε
                      let a = sqrt (schedule.AlphaBar t / schedule.AlphaBar s)
                      let v = 1.0 - schedule.AlphaBar s
                      let whole = a * a * v + 1.0 - a * a
                      let gain = a * v / whole
                      let struct (ofData, ofX) = schedule.PosteriorMean(t, s)

                      close 1e-9 (schedule.PosteriorVariance(t, s)) (v - gain * a * v)
                      && close 1e-9 ofX gain
                      && close 1e-9 ofData (schedule.Signal s * (1.0 - gain * a)))
                  [ for t in 1 .. schedule.Steps do
                        for s in 0 .. t - 1 do
                            t, s ])

          law "the last step back has no variance, and none exceeds β" (fun betas schedule ->
              schedule.PosteriorVariance 1 = 0.0
              && Seq.forall
                  (fun t ->
                      let variance = schedule.PosteriorVariance t
                      variance >= 0.0 && variance <= betas[t - 1] * (1.0 + 1e-9))
                  [ 1 .. schedule.Steps ])

          law "the step of a deviation is the nearest" (fun _ schedule ->
              Seq.forall
                  (fun t ->
                      let relative = schedule.Noise t / schedule.Signal t
                      let found = schedule.StepOf(relative)
                      // steps may be as close as rounding
                      close 1e-6 (schedule.Noise found / schedule.Signal found) relative)
                  [ 1 .. schedule.Steps ]
              && schedule.StepOf 0.0 = 0
              && schedule.StepOf 1e12 = schedule.Steps)

          test "the linear schedule of the paper" {
              let schedule = NoiseSchedule.Linear 1000
              Expect.isTrue (near (schedule.Beta 1) 1e-4 && near (schedule.Beta 1000) 0.02) "ends"
              Expect.isTrue (near (schedule.Beta 500) (1e-4 + 0.0199 * 499.0 / 999.0)) "between"
              Expect.floatClose { absolute = 1e-8; relative = 0.0 } (schedule.AlphaBar 1000) 4.0358e-5 "ᾱ"
              // of fewer steps the end is about as noisy
              let short = NoiseSchedule.Linear 100
              Expect.isTrue (close 1e-9 (short.Beta 1) 1e-3 && short.AlphaBar 100 < 1e-4) "scaled"
          }

          test "the cosine schedule of the paper" {
              let schedule = NoiseSchedule.Cosine 1000

              let f t =
                  cos ((t / 1000.0 + 0.008) / 1.008 * Math.PI / 2.0) ** 2.0

              for t in [ 1; 10; 500; 900; 999 ] do
                  Expect.floatClose Accuracy.high (schedule.AlphaBar t) (f (float t) / f 0.0) $"ᾱ of {t}"

              Expect.isTrue (near (schedule.Beta 1000) 0.999) "the last is cut"
              Expect.isGreaterThan (schedule.AlphaBar 1000) 0.0 "some signal is left"
              Expect.isLessThan (schedule.AlphaBar 1000) 1e-8 "next to none"
          }

          test "what is no share is refused" {
              for betas in [ [||]; [| 0.0 |]; [| 0.5; 1.0 |]; [| nan |]; [| -0.1 |] ] do
                  Expect.throwsT<ArgumentException> (fun () -> NoiseSchedule(ReadOnlySpan betas) |> ignore) $"%A{betas}"
          }

          torchTest "noised examples have the moments of their step" (fun () ->
              let schedule = NoiseSchedule.Cosine 50

              use model =
                  Gaussians.diffusionOf
                      (new Gaussians.Spy(Gaussians.zeros))
                      schedule
                      (Gaussians.options [ 1 ] DiffusionTarget.Noise 0 false (Sampling.Ddim 5))

              use draws = generator 3L
              let n = 20000

              for t in [ 1; 20; 50 ] do
                  let clean = torch.ones (int64 n, 1L) * 1.5
                  let steps = torch.ones (int64 n, dtype = torch.int64) * t
                  let noise = torch.randn (int64 n, 1L, generator = draws)
                  let x = numbers (model.Noised(clean, steps, noise))
                  let mean, error = meanAndError x
                  let variance = error ** 2.0 * float n
                  let noise = 1.0 - schedule.AlphaBar t
                  Expect.isLessThan (abs (mean - 1.5 * schedule.Signal t)) (5.0 * error + 1e-6) $"mean at {t}"
                  // the variance of a variance is 2 σ⁴ / n
                  Expect.isLessThan
                      (abs (variance - noise))
                      (5.0 * noise * sqrt (2.0 / float n) + 1e-6)
                      $"variance at {t}") ]
