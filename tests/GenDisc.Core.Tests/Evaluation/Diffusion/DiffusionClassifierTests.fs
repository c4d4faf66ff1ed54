/// Classes told apart by denoisers that are known in closed form, against Bayes' rule.
module GenDisc.Core.Tests.Evaluation.Diffusion.DiffusionClassifierTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Diffusion.Mixtures

let private schedule = NoiseSchedule.Cosine 300
let private near = mixture 0.6 [ [ 0.5; 0.0 ]; [ -0.5; 0.3 ] ]
let private far = mixture 0.2 [ [ 1.0; 0.0 ]; [ -1.0; 0.0 ]; [ 0.0; 1.0 ] ]

let private classify (m: Mixture) (options: DiffusionClassifierOptions) (rows: float[][]) cancel =
    use noise = generator 7L
    let classifier = DiffusionClassifier(Exact(m, schedule), m.Means.Length, options)
    let pilot = tensorOfRows (draws m 2L 30 |> Array.map snd)
    let steps = classifier.Pilot(pilot, noise)
    classifier.Classify(tensorOfRows rows, steps, noise, null, cancel)

let private all =
    DiffusionClassifierOptions(Weighting = ClassWeighting.Bound, Level = 0.0, Most = 400, Fewest = 400)

/// log p(x|1) − log p(x|0)
let private odds (m: Mixture) x =
    logDensity { m with Means = [| m.Means[1] |] } x
    - logDensity { m with Means = [| m.Means[0] |] } x

let tests =
    testList
        "GenDisc.Core.Evaluation.Diffusion.DiffusionClassifier"
        [ torchTest "scores are the log-likelihood ratios of Bayes' rule" (fun () ->
              let rows = draws near 3L 40 |> Array.map snd
              let found = classify near all rows Threading.CancellationToken.None

              for row, x in Array.zip found.Scores rows do
                  let exact = odds near x
                  let ratio = float (row[1] - row[0])
                  Expect.isLessThan (abs (ratio - exact)) (0.35 + 0.1 * abs exact) $"{ratio} for {exact}"
                  Expect.equal (Array.max row) 0.0f "the best is 0"

              Expect.equal found.Draws (Array.replicate 40 400) "every draw"
              Expect.equal found.Looks (Array.replicate 40 800) "each of both classes")
          torchTest "dropping classes loses none that a full run picks, and saves looks" (fun () ->
              let labelled = draws far 3L 60
              let rows = Array.map snd labelled
              let never = Threading.CancellationToken.None
              let full = classify far (DiffusionClassifierOptions(Level = 0.0)) rows never
              let found = classify far (DiffusionClassifierOptions()) rows never
              Expect.equal found.Predicted full.Predicted "predictions"
              Expect.equal found.Predicted (Array.map fst labelled) "classes"
              Expect.isLessThan (Array.sum found.Looks) (Array.sum full.Looks / 3) "looks")
          torchTest "every weighting picks the likelier class, with scores of its own size" (fun () ->
              let rows = draws far 5L 30 |> Array.map snd

              let likeliest x =
                  far.Means
                  |> Array.indexed
                  |> Array.maxBy (fun (_, m) -> logDensity { far with Means = [| m |] } x)
                  |> fst

              for weighting in [ ClassWeighting.Bound; ClassWeighting.Simple; ClassWeighting.Signal ] do
                  let options = DiffusionClassifierOptions(Weighting = weighting, Level = 0.0)
                  let found = classify far options rows Threading.CancellationToken.None
                  Expect.equal found.Predicted (Array.map likeliest rows) $"{weighting}")
          torchTest "weights are what they say of the signal-to-noise ratio" (fun () ->
              for t in [ 1; 70; 150; 300 ] do
                  let snr = schedule.SignalToNoise t
                  Expect.floatClose Accuracy.high (BoundWeights.Signal(schedule, t)) (0.5 * snr / (1.0 + snr)) "signal"

              let ratio t =
                  BoundWeights.Simple(schedule, t) / schedule.SignalToNoise t

              Expect.floatClose Accuracy.high (ratio 7) (ratio 200) "in proportion to it")
          torchTest "shared noise makes differences less noisy" (fun () ->
              // the spread of single draws of a difference, shared or not
              let denoiser = Exact(near, schedule) :> IDenoiser
              use noise = generator 1L
              let rows = torch.zeros (500L, 2L)

              let errors label (eps: torch.Tensor) =
                  let x =
                      rows * schedule.Signal(100).ToScalar() + eps * schedule.Noise(100).ToScalar()

                  let labels = torch.full (500L, (label: int64).ToScalar(), dtype = torch.int64)
                  (rows - denoiser.At(x, 100, labels).Data).square().sum 1L

              let shared = torch.randn (500L, 2L, generator = noise)
              let together = (errors 0L shared - errors 1L shared).std().item<float32>()
              let own = torch.randn (500L, 2L, generator = noise)
              let apart = (errors 0L shared - errors 1L own).std().item<float32>()
              Expect.isLessThan together apart "paired")
          test "a class that was dropped stays behind whoever comes to the front later" {
              let contest = Contest(3, 12)

              for i in 1..6 do
                  contest.Add(ReadOnlySpan [| 1.0 + 0.01 * float i; 0.0; (if i % 2 = 0 then 6.0 else -3.0) |])

              contest.Drop 2.5
              Expect.sequenceEqual contest.Left [ 1; 2 ] "the first went"

              for _ in 1..6 do
                  contest.Add(ReadOnlySpan [| 10.0; 0.0 |])

              Expect.equal contest.Best 2 "in front"
              let scores = contest.Scores()
              Expect.equal scores[2] 0.0f "the best"
              Expect.isLessThan scores[0] -0.9f "as far behind as it was"
              Expect.isLessThan scores[1] 0.0f "behind"
          }
          torchTest "the same seed gives the same scores, however rows are cut; a cancelled run ends" (fun () ->
              let rows = draws near 3L 20 |> Array.map snd
              let never = Threading.CancellationToken.None
              let options = DiffusionClassifierOptions()
              let once = classify near options rows never
              let again = classify near (DiffusionClassifierOptions(Rows = 7)) rows never
              Expect.equal again.Predicted once.Predicted "predicted"
              Expect.equal again.Looks once.Looks "looks"

              Expect.isTrue
                  (allClose
                      1e-4
                      (once.Scores |> Array.concat |> Array.map float)
                      (again.Scores |> Array.concat |> Array.map float))
                  "scores"

              Expect.throwsT<OperationCanceledException>
                  (fun () -> classify near options rows (Threading.CancellationToken true) |> ignore)
                  "cancelled") ]
