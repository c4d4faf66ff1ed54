module GenDisc.Core.Tests.Evaluation.Boltzmann.AnnealingTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines
open GenDisc.Core.Tests.Evaluation.Drawn
open GenDisc.Core.Tests.Modules.Building

let private stream seed = CounterStream(seed, "annealing")

let private forward (rbm: Rbm) rates chains temperatures seed =
    AnnealedImportanceSampling.Estimate(rbm, rates, AisOptions(chains, temperatures), stream seed)

let private reverse (rbm: Rbm) rates samples temperatures seed =
    ReverseAis.Estimate(rbm, rates, samples, AisOptions(2, temperatures), stream seed)

/// The first number that the running sum of p exceeds.
let private pick (random: RandomStream) (p: float array) =
    let mutable left, place = random.NextDouble(), 0

    while place < p.Length - 1 && left >= p[place] do
        left <- left - p[place]
        place <- place + 1

    place

/// Independent exact samples of a small machine: the enumerated layer first, then the rest given it.
let private exactSamples (rbm: Rbm) n (random: RandomStream) =
    let rest = stream (int64 (random.NextInt 1000000))
    use exact = new DoubleRbm(rbm)

    match rbm.LogVariance with
    | null ->
        let all = states rbm.Visible
        let p = Enumeration.LogProbabilities(rbm, tensorOfRows all) |> Array.map exp
        let visible = Array.init n (fun _ -> all[pick random p])
        rbm.StateOf(tensorOfRows visible, null, rest)
    | logVariance ->
        let all = states rbm.Hidden

        let logs =
            numbers (exact.SumOverVisible(tensorOf [ all.Length; rbm.Hidden ] (Array.concat all), 1.0))

        let p = logs |> Array.map (fun l -> exp (l - logSum logs))
        let hidden = tensorOfRows (Array.init n (fun _ -> all[pick random p]))
        use _ = torch.no_grad ()
        let noise = tensorOf [ n; rbm.Visible ] (gaussians random (n * rbm.Visible))

        let visible =
            rbm.VisibleLogits hidden
            + noise.float () * (logVariance * torch.tensor(0.5f).ToScalar()).exp()

        if rbm.Classes = 0 then
            visible
        else
            let u, d =
                numbers (Unchecked.nonNull rbm.ClassWeight), numbers (Unchecked.nonNull rbm.ClassBias)

            let h = numbers hidden

            let labels =
                Array.init n (fun k ->
                    let logits =
                        Array.init rbm.Classes (fun y ->
                            d[y]
                            + Seq.sum (Seq.init rbm.Hidden (fun j -> h[k * rbm.Hidden + j] * u[j * rbm.Classes + y])))

                    let chosen = pick random (softmax logits)
                    Array.init rbm.Classes (fun y -> if y = chosen then 1.0 else 0.0))

            torch.cat ([| visible; tensorOfRows labels |], 1L)

let private sizes = [ 3, 2; 5, 8; 10, 4; 12, 12 ]

