/// Parts of the sentences about a study.
module internal GenDisc.Running.Studies.Phrases

open System
open GenDisc
open GenDisc.Core.Evaluation.Comparisons

/// A figure's name within a sentence.
let nameOf (metric: string) =
    match metric with
    | "balancedAccuracy" -> "balanced accuracy"
    | "macroF1" -> "macro F1"
    | "rocAuc" -> "area under the ROC curve"
    | "prAuc" -> "area under the precision-recall curve"
    | "crossEntropy" -> "cross-entropy"
    | "logLoss" -> "log loss"
    | "brier" -> "Brier score"
    | "ece" -> "expected calibration error"
    | "eceAfterScaling" -> "expected calibration error after scaling"
    | "oodAuroc" -> "AUROC against out-of-distribution data"
    | "oodAurocEnergy" -> "AUROC against out-of-distribution data by energy"
    | "elbo" -> "ELBO"
    | "iwae" -> "IWAE bound"
    | "logLikelihood" -> "log-likelihood"
    | "pseudoLikelihood" -> "pseudo-log-likelihood"
    | "reconstructionError" -> "reconstruction error"
    | "nll" -> "negative log-likelihood"
    | "r2" -> "R²"
    | "mse"
    | "rmse"
    | "mae"
    | "mase" -> metric.ToUpperInvariant()
    | other when Wording.isTopK other -> $"top-{other.Substring 3} accuracy"
    | other -> other

/// Rounded to what is written, without a sign on zero.
let private points (x: float) =
    Wording.fixedPoint 2 (Math.Round(100.0 * x, 2) + 0.0)

let private isShare metric =
    Wording.kind metric = Wording.Kind.Share

/// A difference of two figures as a number alone.
let bare metric (x: float) =
    if isShare metric && Double.IsFinite x then
        points x
    else
        Wording.metric metric (x + 0.0)

/// A difference of two figures: shares in percentage points.
let gap metric (x: float) =
    bare metric x + (if isShare metric then " percentage points" else "")

/// `0.41 to 0.99`, in the unit of the difference before it.
let between metric (low: float) (high: float) =
    $"{bare metric low} to {bare metric high}"

/// `p = 0.0021`
let chance (p: float) =
    if p < 0.0001 then "p < 0.0001"
    elif p < 0.1 then "p = " + Wording.fixedPoint 4 p
    elif p < 0.995 then "p = " + Wording.fixedPoint 2 p
    else "p = 1"

/// `1 seed`, `5 seeds`
let counted (one: string) (count: int) =
    Wording.count (float count) + " " + one + (if count = 1 then "" else "s")

/// `a`, `a and b`, `a, b and c`
let rec listed (items: string list) =
    match items with
    | [] -> ""
    | [ one ] -> one
    | [ one; two ] -> $"{one} and {two}"
    | first :: rest -> $"{first}, {listed rest}"

/// The row that this one is held against.
let baselineOf (rows: StudyRow list) (row: StudyRow) =
    rows |> List.tryFind (fun r -> r.Contrast.IsNone && r.Labels = row.Labels)

/// Rows with what they are held against and how that came out.
let contrasts (rows: StudyRow list) =
    [ for row in rows do
          match row.Contrast, baselineOf rows row with
          | Some contrast, Some baseline -> row, baseline, contrast
          | _ -> () ]

/// A row by its weight, or by its name.
let called (row: StudyRow) =
    match row.Weight with
    | Some weight -> $"weight {Show.number weight}"
    | None -> row.Name

/// Deviation over seeds of the differences of a row and its baseline, and how many there are.
let spread metric (row: StudyRow) (baseline: StudyRow) =
    let figures, others = Contrasts.shared baseline row ||> Contrasts.pairs metric
    let t = PairedT.Of(figures, others)
    t.Deviation, t.Count
