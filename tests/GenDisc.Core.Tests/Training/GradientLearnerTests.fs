module GenDisc.Core.Tests.Training.GradientLearnerTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

let private values (m: torch.nn.Module) =
    [| for p in m.parameters () do
           yield! numbers p |]

let private sgd = OptimiserOptions(OptimiserKind.Sgd, 1.0)

/// The gradient that one step of plain descent at rate 1 reveals.
let private gradient seed weights clip =
    use model = hybrid seed
    use learner = learner model (weighted weights model) sgd clip seed
    use batch = batchOf 7
    let before = values model
    learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore
    Array.map2 (-) before (values model)

let private terms = [ "reconstruction"; "kl"; "crossEntropy" ]

/// One example whose values are far beyond what squares can hold in single precision.
let private huge () =
    let data =
        Dataset.OfValues(
            "huge",
            [ features ],
            ReadOnlyMemory(Array.create features 1e30f),
            ReadOnlyMemory [| 0 |],
            [ "a"; "b"; "c" ]
        )

    Batches.Gather(data, ReadOnlySpan [| 0 |], torch.CPU)

let private gaussianVae () =
    let stream = init 1L

    let bottleneck =
        new Bottleneck(
            BottleneckOptions(features, latent, true),
            nets [],
            nets [ new Affine(latent, features, stream) ],
            new GaussianLikelihood(),
            stream
        )

    new HybridModel([| BottleneckStage bottleneck; classifier latent stream |])

