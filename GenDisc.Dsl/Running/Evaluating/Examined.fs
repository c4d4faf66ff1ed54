/// What a trained model makes of a split.
module internal GenDisc.Running.Examined

open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open TorchSharp

/// A trained model, and what is needed to look at it.
type Subject =
    {
        Plan: Plan
        Model: HybridModel
        Learner: ILearner
        Streams: Streams
        Device: torch.Device
        /// The path of a figure's file by its name.
        File: string -> string
    }

/// Figures of a split on the model as it stands, and what its examples were taken for.
type Examined =
    { Split: Split
      Figures: Map<string, float>
      Confusion: ConfusionMatrix
      Classes: ClassPredictions
      Targets: Predictions
      Posterior: PosteriorPredictive }

/// Means over a split with everything that was predicted. Squared errors are in the targets' own units.
let split (s: Subject) (name: string) (split: Split) : Examined =
    let confusion = ConfusionMatrix split.Data.Classes
    let classes = ClassPredictions()
    let targets = Predictions(split.Data.TargetScaling, max 1 split.Data.TargetSize)

    let posterior = PosteriorPredictive split.Data.TargetScaling

    let all =
        { new IEvaluationSink with
            member _.Add(output, batch) =
                confusion.Add(output, batch)
                classes.Add(output, batch)
                targets.Add(output, batch)
                posterior.Add(output, batch) }

    let means =
        Trainer.Evaluate(s.Learner, split, s.Streams.Evaluation(name, s.Device), s.Device, all)

    { Split = split
      Figures =
        Map.ofList
            [ for KeyValue(name, value) in means do
                  name, value
              for KeyValue(name, value) in targets.Figures() do
                  name, value ]
      Confusion = confusion
      Classes = classes
      Targets = targets
      Posterior = posterior }

/// A figure that stays out of the summary where it is not a number.
let finite (pairs: (string * float) seq) =
    pairs |> Seq.filter (snd >> System.Double.IsFinite) |> List.ofSeq

/// Bootstrap resamples of the test examples.
let resamples = 1000
