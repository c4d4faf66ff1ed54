/// Small runs on series, labelled sequences, tables and image folders.
module GenDisc.Dsl.Tests.Running.SequenceRunTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

let forecast =
    { Name = "forecast"
      Data = sines [ 1.0 ] |> points 200 |> noise 0.05 |> window 10 1
      Model = model (gru 8 >> regressor [])
      Loss = mse
      Training = adam 1e-2 |> epochs 2 |> batch 32
      Seed = 1 }

let private labelled data c =
    { forecast with
        Name = "labelled"
        Data = data
        Model = model c
        Loss = crossEntropy }

let measured name (keys: string list) (result: RunResult) =
    for key in keys do
        Expect.isTrue (Double.IsFinite result.Test[key]) $"{name}: test.{key}"

    for KeyValue(key, value) in result.Test.Values do
        Expect.isTrue (Double.IsFinite value) $"{name}: {key}"

let private left (result: RunResult) expected =
    let found = files result.Folder

    for name in expected do
        Expect.contains found name "left"

let private regressionFiles =
    [ "figures/evaluation.json"
      "figures/features.json"
      "figures/predictions.json"
      "figures/regression.json" ]

let private everyForecast =
    let data = sines [ 1.0 ] |> points 200 |> noise 0.05

    [ "one step", forecast, 1
      "several steps",
      { forecast with
          Data = data |> window 10 3 },
      3
      "three columns",
      { forecast with
          Data = lorenz |> points 300 |> window 8 2
          Model = model (lstm 6 >> dense 8 >> relu >> regressor []) },
      6
      "convolutions",
      { forecast with
          Data = vanDerPol 1.0 |> points 200 |> window 12 1
          Model =
              model (
                  causalConv 4 1
                  >> relu
                  >> causalConv 4 2
                  >> residual (conv 4)
                  >> pool
                  >> regressor [ 8 ]
              ) },
      2
      "both directions, their mean",
      { forecast with
          Model = model (bidirectional (rnn 3 >> gru 3) >> batchNorm >> meanState >> regressor []) },
      1
      "a recurrent autoencoder beside the forecast",
      { forecast with
          Model = model (gaussianNoise 0.1 >> gru 4 >> autoencoder 2 >> regressor [])
          Loss = mse + reconstruction + 0.01 * sparsity },
      1 ]

