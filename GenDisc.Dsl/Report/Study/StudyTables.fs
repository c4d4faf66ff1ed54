/// The tables of a study.
module internal GenDisc.Reporting.StudyTables

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.Measures

/// A table of more rows runs over several pages.
let private mostRows = 28

let private cell (words: string) = [ text words ]

let private plusMinus (m: Measure) (figure: StudyFigure) =
    if not (Double.IsFinite figure.Mean) then
        "–"
    elif Double.IsFinite figure.Deviation then
        $"{m.Show figure.Mean} ± {m.Show figure.Deviation}"
    else
        m.Show figure.Mean

/// What tells the rows apart, in columns: the name, and the number of labels or the weight.
let private keyed (study: StudyFolder) =
    match study.File.Kind with
    | "labelCurve" -> [ "Labels", Align.Right; "Row", Align.Left ]
    | "pareto" when study.File.Names.Length = 1 -> [ "Weight", Align.Right ]
    | "pareto" -> [ "Weight", Align.Right; "Row", Align.Left ]
    | _ -> [ "Row", Align.Left ]

/// A long name may go on in a second line.
let private named (row: StudyEntry) = [ span "named" row.Name ]

let private key (study: StudyFolder) (row: StudyEntry) =
    let weight () =
        cell (row.Weight |> Option.map Number.plain |> Option.defaultValue "–")

    match study.File.Kind with
    | "labelCurve" ->
        [ cell (row.Labels |> Option.map Number.count |> Option.defaultValue "–")
          named row ]
    | "pareto" when study.File.Names.Length = 1 -> [ weight () ]
    | "pareto" -> [ weight (); named row ]
    | _ -> [ named row ]

let private verdictCell (row: StudyEntry) =
    match verdict row with
    | "better" -> [ span "better" "better" ]
    | "worse" -> [ span "worse" "worse" ]
    | other -> [ text other ]

let private block label caption columns rows =
    Block.Table
        { Label = label
          Caption = caption
          Columns = columns
          Rows = rows
          Long = List.length rows > mostRows }

/// The figure that decides: mean, interval, difference, and what is made of it.
let results (study: StudyFolder) =
    let m = deciding study
    let pareto = study.File.Kind = "pareto"

    let cells (row: StudyEntry) =
        let mean, range =
            match decisive study row with
            | Some figure -> plusMinus m figure, interval m.Show figure.Low figure.High
            | None -> "–", "–"

        let difference, adjusted =
            match row.Contrast with
            | Some c ->
                let range = interval m.Show c.Low c.High

                (if Double.IsFinite c.Difference then
                     $"{signed m.Show c.Difference} {range}"
                 else
                     "–"),
                probability c.Adjusted
            | None -> "–", "–"

        key study row
        @ [ cell mean; cell range; cell difference; cell adjusted; verdictCell row ]
        @ (if pareto then [ cell (if row.OnFront then "yes" else "no") ] else [])

    let spread =
        match study.File.Seeds.Length with
        | n when n > 1 -> $"mean ± standard deviation over {n} seeds, and the 95 %% interval of that mean (Student’s t)"
        | _ -> "one seed, so that there is no deviation"

    let unit = if m.DifferenceUnit = "" then "" else $" in {m.DifferenceUnit}"

    let held =
        if study.File.Kind = "labelCurve" then
            "the first row at the same number of labels"
        else
            "the first row"

    let front =
        if pareto then
            " Front: no other weight is better in one figure of the front and at least as good in all others."
        else
            ""

    block
        "tab:results"
        [ text
              $"Test {m.Inside} of every row: {spread}. Difference: row less {held},{unit} with its 95 %% interval. p: two-sided, adjusted by Holm’s procedure.{front}" ]
        (keyed study
         @ [ m.Axis, Align.Right
             "95 % interval", Align.Right
             "Difference", Align.Right
             "p (Holm)", Align.Right
             "Verdict", Align.Left ]
         @ (if pareto then [ "Front", Align.Left ] else []))
        (study.File.Rows |> List.map cells)

