/// A forecast over the test segment of a series, one step ahead and far beyond.
module internal GenDisc.Running.Forecast

open System
open System.Collections.Generic
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Running.Examined
open TorchSharp

let private mostSteps = 100
let private mostStarts = 50
let private mostShown = 2000

let private column (w: WindowedSeries) c first count =
    let columns = w.Series.Columns.Length

    Json.list
        [ for t in first .. first + count - 1 do
              Json.number (float w.Series.Values[t * columns + c]) ]

let private numbered first count =
    Json.list
        [ for t in first .. first + count - 1 do
              Json.integer (int64 t) ]

/// Roll-outs from evenly spaced ones of the first `starts` test windows: `[start][steps·columns]` in own units, and which
/// windows these are.
let private rollouts (s: Subject) (w: WindowedSeries) (test: Split) starts steps =
    let count = min mostStarts starts

    let positions =
        [| for i in 0 .. count - 1 do
               i * (starts - 1) / max 1 (count - 1) |]
        |> Array.distinct

    let columns = w.Series.Columns.Length
    let rows = positions |> Array.map (fun i -> test.Indices.Span[i])
    s.Model.eval ()
    use batch = Batches.Gather(test.Data, rows, s.Device)
    use noise = s.Streams.Sampling s.Device

    let forward (x: torch.Tensor) =
        match s.Model.Forward(x, noise).Prediction with
        | null -> invalidOp "the model has no regressor"
        | prediction -> prediction

    let scaled = Rollout.Run(forward, batch.X, steps)

    positions,
    scaled
    |> Array.map (Array.mapi (fun i x -> w.Scaling.Undo(i % columns, float x)))

let private truth (w: WindowedSeries) first i =
    let columns = w.Series.Columns.Length
    float w.Series.Values[(first + i / columns) * columns + i % columns]

let private byLeadTime (w: WindowedSeries) steps (positions: int[]) (forecasts: float[][]) =
    let columns = w.Series.Columns.Length

    [ for step in 0 .. steps - 1 do
          let squares =
              [ for position, forecast in Array.zip positions forecasts do
                    for c in 0 .. columns - 1 do
                        let i = step * columns + c
                        let true' = truth w w.TestSteps[position] i

                        if not (Double.IsNaN true') then
                            (forecast[i] - true') ** 2.0 ]

          if squares.IsEmpty then nan else sqrt (List.average squares) ]

let private rollout (s: Subject) (w: WindowedSeries) (test: Split) =
    let steps = min mostSteps (test.Count / 2)
    let latest = w.Series.Steps - w.Horizon + 1 - steps
    let starts = w.TestSteps |> Seq.filter (fun step -> step <= latest) |> Seq.length

    if steps < 2 || starts < 1 then
        []
    else
        let positions, forecasts = rollouts s w test starts steps
        let columns = w.Series.Columns.Length
        let first = w.TestSteps[positions[0]]

        [ "rollout",
          Json.object
              [ "steps", numbered first steps
                "columns",
                Json.list
                    [ for c in 0 .. columns - 1 do
                          Json.object
                              [ "column", Json.integer (int64 c)
                                "truth", column w c first steps
                                "prediction",
                                Json.list
                                    [ for t in 0 .. steps - 1 do
                                          Json.number (forecasts[0][t * columns + c]) ] ] ]
                "starts", Json.integer (int64 positions.Length)
                "rmse", Json.list (byLeadTime w steps positions forecasts |> Seq.map Json.number) ] ]

/// Writes `forecast.json`.
let write (s: Subject) (w: WindowedSeries) (test: Examined) =
    let columns = w.Series.Columns.Length
    let predicted = test.Targets.PredictedRows
    // window of each step, none where a value to come is missing
    let window =
        Dictionary(w.TestSteps |> Seq.indexed |> Seq.map (fun (i, step) -> KeyValuePair(step, i)))

    let shown = min mostShown (w.TestSteps[w.TestSteps.Length - 1] - w.TestStart + 1)
    let before = min w.TestStart (max 100 (2 * w.History))

    Json.object
        [ "columns", Json.list (w.Series.Columns |> Seq.map Json.text)
          "history", Json.integer (int64 w.History)
          "horizon", Json.integer (int64 w.Horizon)
          "start", Json.integer (int64 w.TestStart)
          "series",
          Json.list
              [ for c in 0 .. columns - 1 do
                    Json.object
                        [ "column", Json.integer (int64 c)
                          "steps", numbered w.TestStart shown
                          "truth", column w c w.TestStart shown
                          "oneStep",
                          Json.list
                              [ for step in w.TestStart .. w.TestStart + shown - 1 do
                                    match window.TryGetValue step with
                                    | true, i -> Json.number (Math.Round(predicted[i][c], 5))
                                    | _ -> Json.number nan ] ] ]
          "before",
          Json.list
              [ for c in 0 .. columns - 1 do
                    Json.object
                        [ "column", Json.integer (int64 c)
                          "steps", numbered (w.TestStart - before) before
                          "truth", column w c (w.TestStart - before) before ] ]
          yield! rollout s w test.Split ]
    |> Json.line
    |> Atomic.writeText (s.File "forecast.json")
