/// Whether a machine that learned an Ising lattice has its physics.
module internal GenDisc.Reporting.IsingSection

open System
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html
open GenDisc.Reporting.IsingPlot

let private lattice (file: IsingFile) =
    let size =
        match file.Size with
        | Some n -> $"{n} × {n} lattice"
        | None -> "lattice"

    let settings =
        [ "T", file.Temperature; "J", file.Coupling; "h", file.Field ]
        |> List.choose (fun (name, x) -> x |> Option.map (fun x -> $"{name} = {Number.plain x}"))

    if settings.IsEmpty then size else size + " at " + String.Join(", ", settings)

let private table (file: IsingFile) (numbers: Numbering) =
    match shown [ file ] with
    | [] -> []
    | shown ->
        [ Html.table
              (numbered (numbers.Table()) [ text $"Observables of the {lattice file}: {reading}" ])
              (("Observable", Align.Left) :: columns)
              (shown |> List.map (fun o -> [], [ text o.Name ] :: cells file o)) ]

/// Whether a figure is as close to the sampler's as asked for.
let private sentence (file: IsingFile) (o: Observable) =
    match o.Limit, relative file o with
    | Some limit, Some off ->
        let asked = Number.percent 0 limit

        let verdict = if abs off <= limit then $"within {asked}" else $"outside {asked}"

        let doubt =
            match doubt file o with
            | Some share -> $" Two standard errors are {Number.percent 1 share}, so more samples are needed to be sure."
            | None -> ""

        [ $"{o.Name} of the machine differs by {Number.percent 2 (abs off)} from the sampler’s: {verdict}.{doubt}" ]
    | _ -> []

let private drawn (file: IsingFile) : Drawn =
    let at observables =
        file.Temperature |> Option.map (fun t -> t, observables) |> Option.toList

    { Curve = file.Curve
      Onsager = file.Onsager
      Knob = file.Knob
      // The curve of this lattice passes through the sampler's point.
      Samplers = if file.Curve.IsEmpty then at file.Sampler else []
      Machines = at file.Model
      Critical = file.Critical }

let private explained (file: IsingFile) (drawn: Drawn) =
    IsingPlot.explained
        drawn
        [ if file.Temperature.IsSome then
              "the diamond is the machine at the temperature it was trained at"
          if not file.Knob.IsEmpty then
              "squares are the same machine sampled at inverse temperature β = T(trained) / T" ]

let ising (run: RunFolder) (numbers: Numbering) =
    match run.Ising with
    | None -> []
    | Some file ->
        let table = table file numbers
        let said = observables |> List.collect (sentence file)
        let drawn = drawn file
        let charts = observables |> List.choose (chart drawn)

        let figures =
            if charts.IsEmpty then
                []
            else
                let parts = explained file drawn

                let key = if parts.IsEmpty then "" else ": " + String.Join("; ", parts)

                [ Plot.quartet
                      charts
                      (numbered (numbers.Figure()) [ text $"Observables over temperature (k = 1){key}." ]) ]

        (if said.IsEmpty then [] else [ p [ text (String.Join(" ", said)) ] ])
        @ table
        @ figures
