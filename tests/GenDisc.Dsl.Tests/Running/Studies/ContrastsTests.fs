module GenDisc.Dsl.Tests.Running.Studies.ContrastsTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Running.Studies
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Studies.MadeUp

let private baseline = [ 0.971; 0.968; 0.973; 0.970; 0.969 ]
let private better = [ 0.979; 0.975; 0.981; 0.979; 0.976 ]

let private against metric higher rows =
    Contrasts.of' metric higher [ for row in rows -> runs metric baseline, runs metric row ]

let private close expected actual what =
    Expect.isLessThan (abs (expected - actual)) 1e-9 $"{what}: {actual}, not {expected}"

let tests =
    testList
        "Contrasts"
        [ test "a planted null: two identical rows are no difference" {
              let c = against "accuracy" true [ baseline ] |> List.exactlyOne
              Expect.equal c.Verdict Verdict.NoDifferenceDetected "verdict"
              Expect.equal (c.P, c.Adjusted, c.Difference, c.Effect) (1.0, 1.0, 0.0, 0.0) "nothing"
              Expect.equal (c.Low, c.High, c.BootstrapLow, c.BootstrapHigh) (0.0, 0.0, 0.0, 0.0) "intervals"
              Expect.equal c.Test "paired t-test" "test"
          }

          test "over seeds: differences 8, 7, 8, 9 and 7 thousandths" {
              let c = against "accuracy" true [ better ] |> List.exactlyOne
              let deviation = 1e-3 * sqrt 0.7
              close 7.8e-3 c.Difference "mean"
              close (7.8 / sqrt 0.7) c.Effect "d_z"
              close (7.8e-3 + 2.7764451051977987 * deviation / sqrt 5.0) c.High "high"
              Expect.isTrue (c.P > 1e-5 && c.P < 1e-4) $"t = 20.8: {c.P}"
              Expect.equal c.Adjusted c.P "one comparison needs no correction"
              Expect.equal c.Verdict Verdict.Better "verdict"
              Expect.isTrue (c.Low < c.BootstrapLow && c.BootstrapHigh < c.High) "few seeds make the bootstrap short"
          }

          test "which way is better decides" {
              let verdicts higher =
                  against
                      "x"
                      higher
                      [ better
                        List.map2 (fun x wobble -> x - 0.01 + wobble) baseline [ 0.0; 1e-4; -1e-4; 2e-4; 0.0 ] ]
                  |> List.map _.Verdict

              Expect.equal (verdicts true) [ Verdict.Better; Verdict.Worse ] "higher"
              Expect.equal (verdicts false) [ Verdict.Worse; Verdict.Better ] "lower"
          }

          test "the same difference at every seed is judged by its sign alone" {
              let same =
                  against "x" true [ List.map (fun x -> x - 0.01) baseline ] |> List.exactlyOne

              Expect.equal (same.Test, same.P) (Contrasts.signTest, 0.0625) "2^(1 - 5)"
              Expect.equal same.Verdict Verdict.NoDifferenceDetected "five signs are too few"
          }

          test "Holm's correction is over all that was tested" {
              let once =
                  against "accuracy" true [ [ 0.973; 0.969; 0.974; 0.973; 0.970 ] ]
                  |> List.exactlyOne

              Expect.equal once.Verdict Verdict.Better "alone"

              let many =
                  against
                      "accuracy"
                      true
                      [ [ 0.973; 0.969; 0.974; 0.973; 0.970 ]
                        baseline
                        [ 0.968; 0.971; 0.970; 0.973; 0.969 ]
                        [ nan; nan; nan; nan; 0.9 ]
                        [ 0.972; 0.967; 0.974; 0.969; 0.970 ]
                        [ 0.970; 0.969; 0.972; 0.971; 0.968 ] ]

              Expect.equal (Contrasts.tested many) 5 "one has too few figures"
              let first = many.Head
              close once.P first.P "its own p"
              close (min 1.0 (5.0 * once.P)) first.Adjusted "times five: it is the smallest"
              Expect.equal first.Verdict Verdict.NoDifferenceDetected "no longer a finding"
              Expect.equal many[3].Verdict Verdict.NotTested "not tested"
              Expect.isTrue (Double.IsNaN many[3].Adjusted) "of no family"
          }

          test "one seed: McNemar's test over the test examples" {
              use scene = new Scene()
              let folder name = Path.Combine(scene.Runs, name)
              // 12 examples that the row alone told right, 2 that the baseline did
              let a = [ for i in 0..99 -> i < 80 || i = 98 || i = 99 ]
              let b = [ for i in 0..99 -> i < 92 ]
              let first, second = predicted (folder "a") a, predicted (folder "b") b

              let c = Contrasts.of' "accuracy" true [ [ first ], [ second ] ] |> List.exactlyOne

              Expect.equal c.Test "McNemar's test" "test"
              close 0.10 c.Difference "accuracy"
              close (2.0 * (1.0 + 14.0 + 91.0) / 16384.0) c.P "binomial of 14"
              Expect.isTrue (0.0 < c.Low && c.Low < 0.10 && 0.10 < c.High) "interval over examples"
              Expect.equal c.Verdict Verdict.Better "verdict"

              for x in [ c.BootstrapLow; c.BootstrapHigh; c.Effect ] do
                  Expect.isTrue (Double.IsNaN x) "nothing over seeds"

              let same = Contrasts.of' "accuracy" true [ [ first ], [ first ] ] |> List.exactlyOne

              Expect.equal
                  (same.P, same.Verdict, same.Difference, same.Low, same.High)
                  (1.0, Verdict.NoDifferenceDetected, 0.0, 0.0, 0.0)
                  "a planted null"
          }

          test "one seed without predictions, or judged by another figure, is not tested" {
              use scene = new Scene()
              let bare = run scene.Runs [ "accuracy", 0.9; "rmse", 2.0 ]
              let other = run scene.Runs [ "accuracy", 0.8; "rmse", 1.5 ]

              for metric, difference in [ "accuracy", -0.1; "rmse", -0.5 ] do
                  let c = Contrasts.of' metric false [ [ bare ], [ other ] ] |> List.exactlyOne
                  close difference c.Difference metric
                  Expect.equal (c.Test, c.Verdict) ("none", Verdict.NotTested) metric
                  Expect.isTrue (Double.IsNaN c.P && Double.IsNaN c.Adjusted && Double.IsNaN c.Low) metric

              let missing = Contrasts.of' "elbo" true [ [ bare ], [ other ] ] |> List.exactlyOne
              Expect.isTrue (Double.IsNaN missing.Difference) "no such figure"
              Expect.equal missing.Verdict Verdict.NotTested "nor a verdict"
              Expect.isEmpty (Contrasts.of' "accuracy" true []) "no comparison"
          }

          test "a seed that lacks the figure in one row is left out of both" {
              let c =
                  Contrasts.of' "accuracy" true [ runs "accuracy" [ 0.5; 0.1; 0.6 ], runs "accuracy" [ 0.6; nan; 0.8 ] ]
                  |> List.exactlyOne

              close 0.15 c.Difference "of the two others"
          }

          test "the same study says the same again" {
              let seven = List.init 7 (fun i -> 0.9 + 0.01 * sin (float i))
              let eight = List.init 7 (fun i -> 0.9 + 0.01 * cos (float i))

              let once () =
                  Contrasts.of' "accuracy" true [ runs "accuracy" seven, runs "accuracy" eight ]

              Expect.equal (once ()) (once ()) "bootstrap draws are fixed"
          } ]
    |> testSequenced