/// What each comparison with the reference rests on.
let contrasts (study: StudyFolder) =
    let m = deciding study

    let rows =
        study.File.Rows
        |> List.choose (fun row -> row.Contrast |> Option.map (fun c -> row, c))

    if rows.IsEmpty then
        []
    else
        let cells (row, c: StudyContrast) =
            key study row
            @ [ cell (signed m.Show c.Difference)
                cell (interval m.Show c.Low c.High)
                cell (interval m.Show c.BootstrapLow c.BootstrapHigh)
                cell (if c.Test = "" then "–" else c.Test)
                cell (probability c.P)
                cell (probability c.Adjusted)
                cell (signed (Number.decimals 2) c.Effect) ]

        let unit = if m.DifferenceUnit = "" then "" else $" ({m.DifferenceUnit})"

        [ block
              "tab:contrasts"
              [ text
                    $"Every row against its reference: difference in test {m.Inside}{unit} with the interval of the test and that of the paired bootstrap, the test and its p-value, the p-value after Holm’s correction, and the effect size "
                MathMl.inlined [ MathMl.sub (MathMl.mi "d") (MathMl.mi "z") ]
                text ", the mean of the paired differences over their deviation." ]
              (keyed study
               @ [ "Difference", Align.Right
                   "95 % interval", Align.Right
                   "Bootstrap interval", Align.Right
                   "Test", Align.Left
                   "p", Align.Right
                   "p (Holm)", Align.Right
                   "Effect size", Align.Right ])
              (rows |> List.map cells) ]

/// Every test figure that any row has, a line for each row and figure.
let figures (study: StudyFolder) =
    let keys' = all study

    let lines =
        [ for name in keys' do
              let m = measure study name

              for row in study.File.Rows do
                  match Map.tryFind name row.Figures with
                  | Some figure -> m, row, figure
                  | None -> () ]

    if lines.IsEmpty then
        []
    else
        let cells (i, (m: Measure, row, figure: StudyFigure)) =
            let first = i = 0 || (let previous, _, _ = lines[i - 1] in previous.Key <> m.Key)

            let better =
                match m.HigherIsBetter with
                | Some true -> "higher"
                | Some false -> "lower"
                | None -> ""

            [ cell (if first then m.Axis else ""); cell (if first then better else "") ]
            @ key study row
            @ [ cell (plusMinus m figure)
                cell (interval m.Show figure.Low figure.High)
                cell (Number.count figure.Count) ]

        let spread =
            if study.File.OneSeed then
                ""
            else
                ": mean ± standard deviation over seeds, the 95 % interval of the mean, and the number of runs that have the figure"

        [ block
              "tab:figures"
              [ text
                    $"All test figures of all rows{spread}. Only the figure that decides was tested; the others are shown for orientation." ]
              ([ "Figure", Align.Left; "Better", Align.Left ]
               @ keyed study
               @ [ "Mean", Align.Right; "95 % interval", Align.Right; "Runs", Align.Right ])
              (lines |> List.indexed |> List.map cells) ]

let private counted (n: int64 option) =
    n |> Option.map Number.count |> Option.defaultValue "–"

/// What each row costs.
let cost (study: StudyFolder) =
    let cells (row: StudyEntry) =
        key study row
        @ [ cell (counted row.Parameters)
            cell (counted row.Flops)
            cell (scientific row.TrainingFlops)
            cell (if Double.IsFinite row.Epochs then Number.plain row.Epochs else "–")
            cell (figureOf Number.seconds (Some row.Seconds)) ]

    block
        "tab:cost"
        [ text
              "What each row costs: learned parameters; floating-point operations of one pass forward over one example, and of its whole training, forward and back, with what it is built on; epochs; wall time of the training. Means over seeds." ]
        (keyed study
         @ [ "Parameters", Align.Right
             "FLOPs per example", Align.Right
             "FLOPs of training", Align.Right
             "Epochs", Align.Right
             "Time", Align.Right ])
        (study.File.Rows |> List.map cells)

/// Every run with a link to its own report.
let runs (study: StudyFolder) =
    let cells (row: StudyEntry) (run: StudyRun) =
        key study row
        @ [ cell (run.Seed |> Option.map string |> Option.defaultValue "–")
            (if run.Folder = "" then
                 [ code run.Id ]
             else
                 [ el "a" [ "href", run.Folder + "/report.html" ] [ text run.Id ] ])
            cell (figureOf Number.seconds (Some run.Seconds))
            cell (if run.Reused then "yes" else "no") ]

    block
        "tab:runs"
        [ text
              "Every run of the study, with a link to its own report. A run that was reused had been done before with the same declaration and seed." ]
        (keyed study
         @ [ "Seed", Align.Right
             "Run", Align.Left
             "Time", Align.Right
             "Reused", Align.Left ])
        [ for row in study.File.Rows do
              for run in row.Runs do
                  cells row run ]
