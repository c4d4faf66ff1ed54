module GenDisc.Dsl.Tests.Running.Studies.LimitsTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Studies.MadeUp

let private five = [ 0.971; 0.968; 0.973; 0.970; 0.969 ]
let private up = List.map2 (+) five [ 0.008; 0.007; 0.008; 0.009; 0.007 ]
let private baseline = row "baseline" (runs "accuracy" five)
let private hybrid = row "hybrid" (runs "accuracy" up)
let private ofComparison = limits StudyKind.Comparison "accuracy"

let private has (sentences: string list) (part: string) =
    Expect.isTrue (sentences |> List.exists _.Contains(part)) $"{part}: {sentences}"

let private hasNot (sentences: string list) (part: string) =
    Expect.isFalse (sentences |> List.exists _.Contains(part)) part

let tests =
    testList
        "Limits"
        [ test "few seeds, one test set, one comparison" {
              let sentences = ofComparison [ baseline; hybrid ]
              has sentences "5 seeds are few"
              has sentences "the test examples are the same for all"
              has sentences "same test set"
              has sentences "Only accuracy was tested"
              hasNot sentences "Holm"
              has sentences "the smallest here is 0.78 percentage points"
              hasNot sentences "No difference detected does not mean none"
          }

          test "several comparisons were corrected" {
              let sentences = ofComparison [ baseline; hybrid; { baseline with Name = "twin" } ]
              has sentences "2 comparisons were corrected by Holm's procedure"
              has sentences "No difference detected does not mean none"
          }

          test "one seed, and many" {
              let of' count =
                  ofComparison
                      [ row "a" (runs "rmse" (List.replicate count 1.0))
                        row "b" (runs "rmse" (List.replicate count 1.0)) ]

              has (of' 1) "One seed was run"
              hasNot (of' 1) "Seeds change"
              hasNot (of' 20) "are few"
              has (of' 20) "over 20 seeds"
          }

          test "compute, equal or not" {
              let costing flops (row: StudyRow) = { row with TrainingFlops = flops }

              has
                  (ofComparison [ baseline |> costing 1e9; hybrid |> costing 3.24e9 ])
                  "training FLOPs differ by a factor of 3.2 (hybrid most, baseline least)"

              has (ofComparison [ baseline |> costing 1e9; hybrid |> costing 1.05e9 ]) "about equal compute"
              hasNot (ofComparison [ baseline |> costing nan; hybrid |> costing 1e9 ]) "compute"

              // more labels cost more, in every row
              let curve =
                  limits
                      (StudyKind.LabelCurve [ 100; 1000 ])
                      "accuracy"
                      [ baseline |> atLabels 100 |> costing 1e8
                        hybrid |> atLabels 100 |> costing 1e8
                        baseline |> atLabels 1000 |> costing 1e9
                        hybrid |> atLabels 1000 |> costing 1e9 ]

              has curve "about equal compute"
          }

          test "a difference without spread is no proof" {
              let shifted = row "shifted" (runs "accuracy" (five |> List.map ((+) 0.01)))
              has (ofComparison [ baseline; shifted ]) "Every seed gave the same difference for shifted"
              hasNot (ofComparison [ baseline; hybrid ]) "Every seed gave the same difference"
          }

          test "a weight is not to be chosen on test data" {
              let at weight (row: StudyRow) = { row with Weight = Some weight }

              has
                  (limits (StudyKind.Pareto [ 0.0; 1.0 ]) "accuracy" [ baseline |> at 0.0; hybrid |> at 1.0 ])
                  "should be chosen on validation data"
          } ]
