module GenDisc.Core.Tests.Models.Diffusion.Sampling.SamplerTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Diffusion.Gaussians

let private samplers steps : (string * DiffusionSampler) list =
    [ "DDPM", Ddpm steps
      "DDIM", Ddim steps
      "noisy DDIM", Ddim(steps, 0.5)
      "DPM-Solver++", DpmSolver steps ]

let private schedules =
    [ "linear", NoiseSchedule.Linear 1000; "cosine", NoiseSchedule.Cosine 1000 ]

let private largest (t: torch.Tensor) = Array.max (numbers (t.abs ()))

/// Root mean squared distance from where the probability flow ends.
let private distance (sampler: DiffusionSampler) schedule =
    use _scope = torch.NewDisposeScope()
    let g = pair ()
    let found = drawn sampler g schedule 5L 500
    let wanted = flow g schedule (normals 5L 500 2)
    sqrt (single ((found - wanted).square().mean()))

let tests =
    testList
        "Samplers"
        [ testProperty
              "a walk falls from T to 1 in as many steps as there are"
              (Prop.forAll (Gen.zip (Gen.choose (1, 1200)) (Gen.choose (1, 1000)) |> Arb.fromGen) (fun (steps, total) ->
                  let walk = (Ddim steps).Walk total

                  walk.Length = min steps total
                  && walk[0] = total
                  && (walk.Length = 1 || Array.last walk = 1)
                  && walk |> Array.pairwise |> Array.forall (fun (a, b) -> a > b)))

          for name, schedule in schedules do
              for sampler, way in samplers 200 do
                  torchTest $"{sampler} on a {name} schedule gives a Gaussian its mean and covariance" (fun () ->
                      let g, n = pair (), 8000
                      let x = drawn way g schedule 11L n
                      let off = numbers (x.mean [| 0L |] - g.Mean)
                      let spread = numbers (covariance x)
                      let wanted = numbers g.Covariance
                      // errors of the mean and the covariance of n draws, and 2 % of few steps
                      Expect.isTrue (off |> Array.forall (fun d -> abs d < 4.5 / sqrt (float n))) $"mean %A{off}"

                      for a, b in Array.zip spread wanted do
                          Expect.isLessThan (abs (a - b)) (4.5 * sqrt (2.0 / float n) + 0.02) "covariance")

          for sampler, way in samplers 20 do
              for name, schedule in schedules do
                  torchTest $"{sampler} is deterministic for a generator, {name}" (fun () ->
                      let first, again =
                          drawn way (pair ()) schedule 2L 40, drawn way (pair ()) schedule 2L 40

                      Expect.equal (first.bytes.ToArray()) (again.bytes.ToArray()) "bit for bit")

          torchTest "without chance nothing is drawn" (fun () ->
              for _, way in [ (samplers 20)[1]; (samplers 20)[3] ] do
                  use one = generator 1L
                  use other = generator 2L
                  let start = normals 3L 10 2
                  let denoiser = exact (pair ()) (NoiseSchedule.Cosine 100)

                  let a, b =
                      way.Run(denoiser, start, null, one), way.Run(denoiser, start, null, other)

                  Expect.equal (a.bytes.ToArray()) (b.bytes.ToArray()) "whatever the generator"

                  Expect.equal
                      (numbers (torch.randn (3, generator = one)))
                      (numbers (torch.randn (3, generator = generator 1L)))
                      "which stays where it was")

          torchTest "DDIM with all its noise is DDPM" (fun () ->
              for _, schedule in schedules do
                  for steps in [ 7; 1000 ] do
                      let ddim = drawn (Ddim(steps, 1.0)) (pair ()) schedule 4L 20
                      let ddpm = drawn (Ddpm steps) (pair ()) schedule 4L 20
                      Expect.isLessThan (largest (ddim - ddpm)) 1e-8 $"{steps} steps")

          test "more steps come closer to the probability flow, of the second order faster" {
              for name, steps in [ "linear", NoiseSchedule.Linear; "cosine", NoiseSchedule.Cosine ] do
                  let schedule = steps 10000
                  let first = [ for n in [ 50; 100; 200 ] -> distance (Ddim n) schedule ]
                  let second = [ for n in [ 50; 100; 200 ] -> distance (DpmSolver n) schedule ]

                  // over two halvings; log N spoils the second order a little, as λ has no bound at either end
                  let gained (distances: float list) = distances[0] / distances[2]
                  Expect.isTrue (abs (gained first - 4.0) < 0.5) $"{name}, first order: {gained first}"
                  Expect.isTrue (gained second > 8.0 && gained second < 20.0) $"{name}, second order: {gained second}"

                  for a, b in List.zip first second do
                      Expect.isLessThan (4.0 * b) a $"{name}: the solver is better at the same price"
          }

          torchTest "few steps of the solver stay bounded, and better than those of DDIM" (fun () ->
              for name, schedule in schedules do
                  for steps in [ 1; 2; 3; 5; 8; 10; 14; 15; 20; 30 ] do
                      let solver, ddim =
                          distance (DpmSolver steps) schedule, distance (Ddim steps) schedule

                      Expect.isLessThanOrEqual solver (ddim + 1e-12) $"{name}, {steps}"

                      if steps >= 8 then
                          Expect.isLessThan solver (0.7 * ddim) $"{name}, {steps}")

          torchTest "one step is the mean" (fun () ->
              let g, schedule = pair (), NoiseSchedule.Cosine 100
              let start = normals 1L 5 2

              for _, way in samplers 1 do
                  use draws = generator 1L
                  let x = way.Run(exact g schedule, start, null, draws)
                  Expect.equal (numbers x) (numbers (optimal g schedule 100 start)) "E[x₀ | x_T]")

          torchTest "a watch sees every move, and what it gives back is gone on from" (fun () ->
              let g, schedule = pair (), NoiseSchedule.Cosine 100

              for _, way in samplers 10 do
                  let seen = ResizeArray<int * int * int>()
                  use draws = generator 1L

                  let watch =
                      { new ISamplingWatch with
                          member _.Moved(``done``, count, step, x, data) =
                              Expect.equal data.shape x.shape "an estimate for each"
                              seen.Add(``done``, count, step)
                              if step = 0 then torch.zeros_like x else x }

                  let start = normals 1L 4 2
                  let x = way.Run(exact g schedule, start, null, draws, watch)
                  Expect.equal (List.ofSeq seen |> List.map (fun (i, _, _) -> i)) [ 1..10 ] "moves"
                  Expect.all seen (fun (_, count, _) -> count = 10) "of ten"
                  let _, _, last = Seq.last seen
                  Expect.equal last 0 "ends clean"
                  Expect.equal (largest x) 0.0 "replaced"
                  Expect.equal (numbers start) (numbers (normals 1L 4 2)) "the start stays") ]
