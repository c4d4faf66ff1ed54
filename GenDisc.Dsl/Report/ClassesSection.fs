/// Which classes are told apart and which are mixed up.
module internal GenDisc.Reporting.ClassesSection

open GenDisc.Reporting.Html

let private sentence (run: RunFolder) confusion =
    match Statistics.mistakes confusion with
    | [] -> "No test example was classified wrongly."
    | mistakes ->
        let times n =
            if n = 1L then "once" else $"{Number.count n} times"

        let quoted label = $"“{run.ClassName label}”"
        let total = mistakes |> List.sumBy (fun (_, _, n) -> n)

        let worst =
            mistakes
            |> List.truncate 3
            |> List.map (fun (i, j, n) -> $"{quoted i} was taken for {quoted j} ({times n})")

        let wrong =
            if total = 1L then
                "One test example was"
            else
                $"{Number.count total} test examples were"

        $"{wrong} classified wrongly. Most often, {Statistics.listed worst}."

let private scores (run: RunFolder) (numbers: Numbering) confusion =
    let share x = [ text (share 1 x) ]

    let areas =
        run.Evaluation
        |> Option.map _.ClassAreas
        |> Option.filter (List.exists (fun (roc, pr) -> roc.IsSome || pr.IsSome))

    let areaOf (part: float option * float option -> float option) i (areas: (float option * float option) list) =
        [ text (areas |> List.tryItem i |> Option.bind part |> figureOf (Number.decimals 4)) ]

    let rows =
        Statistics.perClass confusion
        |> List.mapi (fun i score ->
            [],
            [ [ text (run.ClassName i) ]
              share score.Precision
              share score.Recall
              share score.F1 ]
            @ (areas
               |> Option.map (fun areas -> [ areaOf fst i areas; areaOf snd i areas ])
               |> Option.defaultValue [])
            @ [ [ text (Number.count score.Support) ] ])

    let areaColumns =
        if areas.IsSome then [ "ROC-AUC", Align.Right; "PR-AUC", Align.Right ] else []

    let meaning =
        if areas.IsSome then
            " ROC-AUC and PR-AUC: areas under the curves of the class against all others; 0.5 and the share of the class are guessing."
        else
            ""

    let caption =
        "Scores by class on the test data. Precision: share of the predictions of a class that are right. Recall: share "
        + "of the examples of a class that are found. F1: their harmonic mean. Support: number of examples."
        + meaning

    table
        (numbered (numbers.Table()) [ text caption ])
        ([ "Class", Align.Left
           "Precision", Align.Right
           "Recall", Align.Right
           "F1", Align.Right ]
         @ areaColumns
         @ [ "Support", Align.Right ])
        rows

let private counted (run: RunFolder) (numbers: Numbering) =
    match run.Result with
    | Some result when Statistics.isConfusion result.Confusion ->
        let confusion = result.Confusion
        let names = Array.init confusion.Length run.ClassName

        let caption =
            numbered
                (numbers.Figure())
                [ text "Confusion matrix of the test data: counts by true class (row) and predicted class (column). "
                  text "Colour shows the share of the row, stretched at the low end so that rare mistakes can be seen." ]

        [ p [ text (sentence run confusion) ]
          ConfusionChart.confusion "figure-confusion" "Confusion matrix" names confusion caption
          scores run numbers confusion ]
    | _ -> []

/// Mistakes by class, scores by class, and curves over all thresholds.
let classes (run: RunFolder) (numbers: Numbering) =
    let first = counted run numbers
    let top = ClassCurves.topK run

    match first with
    | sentence :: rest -> sentence :: top @ rest @ ClassCurves.curves run numbers
    | [] -> top @ ClassCurves.curves run numbers
