/// What a diffusion model draws, how it gets there, and what the run checked of it.
module internal GenDisc.Reporting.DiffusionSection

open System
open XPlot.Plotly
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

/// How a warning about a failing check begins.
[<Literal>]
let private warned = "a check of the diffusion model fails"

/// Whether a run's warning is about a check that stands in the report in full.
let isWarning (text: string) =
    text.StartsWith(warned, StringComparison.Ordinal)

let private loud (d: DiffusionFile) more =
    match d.Failed with
    | [] -> []
    | failed ->
        let heading =
            if failed.Length = 1 then
                "The diffusion model fails a check of itself."
            else
                $"The diffusion model fails {failed.Length} checks of itself."

        [ el
              "div"
              [ "class", "banner bad loud"; "role", "alert" ]
              ([ p [ strong heading ]
                 el
                     "ul"
                     []
                     (failed
                      |> List.map (fun c ->
                          el "li" [] [ strong (c.Title + ": no. "); text $"Here, {c.Found}. {c.Advice}" ])) ]
               @ more) ]

/// For the top of the report; empty where all is well.
let warning (run: RunFolder) =
    match run.Diffusion with
    | Some d -> loud d [ p [ el "a" [ "href", "#denoising" ] [ text "All checks, with what they measure" ] ] ]
    | None -> []

let private checks (d: DiffusionFile) (numbers: Numbering) =
    if d.Checks.IsEmpty then
        []
    else
        let row (c: DiffusionCheck) =
            [],
            [ [ text c.Title ]
              [ el
                    "span"
                    [ "class", (if c.Passed then "status done" else "status other") ]
                    [ text (if c.Passed then "passed" else "failed") ] ]
              [ span "found" (c.Found.Replace(" -", " −")) ] ]

        let on =
            match d.Examples, d.Samples with
            | Some examples, Some samples ->
                $" Losses are measured on {Number.count examples} examples that were not trained on (fewer where there are fewer), samples are judged by {Number.count samples} of them."
            | _ -> ""

        [ table
              (numbered (numbers.Table()) [ text $"What the run checked of its own model, after training.{on}" ])
              [ "Check", Align.Left; "Result", Align.Left; "Found", Align.Left ]
              (d.Checks |> List.map row) ]

let private levels (d: DiffusionFile) (numbers: Numbering) =
    match d.Levels with
    | []
    | [ _ ] -> []
    | levels ->
        let line name colour dash (loss: DiffusionLevel -> float) =
            let points = levels |> List.map (fun l -> l.Middle, loss l) |> finite |> List.ofSeq

            Scatter(
                x = (points |> List.map fst),
                y = (points |> List.map (snd >> rounded)),
                name = escape name,
                mode = (if dash = "solid" then "lines+markers" else "lines"),
                line = Line(color = colour, width = 1.8, dash = dash),
                marker = Marker(color = colour, size = 6)
            )
            :> Trace

        // the mean is a hopeless guess where there is little noise
        let top =
            levels
            |> List.collect (fun l -> [ l.Loss; l.Zero; l.Gaussian ])
            |> List.filter Double.IsFinite
            |> function
                | [] -> 1.0
                | values -> 1.12 * List.max values

        let layout =
            Plot.layout "step t (1: hardly any noise)" "squared error per number" true

        layout.yaxis.range <- [ 0.0; top ]

        [ figure
              "figure-noise-levels"
              "Loss by noise level"
              (plain Half)
              [ line "the network" (colour 0) "solid" _.Loss
                line "predicting zero" Plot.muted "dot" _.Zero
                line "predicting the mean of the data" (colour 1) "dash" _.Mean
                line "independent normal dimensions" (colour 2) "dashdot" _.Gaussian ]
              layout
              (numbered
                  (numbers.Figure())
                  [ text
                        "Loss by noise level, beside predictors that know next to nothing: zero, the mean of the data whatever the input, and the best there is for dimensions that are normal and know nothing of each other. Where the network’s curve meets the lowest of the others it has learned nothing of use at that level." ]) ]

