/// How well each class is told from all others, at every threshold.
module internal GenDisc.Reporting.ClassCurves

open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private mostClasses = 10

/// The classes to draw: all, or those with the smallest areas.
let private kept (evaluation: EvaluationFile) (curves: ClassCurve list) =
    if curves.Length <= mostClasses then
        curves
    else
        let area (c: ClassCurve) =
            List.tryItem c.Class evaluation.ClassAreas
            |> Option.bind fst
            |> Option.defaultValue 1.0

        curves |> List.sortBy area |> List.truncate mostClasses |> List.sortBy _.Class

let private chart (run: RunFolder) id description titles chance (curves: ClassCurve list) caption =
    let traces =
        curves
        |> List.map (fun c ->
            c.Points
            |> Plot.thin (Plot.most / curves.Length)
            |> Plot.line (run.ClassName c.Class) (colour c.Class) "solid" 1.0)

    let layout = Plot.layout (fst titles) (snd titles) (curves.Length > 1)
    layout.xaxis.range <- [ -0.01; 1.01 ]
    layout.yaxis.range <- [ -0.01; 1.02 ]

    if chance then
        layout.shapes <- [ Plot.rule ("x", 0.0, 1.0) ("y", 0.0, 1.0) "dash" ]

    figure id description { plain Half with Tools = true } traces layout caption

/// ROC beside precision–recall curves.
let curves (run: RunFolder) (numbers: Numbering) =
    match run.Evaluation with
    | None -> []
    | Some evaluation ->
        let chosen curves =
            let some = kept evaluation curves

            let which =
                if some.Length < curves.Length then
                    $" Drawn are the {some.Length} classes that are hardest to tell apart."
                else
                    ""

            some, which

        // Of two classes the curve of one says all.
        let opposed (some: ClassCurve list) =
            match some, evaluation.ClassAreas with
            | [ one ], [ _; _ ] ->
                let other = run.ClassName(1 - one.Class)
                $"curve of “{run.ClassName one.Class}” against “{other}”"
            | _ -> "curves, each class against all others"

        let charts =
            [ if not evaluation.Roc.IsEmpty then
                  let some, which = chosen evaluation.Roc

                  chart
                      run
                      "figure-roc"
                      "ROC curves by class"
                      ("false positive rate", "true positive rate")
                      true
                      some
                      (numbered
                          (numbers.Figure())
                          [ text
                                $"ROC {opposed some}: share of the class that is found over share of the others taken for it, for every threshold on its probability. The dashed line is guessing.{which}" ])
              if not evaluation.PrecisionRecall.IsEmpty then
                  let some, which = chosen evaluation.PrecisionRecall

                  chart
                      run
                      "figure-precision-recall"
                      "Precision–recall curves by class"
                      ("recall", "precision")
                      false
                      some
                      (numbered
                          (numbers.Figure())
                          [ text
                                $"Precision–recall {opposed some}. Guessing would be a level line at the share of the class.{which}" ]) ]

        if charts.IsEmpty then [] else [ div "charts" charts ]

/// How often the true class is among the first few.
let topK (run: RunFolder) =
    let number k =
        match k with
        | 2 -> "two"
        | 3 -> "three"
        | 4 -> "four"
        | 5 -> "five"
        | k -> GenDisc.Show.integer k

    match run.Evaluation |> Option.map _.TopK with
    | Some(_ :: _ as top) ->
        let parts =
            top
            |> List.mapi (fun i (k, share) ->
                if i = 0 then
                    $"among the {number k} most probable classes for {Number.percent 2 share} of the test examples"
                else
                    $"among the {number k} most probable for {Number.percent 2 share}")

        [ p [ text $"The true class is {Statistics.listed parts}." ] ]
    | _ -> []
