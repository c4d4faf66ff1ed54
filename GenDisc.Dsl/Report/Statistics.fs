/// Small statistics of finished results.
module internal GenDisc.Reporting.Statistics

open System

/// 95 % Wilson score interval of a proportion observed on `n` examples (Wilson 1927).
let wilson (proportion: float) (n: int64) =
    let z = 1.959963984540054
    let n = float n
    let centre = (proportion + z * z / (2.0 * n)) / (1.0 + z * z / n)

    let half =
        z / (1.0 + z * z / n)
        * sqrt (proportion * (1.0 - proportion) / n + z * z / (4.0 * n * n))

    max 0.0 (centre - half), min 1.0 (centre + half)

type ClassScore =
    {
        /// How many examples have this class.
        Support: int64
        /// Share of the predictions of this class that are right; None when it is never predicted.
        Precision: float option
        /// Share of the examples of this class that are found; None when there are none.
        Recall: float option
        /// Harmonic mean of precision and recall.
        F1: float option
    }

/// Scores of each class from counts by true class (row) and predicted class (column).
let perClass (confusion: int64[][]) =
    let ratio (a: int64) (b: int64) =
        if b = 0L then None else Some(float a / float b)

    [ for i in 0 .. confusion.Length - 1 do
          let hits = confusion[i][i]
          let support = Array.sum confusion[i]
          let predicted = confusion |> Array.sumBy (fun row -> row[i])

          { Support = support
            Precision = ratio hits predicted
            Recall = ratio hits support
            F1 = ratio (2L * hits) (support + predicted) } ]

/// The most frequent mistakes, as (true, predicted, count), largest first.
let mistakes (confusion: int64[][]) =
    [ for i in 0 .. confusion.Length - 1 do
          for j in 0 .. confusion.Length - 1 do
              if i <> j && confusion[i][j] > 0L then
                  i, j, confusion[i][j] ]
    |> List.sortByDescending (fun (_, _, count) -> count)

/// Whether counts form a square table with at least two classes and at least one example.
let isConfusion (counts: int64[][]) =
    counts.Length > 1
    && counts
       |> Array.forall (fun row -> row.Length = counts.Length && row |> Array.forall (fun n -> n >= 0L))
    && counts |> Array.exists (Array.exists (fun n -> n > 0L))

/// Root mean squared error and coefficient of determination (NaN where the truth does not vary).
let agreement (truth: float[]) (prediction: float[]) =
    let mean = Array.average truth
    let residual = Array.fold2 (fun s a b -> s + (a - b) ** 2.0) 0.0 truth prediction
    let total = truth |> Array.sumBy (fun a -> (a - mean) ** 2.0)
    sqrt (residual / float truth.Length), (if total > 0.0 then 1.0 - residual / total else nan)

/// `a`, `a and b`, `a, b and c`.
let listed (parts: string list) =
    match List.rev parts with
    | []
    | [ _ ] -> String.Join("", parts)
    | last :: before -> String.Join(", ", List.rev before) + " and " + last
