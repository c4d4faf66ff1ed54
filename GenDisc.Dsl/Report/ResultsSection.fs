/// Figures by split, and what the model makes of its data.
module internal GenDisc.Reporting.ResultsSection

open System
open GenDisc.Reporting.Html

let private splitNames = [ "train"; "validation"; "test" ]

let private order =
    [ "loss"; "accuracy"; "crossEntropy"; "elbo"; "reconstruction"; "kl"; "mse" ]

let private title unit key =
    match key with
    | "loss" -> "Loss (weighted sum)", "↓"
    | "accuracy" -> "Accuracy", "↑"
    | "crossEntropy" -> "Cross-entropy, nats", "↓"
    | "elbo" -> $"ELBO, nats per {unit}", "↑"
    | "reconstruction" -> $"Reconstruction, nats per {unit}", "↓"
    | "kl" -> $"KL divergence, nats per {unit}", ""
    | "mse" -> "Mean squared error", "↓"
    | other -> other, ""

let private value (run: RunFolder) key split =
    match run.Metric $"{split}.{key}" with
    | None -> [ text "–" ]
    | Some x when key <> "accuracy" -> [ text (Number.short x) ]
    | Some x ->
        let count = run.Result |> Option.bind (fun r -> Map.tryFind split r.Counts)

        match split, count with
        | "test", Some n when n > 0L && x >= 0.0 && x <= 1.0 ->
            let low, high = Statistics.wilson x n

            let bounds =
                $" ({Number.decimals 2 (100.0 * low)}–{Number.decimals 2 (100.0 * high)})"

            [ text (Number.percent 2 x); span "range" bounds ]
        | _ -> [ text (Number.percent 2 x) ]

/// Metrics by split.
let metrics (run: RunFolder) (numbers: Numbering) =
    let found =
        match run.Result with
        | None -> []
        | Some result ->
            result.Metrics
            |> Map.toList
            |> List.choose (fun (name, _) ->
                match name.Split('.', 2) with
                | [| split; key |] when List.contains split splitNames -> Some(split, key)
                | _ -> None)

    let used =
        splitNames |> List.filter (fun split -> found |> List.exists (fst >> (=) split))

    let keys = found |> List.map snd |> List.distinct
    let known = order |> List.filter (fun key -> List.contains key keys)
    let keys = known @ List.sort (List.except order keys)

    if keys.IsEmpty then
        []
    else
        let columns =
            ("Quantity", Align.Left) :: (used |> List.map (fun split -> split, Align.Right))
            @ [ "better", Align.Right ]

        let row key =
            let name, direction = title run.Unit key

            let better =
                match direction with
                | "↑" -> "higher"
                | "↓" -> "lower"
                | _ -> ""

            [],
            [ text name ] :: (used |> List.map (value run key))
            @ [ [ span "range" better ] ]

        let caption =
            "Results by part of the data."
            + (if found |> List.contains ("test", "accuracy") then
                   " In brackets: 95 % Wilson interval of the test accuracy, which covers chance in the choice of test examples but not in training."
               else
                   "")

        [ table (numbered (numbers.Table()) [ text caption ]) columns (keys |> List.map row) ]

let private picture (alt: string) (png: byte[]) caption =
    el
        "figure"
        [ "class", "picture" ]
        [ el "img" [ "alt", alt; "src", "data:image/png;base64," + Convert.ToBase64String png ] []
          el "figcaption" [] caption ]

/// Reconstructions beside originals, and what the decoder makes of draws from the prior.
let pictures (run: RunFolder) (numbers: Numbering) =
    let figures =
        [ match run.Reconstructions with
          | Some png ->
              picture
                  "Test images and their reconstructions"
                  png
                  (numbered
                      (numbers.Figure())
                      [ text "Test images (upper row of each pair) and their reconstructions (lower row)." ])
          | None -> ()
          match run.Samples with
          | Some png ->
              picture
                  "Images drawn from the model"
                  png
                  (numbered
                      (numbers.Figure())
                      [ text "New images: the decoder’s mean for latent codes drawn from the prior "
                        MathMl.inlined
                            [ MathMl.mi "𝒩"
                              MathMl.mo "("
                              MathMl.mn "0"
                              MathMl.mo ","
                              MathMl.mi "I"
                              MathMl.mo ")" ]
                        text ". No image of the data goes in." ])
          | None -> () ]

    if figures.IsEmpty then [] else [ div "pictures" figures ]

