/// Forecasts of series with missing values.
module GenDisc.Dsl.Tests.Running.GapRunTests

open System
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.SequenceRunTests

let tests =
    testList
        "Run on series with gaps"
        [ test "a forecast of a series with gaps is scored on what is known, by steps of the series" {
              use scene = new Scene()
              let isMissing t = t % 23 = 4 || t = 151

              let at t =
                  Math.Round(3.0 + sin (0.3 * float t), 4)

              put
                  scene
                  "gaps.csv"
                  ("step,x"
                   :: [ for t in 0..199 -> $"{t}," + (if isMissing t then "" else number (at t)) ])

              let result =
                  scene.Run
                      { forecast with
                          Data = csvSeries "gaps.csv" [] |> window 10 2 |> season 21 }

              measured "gaps" [ "rmse"; "mase"; "persistenceRmse"; "seasonalNaiveRmse" ] result
              let run = readable result
              let shown = some "forecast" run.Forecast
              let track = shown.Series.Head

              // 50 steps to test with; the last one cannot begin a window.
              Expect.equal track.Steps [| 150.0 .. 198.0 |] "steps"

              for i in 0 .. track.Steps.Length - 1 do
                  let t = 150 + i
                  let scored = not (isMissing t || isMissing (t + 1))
                  Expect.equal (Double.IsFinite track.Truth[i]) (not (isMissing t)) $"truth at {t}"
                  Expect.equal (Double.IsFinite track.Prediction[i]) scored $"forecast at {t}"

                  if not (isMissing t) then
                      Expect.floatClose Accuracy.low track.Truth[i] (at t) $"value at {t}"

              let scored =
                  [ for t in 150..198 do
                        if not (isMissing t || isMissing (t + 1)) then
                            t ]

              Expect.equal (some "result" run.Result).Counts["test"] (int64 scored.Length) "windows scored"

              let last t =
                  if isMissing (t - 1) then at (t - 2) else at (t - 1)

              let squares =
                  [ for t in scored do
                        (last t - at t) ** 2.0
                        (last t - at (t + 1)) ** 2.0 ]

              Expect.floatClose
                  Accuracy.low
                  result.Test["persistenceRmse"]
                  (sqrt (List.average squares))
                  "persistence from the last known value"

              Expect.isNonEmpty shown.Rollout "rolled out"
              Expect.all shown.RolloutRmse Double.IsFinite "errors of known values only"
              Expect.isEmpty (some "regression" run.Regression).Acf "no figure over time where steps are left out"
          } ]
    |> testSequenced
