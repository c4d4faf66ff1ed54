module GenDisc.Core.Tests.Training.Diffusion.DenoisingTermTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Diffusion
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Diffusion.Gaussians
open GenDisc.Core.Tests.Training.Fitting

let private schedule = NoiseSchedule.Cosine 60

let private dataset (rows: torch.Tensor) =
    let n = int rows.shape[0]

    Dataset.OfValues(
        "numbers",
        [ int rows.shape[1] ],
        memory (rows.``to``(torch.float32).contiguous().data<float32>().ToArray()),
        memory (Array.zeroCreate n),
        [ "all" ]
    )

let private spied target =
    let spy = new Spy(zeros)

    let model =
        new HybridModel([| DiffusionStage(diffusionOf spy schedule (options [ 2 ] target 0 false (Ddim 5))) |])

    spy, model

/// The loss of each example, and the step that it was looked at.
let private losses target (term: DenoisingTerm) seed n =
    let spy, model = spied target
    use model = model
    use noise = generator seed

    use batch =
        Batches.Gather(dataset (normals 1L n 2), ReadOnlySpan [| 0 .. n - 1 |], torch.CPU)

    let each = numbers (term.PerExample(model.ForwardBatch(batch, noise), batch))
    each, [| for time in spy.Times -> int (round (time * float schedule.Steps)) |]

let tests =
    testList
        "DenoisingTerm"
        [ torchTest "steps are uniform, and those of a batch evenly spread" (fun () ->
              let n, batches = 15, 400
              let counts = Array.zeroCreate (schedule.Steps + 1)

              for seed in 1..batches do
                  let _, steps = losses DiffusionTarget.Noise (DenoisingTerm()) (int64 seed) n
                  Expect.equal steps.Length n "one look each"

                  // 60 steps, 15 examples: neighbours lie 4 apart, round the circle
                  for a, b in Array.pairwise steps do
                      Expect.equal ((b - a + 60) % 60) 4 "evenly"

                  for step in steps do
                      counts[step] <- counts[step] + 1

              Expect.equal counts[0] 0 "step 0 needs no look"
              // a batch meets each step with the chance 1/4; the four offsets are what is drawn
              let expected = float batches / 4.0

              let square =
                  Seq.sum [ for t in 1..4 -> (float counts[t] - expected) ** 2.0 / expected ]

              Expect.isGreaterThan (ChiSquare.Survival(square, 3)) 1e-3 "uniform")

          torchTest "min-SNR weighs the error of x₀ by the ratio up to the limit" (fun () ->
              for target in Enum.GetValues<DiffusionTarget>() do
                  let plain, steps = losses target (DenoisingTerm()) 3L 30
                  let clipped, again = losses target (DenoisingTerm(Nullable 5.0)) 3L 30
                  Expect.equal again steps "the same draws"

                  for i in 0 .. steps.Length - 1 do
                      let ratio = schedule.SignalToNoise steps[i]

                      let weight =
                          match target with
                          | DiffusionTarget.Noise -> min ratio 5.0 / ratio
                          | DiffusionTarget.Data -> min ratio 5.0
                          | _ -> min ratio 5.0 / (ratio + 1.0)

                      Expect.isTrue (close 1e-4 clipped[i] (weight * plain[i])) $"{target} at {steps[i]}")

          torchTest "a trained network approaches the optimal denoiser" (fun () ->
              let g = gaussian [ 0.0; 0.0 ] [ [ 1.0; 0.8 ]; [ 0.8; 1.0 ] ]
              let rows = (normals 8L 4000 2 * g.Variances.sqrt ()).matmul(g.Axes.t ())
              let data = dataset rows
              let net = new ResidualMlp(2, [| 32; 32 |], 0, init 2L)
              let options = options [ 2 ] DiffusionTarget.Velocity 0 false (Ddim 20)
              use model = new HybridModel([| DiffusionStage(diffusionOf net schedule options) |])
              let diffusion = Unchecked.nonNull model.Diffusion
              diffusion.StartFrom(rows.``to`` torch.float32)

              let splits =
                  Splits(
                      Split(data, memory [| 0..3599 |]),
                      Split(data, memory [| 3600..3999 |]),
                      Split(data, memory [||])
                  )

              use learner =
                  learner model [| WeightedTerm(DenoisingTerm(), (fun _ -> 1.0), 1.0) |] (adam 3e-3) None 4L

              fit (constant 12 100 None) (Listener()) learner splits 4L uncancelled |> ignore
              model.eval ()
              use _inference = torch.no_grad ()

              let clean =
                  ((normals 9L 2000 2 * g.Variances.sqrt ()).matmul(g.Axes.t ())).``to`` torch.float32

              let noise = (normals 10L 2000 2).``to`` torch.float32

              for t in [ 10; 25; 40 ] do
                  let x = clean * schedule.Signal t + noise * schedule.Noise t
                  let wanted = optimal g schedule t (x.``to`` torch.float64)

                  let off (found: torch.Tensor) =
                      single ((found - wanted).square().mean())

                  let found = diffusion.At(x, t, null)
                  Expect.isLessThan (off found.Data) 0.02 $"x₀ at {t}"
                  // which knows the data's mean alone
                  Expect.isLessThan (off found.Data) (0.1 * off (torch.zeros_like x)) $"against the trivial one at {t}"

              use draws = generator 5L
              let samples = model.Diffuse(2000, null, draws)
              let spread = numbers (covariance (samples.``to`` torch.float64))

              for a, b in Array.zip spread (numbers g.Covariance) do
                  Expect.isLessThan (abs (a - b)) 0.4 "what it draws, after a short training") ]
