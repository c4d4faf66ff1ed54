/// What a Boltzmann machine looks like: its chains, its energies, and how its log Z was found.
module internal GenDisc.Reporting.BoltzmannFigures

open System
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private sampled = colour 3

let private colourOf name =
    if name = "samples" then sampled else colour 0

/// `10`, `2k`.
let private brief (n: int64) =
    if n >= 1000L && n % 1000L = 0L then $"{n / 1000L}k" else string n

/// A mosaic whose columns are named above it.
let private mosaic (run: RunFolder) (numbers: Numbering) png =
    let sweeps = run.Chains |> Option.map _.Sweeps |> Option.defaultValue []

    let heads =
        if sweeps.IsEmpty then
            []
        else
            [ el
                  "div"
                  [ "class", "sweeps"
                    "style", $"grid-template-columns: repeat({sweeps.Length}, 1fr)" ]
                  (sweeps |> List.map (fun n -> span "sweep" (brief n))) ]

    let columns =
        if sweeps.IsEmpty then
            "the further to the right, the more sweeps of Gibbs sampling"
        else
            "above each column, the sweeps of Gibbs sampling so far"

    let count =
        match run.Chains |> Option.bind _.Rows with
        | Some 1 -> "One chain over time"
        | Some n -> $"{n} chains over time, a row each"
        | None -> "Chains over time, a row each"

    let caption =
        numbered
            (numbers.Figure())
            [ text
                  $"{count}; {columns}. Chains that keep the picture they started from do not mix: samples of such a machine say little about it." ]

    el
        "figure"
        [ "class", "picture chains" ]
        (heads
         @ [ el
                 "img"
                 [ "alt", "Chains over time"
                   "src", "data:image/png;base64," + Convert.ToBase64String png ]
                 []
             el "figcaption" [] caption ])

let pictures (run: RunFolder) (numbers: Numbering) =
    [ match run.ChainsPicture with
      | Some png -> mosaic run numbers png
      | None -> ()
      match run.Samples, run.Boltzmann with
      | Some png, Some _ ->
          div
              "fantasies"
              [ picture
                    "Samples of the machine"
                    png
                    (numbered
                        (numbers.Figure())
                        [ text
                              "Fantasy particles: where the machine’s own chains are after many sweeps. Shown is the probability of each visible unit given the hidden ones, or its mean." ]) ]
      | _ -> () ]

let private trajectory (numbers: Numbering) (points: AisPoint[]) =
    let points =
        points
        |> Array.filter (fun point -> Double.IsFinite point.Mean)
        |> Array.sortBy _.Beta
        |> Plot.thin 500

    if points.Length < 2 then
        []
    else
        let spread =
            points
            |> Array.filter (fun point -> Double.IsFinite point.Spread)
            |> Array.map (fun point -> point.Beta, point.Mean - point.Spread, point.Mean + point.Spread)

        let traces =
            [ if spread.Length > 1 then
                  EnergyPlot.band "one standard deviation" (colour 0) spread
              points
              |> Array.map (fun point -> point.Beta, point.Mean)
              |> Plot.line "mean log weight" (colour 0) "solid" 1.0 ]

        [ figure
              "figure-ais"
              "Log weights of annealed importance sampling"
              (plain Half)
              traces
              (Plot.layout "inverse temperature β" "log weight, nats" (traces.Length > 1))
              (numbered
                  (numbers.Figure())
                  [ text
                        "Annealed importance sampling: mean log weight of the chains on the way from independent units (β = 0) to the machine (β = 1). A band that widens suddenly marks temperatures that are too far apart." ]) ]

let private energies (numbers: Numbering) (file: Energies option) =
    file
    |> Option.bind (fun file ->
        EnergyPlot.histogram
            "figure-energies"
            "Free energies of data and samples"
            "free energy, nats"
            colourOf
            file
            (fun names ->
                let overlap =
                    if names.Length > 1 then
                        " A machine that fits gives both the same distribution; samples far to the left of the data show states that it prefers to them."
                    else
                        ""

                numbered
                    (numbers.Figure())
                    [ text $"Free energy of {Statistics.listed names}: −log of the unnormalised probability.{overlap}" ]))
    |> Option.toList

/// 1, 2 and 5 times powers of ten, or those powers alone where there would be too many.
let private decades low high =
    let marks (steps: float list) =
        [ for power in int (floor (log10 low)) .. int (ceil (log10 high)) do
              for step in steps do
                  step * 10.0 ** float power ]
        |> List.filter (fun x -> x >= low && x <= high)

    let fine = marks [ 1.0; 2.0; 5.0 ]
    if fine.Length <= 12 then fine else marks [ 1.0 ]

/// A machine is trained at β = 1.
let private trained = 1.0

let private thermalChart logarithmic (id, name: string, axis) (points: (float * float)[]) =
    let temperatures = points |> Array.map fst
    let layout = Plot.layout "temperature T = 1/β" axis false

    if logarithmic then
        let ticks = decades (Array.min temperatures) (Array.max temperatures)
        layout.xaxis.``type`` <- "log"
        layout.xaxis.tickvals <- ticks
        layout.xaxis.ticktext <- (ticks |> List.map Number.plain)

    if Array.min temperatures < trained && Array.max temperatures > trained then
        layout.shapes <- [ Plot.rule ("x", trained, trained) ("paper", 0.0, 1.0) "dot" ]

    figure
        $"figure-thermal-{id}"
        name
        (plain Small)
        [ Plot.line name (colour 0) "solid" 1.0 points ]
        layout
        [ text name ]

/// Energy, entropy, free energy and heat capacity over temperature.
let private thermodynamics (numbers: Numbering) (all: Thermal[]) =
    let all = all |> Array.sortBy (fun t -> 1.0 / t.Beta)

    let curve (value: Thermal -> float) =
        all |> Array.map (fun t -> 1.0 / t.Beta, value t) |> finite |> Array.ofSeq

    let curves =
        [ ("energy", "Mean energy U", "U, nats"), curve _.Energy
          ("entropy", "Entropy S", "S, nats"), curve _.Entropy
          ("free", "Free energy F = U − T S", "F, nats"), curve _.FreeEnergy
          ("heat", "Heat capacity C", "C = dU/dT, nats"), curve _.HeatCapacity ]
        |> List.filter (fun (_, points) -> points.Length > 1)

    if curves.IsEmpty then
        []
    else
        let temperatures = curves |> Seq.collect snd |> Seq.map fst
        let logarithmic = Seq.max temperatures > 20.0 * Seq.min temperatures

        let charts =
            curves |> List.map (fun (what, points) -> thermalChart logarithmic what points)

        let scale = if logarithmic then ", on a logarithmic scale" else ""

        let marked =
            if Seq.min temperatures < trained && Seq.max temperatures > trained then
                " The dotted line is the temperature it was trained at."
            else
                ""

        [ Plot.quartet
              charts
              (numbered
                  (numbers.Figure())
                  [ text
                        $"The machine as a physical system over temperature{scale}.{marked} F = −T log Z; a peak of the heat capacity marks where it orders." ]) ]

/// Histograms, the trajectory of AIS and thermodynamics.
let charts (numbers: Numbering) (m: BoltzmannFile) =
    let energies = energies numbers m.Energies
    let pair = energies @ trajectory numbers m.Trajectory

    (if pair.IsEmpty then [] else [ div "charts" pair ])
    @ thermodynamics numbers m.Thermodynamics
