/// One experiment at several temperatures of its Ising lattice.
module internal GenDisc.Running.Temperatures

open System
open System.IO
open GenDisc
open GenDisc.Reporting
open GenDisc.Reporting.TemperaturesPage

/// Raises InvalidExperiment with every reason why these temperatures, or this experiment's data, cannot be run.
let check (temperatures: float list) (experiment: Experiment) =
    let wrong =
        temperatures |> List.filter (fun t -> not (Double.IsFinite t && t > 0.0))

    let twice =
        temperatures
        |> List.filter Double.IsFinite
        |> List.countBy id
        |> List.filter (fun (_, count) -> count > 1)

    let problems =
        [ if temperatures.IsEmpty then
              "at least one temperature", "write runTemperatures [ 1.8; 2.27; 3.0 ]"
          for t in List.distinctBy Show.number wrong do
              $"finite temperatures above 0.0, but got {Show.number t}", "write runTemperatures [ 1.8; 2.27; 3.0 ]"
          for t, _ in twice do
              $"each temperature once, but got {Show.number t} again",
              "a temperature gives the same run each time; write another"
          if not experiment.Data.Source.IsIsing then
              $"data of ising, but got {Data.show experiment.Data}", "write Data = ising 8 2.27" ]

    if not problems.IsEmpty then
        let explained =
            [ for expected, hint in problems -> $"runTemperatures expects {expected}\nhint: {hint}" ]

        raise (InvalidExperiment(String.Join("\n", explained)))

/// The experiment at a temperature.
let at (temperature: float) (experiment: Experiment) =
    // a name may have a dash, but no plus: 1E+20
    let shown = (Show.number temperature).Replace("+", "")

    { experiment with
        Name = $"{experiment.Name}-T{shown}"
        Data =
            { experiment.Data with
                Source =
                    match experiment.Data.Source with
                    | Source.Ising(size, _, coupling, field) -> Source.Ising(size, temperature, coupling, field)
                    | other -> other } }

let private ascii (s: string) = s.Replace('−', '-')

/// A heading and a table of machines beside their samplers, by rising temperature.
let lines (name: string) (measured: Measured list) =
    let files =
        measured
        |> List.sortBy _.Temperature
        |> List.choose (fun m -> m.Run.Ising |> Option.map (fun file -> m.Temperature, file))

    match IsingPlot.shown (List.map snd files) with
    | [] -> [ $"{name}: no run has observables of the lattice, for none is of a Boltzmann machine on all of its spins" ]
    | shown ->
        let estimate x =
            x |> Option.map (EnergyPlot.plusMinus >> ascii) |> Option.defaultValue ""

        let rows =
            [ for o in shown do
                  for i, (t, file) in List.indexed files do
                      [ (if i = 0 then o.Short else "")
                        Show.number t
                        estimate (o.Of file.Model)
                        estimate (o.Of file.Sampler)
                        IsingPlot.relative file o
                        |> Option.map (EnergyPlot.signed (Html.Number.percent 2) >> ascii)
                        |> Option.defaultValue "" ] ]

        $"{name}, observables per spin (± standard error)"
        :: Wording.table ([ ""; "T"; "machine"; "sampler"; "difference" ] :: rows)

/// The source that leads to the page.
let private declaration (temperatures: float list) (experiment: Experiment) =
    let listed = String.Join("; ", temperatures |> List.map Show.number)
    $"open GenDisc\n\n{Experiment.show experiment}\n|> runTemperatures [ {listed} ]\n|> ignore\n"

/// Writes the page about these runs; answers with its path and the lines to tell.
let write (runs: string) (temperatures: float list) (experiment: Experiment) (results: (float * RunResult) list) =
    let measured =
        [ for t, result in results ->
              { Temperature = t
                Run = ReadRun.read result.Folder
                Link = $"../{Path.GetFileName result.Folder}" } ]

    // No folder of a run: its name ends in no digits of a hash, and it holds no result.json.
    let folder = Path.GetFullPath(Path.Combine(runs, experiment.Name + "-temperatures"))

    let path = Path.Combine(folder, "observables.html")
    Directory.CreateDirectory folder |> ignore

    TemperaturesPage.page experiment.Name (declaration temperatures experiment) measured
    |> Atomic.writeText path

    path, lines experiment.Name measured @ [ "figure: " + Wording.path path ]
