module GenDisc.Core.Tests.Training.Energy.EnergyLearnerTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Energy.Energies

let private sgd rate =
    OptimiserOptions(OptimiserKind.Sgd, rate)

let private finite (model: HybridModel) =
    model.parameters ()
    |> Seq.forall (fun p -> numbers p |> Array.forall Double.IsFinite)

let private kinds (learner: EnergyLearner) =
    [ for r in learner.Remedies do
          r.Kind ]

let private train seed =
    use _scope = torch.NewDisposeScope()
    use model = energetic seed
    use learner = energyLearner model (adam 0.003) brief null seed
    let listener = Listener()

    let outcome =
        fit (constant 2 16 None) listener learner (splitsOf 160) seed uncancelled

    let figures =
        [ for e in outcome.Epochs do
              List.ofSeq e.Train @ List.ofSeq e.Validation ]

    let history =
        [ for p in learner.History do
              p.Step, p.Data, p.Samples ]

    figures, List.ofSeq listener.Batches, List.ofSeq listener.Warnings, history, bits model

/// Two round clouds around (−1.5, 0) and (1.5, 0), of deviation 0.4.
let private clouds n =
    let stream = RandomStream(21L, "clouds")
    let labels = Array.init n (fun i -> i % 2)

    let values =
        [| for label in labels do
               float32 (float (2 * label - 1) * 1.5 + 0.4 * stream.NextGaussian())
               float32 (0.4 * stream.NextGaussian()) |]

    let data =
        Dataset.OfValues("clouds", [ 2 ], memory values, memory labels, [ "left"; "right" ])

    Splits(
        Split(data, rowsOf 0 (n / 2 - 1)),
        Split(data, rowsOf (n / 2) (3 * n / 4 - 1)),
        Split(data, rowsOf (3 * n / 4) (n - 1))
    )

