/// Figures of a regression on its test data, in the targets' own units.
module internal GenDisc.Running.Regression

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Running.Examined

let private most = 2000
let private lags = 20

let private errors (scores: RegressionScores) mase =
    [ "mse", Json.number scores.Mse
      "rmse", Json.number scores.Rmse
      "mae", Json.number scores.Mae
      "mase", Json.number mase
      "r2", Json.number scores.R2 ]

/// A naive forecast that needs no model.
type Naive =
    { Name: string
      Scores: RegressionScores }

/// Each forecasts the windows that the model does, from the values that the model sees.
let private naive (w: WindowedSeries) (season: int option) (truth: float[][]) =
    let columns = w.Series.Columns.Length
    let count = w.TestSteps[w.TestSteps.Length - 1] - w.TestStart + 1

    let scores (forecasts: float[][]) =
        RegressionScores.Of(truth, [| for step in w.TestSteps -> forecasts[step - w.TestStart] |])

    [ { Name = "persistence"
        Scores = scores (Forecasts.Persistence(w.Filled, columns, w.TestStart, count, w.Horizon)) }
      match season with
      | Some season when season > 1 && w.TestStart >= season ->
          { Name = $"seasonal naive ({season})"
            Scores = scores (Forecasts.SeasonalNaive(w.Filled, columns, w.TestStart, count, w.Horizon, season)) }
      | _ -> () ]

/// Of a forecast that knows the series without its noise: on average none can be better.
let private limit (w: WindowedSeries) (exact: float32[]) (truth: float[][]) =
    let columns = w.Series.Columns.Length

    let known =
        [| for step in w.TestSteps do
               [| for i in 0 .. w.Horizon * columns - 1 do
                      float exact[step * columns + i] |] |]

    RegressionScores.Of(truth, known)

/// Mean absolute error over that of the seasonal-naive forecast on the training segment, averaged over columns.
let private mase (w: WindowedSeries) (season: int option) (scores: RegressionScores) =
    let columns = w.Series.Columns.Length

    let scaled column =
        let training =
            [| for t in 0 .. w.TrainSteps - 1 do
                   w.Series.Values[t * columns + column] |]

        let scale = Forecasts.SeasonalNaiveScale(ReadOnlySpan training, defaultArg season 1)

        let own =
            [ for h in 0 .. w.Horizon - 1 do
                  scores.MaeByTarget[h * columns + column] ]
            |> List.average

        Forecasts.Mase(own, scale)

    if w.TrainSteps > defaultArg season 1 then
        [ 0 .. columns - 1 ] |> List.averageBy scaled
    else
        nan

/// Whether neighbouring windows are a step apart everywhere, as figures over time take them to be. Rows of a table have
/// no order that would mean anything.
let private inOrder (windows: WindowedSeries option) =
    windows
    |> Option.exists (fun w -> w.TestSteps |> Seq.pairwise |> Seq.forall (fun (a, b) -> b = a + 1))

/// What is left over; of windows of a series, in order of time, also whether it is correlated.
let private residuals inOrder (truth: float[][]) (predicted: float[][]) =
    let pairs = Array.zip (Array.concat truth) (Array.concat predicted)
    let all = pairs |> Array.map (fun (y, p) -> y - p)
    // over time only one residual an example is a series
    let first =
        Array.map2 (fun (y: float[]) (p: float[]) -> y[0] - p[0]) truth predicted

    let lags = min lags (first.Length / 4)
    let histogram = Residuals.Histogram(all, 30)

    [ "fitted",
      Json.list
          [ for y, p in Array.truncate most pairs do
                Json.list [ Json.number p; Json.number (y - p) ] ]
      "histogram",
      Json.object
          [ "edges", Json.list (histogram.Edges |> Seq.map Json.number)
            "counts", Json.list (histogram.Counts |> Seq.map Json.integer) ]
      if inOrder && lags >= 1 then
          let acf = Residuals.Autocorrelation(first, lags)

          "acf",
          Json.object
              [ "values", Json.list (acf.Values |> Seq.skip 1 |> Seq.map Json.number)
                "band", Json.number acf.Band ]

          let test = Residuals.LjungBox(acf.Values, first.Length, lags)

          "ljungBox",
          Json.object
              [ "lags", Json.integer (int64 test.Lags)
                "statistic", Json.number test.Statistic
                "p", Json.number test.PValue ] ]

/// Whether training saw standardised targets, and the deviations that its units were, one for each number of a target.
let private scaling (data: Dataset) =
    [ "standardised", Json.truth (not (isNull data.TargetScaling))
      match data.TargetScaling with
      | null -> ()
      | scaling -> "deviations", Json.list (scaling.Deviation |> Seq.map Json.number) ]

/// Writes `evaluation.json`, `regression.json` and `predictions.json`; answers with the figures for the summary.
let write
    (s: Subject)
    (windows: WindowedSeries option)
    (exact: float32[] option)
    (test: Examined)
    : Map<string, float> =
    let truth, predicted = test.Targets.TruthRows, test.Targets.PredictedRows
    let scores = RegressionScores.Of(truth, predicted)
    let season = Data.season s.Plan.Experiment.Data

    // Windows of one series overlap, so blocks of neighbours are drawn together.
    let block =
        windows
        |> Option.map (fun w -> max 1 (min (w.History + w.Horizon) (truth.Length / 4)))
        |> Option.defaultValue 1

    let intervals =
        RegressionScores.Intervals(truth, predicted, RandomStream(0L, "bootstrap"), resamples, 0.95, block)

    Json.object
        [ "intervals", Intervals.json intervals
          "resamples", Json.integer (int64 resamples) ]
    |> Json.line
    |> Atomic.writeText (s.File "evaluation.json")

    let baselines =
        windows |> Option.map (fun w -> naive w season truth) |> Option.defaultValue []

    let maseOf scores =
        windows |> Option.map (fun w -> mase w season scores) |> Option.defaultValue nan

    let own = maseOf scores

    let limit = Option.map2 (fun w exact -> limit w exact truth) windows exact

    Json.object
        [ "baselines",
          Json.list
              [ for b in baselines do
                    Json.object (("name", Json.text b.Name) :: errors b.Scores (maseOf b.Scores)) ]
          match limit with
          | Some found -> "limit", Json.object (("name", Json.text "noise alone") :: errors found (maseOf found))
          | None -> ()
          "model", Json.object (errors scores own)
          yield! scaling test.Split.Data
          "residuals", Json.object (residuals (inOrder windows) truth predicted) ]
    |> Json.line
    |> Atomic.writeText (s.File "regression.json")

    let few (rows: float[][]) =
        Json.list (rows |> Seq.concat |> Seq.truncate most |> Seq.map Json.number)

    Json.object [ "truth", few truth; "prediction", few predicted ]
    |> Json.line
    |> Atomic.writeText (s.File "predictions.json")

    Map.ofList
        [ yield! finite (scores.Figures() |> Seq.map (|KeyValue|))
          yield! finite [ "mase", own ]
          for b in baselines do
              (if b.Name = "persistence" then "persistenceRmse" else "seasonalNaiveRmse"), b.Scores.Rmse
          match limit with
          | Some found -> "noiseRmse", found.Rmse
          | None -> () ]
