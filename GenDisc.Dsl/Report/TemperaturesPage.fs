/// One page about machines that each learned an Ising lattice at a temperature of its own.
module internal GenDisc.Reporting.TemperaturesPage

open System
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html
open GenDisc.Reporting.IsingPlot

/// A machine's run and the path from the page to its folder.
type Measured =
    { Temperature: float
      Run: RunFolder
      Link: string }

let private files (measured: Measured list) =
    measured
    |> List.choose (fun m -> m.Run.Ising |> Option.map (fun file -> m.Temperature, file))

let private listed (parts: string list) =
    match parts with
    | []
    | [ _ ] -> String.Join("", parts)
    | _ ->
        String.Join(", ", List.truncate (parts.Length - 1) parts)
        + " and "
        + List.last parts

let private at (temperatures: float list) =
    "T = " + listed (temperatures |> List.map Number.plain)

/// At which temperatures a figure is as close to the sampler's as asked for.
let private verdict (files: (float * IsingFile) list) (o: Observable) =
    let compared =
        files
        |> List.choose (fun (t, file) -> relative file o |> Option.map (fun off -> t, file, off))

    match o.Limit with
    | Some limit when not compared.IsEmpty ->
        let asked = Number.percent 0 limit

        let within, outside =
            compared |> List.partition (fun (_, _, off) -> abs off <= limit)

        let places side =
            "T = "
            + listed (
                side
                |> List.map (fun (t, _, off) -> $"{Number.plain t} ({Number.percent 2 (abs off)})")
            )

        let whose =
            $"{o.Name} of the " + (if compared.Length > 1 then "machines" else "machine")

        let doubtful =
            compared
            |> List.choose (fun (t, file, _) -> doubt file o |> Option.map (fun _ -> t))

        [ match within, outside with
          | _, [] -> $"{whose} is within {asked} of the sampler’s at {places within}."
          | [], _ -> $"{whose} is outside {asked} of the sampler’s at {places outside}."
          | _ -> $"{whose} is within {asked} of the sampler’s at {places within}, and outside at {places outside}."
          if not doubtful.IsEmpty then
              $"At {at doubtful}, two standard errors are wider than {asked}, so more samples are needed to be sure." ]
    | _ -> []

let private drawn (files: (float * IsingFile) list) : Drawn =
    let first (curve: IsingFile -> ObservedCurve) =
        files
        |> List.map (snd >> curve)
        |> List.tryFind (List.isEmpty >> not)
        |> Option.defaultValue []

    // All runs have the same lattice, so that one of its curves stands for all.
    { Curve = first _.Curve
      Onsager = first _.Onsager
      Knob = []
      Samplers = [ for t, file in files -> t, file.Sampler ]
      Machines = [ for t, file in files -> t, file.Model ]
      Critical = files |> List.tryPick (fun (_, file) -> file.Critical) }

let private charts (files: (float * IsingFile) list) (numbers: Numbering) =
    let drawn = drawn files

    match observables |> List.choose (chart drawn) with
    | [] -> []
    | charts ->
        let parts =
            explained
                drawn
                [ "rings are test configurations of the sampler that the machines learned from, with standard errors"
                  "diamonds are the machines, each at the temperature it was trained at, with standard errors" ]

        let key = String.Join("; ", parts)
        let said = observables |> List.collect (verdict files)

        [ Plot.quartet
              charts
              (numbered
                  (numbers.Figure())
                  [ text (String.Join(" ", $"Observables over temperature (k = 1), a machine for each: {key}." :: said)) ]) ]

let private table (files: (float * IsingFile) list) (numbers: Numbering) =
    match shown (List.map snd files) with
    | [] -> []
    | shown ->
        [ Html.table
              (numbered (numbers.Table()) [ text $"Observables at each temperature: {reading}" ])
              ([ "Observable", Align.Left; "T", Align.Right ] @ columns)
              [ for o in shown do
                    for i, (t, file) in List.indexed files do
                        let name = if i = 0 then o.Name else ""
                        [], [ text name ] :: [ text (Number.plain t) ] :: cells file o ] ]

/// What is missing, and why.
let private missing (measured: Measured list) =
    let banner heading words =
        el "div" [ "class", "banner"; "role", "note" ] [ strong heading; text words ]

    let without = measured |> List.filter (fun m -> m.Run.Ising.IsNone)

    [ if without.Length = measured.Length then
          banner
              "No observables. "
              "No run has figures/ising.json, which only a Boltzmann machine on all spins of the lattice leaves."
      elif not without.IsEmpty then
          banner "Left out. " $"There is no figures/ising.json at {at (without |> List.map _.Temperature)}."
      for m in measured do
          for note in m.Run.Notes do
              banner "Left out. " $"T = {Number.plain m.Temperature}: {note}" ]

let private runs (measured: Measured list) (numbers: Numbering) =
    let cell (m: Measured) =
        let link = el "a" [ "href", m.Link + "/report.html" ] [ text m.Run.FolderName ]
        let result = m.Run.Result

        [],
        [ [ text (Number.plain m.Temperature) ]
          [ link ]
          [ text (
                result
                |> Option.bind _.Epochs
                |> Option.map (int64 >> Number.count)
                |> Option.defaultValue "–"
            ) ]
          [ text (figureOf (Number.decimals 4) (m.Run.Metric "test.logLikelihood")) ]
          [ text (figureOf Number.seconds (result |> Option.bind _.Seconds)) ] ]

    [ Html.table
          (numbered
              (numbers.Table())
              [ text "The runs, each with a report of its own. Log-likelihoods are in nats per configuration." ])
          [ "T", Align.Right
            "report", Align.Left
            "epochs", Align.Right
            "test log-likelihood", Align.Right
            "training time", Align.Right ]
          (measured |> List.map cell) ]

let private header (name: string) (measured: Measured list) =
    let files = files measured

    let lattice =
        match files |> List.tryPick (fun (_, file) -> file.Size) with
        | Some size -> $"{size} × {size} Ising lattice"
        | None -> "Ising lattice"

    let machines =
        match measured with
        | [ one ] -> $"One machine learned configurations of the {lattice} at T = {Number.plain one.Temperature}."
        | _ ->
            $"{measured.Length} machines learned configurations of the {lattice}, each at one temperature: {at (measured |> List.map _.Temperature)}."

    let said = observables |> List.collect (verdict files)

    el
        "header"
        [ "class", "top" ]
        ([ el "p" [ "class", "kicker" ] [ text "GenDisc experiment over temperatures" ]
           el "h1" [] [ text name ]
           el "p" [ "class", "abstract" ] [ text (String.Join(" ", machines :: said)) ] ]
         @ missing measured)

let private asked (declaration: string) =
    [ p
          [ text "One declaration, run at several temperatures: each takes the place of the one that "
            code "Data"
            text " names." ]
      Source.highlight declaration ]

/// The page. `declaration` is the source that leads to it.
let page (name: string) (declaration: string) (measured: Measured list) : string =
    let measured = measured |> List.sortBy _.Temperature
    let files = files measured
    let numbers = Numbering()

    Page.html
        $"{name} over temperature · GenDisc report"
        (header name measured)
        "Written by GenDisc from the files in the run folders beside this one. The page holds everything it shows and opens without a network; links lead to the runs’ own reports."
        [ Page.section "asked" "Source" "What was asked" (fun () -> asked declaration)
          Page.section "ising" "Ising" "The physics of the lattice" (fun () ->
              charts files numbers @ table files numbers)
          Page.section "runs" "Runs" "The runs" (fun () -> runs measured numbers) ]