let tests =
    testList
        "EnergyLearner"
        [ torchTest "a run that goes well is the plain learner's, with nothing to tell" (fun () ->
              let run (learner: ILearner) (model: HybridModel) =
                  use batch = batchOf 20
                  let tally = Tally()

                  let losses =
                      [ for i in 1..5 -> learner.Step(batch, StepSettings(1, i, 0.5), tally) ]

                  losses,
                  bits model,
                  [ for KeyValue(k, v) in tally.Means() do
                        k, v ]

              use model = energetic 1L
              use watched = energyLearner model (adam 0.01) brief null 1L
              use model' = energetic 1L
              use sampler = sampler model' brief 1L
              use plain = gradientLearner model' (EnergyTerm sampler) (adam 0.01) true
              Expect.equal (run watched model) (run plain model') "bit for bit"
              Expect.isEmpty watched.Remedies "no remedy"
              Expect.isEmpty (watched.TakeNotices()) "no notice"
              Expect.equal watched.Rate 0.01 "rate"
              Expect.equal ([ for p in watched.History -> p.Step ]) [ 1L .. 5L ] "every step so far")
          torchTest "equal seeds give equal runs" (fun () ->
              Expect.equal (train 1L) (train 1L) "equal"
              let _, _, warnings, history, _ = train 1L
              Expect.isEmpty warnings "healthy"
              Expect.hasLength history 14 "two epochs of seven batches")
          torchTest "a rate beyond reason is halved until training goes on, and every remedy is told" (fun () ->
              use model = energetic 1L

              let watch =
                  EnergyWatch(LargestEnergy = 50.0, MostRemedies = 60, MostSteps = 20, MostRegularisation = 0.15)

              use learner = energyLearner model (sgd 1e6) brief watch 1L
              let listener = Listener()

              let outcome =
                  fit (constant 2 16 None) listener learner (splitsOf 160) 1L uncancelled

              Expect.equal outcome.Epochs.Count 2 "through"
              Expect.isTrue (finite model) "finite parameters"
              Expect.isGreaterThan learner.Remedies.Count 6 "many"

              Expect.equal
                  (kinds learner |> List.truncate 9)
                  [ RemedyKind.LowerRate
                    RemedyKind.MoreSteps
                    RemedyKind.Regularise
                    RemedyKind.LowerRate
                    RemedyKind.MoreSteps
                    RemedyKind.Regularise
                    RemedyKind.LowerRate
                    RemedyKind.LowerRate // 20 steps and α = 0.15 are the most
                    RemedyKind.LowerRate ]
                  "in order"

              let halved = kinds learner |> List.filter ((=) RemedyKind.LowerRate) |> List.length
              Expect.equal learner.Rate (1e6 / 2.0 ** float halved) "rate"
              Expect.equal learner.Sampler.Steps 20 "5, 10, 20 steps"
              Expect.isTrue (learner.Remedies |> Seq.exists (fun r -> r.What.EndsWith "0.15")) "α"
              Expect.equal (outcome.Epochs[1]).LearningRate learner.Rate "in the report"
              Expect.hasLength listener.Warnings learner.Remedies.Count "all told"

              for i, remedy in Seq.indexed learner.Remedies do
                  for part in
                      [ remedy.What
                        remedy.Why
                        $"step {remedy.Step}"
                        $"remedy {i + 1} of at most 60" ] do
                      Expect.stringContains listener.Warnings[i] part "told as it was"

              for e in outcome.Epochs do
                  for KeyValue(name, value) in e.Train do
                      Expect.isLessThan (abs value) 1e3 $"steps taken back leave no trace in {name}")
          torchTest "after so many remedies training is given up, and says what was tried" (fun () ->
              use model = energetic 1L
              let before = bits model
              use learner = energyLearner model (sgd 1e30) brief null 1L
              let listener = Listener()

              let e =
                  Expect.throwsC
                      (fun () ->
                          fit (constant 1 16 None) listener learner (splitsOf 160) 1L uncancelled
                          |> ignore)
                      id
                  :?> DivergedException

              Expect.equal (learner.Remedies.Count, listener.Warnings.Count) (8, 8) "eight, all told"

              for part in
                  [ "diverged"
                    "in vain"
                    "half the learning rate, 5E+29"
                    "10 a batch"
                    "regularisation, 0.1"
                    "regularisation, 0.2" ] do
                  Expect.stringContains e.Message part "message"

              Expect.equal (bits model) before "the last good state, here the first")
          torchTest "a gap between data and samples that stays is divergence, one that passes is not" (fun () ->
              let run patience steps =
                  use _scope = torch.NewDisposeScope()
                  use model = energetic 1L
                  let watch = EnergyWatch(LargestGap = 0.02, Patience = patience)
                  use learner = energyLearner model (adam 1e-4) brief watch 1L
                  use batch = batchOf 20

                  for i in 1..steps do
                      step learner batch i |> ignore

                  [ for r in learner.Remedies do
                        r.Step, r.Why ]

              Expect.isEmpty (run 50 50) "too early to tell"

              match run 5 6 with
              | [ 6, why ] -> Expect.stringContains why "data less that of samples" "why"
              | other -> failtest $"{other}")
          torchTest "it goes back to a state that has gone on well, with a new optimiser and new chains" (fun () ->
              use model = energetic 1L
              let watch = EnergyWatch(Patience = 3)
              use learner = energyLearner model (adam 0.01) brief watch 1L
              use batch = batchOf 20
              let states = ResizeArray()

              for i in 1..8 do
                  step learner batch i |> ignore

                  states.Add
                      [| for p in model.parameters () do
                             yield! numbers p |]

              assign model "1_classifier.0.bias" (torch.full ([| int64 classes |], nan.ToScalar()))
              step learner batch 9 |> ignore
              Expect.equal (kinds learner) [ RemedyKind.LowerRate ] "one"
              Expect.equal learner.Sampler.Buffer.Moved 20 "only the batch's chains have moved"
              // Copies were taken at steps 3 and 6; the second had not proved itself. Adam's first step is the rate for
              // every parameter with a gradient.
              let now =
                  [| for p in model.parameters () do
                         yield! numbers p |]

              let furthest = Array.map2 (fun a b -> abs (a - b)) now states[2] |> Array.max
              Expect.isTrue (close 1e-4 1.0 (furthest / 0.005)) "half the rate from step 3")
          torchTest "a term that samples another model is refused" (fun () ->
              use a = energetic 1L
              use b = energetic 2L
              use sampler = sampler a brief 1L
              let term = EnergyTerm sampler
              use inner = gradientLearner b term (adam 0.1) true
              Expect.throwsT<ArgumentException> (fun () -> new EnergyLearner(inner, term) |> ignore) "refused")
          torchTest "on two clouds it learns classes and density" (fun () ->
              let stream = init 1L

              use model =
                  new HybridModel(
                      [| TrunkStage(
                             new Chain(
                                 nets
                                     [ new Affine(2, 32, stream)
                                       Pure.Silu()
                                       new Affine(32, 32, stream)
                                       Pure.Silu() ]
                             )
                         )
                         energyHead 32 2 stream |]
                  )

              // Langevin dynamics at temperature 1: σ² = 2 η.
              let sgld =
                  SgldOptions(Steps = 20, StepSize = 0.02, Noise = 0.2, BufferSize = 512, UnitInterval = false)

              let sampler = new SgldSampler(model, [ 2 ], sgld, Energies.stream 1L)
              let term = EnergyTerm sampler
              use learner = new EnergyLearner(gradientLearner model term (adam 0.003) true, term)
              let splits = clouds 1024
              let listener = Listener()
              fit (constant 40 64 None) listener learner splits 1L uncancelled |> ignore
              Expect.isEmpty listener.Warnings "healthy"
              let means = Trainer.Evaluate(learner, splits.Test, generator 1L, torch.CPU)
              Expect.isGreaterThan (means["accuracy"]) 0.95 "classes"
              let samples = EnergySamples.Draw(sampler, 512, 100)

              let mean k =
                  samples |> Array.averageBy (fun s -> float s[k])

              let spread k =
                  samples |> Array.averageBy (fun s -> float s[k] ** 2.0) |> sqrt
              // Data: means 0 and 0, deviations √(1.5² + 0.4²) = 1.55 and 0.4.
              Expect.isLessThan (abs (mean 0)) 0.5 "mean across"
              Expect.isLessThan (abs (mean 1)) 0.15 "mean along"
              Expect.isLessThan (abs (spread 0 - 1.55)) 0.3 "deviation across"
              Expect.isLessThan (abs (spread 1 - 0.4)) 0.2 "deviation along"
              let energies = EnergySamples.Energies(model, splits.Test, torch.CPU)

              let far =
                  [| for x, y in [ 0f, 4f; 0f, -4f; 6f, 0f; -6f, 0f; 0f, 0f ] -> [| x; y |] |]

              let outside = EnergySamples.Energies(model, far, [ 2 ], torch.CPU)
              Expect.all outside (fun e -> e > Array.average energies + 1.0) "density falls away from the data") ]
