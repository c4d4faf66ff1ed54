module GenDisc.Dsl.Tests.Report.StatisticsTests

open Expecto
open FsCheck
open GenDisc.Reporting

let tests =
    testList
        "Statistics"
        [ test "Wilson interval of 970 out of 1000" {
              let low, high = Statistics.wilson 0.97 1000L
              Expect.floatClose Accuracy.medium low 0.95749659 "low"
              Expect.floatClose Accuracy.medium high 0.97890626 "high"
          }
          testProperty
              "a Wilson interval lies in [0, 1] and holds the proportion"
              (fun (PositiveInt n) (NonNegativeInt k) ->
                  let n = int64 n
                  let p = float (int64 k % (n + 1L)) / float n
                  let low, high = Statistics.wilson p n
                  0.0 <= low && low <= p + 1e-12 && p <= high + 1e-12 && high <= 1.0)
          test "scores by class follow their definitions" {
              match Statistics.perClass [| [| 3L; 1L |]; [| 2L; 4L |] |] with
              | [ first; second ] ->
                  Expect.equal (first.Support, second.Support) (4L, 6L) "support"
                  Expect.equal (first.Precision, first.Recall) (Some 0.6, Some 0.75) "first class"
                  Expect.floatClose Accuracy.high first.F1.Value (2.0 * 0.6 * 0.75 / 1.35) "harmonic mean"
                  Expect.equal second.Precision (Some 0.8) "second class"
              | other -> failtest $"two classes have two scores, got {other.Length}"
          }
          test "a class that is neither there nor predicted has no scores" {
              let empty = (Statistics.perClass [| [| 1L; 0L |]; [| 0L; 0L |] |])[1]
              Expect.equal (empty.Precision, empty.Recall, empty.F1) (None, None, None) "no scores"
          }
          test "mistakes come with the most frequent first" {
              let found =
                  Statistics.mistakes [| [| 9L; 1L; 0L |]; [| 4L; 9L; 0L |]; [| 0L; 2L; 9L |] |]

              Expect.equal found [ 1, 0, 4L; 2, 1, 2L; 0, 1, 1L ] "order"
          }
          test "ragged, negative and empty counts are no confusion matrix" {
              for bad in
                  [ [||]
                    [| [| 1L |] |]
                    [| [| 1L; 2L |]; [| 1L |] |]
                    [| [| 0L; 0L |]; [| 0L; 0L |] |]
                    [| [| 1L; -1L |]; [| 0L; 1L |] |] ] do
                  Expect.isFalse (Statistics.isConfusion bad) $"%A{bad}"
          }
          test "agreement of predictions" {
              let rmse, r2 = Statistics.agreement [| 1.0; 2.0; 3.0 |] [| 1.0; 2.0; 5.0 |]
              Expect.floatClose Accuracy.high rmse (sqrt (4.0 / 3.0)) "root mean squared error"
              Expect.floatClose Accuracy.high r2 -1.0 "coefficient of determination"
          } ]
