/// How sure a model with several predictions for each example is of its test data.
module internal GenDisc.Running.Posterior

open System
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Running.Examined

let private bins = 40
let private steps = 50

let private numbers (values: float seq) =
    Json.list (values |> Seq.map Json.number)

let private curve (points: CurvePoint[]) =
    Json.list
        [ for point in points do
              Json.list [ Json.number (Math.Round(point.X, 5)); Json.number (Math.Round(point.Y, 5)) ] ]

let private isRight (test: Examined) =
    Array.map2
        (fun (logits: float32[]) label -> Array.IndexOf(logits, Array.max logits) = label)
        test.Classes.Logits
        test.Classes.Labels

let private classes (s: Subject) (test: Examined) =
    let found = test.Posterior
    let entropy, information = found.PredictiveEntropy, found.MutualInformation
    let right = isRight test

    let pick wanted =
        Array.zip entropy right |> Array.filter (snd >> (=) wanted) |> Array.map fst

    let histograms = Histogram.Together([| pick true; pick false |], bins)

    let counts (h: Histogram) =
        Json.list (h.Counts |> Seq.map Json.integer)

    let rejection (name: string) uncertainty =
        Json.object
            [ "name", Json.text name
              "points", curve (Rejection.Curve(uncertainty, right, steps)) ]

    Json.object
        [ "members", Json.integer (int64 found.Members)
          "edges", numbers histograms[0].Edges
          "right", counts histograms[0]
          "wrong", counts histograms[1]
          "rejection",
          Json.list
              [ rejection "predictiveEntropy" entropy
                if found.Members > 1 then
                    rejection "mutualInformation" information ] ]
    |> Json.line
    |> Atomic.writeText (s.File "posterior.json")

    [ "predictiveEntropy", Array.average entropy
      "expectedEntropy", Array.average found.ExpectedEntropy
      "mutualInformation", Array.average information ]

/// Writes `posterior.json` of a classifier; answers with the figures for the summary.
let write (s: Subject) (test: Examined) : Map<string, float> =
    Map.ofList
        [ if test.Posterior.PredictiveEntropy.Length > 0 then
              yield! classes s test
          if test.Posterior.Deviations.Length > 0 then
              "predictiveDeviation", Array.average test.Posterior.Deviations ]
