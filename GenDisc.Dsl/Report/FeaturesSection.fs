/// What the model has learned to see.
module internal GenDisc.Reporting.FeaturesSection

open System
open GenDisc.Reporting.Html

let private cloud (run: RunFolder) (f: FeaturesFile) id title axes points caption =
    let options =
        { Chart.plain Chart.Half with
            Tools = true }

    let points = Plot.thin Plot.most points

    if f.Targets.Length > 0 && f.Labels.Length = 0 then
        let values = Plot.thin Plot.most f.Targets

        if values.Length = points.Length then
            ScatterChart.shaded id title options axes "test examples" points values caption
        else
            ScatterChart.classes id title options axes [ "test examples", points ] caption
    else
        ScatterChart.classes
            id
            title
            options
            axes
            (ScatterChart.byLabel run points (Plot.thin Plot.most f.Labels))
            caption

let private drawable points = not (Seq.isEmpty (Chart.finite points))

let private clouds (run: RunFolder) (numbers: Numbering) (f: FeaturesFile) =
    let colours =
        if f.Labels.Length > 0 then ", coloured by class"
        elif f.Targets.Length > 0 then ", coloured by target"
        else ""

    let dimension =
        match f.Dimension with
        | Some n -> $", {Number.count (int64 n)} numbers of each,"
        | None -> ""

    let axis i =
        match List.tryItem (i - 1) f.Explained with
        | Some share when Double.IsFinite share -> $"component {i} ({Number.percent 1 share})"
        | _ -> $"component {i}"

    let kept =
        match f.Explained with
        | a :: b :: _ when Double.IsFinite(a + b) -> $" The two show {Number.percent 1 (a + b)} of the variance."
        | _ -> ""

    let settings =
        [ match f.Perplexity with
          | Some x -> $"perplexity {Number.plain x}"
          | None -> ()
          match f.Iterations with
          | Some n -> $"{Number.count n} iterations"
          | None -> () ]

    let how = if settings.IsEmpty then "" else " (" + String.Join(", ", settings) + ")"

    let charts =
        [ if drawable f.Pca then
              cloud
                  run
                  f
                  "figure-features-pca"
                  "Features by principal components"
                  (axis 1, axis 2)
                  f.Pca
                  (numbered
                      (numbers.Figure())
                      [ text
                            $"Features of test examples: what the first learned layer of the head reads{dimension} projected on their first two principal components{colours}.{kept}" ])
          if drawable f.Tsne then
              cloud
                  run
                  f
                  "figure-features-tsne"
                  "Features by t-SNE"
                  ("t-SNE 1", "t-SNE 2")
                  f.Tsne
                  (numbered
                      (numbers.Figure())
                      [ text
                            $"The same features by t-SNE{how}{colours}. t-SNE keeps neighbourhoods, not distances: sizes of clusters and gaps between them mean nothing." ]) ]

    if charts.IsEmpty then [] else [ div "charts" charts ]

let private filters (run: RunFolder) =
    if run.Boltzmann.IsSome then
        "Receptive fields of hidden units: the weights of each to the visible units, scaled to its own range. Bright weights answer to bright pixels."
    else
        "Filters of the first convolution, each scaled to its own range: bright weights answer to bright pixels."

let features (run: RunFolder) (numbers: Numbering) =
    [ yield! run.Features |> Option.map (clouds run numbers) |> Option.defaultValue []
      match run.Filters with
      | Some png ->
          div
              (if run.Boltzmann.IsSome then "filters many" else "filters")
              [ picture "Filters of the first layer" png (numbered (numbers.Figure()) [ text (filters run) ]) ]
      | None -> () ]
