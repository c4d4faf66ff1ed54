/// Whether the model notices data of another kind.
module internal GenDisc.Reporting.OutsideSection

open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private scoreName name =
    match name with
    | "maxSoftmax" -> "Largest class probability"
    | "energy" -> "Energy"
    | "predictiveEntropy" -> "Predictive entropy (negative)"
    | "mutualInformation" -> "Mutual information (negative)"
    | "elbo" -> "ELBO"
    | "reconstruction" -> "Reconstruction error"
    | "mahalanobis" -> "Mahalanobis distance"
    | other -> other

let private table (file: OutsideFile) (numbers: Numbering) =
    let sizes =
        match file.Inside, file.Outside with
        | Some a, Some b -> $" ({Number.count a} test examples against {Number.count b} others)"
        | _ -> ""

    let row (s: OutsideScore) =
        let range =
            match s.Low, s.High with
            | Some low, Some high -> [ span "range" $" ({Number.decimals 4 low}–{Number.decimals 4 high})" ]
            | _ -> []

        [],
        [ [ text (scoreName s.Name) ]
          text (figureOf (Number.decimals 4) s.Auroc) :: range
          [ text (share 1 s.Fpr95) ] ]

    Html.table
        (numbered
            (numbers.Table())
            [ text
                  $"How well scores of the model tell its own kind of data from {file.Against}{sizes}. AUROC: probability that an example of its own kind has the more familiar score; 0.5 is guessing, in brackets the 95 %% interval. FPR at 95 %% TPR: share of the foreign data let through when 95 %% of the own data are." ])
        [ "Score", Align.Left; "AUROC", Align.Right; "FPR at 95 % TPR", Align.Right ]
        (file.Scores |> List.map row)

let private chart (file: OutsideFile) (numbers: Numbering) index (s: OutsideScore) =
    let shares (counts: float[]) =
        let total = Array.sum counts
        counts |> Array.map (fun c -> 100.0 * c / total)

    figure
        $"figure-outside-{index}"
        $"Histograms of {scoreName s.Name}"
        (plain Half)
        [ Plot.steps "test data" (colour 0) s.Edges (shares s.InsideCounts)
          Plot.steps file.Against (colour 3) s.Edges (shares s.OutsideCounts) ]
        (Plot.layout ((scoreName s.Name).ToLowerInvariant()) "share of examples in %" true)
        (numbered
            (numbers.Figure())
            [ text
                  $"{scoreName s.Name} of test data and of {file.Against}. The less the two overlap, the better foreign data can be noticed." ])

let outside (run: RunFolder) (numbers: Numbering) =
    match run.Outside with
    | Some file when not file.Scores.IsEmpty ->
        let file =
            if file.Against = "" then { file with Against = "foreign data" } else file

        let charts =
            file.Scores
            |> List.filter (fun s ->
                Plot.isHistogram s.Edges s.InsideCounts
                && Plot.isHistogram s.Edges s.OutsideCounts)
            |> List.mapi (chart file numbers)

        table file numbers :: (if charts.IsEmpty then [] else [ div "charts" charts ])
    | _ -> []
