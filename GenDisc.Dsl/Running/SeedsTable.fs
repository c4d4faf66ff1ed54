/// What several seeds came to, in rows.
module internal GenDisc.Running.SeedsTable

open GenDisc
open GenDisc.Core.Evaluation

/// A test figure over the seeds, as it is told.
let private row (name: string) (figure: SeedFigure) =
    let shown = Wording.metric name

    match figure.Count with
    | 1 -> [ name; shown figure.Mean; ""; "" ]
    | _ ->
        [ name
          shown figure.Mean
          shown figure.Deviation
          $"{shown figure.Low} to {shown figure.High}" ]

/// One figure of several runs.
let summary (values: float list) : SeedFigure =
    let found = Seeds.Summary(Array.ofList values)

    { Mean = found.Mean
      Deviation = found.Deviation
      Low = found.Interval.Low
      High = found.Interval.High
      Count = found.Count }

/// Every test figure that a run has, over the runs that have it.
let figures (runs: RunResult list) : Map<string, SeedFigure> =
    runs
    |> List.collect (fun run -> Map.toList run.Test.Values)
    |> List.groupBy fst
    |> List.map (fun (name, values) -> name, summary (List.map snd values))
    |> Map.ofList

/// The lines told after the last run: a heading, then the table.
let lines (name: string) (seeds: int list) (figures: Map<string, SeedFigure>) =
    let listed = seeds |> List.map string |> String.concat ", "
    let test: Metrics = { Values = figures |> Map.map (fun _ figure -> figure.Mean) }
    let names = Wording.metricNames [ for _, m in Wording.brief [ "test", test ] -> m ]
    let rows = [ for name in names -> row name figures[name] ]

    match seeds with
    | [ _ ] ->
        [ $"{name}, test figures of seed {listed} alone: no deviation and no interval"
          yield! Wording.table [ for cells in [ ""; "value" ] :: rows -> List.truncate 2 cells ] ]
    | _ ->
        [ $"{name}, test figures over {seeds.Length} seeds: {listed}"
          yield! Wording.table ([ ""; "mean"; "deviation"; "95 % interval" ] :: rows) ]
