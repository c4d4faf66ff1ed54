/// How well a classifier tells other data from its own.
module internal GenDisc.Running.Strangers

open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Core.Runtime
open GenDisc.Running.Examined

let private bins = 40

/// Counts on common edges.
let private histograms (inside: float[]) (outside: float[]) =
    let together = Histogram.Together([| inside; outside |], bins)

    let counts (found: Histogram) =
        Json.list (found.Counts |> Seq.map Json.integer)

    [ "edges", Json.list (together[0].Edges |> Seq.map Json.number)
      "insideCounts", counts together[0]
      "outsideCounts", counts together[1] ]

let private ask (s: Subject) (split: Split) =
    let found, posterior = ClassPredictions(), PosteriorPredictive()
    use noise = s.Streams.Evaluation("against", s.Device)
    s.Model.eval ()

    for batch in Batches.Sequential(split, GenDisc.Core.Training.Trainer.EvaluationBatch, s.Device) do
        use batch = batch
        use _scope = TorchSharp.torch.NewDisposeScope()
        use _inference = TorchSharp.torch.no_grad ()
        let output = s.Model.ForwardBatch(batch, noise)
        found.AddLogits output
        posterior.Add output

    found.Logits, posterior

/// Each score with what it is called, the figure that it gives, and its values inside and outside: higher for the familiar.
let private scoresOf (inside: float32[][], insidePosterior: PosteriorPredictive) (outside, outsidePosterior) =
    let against name figure (score: PosteriorPredictive -> float[]) =
        let familiar = score >> Array.map (~-)
        name, figure, familiar insidePosterior, familiar outsidePosterior

    [ "maxSoftmax", "oodAuroc", OutOfDistribution.MaxSoftmax inside, OutOfDistribution.MaxSoftmax outside
      // logits of a mean are logarithms of probabilities, which hold no energy
      if insidePosterior.Members > 1 then
          against "predictiveEntropy" "oodAurocEntropy" _.PredictiveEntropy
          against "mutualInformation" "oodAurocInformation" _.MutualInformation
      else
          "energy", "oodAurocEnergy", OutOfDistribution.Energy inside, OutOfDistribution.Energy outside ]

/// Writes `outOfDistribution.json`; answers with the figures for the summary.
let write (s: Subject) (other: Data) (strange: Split) (test: Examined) : Map<string, float> =
    let inside = test.Classes.Logits
    let outside, posterior = ask s strange
    let scores = scoresOf (inside, test.Posterior) (outside, posterior)

    let score (name, _, inside, outside) =
        let interval =
            OutOfDistribution.AurocInterval(inside, outside, RandomStream(0L, "bootstrap"), 200)

        Json.object (
            [ "name", Json.text name
              "auroc", Json.number (OutOfDistribution.Auroc(inside, outside))
              "low", Json.number interval.Low
              "high", Json.number interval.High
              "fpr95", Json.number (OutOfDistribution.FalsePositiveRate(inside, outside)) ]
            @ histograms inside outside
        )

    Json.object
        [ "against", Json.text (Data.show other)
          "inside", Json.integer (int64 inside.Length)
          "outside", Json.integer (int64 outside.Length)
          "scores", Json.list (scores |> List.map score) ]
    |> Json.line
    |> Atomic.writeText (s.File "outOfDistribution.json")

    Map.ofList
        [ for _, figure, inside, outside in scores do
              figure, OutOfDistribution.Auroc(inside, outside) ]