let tests =
    testList
        "GradientLearner"
        [ testProperty
              "the gradient of the hybrid loss is the weighted sum of its terms' gradients"
              (Prop.forAll
                  (Arb.fromGen (Gen.zip (Gen.choose (1, 1000)) (Gen.three (Gen.choose (1, 300)))))
                  (fun (seed, (a, b, c)) ->
                      use _scope = torch.NewDisposeScope()
                      let seed = int64 seed

                      let weights =
                          [ for w in [ a; b; c ] do
                                float w / 100.0 ]

                      let whole = gradient seed (List.zip terms weights) None

                      let sum =
                          List.zip terms weights
                          |> List.map (fun (term, w) -> gradient seed [ term, 1.0 ] None |> Array.map ((*) w))
                          |> List.reduce (Array.map2 (+))

                      allClose 1e-4 whole sum))
          torchTest "clipping keeps the direction and bounds the norm" (fun () ->
              let norm g = sqrt (Array.sumBy (fun v -> v * v) g)
              let free = gradient 1L hybridWeights None
              let clipped = gradient 1L hybridWeights (Some 0.01)
              Expect.isTrue (close 1e-3 (norm clipped / 0.01) 1.0) "norm"
              let scaled = free |> Array.map (fun v -> v * 0.01 / norm free)
              Expect.isTrue (allClose 1e-5 scaled clipped) "direction"
              let loose = gradient 1L hybridWeights (Some 1e6)
              Expect.isTrue (allClose 1e-6 free loose) "a loose bound changes nothing")
          torchTest "the schedule's factor scales the step" (fun () ->
              let step factor =
                  use model = hybrid 1L
                  use learner = learner model (weighted hybridWeights model) sgd None 1L
                  use batch = batchOf 7
                  let before = values model
                  learner.Step(batch, StepSettings(1, 1, factor), Tally()) |> ignore
                  Array.map2 (-) before (values model)

              Expect.isTrue (allClose 1e-6 (step 1.0 |> Array.map ((*) 0.25)) (step 0.25)) "a quarter"
              Expect.all (step 0.0) ((=) 0.0) "nothing at 0")
          torchTest "the weights of the epoch are used" (fun () ->
              use model = hybrid 1L

              let terms =
                  [| for term in LossTerm.ApplicableTo model do
                         WeightedTerm(term, (fun epoch -> float epoch), 10.0) |]

              use learner = learner model terms sgd None 1L
              use batch = batchOf 7

              for epoch in [ 1; 3 ] do
                  let tally = Tally()
                  let loss = learner.Step(batch, StepSettings(epoch, 1, 0.0), tally)
                  let means = tally.Means()
                  let sum = means["reconstruction"] + means["kl"] + means["crossEntropy"]
                  Expect.isTrue (close 1e-5 (float epoch * sum) loss) $"epoch {epoch}"
                  Expect.isTrue (close 1e-12 means["loss"] loss) "tallied"
                  Expect.equal (learner.WeightsAt(epoch)["kl"]) (float epoch) "reported"

              let tally = Tally()
              use noise = generator 1L
              learner.Evaluate(batch, noise, tally)
              let means = tally.Means()
              let sum = means["reconstruction"] + means["kl"] + means["crossEntropy"]
              Expect.isTrue (close 1e-5 (10.0 * sum) means["loss"]) "evaluation weighs as at the end")
          torchTest "evaluation changes no weight and no buffer, and repeats" (fun () ->
              use model = normalised 1L
              use learner = learner model (weighted hybridWeights model) (adam 0.1) None 1L
              use batch = batchOf 7
              let before = bits model

              let figures () =
                  use noise = generator 3L
                  let tally = Tally()
                  learner.Evaluate(batch, noise, tally)

                  [ for KeyValue(k, v) in tally.Means() do
                        k, v ]

              Expect.equal (figures ()) (figures ()) "same figures"
              Expect.equal (List.map fst (figures ())) [ "accuracy"; "crossEntropy"; "loss" ] "which figures"
              Expect.equal (bits model) before "nothing moved")
          torchTest "a loss that is not finite names its term and leaves the weights" (fun () ->
              use model = gaussianVae ()
              use learner = learner model (weighted hybridWeights model) (adam 0.1) None 1L
              use batch = huge ()
              let before = bits model

              let e =
                  Expect.throwsC (fun () -> learner.Step(batch, StepSettings(2, 5, 1.0), Tally()) |> ignore) id
                  :?> DivergedException

              Expect.equal (e.Term, e.Epoch, e.Step) ("reconstruction", 2, 5) "what and where"

              for part in [ "reconstruction"; "epoch 2"; "step 5"; "0.1"; "clip" ] do
                  Expect.stringContains e.Message part "message"

              Expect.equal (bits model) before "weights")
          torchTest "a term outside the loss is not blamed" (fun () ->
              use model = gaussianVae ()
              use learner = learner model (weighted [ "kl", 1.0 ] model) (adam 0.1) None 1L
              use batch = huge ()

              let e =
                  Expect.throwsC (fun () -> learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore) id
                  :?> DivergedException

              Expect.equal e.Term "kl" "the term that is learnt from")
          torchTest "a parameter that no term reaches is named" (fun () ->
              use model = hybrid 1L

              use learner =
                  learner model (weighted [ "reconstruction", 1.0; "kl", 1.0 ] model) (adam 0.1) None 1L

              use batch = batchOf 4
              Expect.isEmpty learner.Unreached "not known yet"
              learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore
              Expect.equal (List.ofSeq learner.Unreached) [ "2_classifier.0.weight"; "2_classifier.0.bias" ] "the head")
          torchTest "a term that only comes in later is waited for" (fun () ->
              use model = hybrid 1L

              let terms =
                  [| for term in LossTerm.ApplicableTo model do
                         WeightedTerm(
                             term,
                             (fun epoch -> if epoch = 1 && term.Name = "crossEntropy" then 0.0 else 1.0),
                             1.0
                         ) |]

              use learner = learner model terms (adam 0.1) None 1L
              use batch = batchOf 4

              for epoch in [ 1; 2 ] do
                  learner.Step(batch, StepSettings(epoch, 1, 1.0), Tally()) |> ignore
                  Expect.isEmpty learner.Unreached $"epoch {epoch}")
          torchTest "batch normalisation needs two examples" (fun () ->
              use plain = hybrid 1L
              use learnerOfPlain = learner plain (weighted hybridWeights plain) (adam 0.1) None 1L
              use batched = normalised 1L

              use learnerOfBatched =
                  learner batched (weighted hybridWeights batched) (adam 0.1) None 1L

              Expect.equal (learnerOfPlain.SmallestBatch, learnerOfBatched.SmallestBatch) (1, 2) "smallest batches") ]
