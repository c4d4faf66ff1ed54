/// Figures of a classifier on its test data, beyond accuracy: ranking, calibration, mistakes.
module internal GenDisc.Running.Classification

open System
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined

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

/// What each test example was taken for, so that other runs can be held against this one example by example.
let private predictions (labels: int[]) (probabilities: float[][]) =
    let predicted = probabilities |> Array.map top

    let integers (values: int[]) =
        Json.list (values |> Seq.map (int64 >> Json.integer))

    Json.object
        [ "labels", integers labels
          "predicted", integers predicted
          "confidence",
          Json.list
              [ for row, k in Seq.zip probabilities predicted do
                    Json.number (Math.Round(row[k], 3)) ] ]

let private mistake (test: Examined) (probabilities: float[][]) i =
    let predicted = top probabilities[i]

    [ "truth", Json.integer (int64 test.Classes.Labels[i])
      "predicted", Json.integer (int64 predicted)
      "confidence", Json.number (probabilities[i][predicted]) ]

/// The examples of these positions of the test split, as numbers.
let private examples (s: Subject) (test: Examined) (positions: int[]) =
    let rows = positions |> Array.map (fun i -> test.Split.Indices.Span[i])
    use batch = Batches.Gather(test.Split.Data, rows, s.Device)
    use flat = batch.X.flatten(1).cpu().contiguous()
    flat.data<float32>().ToArray() |> Array.chunkBySize test.Split.Data.ExampleSize

let private pictures (s: Subject) (test: Examined) probabilities (worst: int[]) =
    match List.ofSeq test.Split.Data.ExampleShape with
    | [ 1 | 3 as c; h; w ] when worst.Length > 0 ->
        Mosaic.write (s.File "mistakes.png") 10 (c, h, w) (examples s test worst)
    | [ _; _ ] when worst.Length > 0 ->
        Json.object
            [ "series",
              Json.list
                  [ for i in Array.truncate shownSeries worst do
                        Json.object (mistake test probabilities i @ [ "values", Sequences.linesAt test.Split i ]) ] ]
        |> Json.line
        |> Atomic.writeText (s.File "mistakes.json")
    | _ -> ()

/// Writes `evaluation.json`, `predictions.json` and what was mistaken; answers with the figures for the summary. The temperature is
/// fitted on validation examples, so the test data have no say in it; on too few of them none is.
let write (s: Subject) (validation: Examined option) (test: Examined) : Map<string, float> =
    let labels = test.Classes.Labels
    let probabilities = test.Classes.Probabilities()
    let scores = ClassificationScores.Of(probabilities, labels)

    let intervals =
        ClassificationScores.Intervals(probabilities, labels, RandomStream(0L, "bootstrap"), resamples)

    let scaled =
        validation
        |> Option.filter (fun v -> v.Classes.Labels.Length >= Calibration.FewestExamples)
        |> Option.map (fun v ->
            let t = Calibration.Temperature(v.Classes.Logits, v.Classes.Labels)
            let probabilities = test.Classes.Probabilities t

            {| Temperature = t
               FittedCount = v.Classes.Labels.Length
               Probabilities = probabilities
               Scores = ClassificationScores.Of(probabilities, labels) |})

    let worst = Mistakes.Worst(probabilities, labels, shownMistakes)

    let reliability =
        Json.object
            [ "before", bins (Calibration.Bins(probabilities, labels))
              "eceBefore", Json.number scores.Ece
              "logLossBefore", Json.number scores.LogLoss
              match scaled with
              | Some after ->
                  "after", bins (Calibration.Bins(after.Probabilities, labels))
                  "temperature", Json.number after.Temperature
                  "eceAfter", Json.number after.Scores.Ece
                  "logLossAfter", Json.number after.Scores.LogLoss
                  "fittedOn", Json.text "validation"
                  "fittedCount", Json.integer (int64 after.FittedCount)
              | None -> () ]

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
          "reliability", reliability
          "mistakes",
          Json.list
              [ for i in worst do
                    Json.object (mistake test probabilities i) ] ]
    |> Json.line
    |> Atomic.writeText (s.File "evaluation.json")

    predictions labels probabilities
    |> Json.line
    |> Atomic.writeText (s.File "predictions.json")

    pictures s test probabilities worst

    Map.ofList
        [ yield! finite (scores.Figures() |> Seq.map (|KeyValue|))
          match scaled with
          | Some after ->
              "temperature", after.Temperature
              "eceAfterScaling", after.Scores.Ece
          | None -> () ]
