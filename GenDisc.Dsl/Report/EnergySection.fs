/// A classifier whose logits are an energy: what energies it gives, and what kept it from diverging.
module internal GenDisc.Reporting.EnergySection

open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private colourOf name =
    match name with
    | "training data" -> colour 0
    | "test data" -> colour 2
    | "samples" -> colour 3
    | _ -> colour 4

let private histogram (numbers: Numbering) (file: Energies option) =
    file
    |> Option.bind (fun file ->
        EnergyPlot.histogram
            "figure-energy-histogram"
            "Histograms of the energy"
            "energy, nats"
            colourOf
            file
            (fun names ->
                numbered
                    (numbers.Figure())
                    [ text
                          $"Energy of {Statistics.listed names}: −log Σ exp of the logits, the lower the more probable. Samples of a model that fits lie where its training data lie." ]))
    |> Option.toList

let private history (numbers: Numbering) (file: EnergyFile) =
    let side value = file.History |> Array.map value

    let data = side (fun (step, data, _) -> step, data)
    let samples = side (fun (step, _, samples) -> step, samples)

    if Seq.isEmpty (finite data) && Seq.isEmpty (finite samples) then
        []
    else
        let layout = Plot.layout "training step" "mean energy, nats" true
        layout.hovermode <- "x unified"

        let first, last =
            data |> Array.map fst |> fun steps -> Array.min steps, Array.max steps

        let marks =
            file.Remedies
            |> Option.defaultValue []
            |> List.choose _.Step
            |> List.map float
            |> List.filter (fun step -> step >= first && step <= last)
            |> List.truncate 50

        layout.shapes <-
            marks
            |> List.map (fun step -> Plot.rule ("x", step, step) ("paper", 0.0, 1.0) "dot")

        let marked = if marks.IsEmpty then "" else " Dotted lines mark remedies."

        [ figure
              "figure-energy-history"
              "Energies over training"
              (plain Half)
              [ Plot.line "data" (colour 0) "solid" 1.0 data
                Plot.line "samples" (colour 3) "solid" 1.0 samples ]
              layout
              (numbered
                  (numbers.Figure())
                  [ text
                        $"Mean energies of data and of samples while training. Lines that run apart are the first sign of divergence.{marked}" ]) ]

let private remedies (numbers: Numbering) (file: EnergyFile) =
    match file.Remedies with
    | None -> []
    | Some [] -> [ p [ text "Training showed no sign of divergence: no remedy was needed." ] ]
    | Some all ->
        let time (r: Remedy) =
            match r.Epoch, r.Step with
            | Some epoch, Some step -> $"epoch {Number.count epoch}, step {Number.count step}"
            | Some epoch, None -> $"epoch {Number.count epoch}"
            | None, Some step -> $"step {Number.count step}"
            | None, None -> "–"

        let row (r: Remedy) =
            [],
            [ [ text (time r) ]
              [ EnergyPlot.wrapped r.What ]
              [ EnergyPlot.wrapped r.Why ] ]

        let times =
            if all.Length = 1 then
                "once, and a remedy was applied"
            else
                $"{all.Length} times; each time a remedy was applied"

        [ p [ text $"Training was about to diverge {times}." ]
          table
              (numbered (numbers.Table()) [ text "What was done when training was about to diverge, and why." ])
              [ "When", Align.Left; "Remedy", Align.Left; "Reason", Align.Left ]
              (all |> List.map row) ]

/// How far data and samples are apart in the end.
let private outcome (file: EnergyFile) =
    file.History
    |> Array.tryFindBack (fun (_, data, samples) -> System.Double.IsFinite(data + samples))
    |> Option.map (fun (step, data, samples) ->
        p
            [ text
                  $"At step {Number.count (int64 step)}, the last one recorded, the mean energy is {Number.decimals 2 data} nats for data and {Number.decimals 2 samples} nats for samples: {Number.decimals 2 (abs (data - samples))} nats apart." ])
    |> Option.toList

let private samples (run: RunFolder) (numbers: Numbering) (file: EnergyFile) =
    match run.Samples, run.Boltzmann with
    | Some png, None ->
        let steps =
            match file.SgldSteps with
            | Some 1L -> ", one step at a time"
            | Some n -> $", {Number.count n} steps at a time"
            | None -> ""

        [ div
              "fantasies"
              [ picture
                    "Samples of the energy"
                    png
                    (numbered
                        (numbers.Figure())
                        [ text
                              $"Samples from the replay buffer: noise that Langevin dynamics (SGLD) has moved down the energy{steps}." ]) ] ]
    | _ -> []

let energy (run: RunFolder) (numbers: Numbering) =
    match run.Energy with
    | None -> []
    | Some file ->
        let outcome = outcome file
        let remedies = remedies numbers file
        let histogram = histogram numbers file.Energies
        let charts = histogram @ history numbers file

        outcome
        @ remedies
        @ (if charts.IsEmpty then [] else [ div "charts" charts ])
        @ samples run numbers file
