/// What the latent posterior of a vae tells about the likelihood of held-out examples.
module internal GenDisc.Running.Bounds

open System
open System.Threading
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Running.Examined

/// Importance samples of each example.
let private samples = 64

/// Examples of a part, at most.
let private examples = 1000

let private measured (s: Subject) cancel name (split: Split) =
    use noise = s.Streams.Importance(name, s.Device)

    ImportanceWeighting.LogWeights(s.Model, Figures.some examples split, samples, noise, s.Device, cancel)
    |> ImportanceBound.Of

let private figures (found: ImportanceBound) =
    finite
        [ "iwae", found.Bound
          "elboSampled", found.Elbo
          "latentEss", found.EffectiveSamples ]
    |> Map.ofList

/// Figures for the summary, by part of the data.
type Figures =
    { Validation: Map<string, float>
      Test: Map<string, float> }

let private none: Figures =
    { Validation = Map.empty
      Test = Map.empty }

/// Writes `bound.json` of a model with a vae; answers with the figures of both parts, none where the model has no vae or
/// it is cancelled.
let write (s: Subject) (cancel: CancellationToken) (splits: Splits) : Figures =
    if not (s.Plan.Experiment.Model.Blocks |> List.exists _.IsVae) then
        none
    else
        try
            let test = measured s cancel "test" splits.Test

            Json.object
                [ "examples", Json.integer (int64 test.Examples)
                  "samples", Json.integer (int64 test.Samples)
                  "effectiveSamples", Json.number test.EffectiveSamples
                  "curve",
                  Json.list
                      [ for point in test.Curve do
                            Json.object
                                [ "samples", Json.integer (int64 point.Samples)
                                  "value", Json.number point.Value
                                  "error", Json.number point.Error ] ] ]
            |> Json.line
            |> Atomic.writeText (s.File "bound.json")

            { Test = figures test
              Validation =
                (if splits.Validation.Count = 0 then
                     Map.empty
                 else
                     measured s cancel "validation" splits.Validation |> figures) }
        with :? OperationCanceledException ->
            none
