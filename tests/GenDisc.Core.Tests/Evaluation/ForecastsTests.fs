module GenDisc.Core.Tests.Evaluation.ForecastsTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

/// 6 steps of 2 columns.
let private series =
    [| 0f; 100f; 1f; 101f; 2f; 102f; 3f; 103f; 4f; 104f; 5f; 105f |]

let private scale (values: float32 array) season =
    Forecasts.SeasonalNaiveScale(ReadOnlySpan values, season)

let tests =
    testList
        "Forecasts"
        [ testCase "the scale is the mean step of a season" (fun () ->
              Expect.equal (scale [| 1f; 3f; 2f; 6f |] 1) (7.0 / 3.0) "2, 1 and 4"
              Expect.equal (scale [| 1f; 3f; 2f; 6f |] 2) 2.0 "1 and 3"
              Expect.equal (scale [| 1f; 3f; 2f; 6f |] 3) 5.0 "5")
          testCase "the scale passes over missing values" (fun () ->
              Expect.equal (scale [| 1f; 3f; nanf; 6f; 4f |] 1) 2.0 "2 and 2"
              Expect.equal (scale [| 1f; 3f; nanf; 6f; 4f |] 2) 3.0 "3 only"
              Expect.isTrue (Double.IsNaN(scale [| 1f; nanf; 2f |] 1)) "none")
          law "the seasonal naive forecast of the training part has a scaled error of 1" (fun stream ->
              let season = between 1 5 stream
              let n = between (season + 1) 40 stream
              let values = gaussians stream n |> Array.map float32

              let forecast = Forecasts.SeasonalNaive(values, 1, season, n - season, 1, season)

              let truth = values[season..] |> Array.map (fun v -> [| float v |])
              let mae = RegressionScores.Of(truth, forecast).Mae
              close 1e-12 1.0 (Forecasts.Mase(mae, scale values season)))
          testCase "a season that does not fit is refused with what to do" (fun () ->
              userError [ "season of 4 steps"; "4"; "shorter season" ] (fun () -> scale [| 1f; 3f; 2f; 6f |] 4)
              |> ignore)
          testCase "a training part that repeats itself has no scaled error" (fun () ->
              Expect.isTrue (Double.IsNaN(Forecasts.Mase(1.0, scale [| 2f; 5f; 2f; 5f |] 2))) "undefined"
              Expect.equal (Forecasts.Mase(1.0, 2.0)) 0.5 "mae over scale")
          testCase "persistence repeats the step before each window" (fun () ->
              Expect.equal
                  (Forecasts.Persistence(series, 2, 3, 2, 2))
                  [| [| 2.0; 102.0; 2.0; 102.0 |]; [| 3.0; 103.0; 3.0; 103.0 |] |]
                  "both columns, both steps")
          testCase "the seasonal forecast looks back as many seasons as it takes" (fun () ->
              Expect.equal
                  (Forecasts.SeasonalNaive(series, 2, 3, 1, 3, 2))
                  [| [| 1.0; 101.0; 2.0; 102.0; 1.0; 101.0 |] |]
                  "the third step repeats the first")
          law "no forecast sees its window" (fun stream ->
              let season, horizon = between 1 4 stream, between 1 9 stream
              let steps = Array.init 40 float32
              let forecast = Forecasts.SeasonalNaive(steps, 1, season, 20, horizon, season)

              forecast
              |> Array.indexed
              |> Array.forall (fun (i, window) ->
                  window
                  |> Array.indexed
                  |> Array.forall (fun (h, v) ->
                      let target = float (season + i + h)
                      v < float (season + i) && (target - v) % float season = 0.0)))
          testCase "a window without history is refused" (fun () ->
              userError [ "before the first window"; "1 steps back" ] (fun () ->
                  Forecasts.Persistence(series, 2, 0, 1, 1))
              |> ignore) ]