let tests =
    testList
        "Run on sequences and files"
        [ test "of a part of the data an example is drawn by its row, as far as it is real" {
              let values = ReadOnlyMemory [| 1f; 2f; 3f; 4f; 5f; 6f; 7f; 8f; 9f; 10f; 11f; 12f |]
              let lengths = ReadOnlyMemory [| 1; 2; 1 |]
              let labels = ReadOnlyMemory [| 0; 1; 0 |]

              let data =
                  GenDisc.Core.Data.Dataset.OfSequences("d", 2, 2, values, lengths, labels, [ "a"; "b" ])

              let split = GenDisc.Core.Data.Split(data, ReadOnlyMemory [| 2; 1 |])

              let drawn position =
                  GenDisc.Running.Json.line (GenDisc.Running.Sequences.linesAt split position)

              Expect.equal (drawn 0) "[[9],[10]]" "row 2"
              Expect.equal (drawn 1) "[[5,7],[6,8]]" "row 1"
          }
          for name, experiment, targets in everyForecast do
              test $"a forecast: {name}" {
                  use scene = new Scene()
                  let result = scene.Run experiment
                  left result ("figures/forecast.json" :: regressionFiles)
                  measured name [ "mse"; "rmse"; "mae"; "r2"; "mase"; "persistenceRmse" ] result
                  let run = readable result
                  let shown = some "forecast" run.Forecast

                  Expect.equal
                      (shown.Horizon |> Option.map (fun h -> h * shown.Columns.Length))
                      (Some targets)
                      "targets"

                  Expect.equal shown.Series.Length shown.Columns.Length "one track a column"
                  Expect.isNonEmpty shown.Rollout "rolled out"
                  Expect.all shown.RolloutRmse Double.IsFinite "roll-out"
              }

          test "a model holds as many parameters as its plan counts" {
              use scene = new Scene()

              for name, experiment, _ in everyForecast do
                  if not (List.exists (fun (b: Block) -> b.IsBatchNorm) experiment.Model.Blocks) then
                      let result = scene.Run experiment

                      let numbers =
                          tensors (bytes result "model.safetensors")
                          |> Map.toSeq
                          |> Seq.sumBy (snd >> Array.length)

                      match Check.experiment experiment with
                      | Ok plan -> Expect.equal (int64 numbers / 4L) plan.Parameters name
                      | Error problems -> failtest (Explain.problems experiment problems)
          }

          test "a forecast is the same bit for bit when trained again" {
              use scene = new Scene()
              let first = scene.Run forecast

              let names =
                  files (Path.Combine(first.Folder, "figures"))
                  |> List.map (fun f -> $"figures/{f}")

              let kept = [ for name in "model.safetensors" :: names -> name, bytes first name ]
              let again = scene.RunFresh forecast
              Expect.isFalse again.Reused "trained again"
              Expect.equal (figures again) (figures first) "figures"

              for name, before in kept do
                  Expect.equal (bytes again name) before name
          }

          test "a series in other units has errors in those units, and the same scaled errors" {
              use scene = new Scene()

              let values =
                  [ for t in 0..199 -> int (1000.0 * (3.0 + sin (0.3 * float t) + 0.2 * cos (1.9 * float t))) ]

              put scene "large.csv" ("x" :: [ for v in values -> number (float v) ])
              put scene "small.csv" ("x" :: [ for v in values -> number (float v / 1000.0) ])

              let of' file =
                  (scene.Run
                      { forecast with
                          Data = csvSeries file [ "x" ] |> window 10 2 })
                      .Test

              let large, small = of' "large.csv", of' "small.csv"

              for key in [ "rmse"; "mae"; "persistenceRmse" ] do
                  Expect.floatClose Accuracy.low (large[key] / small[key]) 1000.0 key

              Expect.floatClose Accuracy.low (large["mse"] / small["mse"]) 1e6 "mse"

              for key in [ "mase"; "r2" ] do
                  Expect.isLessThan (abs (large[key] - small[key])) 1e-3 key
          }

          for name, trunk in
              [ "lstm", lstm 4
                "bidirectional gru, maxima", bidirectional (gru 3) >> globalMaxPool
                "convolutions, norms, a pool", conv 4 >> batchNorm >> relu >> pool >> globalPool ] do
              test $"sequences of unequal lengths: {name}" {
                  use scene = new Scene()
                  waves scene "Waves" 0.0
                  let result = scene.Run(labelled (timeSeries "Waves") (trunk >> classifier []))
                  left result [ "figures/evaluation.json"; "figures/features.json"; "figures/sequences.json" ]
                  measured name [ "accuracy"; "crossEntropy"; "ece" ] result
                  let run = readable result
                  Expect.equal run.Sequences.Length 6 "three training sequences of each class"

                  Expect.containsAll [ 5..11 ] [ for s in run.Sequences -> s.Values[0].Length ] "of their own lengths"
              }

          test "numbers in other units make no difference to labelled sequences" {
              use scene = new Scene()
              waves scene "Waves" 0.0
              waves scene "Far" 64.0

              let of' name =
                  scene.Run(labelled (timeSeries name) (gru 4 >> classifier []))

              let near, far = of' "Waves", of' "Far"
              Expect.isLessThan (abs (near.Test.CrossEntropy - far.Test.CrossEntropy)) 1e-3 "standardised"
          }

          test "a table: its texts make classes, its numbers a regression" {
              use scene = new Scene()
              put scene "shop.csv" (shop 120)

              let kinds =
                  scene.Run(labelled (table "shop.csv" "kind") (embed 2 >> dense 8 >> relu >> classifier []))

              measured "kind" [ "accuracy"; "crossEntropy" ] kinds
              readable kinds |> ignore

              let prices =
                  scene.Run
                      { forecast with
                          Data = table "shop.csv" "price" |> holdOut 0.2
                          Model = model (embed 2 >> dense 8 >> relu >> regressor [])
                          Training = adam 1e-2 |> epochs 60 |> batch 32 }

              left prices regressionFiles
              measured "price" [ "mse"; "rmse"; "mae"; "r2" ] prices
              Expect.isGreaterThan prices.Test["r2"] 0.5 "size and colour tell the price"
              Expect.isFalse (prices.Test.Values.ContainsKey "mase") "no series"
              readable prices |> ignore

              let colours = scene.Run(labelled (classTable "shop.csv" "kind") (classifier [ 8 ]))

              Expect.equal (some "classes" (readable colours).Result).Classes [ "big"; "small" ] "classes by name"
          }

          test "a folder of pictures" {
              use scene = new Scene()
              pictures scene "pictures" 12

              let experiment =
                  labelled
                      (imageFolder "pictures" |> shifted 1 |> cutOut 2)
                      (conv 4 >> relu >> pool >> globalPool >> classifier [])

              let result = scene.Run experiment
              left result [ "figures/augmented.png"; "figures/evaluation.json"; "figures/filters.png" ]
              measured "pictures" [ "accuracy"; "crossEntropy" ] result
              let run = readable result
              Expect.equal (some "classes" run.Result).Classes [ "dark"; "light" ] "classes"
              Expect.equal (some "plan" run.Plan).Shape [ 1; 8; 8 ] "grey"

              let one = Path.Combine(dataOf scene, "pictures", "dark", "0.png")
              File.SetLastWriteTimeUtc(one, DateTime(2001, 1, 1))
              Expect.isTrue (scene.Run experiment).Reused "a date is no other picture"
              File.Copy(Path.Combine(dataOf scene, "pictures", "dark", "1.png"), one, true)
              Expect.isFalse (scene.Run experiment).Reused "another picture is"

              let small =
                  scene.Run
                      { experiment with
                          Data = imageFolder "pictures" |> resized 4 6 }

              Expect.equal (some "plan" (readable small).Plan).Shape [ 1; 4; 6 ] "resized"
          } ]
    |> testSequenced
