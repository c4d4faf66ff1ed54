/// The files that a run leaves in `figures/` about its evaluation.
module internal GenDisc.Reporting.ReadFigures

open System
open System.Text.Json
open GenDisc.Reporting.Fields

/// Values by feature and time step.
let private valuesOf name e =
    items name e
    |> Seq.filter (fun feature -> feature.ValueKind = JsonValueKind.Array)
    |> Seq.map (fun feature ->
        feature.EnumerateArray()
        |> Seq.map (fun x -> asFloat x |> Option.defaultValue nan)
        |> Array.ofSeq)
    |> Seq.filter (Array.exists Double.IsFinite)
    |> Array.ofSeq

let private mistake e : Mistake option =
    match integer "truth" e, integer "predicted" e with
    | Some truth, Some predicted ->
        Some
            { Truth = truth
              Predicted = predicted
              Confidence = finite "confidence" e
              Values = valuesOf "values" e }
    | _ -> None

let private bin e : Bin option =
    match finite "confidence" e, finite "accuracy" e, long "count" e with
    | Some confidence, Some accuracy, Some count when count > 0L && accuracy >= 0.0 && accuracy <= 1.0 ->
        Some
            { Low = finite "low" e |> Option.defaultValue nan
              High = finite "high" e |> Option.defaultValue nan
              Count = count
              Confidence = confidence
              Accuracy = accuracy }
    | _ -> None

let private reliability e : Reliability =
    { Before = items "before" e |> List.choose bin
      After = items "after" e |> List.choose bin
      Temperature = finite "temperature" e
      EceBefore = finite "eceBefore" e
      EceAfter = finite "eceAfter" e
      LogLossBefore = finite "logLossBefore" e
      LogLossAfter = finite "logLossAfter" e
      FittedOn = words "fittedOn" e
      FittedCount = long "fittedCount" e }

let private curves name e : ClassCurve list =
    items name e
    |> List.choose (fun curve ->
        let points =
            points "points" curve
            |> Array.filter (fun (x, y) -> Double.IsFinite x && Double.IsFinite y)

        match integer "class" curve with
        | Some label when points.Length > 1 -> Some { Class = label; Points = points }
        | _ -> None)

let evaluation e : EvaluationFile =
    { Intervals =
        entries "intervals" e
        |> List.choose (fun (key, bounds) ->
            match point bounds with
            | Some(low, high) when Double.IsFinite low && Double.IsFinite high -> Some(key, (low, high))
            | _ -> None)
        |> Map.ofList
      Resamples = long "resamples" e
      ClassAreas = items "classes" e |> List.map (fun c -> finite "rocAuc" c, finite "prAuc" c)
      TopK =
        items "topK" e
        |> List.choose (fun top ->
            match integer "k" top, finite "value" top with
            | Some k, Some share -> Some(k, share)
            | _ -> None)
      Roc = curves "roc" e
      PrecisionRecall = curves "precisionRecall" e
      Reliability = field "reliability" e |> Option.map reliability
      Mistakes = items "mistakes" e |> List.choose mistake }

let mistakeSeries e =
    items "series" e
    |> List.choose mistake
    |> List.filter (fun m -> m.Values.Length > 0)

let sequences e : SequenceExample list =
    items "series" e
    |> List.map (fun s ->
        { Class = integer "class" s
          Values = valuesOf "values" s })
    |> List.filter (fun s -> s.Values.Length > 0)

let features e : FeaturesFile =
    { Dimension = integer "dimension" e
      Labels = labels "labels" e
      Targets = aligned "values" e
      Pca = points "points" (part "pca" e)
      Explained = floats "explained" (part "pca" e)
      Tsne = points "points" (part "tsne" e)
      Perplexity = finite "perplexity" (part "tsne" e)
      Iterations = long "iterations" (part "tsne" e) }

let private errors e : Errors =
    { Name = wordsOrEmpty "name" e
      Mse = finite "mse" e
      Rmse = finite "rmse" e
      Mae = finite "mae" e
      Mase = finite "mase" e
      R2 = finite "r2" e }

let regression e : RegressionFile =
    let residuals = part "residuals" e
    let histogram = part "histogram" residuals
    let acf = part "acf" residuals

    { Baselines = items "baselines" e |> List.map errors
      Limit = field "limit" e |> Option.map errors
      Model = field "model" e |> Option.map errors
      Standardised = truth "standardised" e
      Fitted = points "fitted" residuals
      Edges = aligned "edges" histogram
      Counts = aligned "counts" histogram
      Acf = aligned "values" acf
      Band = finite "band" acf
      LjungBox =
        field "ljungBox" residuals
        |> Option.bind (fun test ->
            match integer "lags" test, finite "statistic" test, finite "p" test with
            | Some lags, Some statistic, Some p ->
                Some
                    { Lags = lags
                      Statistic = statistic
                      P = p }
            | _ -> None) }

/// `prediction` names the member that holds the forecasts; the steps may stand with all tracks in common.
let private track (prediction: string) (steps: float[]) e : Track =
    let own = aligned "steps" e
    let truth = aligned "truth" e
    let steps = if own.Length > 0 then own else steps

    { Column = integer "column" e |> Option.defaultValue 0
      Steps = if steps.Length > 0 then steps else Array.init truth.Length float
      Truth = truth
      Prediction = aligned prediction e }

let forecast e : ForecastFile =
    let rollout = part "rollout" e

    { Columns = items "columns" e |> List.map asText
      Unit = wordsOrEmpty "unit" e
      History = integer "history" e
      Horizon = integer "horizon" e
      Series = items "series" e |> List.map (track "oneStep" [||])
      Before = items "before" e |> List.map (track "oneStep" [||])
      Rollout =
        items "columns" rollout
        |> List.map (track "prediction" (aligned "steps" rollout))
      RolloutRmse = aligned "rmse" rollout }

let preparation e : PreparationFile =
    { Examples = long "examples" e
      Steps =
        items "steps" e
        |> List.map (fun step -> wordsOrEmpty "step" step, finite "error" step)
      Binarised = truth "binarised" e
      Shown = items "shown" e |> List.map asText }

let outside e : OutsideFile =
    { Against = wordsOrEmpty "against" e
      Inside = long "inside" e
      Outside = long "outside" e
      Scores =
        items "scores" e
        |> List.map (fun s ->
            { Name = wordsOrEmpty "name" s
              Auroc = finite "auroc" s
              Low = finite "low" s
              High = finite "high" s
              Fpr95 = finite "fpr95" s
              Edges = aligned "edges" s
              InsideCounts = aligned "insideCounts" s
              OutsideCounts = aligned "outsideCounts" s }) }

let posterior e : PosteriorFile =
    { Members = integer "members" e
      Edges = aligned "edges" e
      Right = aligned "right" e
      Wrong = aligned "wrong" e
      Rejection =
        items "rejection" e
        |> List.map (fun r ->
            { Name = wordsOrEmpty "name" r
              Points = points "points" r }) }

let bound e : BoundFile =
    { Examples = long "examples" e
      Samples = integer "samples" e
      EffectiveSamples = finite "effectiveSamples" e
      Curve =
        items "curve" e
        |> List.choose (fun p ->
            match finite "samples" p, finite "value" p with
            | Some k, Some value when k >= 1.0 -> Some(k, value, finite "error" p |> Option.defaultValue nan)
            | _ -> None)
        |> Array.ofList }
