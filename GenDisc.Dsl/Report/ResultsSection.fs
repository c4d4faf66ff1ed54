/// What the model makes of its data.
module internal GenDisc.Reporting.ResultsSection

open System
open GenDisc.Reporting.Html

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
          | Some png when not run.HasEnergy && run.Denoiser.IsNone ->
              picture
                  "Images drawn from the model"
                  png
                  (numbered
                      (numbers.Figure())
                      [ text (
                            if run.DrawsClasses then
                                "New images, one row of each class that the decoder was told: its mean for latent codes drawn from the prior "
                            else
                                "New images: the decoder’s mean for latent codes drawn from the prior "
                        )
                        MathMl.inlined
                            [ MathMl.mi "𝒩"
                              MathMl.mo "("
                              MathMl.mn "0"
                              MathMl.mo ","
                              MathMl.mi "I"
                              MathMl.mo ")" ]
                        text ". No image of the data goes in." ])
          | _ -> () ]

    if figures.IsEmpty then [] else [ div "pictures" figures ]


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

        let options =
            { Chart.plain Chart.Square with
                Tools = true }

        [ ScatterChart.classes
              "figure-latent"
              "Latent space"
              options
              (axis 1, axis 2)
              (ScatterChart.byLabel run latent.Points latent.Labels)
              caption ]
    | _ -> []

/// Data in the plane, beside what the model reconstructs and samples.
let plane (run: RunFolder) (numbers: Numbering) =
    match run.Plane with
    | Some plane when plane.Data.Length + plane.Samples.Length + plane.Reconstructions.Length > 0 ->
        let options =
            { Chart.plain Chart.Square with
                EqualAxes = true
                Tools = true }

        let titles = "x₁", "x₂"

        [ if plane.Data.Length > 0 && plane.Labels.Length = plane.Data.Length then
              ScatterChart.classes
                  "figure-plane-classes"
                  "Test data in the plane by class"
                  options
                  titles
                  (ScatterChart.byLabel run plane.Data plane.Labels)
                  (numbered (numbers.Figure()) [ text "Test data, coloured by class." ])

          if plane.Samples.Length > 0 && plane.SampleLabels.Length = plane.Samples.Length then
              ScatterChart.classes
                  "figure-plane-samples"
                  "Samples in the plane by class"
                  options
                  titles
                  (ScatterChart.byLabel run plane.Samples plane.SampleLabels)
                  (numbered (numbers.Figure()) [ text "Samples, coloured by the class that the model was told." ])

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