let private samplesCaption (run: RunFolder) (numbers: Numbering) =
    let how =
        match run.Denoiser with
        | Some d -> $", drawn from noise in {SamplingFormulas.samplerName d}"
        | None -> ""

    let classes =
        match run.Diffusion with
        | Some { Classes = n } when n > 0 -> "one row of each class that the model was told" + how
        | _ -> (how.TrimStart(',', ' '))

    numbered (numbers.Figure()) [ text $"New images, {classes}. No image of the data goes in." ]

let private strip (run: RunFolder) (numbers: Numbering) =
    let steps =
        match run.Diffusion |> Option.map _.Moments with
        | Some(_ :: _ as moments) ->
            let listed = moments |> List.map GenDisc.Show.integer |> String.concat ", "
            $" Columns stand at steps {listed}."
        | _ -> ""

    let shown =
        if run.Samples.IsSome then
            "Images on their way from noise, left to right (upper row of each pair), and what the model took each for as it went there (lower row)."
        else
            "Samples (blue) on their way from noise, left to right, over examples of the data (grey); below, what the model took each for as it went there."

    numbered (numbers.Figure()) [ text (shown + steps) ]

let private pictures (run: RunFolder) (numbers: Numbering) =
    [ match run.Samples with
      | Some png -> div "pictures" [ picture "Images drawn from the model" png (samplesCaption run numbers) ]
      | None -> ()
      match run.Trajectory with
      | Some png -> picture "Samples on their way from noise, as a film strip" png (strip run numbers)
      | None -> ()
      match run.Film with
      | Some png ->
          movingPicture
              "Samples on their way from noise, moving"
              png
              (Animation.still png)
              (numbered
                  (numbers.Figure())
                  [ text
                        "The same, moving: noisy examples above, what the model takes them for below. It stands still at the end where less motion is asked for, and on paper." ])
      | None -> () ]

let private sequences (run: RunFolder) (numbers: Numbering) =
    match run.Diffusion with
    | Some d when not d.Drawn.IsEmpty ->
        let shown (id: string) title colour examples =
            examples
            |> List.mapi (fun i values ->
                Plot.sequence $"{id}-{i + 1}" $"{title} {i + 1}" [ title, values ] (fun _ feature ->
                    if Array.length values = 1 then colour else Chart.colour feature))

        [ Plot.group
              (shown "figure-drawn" "sample" (colour 0) d.Drawn)
              (numbered (numbers.Figure()) [ text "Sequences drawn from the model." ])
          if not d.Real.IsEmpty then
              Plot.group
                  (shown "figure-real" "real" Plot.muted d.Real)
                  (numbered (numbers.Figure()) [ text "Test sequences, beside them." ]) ]
    | _ -> []

let private opening (d: DiffusionPlan) =
    let network = if d.Unet then "U-Net" else "residual network"
    let of' = if d.Latents then "latent codes of a trained model" else "examples"

    let twice =
        if d.Conditional && d.Guidance <> 0.0 && d.Guidance <> 1.0 then
            ", and as many again for guidance"
        else
            ""

    p
        [ text
              $"A {network} looks at {of'} with noise added and tells the {d.Target} behind them. Samples begin as nothing but noise, of which it takes away a little at a time, in {SamplingFormulas.samplerName d}. Each step is one look of the network at each sample, at the FLOPs of the table above{twice}." ]

/// Nothing without a diffusion model.
let denoising (run: RunFolder) (numbers: Numbering) =
    match run.Denoiser, run.Diffusion with
    | None, None -> []
    | declared, found ->
        [ yield! declared |> Option.map opening |> Option.toList
          match found with
          | Some d ->
              yield! loud d []
              yield! checks d numbers
              yield! levels d numbers
          | None -> ()
          yield! pictures run numbers
          yield! sequences run numbers ]
