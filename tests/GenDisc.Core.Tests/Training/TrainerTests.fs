module GenDisc.Core.Tests.Training.TrainerTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

/// Learns nothing: its bias is the epoch of the last step, its validation losses are given.
type private Scripted(losses: float list, smallest: int) =
    let net = new Affine(1, 1, init 1L)
    let mutable evaluations = 0
    member val Steps = ResizeArray<StepSettings * int>()
    member _.LastEpoch = single (net.state_dict()["bias"])

    interface ILearner with
        member _.SmallestBatch = smallest
        member _.Module = net
        member _.Unreached = [||]
        member _.Rate = 0.5

        member _.WeightsAt epoch =
            dict [ "kl", float epoch ] |> Collections.Generic.Dictionary :> _

        member this.Step(batch, settings, tally) =
            this.Steps.Add(settings, batch.Count)
            assign net "bias" (torch.tensor [| float32 settings.Epoch |])
            tally.Add("loss", 1.0, 1L)
            1.0

        member _.Evaluate(_, _, tally, _) =
            tally.Add("loss", losses[evaluations], 1L)
            evaluations <- evaluations + 1

        member _.Dispose() = net.Dispose()

/// Has two things to tell of each epoch's first step, and gives up in the second step of the second epoch.
type private Telling() =
    let net = new Affine(1, 1, init 1L)
    let mutable notices: string array = [||]

    interface ILearner with
        member _.SmallestBatch = 1
        member _.Module = net
        member _.Unreached = [||]
        member _.Rate = 1.0
        member _.WeightsAt _ = Collections.Generic.Dictionary()

        member _.Step(_, settings, tally) =
            if settings.Epoch = 2 && settings.Step = 2 then
                notices <- [| "gave up" |]
                raise (DivergedException("energy", nan, 2, 2, 1.0))

            if settings.Step = 1 then
                notices <- [| $"a {settings.Epoch} 1"; $"b {settings.Epoch} 1" |]

            tally.Add("loss", 1.0, 1L)
            1.0

        member _.TakeNotices() =
            let taken = notices
            notices <- [||]
            taken

        member _.Evaluate(_, _, tally, _) = tally.Add("loss", 1.0, 1L)
        member _.Dispose() = net.Dispose()

let private scripted options losses smallest n =
    use learner = new Scripted(losses, smallest)
    let outcome = fit options (Listener()) learner (splitsOf n) 1L uncancelled
    outcome, learner.LastEpoch, List.ofSeq learner.Steps

let private unvalidated n =
    let s = splitsOf n
    Splits(s.Train, Split(s.Train.Data, ReadOnlyMemory.Empty), s.Test)

let private figures (report: EpochReport) =
    [ for KeyValue(k, v) in report.Train do
          "train." + k, v ]
    @ [ for KeyValue(k, v) in report.Validation do
            "validation." + k, v ]

let private train seed =
    use model = hybrid seed
    use learner = learner model (weighted hybridWeights model) (adam 0.01) None seed
    let listener = Listener()

    let outcome =
        fit (constant 2 16 None) listener learner (splitsOf 160) seed uncancelled

    outcome.Epochs |> Seq.map figures |> List.ofSeq, List.ofSeq listener.Batches, bits model

let private diverged f =
    Expect.throwsC f id :?> DivergedException

/// Five epochs of two batches, cancelled during this (epoch, batch).
let private cancelledAt place learner =
    use source = new CancellationTokenSource()

    let listener =
        Listener(
            OnBatch =
                fun epoch batch ->
                    if (epoch, batch) = place then
                        source.Cancel()
        )

    fit (constant 5 5 None) listener learner (splitsOf 16) 1L source.Token

