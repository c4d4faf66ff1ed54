/// What tests of searches share.
module GenDisc.Dsl.Tests.Running.Search.Searches

open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

let quick =
    { toy with
        Name = "quick"
        Model = model (dense 4 >> relu >> classifier [])
        Loss = crossEntropy
        Training = adam 1e-2 |> epochs 1 |> batch 64 }

/// Widths and rates of a small classifier.
let widths =
    space {
        let! width = oneOf [ 2; 8 ] |> called "width"
        let! rate = logUniform 1e-4 1e-1 |> called "rate"

        return
            { quick with
                Model = model (dense width >> relu >> classifier [])
                Training = adam rate |> epochs 1 |> batch 64 }
    }

let over (options: HostOptions) (search: Search) =
    Host.using options (fun () -> run search)

let notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let epochsTrained (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.JobFinished(run, _) when not run.Reused ->
              File.ReadAllLines(Path.Combine(run.Folder, "metrics.jsonl")).Length
          | _ -> () ]
    |> List.sum

let file (result: SearchResult) =
    File.ReadAllText(Path.Combine(result.Folder, "search.json"))

let refused (search: Search) =
    use scene = new Scene()

    try
        over scene.Options search |> ignore
        failtest "a search that cannot be"
    with :? InvalidExperiment as e ->
        Expect.isEmpty scene.Events "nothing began"
        Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing was written"
        e.Message.Split '\n' |> List.ofArray

/// Everything of a trial that does not depend on the clock.
let told (t: Trial) =
    t.Index, t.Choices, t.Run, t.Rung, Show.number t.Validation, t.Status