let private byLabel (run: RunFolder) (points: (float * float)[]) (labels: int[]) =
    if labels.Length = points.Length then
        Array.zip labels points
        |> Array.groupBy fst
        |> Array.sortBy fst
        |> Array.map (fun (label, members) -> run.ClassName label, Array.map snd members)
        |> List.ofArray
    else
        [ "examples", points ]

/// The latent space in two dimensions.
let latent (run: RunFolder) (numbers: Numbering) =
    match run.Latent with
    | Some latent when latent.Points.Length > 0 ->
        let axis i =
            match List.tryItem (i - 1) latent.Explained with
            | Some share when Double.IsFinite share -> $"component {i} ({Number.percent 1 share} of variance)"
            | _ -> $"dimension {i}"

        let together =
            match latent.Explained with
            | a :: b :: _ when Double.IsFinite(a + b) ->
                $" The two components explain {Number.percent 1 (a + b)} of the variance, so classes that overlap here may still be apart in the full space."
            | _ -> ""

        let how = if latent.Method = "" then "" else $" ({latent.Method})"

        let colours =
            if latent.Labels.Length = latent.Points.Length then
                ", coloured by class"
            else
                ""

        let caption =
            numbered
                (numbers.Figure())
                [ text
                      $"Latent codes of {Number.count (int64 latent.Points.Length)} test examples{how}{colours}.{together}"
                  text (
                      if colours = "" then
                          ""
                      else
                          " Click a name in the legend to hide its class, double-click to see it alone."
                  ) ]

        let options: Chart.Options =
            { Height = Chart.Square
              EqualAxes = false
              Tools = true }

        [ ScatterChart.classes
              "figure-latent"
              "Latent space"
              options
              (axis 1, axis 2)
              (byLabel run latent.Points latent.Labels)
              caption ]
    | _ -> []

/// Data in the plane, beside what the model reconstructs and samples.
let plane (run: RunFolder) (numbers: Numbering) =
    match run.Plane with
    | Some plane when plane.Data.Length + plane.Samples.Length + plane.Reconstructions.Length > 0 ->
        let options: Chart.Options =
            { Height = Chart.Square
              EqualAxes = true
              Tools = true }

        let titles = "x₁", "x₂"

        [ if plane.Data.Length > 0 && plane.Labels.Length = plane.Data.Length then
              ScatterChart.classes
                  "figure-plane-classes"
                  "Test data in the plane by class"
                  options
                  titles
                  (byLabel run plane.Data plane.Labels)
                  (numbered (numbers.Figure()) [ text "Test data, coloured by class." ])

          let groups =
              [ "data", plane.Data
                "reconstructions", plane.Reconstructions
                "samples", plane.Samples ]
              |> List.filter (fun (_, points) -> points.Length > 0)

          if groups.Length > 1 || plane.Labels.Length <> plane.Data.Length then
              ScatterChart.clouds
                  "figure-plane"
                  "Data, reconstructions and samples in the plane"
                  options
                  titles
                  groups
                  (numbered
                      (numbers.Figure())
                      [ text $"Points in the plane: {Statistics.listed (List.map fst groups)}." ]) ]
    | _ -> []

/// Predicted against true values of a regression.
let predictions (run: RunFolder) (numbers: Numbering) =
    match run.Predictions with
    | Some values when values.Truth.Length > 0 && values.Truth.Length = values.Prediction.Length ->
        let pairs =
            Array.zip values.Truth values.Prediction
            |> Array.filter (fun (a, b) -> Double.IsFinite a && Double.IsFinite b)

        if pairs.Length = 0 then
            []
        else
            let truth, prediction = Array.unzip pairs
            let rmse, r2 = Statistics.agreement truth prediction

            let determination =
                if Double.IsFinite r2 then
                    $" The coefficient of determination R² is {Number.decimals 3 r2}."
                else
                    ""

            let caption =
                numbered
                    (numbers.Figure())
                    [ text
                          $"Predicted against true values on the test data; points on the dashed diagonal are exact. Root mean squared error {Number.short rmse}.{determination}" ]

            [ ScatterChart.agreement "figure-predictions" "Predicted against true values" pairs caption ]
    | _ -> []
