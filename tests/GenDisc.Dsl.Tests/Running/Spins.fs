/// A small lattice, and what tests read of the runs on it.
module GenDisc.Dsl.Tests.Running.Spins

open System.IO
open System.Text.Json
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

/// A lattice of nine spins: every state can be summed.
let spins =
    { Name = "spins"
      Data = ising 3 2.0 |> take 2000
      Model = model (rbm 6)
      Loss = pcd 2
      Training = sgd 0.1 |> epochs 8 |> batch 100
      Seed = 1 }

let figure (result: RunResult) name =
    use json =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Folder, "figures", name)))

    json.RootElement.Clone()

let number (path: string list) (e: JsonElement) =
    (path |> List.fold (fun (at: JsonElement) name -> at.GetProperty name) e).GetDouble()

let warnings (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Warning text -> text
          | _ -> () ]
