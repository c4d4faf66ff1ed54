/// How the figures of a study are named and written: shares in percent, the rest in their own units.
module internal GenDisc.Reporting.Measures

open System
open GenDisc
open GenDisc.Reporting.Html

type Measure =
    {
        Key: string
        /// `Accuracy`; without a unit.
        Title: string
        /// `%`, `nats per image` or nothing.
        Unit: string
        /// What a value is multiplied by before it is shown.
        Scale: float
        Decimals: int option
        /// None where neither direction is better.
        HigherIsBetter: bool option
    }

    /// `Accuracy (%)`: the title of an axis or a column.
    member this.Axis = if this.Unit = "" then this.Title else $"{this.Title} ({this.Unit})"

    /// In the middle of a sentence: `accuracy`, `ECE`.
    member this.Inside =
        if this.Title.Length > 1 && Char.IsLower this.Title[1] then
            string (Char.ToLowerInvariant this.Title[0]) + this.Title.Substring 1
        else
            this.Title

    /// The number alone.
    member this.Show(x: float) =
        match this.Decimals with
        | Some digits -> Number.decimals digits (this.Scale * x)
        | None -> Number.short (this.Scale * x)

    /// What a difference of two values is counted in.
    member this.DifferenceUnit =
        match this.Unit with
        | "%" -> "percentage points"
        | other -> other

/// `study` lends the unit that figures are counted per.
let measure (study: StudyFolder) key : Measure =
    let perUnit = study.AnyRun |> Option.map _.Unit |> Option.defaultValue "example"
    let target = study.AnyRun |> Option.bind _.TargetUnit
    let title, better = Metrics.title perUnit target key

    // `ELBO, nats per image` names its unit after a comma.
    let title, unit =
        match title.LastIndexOf ", ", target with
        | i, _ when i > 0 && title.Substring(i + 2).StartsWith("nats", StringComparison.Ordinal) ->
            title.Substring(0, i), title.Substring(i + 2)
        | i, Some own when i > 0 && title.EndsWith(own, StringComparison.Ordinal) -> title.Substring(0, i), own
        | _ -> title, ""

    let share = Wording.kind key = Wording.Kind.Share

    { Key = key
      Title = title
      Unit = if share then "%" else unit
      Scale = if share then 100.0 else 1.0
      Decimals =
        match Wording.kind key with
        | Wording.Kind.Share -> Some 2
        | Wording.Kind.Area -> Some 4
        | Wording.Kind.Plain -> None
      HigherIsBetter =
        match better with
        | "higher" -> Some true
        | "lower" -> Some false
        | _ -> None }

/// The measure that decides.
let deciding (study: StudyFolder) = measure study study.File.Metric

/// Names of all figures that a row has, those that people look at first at the top.
let all (study: StudyFolder) =
    let found =
        study.File.Rows
        |> List.collect (fun row -> row.Figures |> Map.toList |> List.map fst)
        |> List.distinct

    (Wording.order |> List.filter (fun key -> List.contains key found))
    @ List.sort (List.except Wording.order found)

/// The figure that decides, of a row that has it.
let decisive (study: StudyFolder) (row: StudyEntry) =
    Map.tryFind study.File.Metric row.Figures

/// `0.012`, `< 0.001`.
let probability (p: float) =
    if not (Double.IsFinite p) then "–"
    elif p < 0.001 then "< 0.001"
    else Number.decimals 3 p

let private raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/// `1.20 × 10¹²`; smaller numbers in full.
let scientific (x: float) =
    if not (Double.IsFinite x) then
        "–"
    elif abs x < 1e6 then
        Number.count (int64 x)
    else
        let exponent = int (floor (log10 (abs x)))
        let mantissa = Number.decimals 2 (x / 10.0 ** float exponent)
        let power = string exponent |> String.map (fun c -> raised[int c - int '0'])
        $"{mantissa} × 10{power}"

/// With a sign in front, also of what is above zero.
let signed (show: float -> string) (x: float) =
    if not (Double.IsFinite x) then "–"
    elif x > 0.0 then "+" + show x
    else show x

/// `[a, b]`, or a dash where there is none.
let interval (show: float -> string) (low: float) (high: float) =
    if Double.IsFinite low && Double.IsFinite high then
        $"[{show low}, {show high}]"
    else
        "–"

/// The verdict of a comparison in words.
let verdict (row: StudyEntry) =
    match row.Contrast |> Option.map _.Verdict with
    | None -> "reference"
    | Some "better" -> "better"
    | Some "worse" -> "worse"
    | Some "none" -> "no difference detected"
    | Some "untested" -> "not tested"
    | Some other -> other
