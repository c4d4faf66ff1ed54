/// Studies that never were: runs of given figures, and rows of them.
module GenDisc.Dsl.Tests.Running.Studies.MadeUp

open System.IO
open GenDisc
open GenDisc.Running
open GenDisc.Running.Studies
open GenDisc.Dsl.Tests.Running.Scene

/// A run of these test figures.
let run folder (figures: (string * float) list) : RunResult =
    let none: Metrics = { Values = Map.empty }

    { Id = "x"
      Name = "x"
      Folder = folder
      Status = Status.Done
      Train = none
      Validation = none
      Test = { Values = Map.ofList figures }
      Seconds = nan
      ExamplesPerSecond = nan
      Reused = false }

/// A run for each value, without a folder.
let runs metric (values: float list) =
    values |> List.map (fun value -> run "" [ metric, value ])

let row name (runs: RunResult list) : StudyRow =
    { Name = name
      Experiment = { toy with Name = name }
      Labels = None
      Weight = None
      Runs = runs
      Test = SeedsTable.figures runs
      Contrast = None
      Parameters = 10L
      Flops = 20L
      TrainingFlops = 1e6
      Seconds = 1.0
      Seeds = [ 1 .. runs.Length ]
      Missing = []
      OnFront = false }

let atLabels count (row: StudyRow) = { row with Labels = Some count }

/// Rows with each but the first of its number of labels held against that.
let internal judged metric (rows: StudyRow list) =
    let heads =
        rows
        |> List.groupBy _.Labels
        |> List.map (fun (labels, group) -> labels, group.Head)
        |> Map.ofList

    let isHead (row: StudyRow) =
        obj.ReferenceEquals(heads[row.Labels], row)

    let others = rows |> List.filter (isHead >> not)

    let contrasts =
        Contrasts.of'
            metric
            (Direction.higherIsBetter metric)
            [ for row in others do
                  (heads[row.Labels]).Runs, row.Runs ]

    let found = List.zip others contrasts

    [ for row in rows do
          if isHead row then
              row
          else
              let _, contrast =
                  found |> List.find (fun (other, _) -> obj.ReferenceEquals(other, row))

              { row with Contrast = Some contrast } ],
    Contrasts.tested contrasts

let internal statements kind metric rows =
    let rows, family = judged metric rows
    Statements.of' kind metric rows family

let internal limits kind metric rows =
    let rows, family = judged metric rows
    Limits.of' kind metric rows family

/// A folder with a classifier's predictions: which examples were right, all of class 1.
let put (folder: string) (right: bool list) =
    Directory.CreateDirectory(Path.Combine(folder, "figures")) |> ignore

    let list (values: string list) = "[" + String.concat "," values + "]"

    File.WriteAllText(
        Path.Combine(folder, "figures", "predictions.json"),
        $"""{{"labels":{list [ for _ in right -> "1" ]},"predicted":{list [ for r in right -> if r then "1" else "0" ]},"confidence":{list [ for _ in right -> "0.9" ]}}}"""
    )

    folder

/// One run whose predictions are in a folder, and its accuracy.
let predicted folder (right: bool list) =
    let accuracy = right |> List.averageBy (fun r -> if r then 1.0 else 0.0)
    run (put folder right) [ "accuracy", accuracy ]
