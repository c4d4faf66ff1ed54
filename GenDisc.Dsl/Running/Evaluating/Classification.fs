/// Figures of a classifier on its test data, beyond accuracy: ranking, calibration, mistakes.
module internal GenDisc.Running.Classification

open System
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined

/// What is known of how sure a classifier is.
[<RequireQualifiedAccess>]
type Sureness =
    /// It was trained to be a softmax. A temperature is fitted on validation examples beside it, so the test data have no say
    /// in it; on too few of them none is.
    | Trained of validation: Examined option
    /// Scores on a scale of their own, divided already by a temperature that so many validation examples gave.
    | Fitted of temperature: float * examples: int
    /// Scores on a scale of their own, of which only the order counts.
    | Unknown

let private shownMistakes = 40
let private shownSeries = 6

/// More classes than this make curves that cannot be told apart.
let private mostCurves = 12

let private bins (found: ReliabilityBin[]) =
    Json.list
        [ for bin in found do
              Json.object
                  [ "low", Json.number bin.Low
                    "high", Json.number bin.High
                    "count", Json.integer bin.Count
                    "confidence", Json.number bin.Confidence
                    "accuracy", Json.number bin.Accuracy ] ]

let private curve (points: CurvePoint[]) =
    Json.list
        [ for point in points do
              Json.list [ Json.number (Math.Round(point.X, 5)); Json.number (Math.Round(point.Y, 5)) ] ]

let private curves (probabilities: float[][]) (labels: int[]) (draw: float[] * bool[] -> CurvePoint[]) =
    let classes = probabilities[0].Length

    Json.list
        [ if classes <= mostCurves then
              for c in (if classes = 2 then [ 1 ] else [ 0 .. classes - 1 ]) do
                  let points =
                      draw (probabilities |> Array.map (fun row -> row[c]), labels |> Array.map ((=) c))

                  Json.object [ "class", Json.integer (int64 c); "points", curve points ] ]

/// The first of the most probable.
let private top (row: float[]) =
    row |> Array.indexed |> Array.maxBy snd |> fst

/// Figures that take probabilities, not their order alone.
let private ofProbabilities = set [ "ece"; "logLoss"; "brier" ]

/// What each test example was taken for, so that other runs can be held against this one example by example.
let private predictions (labels: int[]) (probabilities: float[][]) sure =
    let predicted = probabilities |> Array.map top

    let integers (values: int[]) =
        Json.list (values |> Seq.map (int64 >> Json.integer))

    Json.object
        [ "labels", integers labels
          "predicted", integers predicted
          "confidence",
          Json.list
              [ for row, k in Seq.zip probabilities predicted do
                    Json.number (if sure then Math.Round(row[k], 3) else nan) ] ]

let private mistake (test: Examined) (probabilities: float[][]) sure i =
    let predicted = top probabilities[i]

    [ "truth", Json.integer (int64 test.Classes.Labels[i])
      "predicted", Json.integer (int64 predicted)
      "confidence", Json.number (if sure then probabilities[i][predicted] else nan) ]

/// The examples of these positions of the test split, as numbers.
let private examples (s: Subject) (test: Examined) (positions: int[]) =
    let rows = positions |> Array.map (fun i -> test.Split.Indices.Span[i])
    use batch = Batches.Gather(test.Split.Data, rows, s.Device)
    use flat = batch.X.flatten(1).cpu().contiguous()
    flat.data<float32>().ToArray() |> Array.chunkBySize test.Split.Data.ExampleSize

let private pictures (s: Subject) (test: Examined) (told: int -> (string * Json.Node) list) (worst: int[]) =
    match List.ofSeq test.Split.Data.ExampleShape with
    | [ 1 | 3 as c; h; w ] when worst.Length > 0 ->
        Mosaic.write (s.File "mistakes.png") 10 (c, h, w) (examples s test worst)
    | [ _; _ ] when worst.Length > 0 ->
        Json.object
            [ "series",
              Json.list
                  [ for i in Array.truncate shownSeries worst do
                        Json.object (told i @ [ "values", Sequences.linesAt test.Split i ]) ] ]
        |> Json.line
        |> Atomic.writeText (s.File "mistakes.json")
    | _ -> ()

