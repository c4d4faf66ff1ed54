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
open GenDisc.Core.Tests.Training.Scripted

let private scripted options losses smallest n =
    use learner = new Scripted(losses, smallest)
    let outcome = fit options (Listener()) learner (splitsOf n) 1L uncancelled
    outcome, learner.LastEpoch, List.ofSeq learner.Steps

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
              Expect.equal outcome.BestEpoch 2 "the last") ]