let tests =
    testList
        "Annealing"
        [ testCase "14,500 temperatures are those of Salakhutdinov and Murray" (fun () ->
              let betas = AisOptions().Schedule()
              Expect.equal betas.Length 14501 "one more than steps"
              Expect.equal (betas[0], betas[500], betas[4500], betas[14500]) (0.0, 0.5, 0.9, 1.0) "ends of the parts"
              Expect.floatClose Accuracy.high (betas[1] - betas[0]) 1e-3 "first"
              Expect.floatClose Accuracy.high (betas[501] - betas[500]) 1e-4 "second"
              Expect.floatClose Accuracy.high (betas[4501] - betas[4500]) 1e-5 "third")
          testCase "any number of temperatures rises from 0 to 1" (fun () ->
              for n in [ 1..60 ] @ [ 100; 1000; 14499 ] do
                  let betas = AisOptions(2, n).Schedule()
                  Expect.equal (betas.Length, betas[0], betas[n]) (n + 1, 0.0, 1.0) "ends"
                  Expect.isTrue (Array.pairwise betas |> Array.forall (fun (a, b) -> a < b)) $"{n} rise")
          torchTest "of a machine without weights the base model is exact" (fun () ->
              let rates = ratesOf (examples 40 7 (RandomStream(1L, "bits")))

              for kind, classes in kinds do
                  use rbm = unconnected kind classes 5 rates
                  let estimate = forward rbm rates 20 10 1L
                  let exact = Enumeration.LogPartition rbm
                  Expect.floatClose Accuracy.medium estimate.BaseLogZ exact $"{kind} {classes}"
                  Expect.floatClose Accuracy.medium estimate.LogZ exact "no change on the way"
                  Expect.isLessThan estimate.StandardError 1e-5 "no error"
                  Expect.isGreaterThan estimate.EffectiveSampleSize 19.999 "all alike")
          torchTest "within three standard errors of the exact log Z, and the errors are of the right size" (fun () ->
              let standardised =
                  [| for kind, classes in kinds do
                         for visible, hidden in sizes do
                             for seed in 1L .. 3L do
                                 let random = RandomStream(seed, $"{kind} {classes} {visible}")
                                 use rbm = machine kind classes visible hidden 0.5 random
                                 let rates = ratesOf (examples 50 visible random)
                                 let estimate = forward rbm rates 200 100 seed
                                 let off = estimate.LogZ - Enumeration.LogPartition rbm
                                 let z = off / estimate.StandardError
                                 Expect.isLessThan (abs z) 3.0 $"{kind} {classes} {visible}-{hidden} seed {seed}"

                                 Expect.isTrue
                                     (estimate.LogZLow < estimate.LogZ && estimate.LogZ < estimate.LogZHigh)
                                     "bar"

                                 let ratio = estimate.BootstrapError / estimate.StandardError
                                 Expect.isTrue (ratio > 0.8 && ratio < 1.25) $"bootstrap {ratio}"
                                 z |]

              let square = standardised |> Array.averageBy (fun z -> z * z)
              Expect.isTrue (square > 0.6 && square < 1.6) $"mean square {square}")
          torchTest "of pictures with a dozen hidden units too, in single precision" (fun () ->
              let random = RandomStream(8L, "pictures")
              use rbm = binary 784 12 0.1 random
              let rates = ratesOf (examples 50 784 random)
              let estimate = forward rbm rates 50 300 1L
              let off = estimate.LogZ - Enumeration.LogPartition rbm
              Expect.isLessThan (abs off) (3.0 * estimate.StandardError) $"{off} of {estimate.LogZ}"
              Expect.isLessThan estimate.StandardError 0.3 "and that is little")
          torchTest "with few temperatures forward is too low and reverse too high, on average" (fun () ->
              for kind, classes in kinds do
                  let random = RandomStream(9L, $"both ways {kind} {classes}")
                  use rbm = machine kind classes 8 6 1.0 random
                  let rates = ratesOf (examples 50 8 random)
                  let exact = Enumeration.LogPartition rbm
                  let below = Array.init 200 (fun i -> (forward rbm rates 2 4 (int64 i)).LogZ - exact)

                  let above =
                      Array.init 200 (fun i ->
                          (reverse rbm rates (exactSamples rbm 2 random) 4 (int64 i)).LogZ - exact)

                  let low, lowError = meanAndError below
                  let high, highError = meanAndError above
                  Expect.isLessThan (low + 2.0 * lowError) 0.0 $"forward of {kind} {classes}: {low} ± {lowError}"

                  Expect.isGreaterThan
                      (high - 2.0 * highError)
                      0.0
                      $"reverse of {kind} {classes}: {high} ± {highError}")
          torchTest "with many temperatures the reverse of exact samples meets log Z" (fun () ->
              for kind, classes in kinds do
                  let random = RandomStream(10L, $"reverse {kind} {classes}")
                  use rbm = machine kind classes 8 6 0.5 random
                  let rates = ratesOf (examples 50 8 random)
                  let estimate = reverse rbm rates (exactSamples rbm 200 random) 200 1L
                  let off = estimate.LogZ - Enumeration.LogPartition rbm
                  Expect.isLessThan (abs off) (3.0 * estimate.StandardError) $"{kind} {classes}: {off}"

                  Expect.equal
                      (estimate.Chains, estimate.Temperatures, estimate.LogWeights.Length)
                      (200, 200, 200)
                      "sizes"

                  let first, last = estimate.Trajectory[0], Seq.last estimate.Trajectory
                  Expect.equal (first.Beta, last.Beta) (1.0, 0.0) "downwards")
          torchTest "sweeps before the reverse bring data to the machine" (fun () ->
              let random = RandomStream(11L, "sweeps")
              use rbm = binary 8 6 0.5 random
              let rates = ratesOf (examples 50 8 random)
              let samples = torch.zeros (200L, 8L)

              let estimate =
                  ReverseAis.Estimate(rbm, rates, samples, AisOptions(2, 200), stream 1L, 50)

              let off = estimate.LogZ - Enumeration.LogPartition rbm
              Expect.isLessThan (abs off) (3.0 * estimate.StandardError) "as from exact samples"
              Expect.equal (single (samples.sum ())) 0.0 "the samples stay")
          torchTest "the same stream gives the same estimate, another gives another" (fun () ->
              let random = RandomStream(12L, "seeds")
              use rbm = machine VisibleKind.Bernoulli 3 6 5 0.5 random
              let rates = ratesOf (examples 50 6 random)

              let at seed =
                  (forward rbm rates 10 30 seed).LogWeights

              Expect.equal (at 1L) (at 1L) "same"
              Expect.notEqual (at 1L) (at 2L) "other")
          torchTest "the trajectory ends at the weights, and progress at 1" (fun () ->
              let random = RandomStream(13L, "progress")
              use rbm = binary 6 5 0.5 random
              let rates = ratesOf (examples 50 6 random)
              let mutable told = []

              let estimate =
                  AnnealedImportanceSampling.Estimate(
                      rbm,
                      rates,
                      AisOptions(10, 1000),
                      stream 1L,
                      CancellationToken.None,
                      fun share -> told <- share :: told
                  )

              let rising values =
                  values |> Seq.pairwise |> Seq.forall (fun (a, b) -> a < b)

              Expect.isTrue (rising (List.rev told)) "progress rises"
              Expect.equal (told.Head, told.Length) (1.0, 100) "to 1"
              let trajectory = estimate.Trajectory
              Expect.isTrue (rising (trajectory |> Seq.map _.Beta)) "β rises"
              Expect.isTrue (trajectory.Count > 60 && trajectory.Count < 110) $"{trajectory.Count} points"
              let last = Seq.last trajectory
              Expect.equal (last.Beta, last.Mean) (1.0, Array.average estimate.LogWeights) "end"
              Expect.equal trajectory[0] (TrajectoryPoint(0.0, 0.0, 0.0)) "start")
          torchTest "weights of ±50 stay finite" (fun () ->
              for kind, classes in kinds do
                  let random = RandomStream(14L, "extreme")
                  use rbm = machine kind classes 30 20 1.0 random
                  fill rbm.Weight (Array.init 600 (fun _ -> if random.NextInt 2 = 0 then -50.0 else 50.0))
                  let rates = ratesOf (examples 50 30 random)

                  for temperatures in [ 1; 20 ] do
                      let estimate = forward rbm rates 10 temperatures 1L
                      Expect.all estimate.LogWeights Double.IsFinite $"{kind} {classes}"
                      Expect.isTrue (Double.IsFinite estimate.LogZ) "estimate"

                      let back =
                          reverse
                              rbm
                              rates
                              (rbm.StateOf(tensorOfRows (examples 10 30 random), null, stream 2L))
                              temperatures
                              1L

                      Expect.all back.LogWeights Double.IsFinite $"{kind} {classes} backwards")
          torchTest "what cannot be estimated is refused" (fun () ->
              let random = RandomStream(15L, "refused")
              use rbm = binary 4 3 0.5 random
              let rates = ratesOf (examples 10 4 random)

              userError [ "1 chains"; "at least 2" ] (fun () -> forward rbm rates 1 10 1L)
              |> ignore

              userError [ "0 temperatures" ] (fun () -> forward rbm rates 5 0 1L) |> ignore

              userError [ "3 units"; "4 visible" ] (fun () -> forward rbm (ratesOf (examples 9 3 random)) 5 5 1L)
              |> ignore

              userError [ "[5, 3]"; "4 numbers" ] (fun () -> reverse rbm rates (torch.zeros (5L, 3L)) 5 1L)
              |> ignore

              userError [ "1 chains" ] (fun () -> reverse rbm rates (torch.zeros (1L, 4L)) 5 1L)
              |> ignore

              let cancelled = CancellationToken true

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      AnnealedImportanceSampling.Estimate(rbm, rates, AisOptions(5, 5), stream 1L, cancelled)
                      |> ignore)
                  "cancelled"

              fill rbm.VisibleBias [| 0.0; infinity; 0.0; 0.0 |]

              userError [ "visibleBias"; "not finite" ] (fun () -> forward rbm rates 5 5 1L)
              |> ignore) ]
