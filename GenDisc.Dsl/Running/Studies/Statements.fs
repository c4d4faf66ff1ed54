/// What the numbers of a study say, in sentences.
module internal GenDisc.Running.Studies.Statements

open System
open GenDisc
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Running.Studies.Phrases

let private labelsOf = counted "label"
let private seedsOf = counted "seed"

/// `At 100 labels, `
let private place (row: StudyRow) =
    match row.Labels with
    | Some labels -> $"At {labelsOf labels}, "
    | None -> ""

let private corrected family =
    if family > 1 then $" after Holm's correction over {family} comparisons" else ""

/// What was tested, and how sure it is.
let private evidence metric family (row: StudyRow) (baseline: StudyRow) (c: Contrast) =
    let range = between metric c.Low c.High

    if c.Test = Contrasts.mcNemar then
        $"95 %% bootstrap interval over the test examples {range}; McNemar's exact test with one seed, {chance c.Adjusted}{corrected family}"
    else
        let _, seeds = spread metric row baseline
        $"95 %% interval {range}; {c.Test} over {seedsOf seeds}, {chance c.Adjusted}{corrected family}"

let private untested metric (row: StudyRow) =
    match row.Runs with
    | [ _ ] when metric = "accuracy" ->
        "one seed gives no spread, and the runs keep no predictions of one and the same test examples to compare"
    | [ _ ] -> "one seed gives no spread"
    | _ -> "fewer than two seeds have this figure in both rows"

/// How one row came out against the first.
let private sentence metric family (row: StudyRow, baseline: StudyRow, c: Contrast) =
    let here = place row

    let means =
        let figures, others = Contrasts.shared baseline row ||> Contrasts.pairs metric

        if figures.Length = 0 then
            $"{nameOf metric} is missing"
        else
            let shown (values: float[]) =
                Wording.metric metric (Array.average values)

            $"{nameOf metric} {shown figures} against {shown others}, a difference of {gap metric c.Difference}"

    let pair word =
        $"{here}{called row} is {word} than {called baseline}: {means} ({evidence metric family row baseline c})."

    match c.Verdict with
    | Verdict.Better -> pair "better"
    | Verdict.Worse -> pair "worse"
    | Verdict.NoDifferenceDetected ->
        let no = if here = "" then "No" else here + "no"

        $"{no} difference detected between {called row} and {called baseline}: {means} ({evidence metric family row baseline c})."
    | Verdict.NotTested -> $"{here}{called row} against {called baseline}: {means}; not tested: {untested metric row}."

/// How many came out how.
let private summary metric (found: (StudyRow * StudyRow * Contrast) list) =
    let count verdict =
        found |> List.filter (fun (_, _, c) -> c.Verdict = verdict) |> List.length

    [ if found.Length > 1 then
          let outcomes =
              [ $"{count Verdict.Better} better"
                $"{count Verdict.Worse} worse"
                $"{count Verdict.NoDifferenceDetected} with no difference detected"
                if count Verdict.NotTested > 0 then
                    $"{count Verdict.NotTested} not tested" ]

          $"By {nameOf metric}, of {found.Length} comparisons with the first row: {listed outcomes}." ]

/// Of a label curve, each row over the numbers of labels.
let private curve (found: (StudyRow * StudyRow * Contrast) list) =
    let at (these: (StudyRow * StudyRow * Contrast) list) verdict words =
        let counts =
            these
            |> List.choose (fun (row, _, c) -> if c.Verdict = verdict then row.Labels else None)
            |> List.map (float >> Wording.count)

        if counts.IsEmpty then None else Some $"{words} at {listed counts}"

    [ for name, these in found |> List.groupBy (fun (row, _, _) -> row.Name) do
          let _, baseline, _ = these.Head

          let outcomes =
              List.choose
                  id
                  [ at these Verdict.Better "better"
                    at these Verdict.Worse "worse"
                    at these Verdict.NoDifferenceDetected "no difference detected"
                    at these Verdict.NotTested "not tested" ]

          $"""{name} against {baseline.Name}, by number of labels: {String.Join("; ", outcomes)}.""" ]

let private front (rows: StudyRow list) =
    let weights (rows: StudyRow list) =
        rows |> List.choose _.Weight |> List.map Show.number

    match rows |> List.partition _.OnFront with
    | [], _ -> []
    | on, [] -> [ $"All weights are on the Pareto front, none better than another throughout: {listed (weights on)}." ]
    | on, off ->
        [ $"On the Pareto front, where no other weight is better in one figure and as good in all others: {listed (weights on)}; not on it: {listed (weights off)}." ]

/// The smallest differences that so many seeds could have found.
let private power metric (found: (StudyRow * StudyRow * Contrast) list) =
    let smallest =
        [ for row, baseline, c in found do
              let deviation, seeds = spread metric row baseline

              if c.Test = Contrasts.pairedT && deviation > 0.0 then
                  PairedT.Detectable(deviation, seeds), seeds ]

    match smallest with
    | [] -> []
    | _ ->
        let sizes = smallest |> List.map fst
        let seeds = smallest |> List.map snd |> List.max
        let low, high = List.min sizes, List.max sizes

        let size =
            if bare metric low = bare metric high then
                gap metric high
            else
                $"{bare metric low} to {gap metric high}, depending on the row"

        [ $"With {seedsOf seeds}, the smallest true difference that the paired t-test finds with 80 %% power is about {size} (at level 0.05 before correction, with {seeds - 1} degrees of freedom and the spread of the differences seen here); smaller ones may have gone undetected." ]

/// Sentences about every contrast of the rows, worse and undetected ones like the others; before them a summary of several,
/// after them the Pareto front and what so many seeds could not have found. `family` is how many tests Holm's correction
/// was over.
let of' (kind: StudyKind) (metric: string) (rows: StudyRow list) (family: int) : string list =
    let found = contrasts rows

    [ yield! summary metric found
      if kind.IsLabelCurve then
          yield! curve found
      yield! found |> List.map (sentence metric family)
      if kind.IsPareto then
          yield! front rows
      yield! power metric found ]