let private reliability (test: Examined) probabilities (scores: ClassificationScores) sureness scaled =
    let labels = test.Classes.Labels

    Json.object
        [ "before", bins (Calibration.Bins(probabilities, labels))
          "eceBefore", Json.number scores.Ece
          "logLossBefore", Json.number scores.LogLoss
          match sureness, scaled with
          | Sureness.Fitted(temperature, examples), _ ->
              "temperature", Json.number temperature
              "fittedOn", Json.text "validation"
              "fittedCount", Json.integer (int64 examples)
          | _, Some(temperature, examples: int, after: ClassificationScores) ->
              "after", bins (Calibration.Bins(test.Classes.Probabilities temperature, labels))
              "temperature", Json.number temperature
              "eceAfter", Json.number after.Ece
              "logLossAfter", Json.number after.LogLoss
              "fittedOn", Json.text "validation"
              "fittedCount", Json.integer (int64 examples)
          | _ -> () ]

/// The temperature, what it was fitted on and the scores with it, where a softmax has enough validation examples.
let private scaling (test: Examined) sureness =
    match sureness with
    | Sureness.Trained(Some v) when v.Classes.Labels.Length >= Calibration.FewestExamples ->
        let t = Calibration.Temperature(v.Classes.Logits, v.Classes.Labels)

        Some(t, v.Classes.Labels.Length, ClassificationScores.Of(test.Classes.Probabilities t, test.Classes.Labels))
    | _ -> None

/// Writes `evaluation.json`, `predictions.json` and what was mistaken; answers with the figures for the summary. What
/// takes probabilities is left out where there are none.
let write (s: Subject) (sureness: Sureness) (test: Examined) : Map<string, float> =
    let labels = test.Classes.Labels
    let probabilities = test.Classes.Probabilities()
    let scores = ClassificationScores.Of(probabilities, labels)
    let scaled = scaling test sureness
    let sure = sureness <> Sureness.Unknown
    let isKnown name = sure || not (ofProbabilities.Contains name)

    let intervals =
        ClassificationScores.Intervals(probabilities, labels, RandomStream(0L, "bootstrap"), resamples)
        |> Seq.filter (fun pair -> isKnown pair.Key)
        |> Collections.Generic.Dictionary

    let worst = Mistakes.Worst(probabilities, labels, shownMistakes)

    Json.object
        [ "intervals", Intervals.json intervals
          "resamples", Json.integer (int64 resamples)
          "classes",
          Json.list
              [ for roc, pr in Array.zip scores.RocAuc scores.PrAuc do
                    Json.object [ "rocAuc", Json.number roc; "prAuc", Json.number pr ] ]
          "topK",
          Json.list
              [ for KeyValue(k, value) in scores.TopK do
                    Json.object [ "k", Json.integer (int64 k); "value", Json.number value ] ]
          "roc", curves probabilities labels Curves.Roc
          "precisionRecall", curves probabilities labels Curves.PrecisionRecall
          if sure then
              "reliability", reliability test probabilities scores sureness scaled
          "mistakes",
          Json.list
              [ for i in worst do
                    Json.object (mistake test probabilities sure i) ] ]
    |> Json.line
    |> Atomic.writeText (s.File "evaluation.json")

    predictions labels probabilities sure
    |> Json.line
    |> Atomic.writeText (s.File "predictions.json")

    pictures s test (mistake test probabilities sure) worst

    Map.ofList
        [ yield!
              scores.Figures()
              |> Seq.map (|KeyValue|)
              |> Seq.filter (fst >> isKnown)
              |> finite
          match scaled with
          | Some(temperature, _, after) ->
              "temperature", temperature
              "eceAfterScaling", after.Ece
          | None -> () ]
