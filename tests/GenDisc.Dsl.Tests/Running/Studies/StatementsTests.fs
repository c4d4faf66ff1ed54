module GenDisc.Dsl.Tests.Running.Studies.StatementsTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Studies.MadeUp

let private five = [ 0.971; 0.968; 0.973; 0.970; 0.969 ]
let private up = List.map2 (+) five [ 0.008; 0.007; 0.008; 0.009; 0.007 ]
let private down = List.map2 (-) five [ 0.008; 0.007; 0.008; 0.009; 0.007 ]
let private accuracies = runs "accuracy"
let private compared = statements StudyKind.Comparison "accuracy"

let private says (sentences: string list) (expected: string) =
    Expect.contains sentences expected "sentence"

let tests =
    testList
        "Statements"
        [ test "a planted null is no difference" {
              let sentences =
                  compared [ row "baseline" (accuracies five); row "twin" (accuracies five) ]

              Expect.equal
                  sentences
                  [ "No difference detected between twin and baseline: accuracy 97.02 % against 97.02 %, a difference of 0.00 percentage points (95 % interval 0.00 to 0.00; paired t-test over 5 seeds, p = 1)." ]
                  "and nothing else"
          }

          test "better, worse and undetected are told alike" {
              let sentences =
                  compared
                      [ row "baseline" (accuracies five)
                        row "hybrid" (accuracies up)
                        row "noisy" (accuracies down)
                        row "shuffled" (accuracies [ 0.972; 0.967; 0.972; 0.971; 0.970 ]) ]

              says
                  sentences
                  "By accuracy, of 3 comparisons with the first row: 1 better, 1 worse and 1 with no difference detected."

              // d = 0.78 ± 2.7764 · 0.0837/√5, t = 20.846 with 4 degrees of freedom, p = 3.13e-5, times 3
              says
                  sentences
                  "hybrid is better than baseline: accuracy 97.80 % against 97.02 %, a difference of 0.78 percentage points (95 % interval 0.68 to 0.88; paired t-test over 5 seeds, p < 0.0001 after Holm's correction over 3 comparisons)."

              says
                  sentences
                  "noisy is worse than baseline: accuracy 96.24 % against 97.02 %, a difference of -0.78 percentage points (95 % interval -0.88 to -0.68; paired t-test over 5 seeds, p < 0.0001 after Holm's correction over 3 comparisons)."

              // differences 0.1, −0.1, −0.1, 0.1, 0.1 points: t = 0.02/(0.10954/√5) = 0.408
              says
                  sentences
                  "No difference detected between shuffled and baseline: accuracy 97.04 % against 97.02 %, a difference of 0.02 percentage points (95 % interval -0.12 to 0.16; paired t-test over 5 seeds, p = 0.70 after Holm's correction over 3 comparisons)."

              // (2.7764 + 0.9410) s/√5
              let last = List.last sentences
              Expect.stringContains last "With 5 seeds, the smallest true difference" "power"
              Expect.stringContains last "is about 0.14 to 0.18 percentage points, depending on the row" "sizes"
              Expect.stringContains last "with 4 degrees of freedom" "formula"
          }

          test "lower figures that are better, in their own unit" {
              let sentences =
                  statements
                      StudyKind.Comparison
                      "rmse"
                      [ row "baseline" (runs "rmse" [ 2.0; 2.1; 1.9 ])
                        row "wide" (runs "rmse" [ 1.5; 1.6; 1.39 ]) ]

              Expect.stringStarts
                  sentences.Head
                  "wide is better than baseline: RMSE 1.497 against 2.000, a difference of -0.5033 (95 % interval -0.5177 to -0.4890;"
                  "rmse"
          }

          test "one seed: McNemar's test" {
              use scene = new Scene()
              let folder name = Path.Combine(scene.Runs, name)
              let first = predicted (folder "a") [ for i in 0..99 -> i < 80 ]
              let second = predicted (folder "b") [ for i in 0..99 -> i < 92 ]
              let sentences = compared [ row "baseline" [ first ]; row "hybrid" [ second ] ]

              let sentence = List.exactlyOne sentences

              Expect.stringStarts
                  sentence
                  "hybrid is better than baseline: accuracy 92.00 % against 80.00 %, a difference of 12.00 percentage points (95 % bootstrap interval over the test examples "
                  "figures"
              // 2/2¹²
              Expect.stringEnds sentence "; McNemar's exact test with one seed, p = 0.0005)." "test"

              Expect.equal
                  (compared [ row "baseline" [ first ]; row "twin" [ first ] ])
                  [ "No difference detected between twin and baseline: accuracy 80.00 % against 80.00 %, a difference of 0.00 percentage points (95 % bootstrap interval over the test examples 0.00 to 0.00; McNemar's exact test with one seed, p = 1)." ]
                  "a planted null"
          }

          test "what was not tested is said, and why" {
              Expect.equal
                  (statements
                      StudyKind.Comparison
                      "rmse"
                      [ row "baseline" (runs "rmse" [ 2.0 ]); row "wide" (runs "rmse" [ 1.5 ]) ])
                  [ "wide against baseline: RMSE 1.500 against 2.000, a difference of -0.5000; not tested: one seed gives no spread." ]
                  "one seed"

              use scene = new Scene()

              let bare accuracy =
                  [ run scene.Runs [ "accuracy", accuracy ] ]

              Expect.equal
                  (compared [ row "baseline" (bare 0.9); row "wide" (bare 0.95) ])
                  [ "wide against baseline: accuracy 95.00 % against 90.00 %, a difference of 5.00 percentage points; not tested: one seed gives no spread, and the runs keep no predictions of one and the same test examples to compare." ]
                  "one seed without predictions"

              Expect.equal
                  (compared
                      [ row "baseline" (runs "rmse" [ 2.0; 1.0 ])
                        row "wide" (runs "rmse" [ 1.5; 2.0 ]) ])
                  [ "wide against baseline: accuracy is missing; not tested: fewer than two seeds have this figure in both rows." ]
                  "no figure"
          }

          test "a label curve names the numbers of labels" {
              let at count values name =
                  row name (accuracies values) |> atLabels count

              let sentences =
                  statements
                      (StudyKind.LabelCurve [ 100; 1000; 3000 ])
                      "accuracy"
                      [ at 100 five "baseline"
                        at 100 up "hybrid"
                        at 1000 five "baseline"
                        at 1000 up "hybrid"
                        at 3000 five "baseline"
                        at 3000 five "hybrid" ]

              says
                  sentences
                  "hybrid against baseline, by number of labels: better at 100 and 1,000; no difference detected at 3,000."

              Expect.isTrue
                  (sentences
                   |> List.exists _.StartsWith("At 100 labels, hybrid is better than baseline: "))
                  "100"

              Expect.isTrue
                  (sentences
                   |> List.exists _.StartsWith("At 3,000 labels, no difference detected between hybrid and baseline: "))
                  "3,000"
          }

          test "a Pareto front names its weights" {
              let at weight on values =
                  { row "hybrid" (accuracies values) with
                      Weight = Some weight
                      OnFront = on }

              let sentences =
                  statements
                      (StudyKind.Pareto [ 0.0; 0.01; 0.1 ])
                      "accuracy"
                      [ at 0.0 true five; at 0.01 true up; at 0.1 false down ]

              says
                  sentences
                  "On the Pareto front, where no other weight is better in one figure and as good in all others: 0.0 and 0.01; not on it: 0.1."

              Expect.isTrue (sentences |> List.exists _.StartsWith("weight 0.01 is better than weight 0.0: ")) "better"
              Expect.isTrue (sentences |> List.exists _.StartsWith("weight 0.1 is worse than weight 0.0: ")) "worse"
          }

          test "one row alone has nothing to say" {
              Expect.isEmpty (compared [ row "baseline" (accuracies five) ]) "no comparison"
              Expect.isEmpty (compared []) "no rows"
          } ]
    |> testSequenced