let tests =
    testList
        "Trainer"
        [ torchTest "two runs of one seed agree in every metric and weight, bit for bit" (fun () ->
              Expect.equal (train 1L) (train 1L) "equal")
          torchTest "another seed gives other metrics and weights" (fun () ->
              let metrics, _, weights = train 1L
              let otherMetrics, _, otherWeights = train 2L
              Expect.notEqual otherMetrics metrics "metrics"
              Expect.notEqual otherWeights weights "weights")
          torchTest "it learns" (fun () ->
              use model = hybrid 1L
              use learner = learner model (weighted hybridWeights model) (adam 0.02) None 1L
              let splits = splitsOf 320
              let outcome = fit (constant 20 20 None) (Listener()) learner splits 1L uncancelled
              let first, last = outcome.Epochs[0], outcome.Epochs[19]
              Expect.isLessThan last.Train["loss"] first.Train["loss"] "training loss"
              Expect.isGreaterThan last.Validation["accuracy"] 0.8 "three classes told apart"
              Expect.isLessThan last.Validation["loss"] first.Validation["loss"] "validation loss")
          torchTest "reports count epochs, weights and rates" (fun () ->
              let options = TrainerOptions(4, 5, StepRate(4, 2, 0.1))
              use learner = new Scripted([ 4.0; 3.0; 2.0; 1.0 ], 1)
              let listener = Listener()
              let outcome = fit options listener learner (splitsOf 16) 1L uncancelled

              Expect.equal
                  [ for e in outcome.Epochs do
                        e.Epoch ]
                  [ 1; 2; 3; 4 ]
                  "epochs"

              Expect.equal
                  [ for e in outcome.Epochs do
                        e.LearningRate ]
                  [ 0.5; 0.5; 0.05; 0.05 ]
                  "rates"

              Expect.equal
                  [ for e in outcome.Epochs do
                        e.Weights["kl"] ]
                  [ 1.0; 2.0; 3.0; 4.0 ]
                  "weights"

              Expect.equal
                  [ for e in outcome.Epochs do
                        e.Validation["loss"] ]
                  [ 4.0; 3.0; 2.0; 1.0 ]
                  "validation"

              Expect.equal (List.ofSeq listener.Epochs) (List.ofSeq outcome.Epochs) "told as they come"
              Expect.equal listener.Batches.Count 8 "10 examples in batches of 5"

              Expect.equal
                  (outcome.BestEpoch, outcome.Interrupted, outcome.StoppedEarly)
                  (4, false, false)
                  "the last epoch stands")
          torchTest "the schedule is followed step by step, at the middle of each" (fun () ->
              let options = TrainerOptions(2, 5, ConstantRate(2, 1))
              let _, _, steps = scripted options [ 1.0; 1.0 ] 1 16
              Expect.equal (steps |> List.map (fun (s, _) -> s.RateFactor)) [ 0.25; 0.75; 1.0; 1.0 ] "warm-up"

              Expect.equal
                  (steps |> List.map (fun (s, _) -> s.Epoch, s.Step))
                  [ 1, 1; 1, 2; 2, 1; 2, 2 ]
                  "epoch and step")
          torchTest "patience counts epochs without improvement and the best weights come back" (fun () ->
              for patience, losses, epochs, best in
                  [ 1, [ 3.0; 2.0; 2.0; 1.0 ], 3, 2
                    2, [ 3.0; 2.0; 2.5; 1.0; 1.5; 1.2 ], 6, 4
                    2, [ 1.0; 2.0; 3.0 ], 3, 1 ] do
                  let outcome, lastEpoch, _ = scripted (constant 10 5 (Some patience)) losses 1 16
                  Expect.equal (outcome.Epochs.Count, outcome.BestEpoch) (epochs, best) $"patience {patience}"
                  Expect.equal lastEpoch (float best) "the weights of the best epoch"
                  Expect.isTrue (outcome.StoppedEarly && not outcome.Interrupted) "stopped early")
          torchTest "patience that never runs out still gives the best weights" (fun () ->
              let outcome, lastEpoch, _ = scripted (constant 3 5 (Some 5)) [ 3.0; 1.0; 2.0 ] 1 16
              Expect.equal (outcome.Epochs.Count, outcome.BestEpoch, lastEpoch) (3, 2, 2.0) "the second epoch"
              Expect.isFalse outcome.StoppedEarly "it went through")
          torchTest "a restored model has the validation loss that was reported as best" (fun () ->
              use model = hybrid 1L
              use learner = learner model (weighted hybridWeights model) (adam 0.3) None 1L
              let splits = splitsOf 80

              let outcome =
                  fit (constant 40 10 (Some 2)) (Listener()) learner splits 1L uncancelled

              Expect.isTrue outcome.StoppedEarly "a rate this high overshoots"
              let best = outcome.Epochs[outcome.BestEpoch - 1].Validation

              let again =
                  Trainer.Evaluate(
                      learner,
                      splits.Validation,
                      Streams(1L).Evaluation("validation", torch.CPU),
                      torch.CPU
                  )

              Expect.equal (List.ofSeq again) (List.ofSeq best) "every figure"

              Expect.equal
                  best["loss"]
                  (outcome.Epochs |> Seq.map (fun e -> e.Validation["loss"]) |> Seq.min)
                  "and it is the least")
          torchTest "cancelling stops after the batch in hand and keeps the epochs that were finished" (fun () ->
              use learner = new Scripted([ 1.0; 1.0; 1.0 ], 1)
              let outcome = cancelledAt (3, 1) learner
              Expect.equal (outcome.Epochs.Count, outcome.BestEpoch) (2, 2) "two epochs"
              Expect.isTrue (outcome.Interrupted && not outcome.StoppedEarly) "interrupted"
              Expect.equal learner.Steps.Count 5 "no step after it")
          torchTest "cancelling after an epoch's last batch keeps that epoch" (fun () ->
              use learner = new Scripted([ 1.0; 1.0; 1.0 ], 1)
              let outcome = cancelledAt (1, 2) learner
              Expect.equal (outcome.Epochs.Count, learner.Steps.Count) (1, 2) "one epoch of two steps"
              Expect.isTrue outcome.Interrupted "interrupted")
          torchTest "cancelling before training begins leaves no step" (fun () ->
              use source = new CancellationTokenSource()
              source.Cancel()
              use learner = new Scripted([], 1)

              let outcome =
                  fit (constant 5 5 (Some 1)) (Listener()) learner (splitsOf 16) 1L source.Token

              Expect.equal (outcome.Epochs.Count, outcome.BestEpoch, learner.Steps.Count) (0, 0, 0) "nothing"
              Expect.isTrue outcome.Interrupted "interrupted")
          torchTest "cancelling once training is through interrupts nothing" (fun () ->
              use source = new CancellationTokenSource()
              use learner = new Scripted([ 1.0; 1.0 ], 1)

              let listener =
                  Listener(
                      OnEpoch =
                          fun epoch ->
                              if epoch = 2 then
                                  source.Cancel()
                  )

              let outcome = fit (constant 2 5 None) listener learner (splitsOf 16) 1L source.Token
              Expect.isFalse outcome.Interrupted "through"
              Expect.equal outcome.Epochs.Count 2 "all epochs")
          torchTest "a last batch too small to learn from is passed over" (fun () ->
              // 10 training examples in batches of 3 leave one.
              let _, _, steps = scripted (constant 1 3 None) [ 1.0 ] 2 16
              Expect.equal (List.map snd steps) [ 3; 3; 3 ] "whole batches"
              let _, _, steps = scripted (constant 1 3 None) [ 1.0 ] 1 16
              Expect.equal (List.map snd steps) [ 3; 3; 3; 1 ] "all of them where one example is enough"
              use model = normalised 1L
              use learner = learner model (weighted hybridWeights model) (adam 0.01) None 1L

              let outcome =
                  fit (constant 1 3 None) (Listener()) learner (splitsOf 16) 1L uncancelled

              Expect.isTrue (Double.IsFinite(outcome.Epochs[0].Validation["loss"])) "with batch normalisation")
          torchTest "batches that are all too small are a user error" (fun () ->
              userError [ "batch normalisation"; "at least 2"; "batch size is 1"; "larger batch" ] (fun () ->
                  scripted (constant 1 1 None) [ 1.0 ] 2 16)
              |> ignore)
          torchTest "early stopping without a validation part is a user error" (fun () ->
              use learner = new Scripted([], 1)

              userError [ "early stopping"; "validation" ] (fun () ->
                  fit (constant 1 5 (Some 1)) (Listener()) learner (unvalidated 16) 1L uncancelled)
              |> ignore)
          torchTest "without a validation part reports have none" (fun () ->
              use learner = new Scripted([], 1)

              let outcome =
                  fit (constant 2 5 None) (Listener()) learner (unvalidated 16) 1L uncancelled

              Expect.all outcome.Epochs (fun e -> e.Validation.Count = 0) "empty"
              Expect.equal outcome.BestEpoch 2 "the last")
          torchTest "a rate beyond reason is told with term, epoch and step" (fun () ->
              use model = hybrid 1L
              use learner = learner model (weighted hybridWeights model) (adam 1e30) None 1L

              let e =
                  diverged (fun () ->
                      fit (constant 3 10 None) (Listener()) learner (splitsOf 80) 1L uncancelled
                      |> ignore)

              Expect.equal (e.Epoch, e.Step) (1, 2) "the step after the first update"
              Expect.contains [ "reconstruction"; "kl"; "crossEntropy" ] e.Term "a term")
          torchTest "a last step that spoils the weights is told, with and without validation" (fun () ->
              for splits in [ splitsOf 80; unvalidated 80 ] do
                  use model = hybrid 1L
                  let options = OptimiserOptions(OptimiserKind.Sgd, 3e38)

                  use learner =
                      learner model (weighted [ "reconstruction", 100.0 ] model) options None 1L

                  let listener = Listener()

                  let e =
                      diverged (fun () -> fit (constant 1 50 None) listener learner splits 1L uncancelled |> ignore)

                  Expect.stringStarts e.Term "0_trunk" "the parameter"
                  Expect.isEmpty listener.Epochs "the epoch does not stand")
          torchTest "a validation loss that is not finite is told" (fun () ->
              for value in [ nan; infinity ] do
                  use learner = new Scripted([ 1.0; value ], 1)
                  let listener = Listener()

                  let e =
                      diverged (fun () ->
                          fit (constant 3 5 (Some 5)) listener learner (splitsOf 16) 1L uncancelled
                          |> ignore)

                  Expect.equal (e.Term, e.Epoch, e.Step) ("validation loss", 2, 2) "where"
                  Expect.equal listener.Epochs.Count 1 "the epoch before stands")
          torchTest "a learner's notices are told after their step, also when it gives up" (fun () ->
              use learner = new Telling()
              let listener = Listener()
              let told = ResizeArray()
              listener.OnBatch <- fun epoch batch -> told.Add(epoch, batch, listener.Warnings.Count)

              diverged (fun () -> fit (constant 3 5 None) listener learner (splitsOf 16) 1L uncancelled |> ignore)
              |> ignore

              Expect.equal (List.ofSeq told) [ 1, 1, 2; 1, 2, 2; 2, 1, 4 ] "two in each epoch's first step"
              Expect.equal (List.ofSeq listener.Warnings) [ "a 1 1"; "b 1 1"; "a 2 1"; "b 2 1"; "gave up" ] "in order")
          torchTest "parameters that no gradient reaches are warned of once" (fun () ->
              use model = hybrid 1L

              use learner =
                  learner model (weighted [ "crossEntropy", 1.0 ] model) (adam 0.01) None 1L

              let listener = Listener()
              fit (constant 3 10 None) listener learner (splitsOf 40) 1L uncancelled |> ignore
              Expect.hasLength listener.Warnings 1 "once"
              Expect.stringContains listener.Warnings[0] "1_bottleneck.decoder.0.weight" "named"
              Expect.isFalse (listener.Warnings[0].Contains "posterior") "the posterior is reached through the draw") ]
