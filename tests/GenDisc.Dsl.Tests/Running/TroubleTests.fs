/// Runs that do not go through: interrupted, diverging, badly fed, in each other's way.
module GenDisc.Dsl.Tests.Running.TroubleTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

let tests =
    testList
        "Run in trouble"
        [ test "an interruption stops after the batch and writes what there is" {
              use scene = new Scene()

              let long =
                  { toy with
                      Training = toy.Training |> epochs 1000 }

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch(record, _) when record.Epoch = 3 -> scene.Cancel()
                  | _ -> ()

              match failure (fun () -> scene.Run long) with
              | :? RunInterrupted as e ->
                  let lines = File.ReadAllLines(Path.Combine(e.Folder, "metrics.jsonl"))
                  Expect.equal lines.Length 3 "epochs"

                  match Running.ResultFile.tryRead e.Folder with
                  | Some result -> Expect.equal result.Status Status.Interrupted "status"
                  | None -> failtest "result.json"

                  for name in [ "model.safetensors"; "report.html" ] do
                      Expect.isTrue (File.Exists(Path.Combine(e.Folder, name))) name
              | e -> failtest (string (e.GetType()))
          }
          test "an interrupted run is no finished one" {
              use scene = new Scene()

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch _ -> scene.Cancel()
                  | _ -> ()

              failure (fun () -> scene.Run toy) |> ignore
              use later = new Scene()

              let again = Host.using { later.Options with Runs = scene.Runs } (fun () -> run toy)

              Expect.isFalse again.Reused "trained again"
              Expect.equal again.Status Status.Done "to the end"
          }
          test "after an interruption nothing is built on what was just trained" {
              use scene = new Scene()

              let outer =
                  { toy with
                      Name = "outer"
                      Model = model (encoder toy >> classifier [])
                      Loss = crossEntropy }

              scene.OnEvent <-
                  function
                  | RunEvent.Finished _ -> scene.Cancel()
                  | _ -> ()

              Expect.throwsT<System.OperationCanceledException> (fun () -> scene.Run outer |> ignore) "stopped"

              let planned =
                  scene.Events
                  |> List.choose (function
                      | RunEvent.Planned(plan, _, _) -> Some plan.Experiment.Name
                      | _ -> None)

              Expect.equal planned [ "toy" ] "the outer one never began"
              Expect.hasLength (Directory.GetDirectories scene.Runs) 1 "and left no folder"
          }
          test "training again that is interrupted leaves the finished run as it was" {
              use scene = new Scene()
              let first = scene.Run toy
              let before = files first.Folder |> List.map (fun f -> f, bytes first f)

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch _ -> scene.Cancel()
                  | _ -> ()

              failure (fun () -> scene.RunFresh toy) |> ignore
              Expect.equal (files first.Folder |> List.map (fun f -> f, bytes first f)) before "bit for bit"
          }
          test "a diverging run says which term, where, and keeps a record" {
              use scene = new Scene()

              let wild =
                  { toy with
                      Training = sgd 1e20 |> epochs 2 |> batch 64 }

              let error = failure (fun () -> scene.Run wild)
              Expect.stringContains error.Message "training diverged" "what"
              Expect.stringContains error.Message "epoch 1, step" "where"
              Expect.stringContains error.Message "Lower the learning rate" "what to do"
              let folder = Path.Combine(scene.Runs, Experiment.id wild)

              match Running.ResultFile.tryRead folder with
              | Some result -> Expect.equal result.Status Status.Failed "status"
              | None -> failtest "result.json"
          }
          test "an invalid experiment is explained before any folder is made" {
              use scene = new Scene()

              let wrong =
                  { toy with
                      Model = model (dense 10 >> conv 4 >> classifier []) }

              match failure (fun () -> scene.Run wrong) with
              | :? InvalidExperiment as e ->
                  Expect.stringContains e.Message "conv 4 expects an image, but receives vector 10" "says"
                  Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
              | e -> failtest (string (e.GetType()))
          }
          test "bad data is one message and leaves earlier runs alone" {
              use scene = new Scene()

              let data =
                  Directory.CreateDirectory(Path.Combine(scene.Runs, "data", "mnist")).FullName

              for name in
                  [ "train-images-idx3-ubyte"
                    "train-labels-idx1-ubyte"
                    "t10k-images-idx3-ubyte"
                    "t10k-labels-idx1-ubyte" ] do
                  File.WriteAllBytes(Path.Combine(data, name), [| 0uy; 0uy; 8uy; 3uy; 0uy |])

              scene.Data <- Some(Path.GetDirectoryName data |> string)
              let error = failure (fun () -> scene.Run { toy with Data = mnist })
              Expect.stringContains error.Message "train-images-idx3-ubyte" "which file"
              Expect.equal (Directory.GetDirectories scene.Runs).Length 1 "only the data folder is there"
          }
          test "a second process on the same run waits its turn with a message" {
              use scene = new Scene()
              let folder = Path.Combine(scene.Runs, Experiment.id toy)
              Directory.CreateDirectory folder |> ignore

              use _held =
                  new FileStream(
                      Path.Combine(scene.Runs, $".{Experiment.id toy}.lock"),
                      FileMode.Create,
                      FileAccess.ReadWrite,
                      FileShare.None
                  )

              let error = failure (fun () -> scene.Run toy)
              Expect.stringContains error.Message "another process is training this experiment" "says"
          }
          test "a kill while an interrupted run is trained again leaves what there was" {
              use scene = new Scene()

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch _ -> scene.Cancel()
                  | _ -> ()

              failure (fun () -> scene.Run toy) |> ignore
              let folder = Path.Combine(scene.Runs, Experiment.id toy)
              let before = files folder
              use later = new Scene()

              // A kill leaves the folders as they are in the middle of an epoch: look then.
              let during = ResizeArray<string list>()

              later.OnEvent <-
                  function
                  | RunEvent.Batch _ -> during.Add(files folder)
                  | _ -> ()

              let again = Host.using { later.Options with Runs = scene.Runs } (fun () -> run toy)

              Expect.isNonEmpty during "looked"
              Expect.allEqual during before "untouched until the new run is complete"
              Expect.equal (again.Status, again.Folder) (Status.Done, folder) "then replaced"
          }
          test "a finished run whose report was not written in time gets it on the next start" {
              use scene = new Scene()
              let first = scene.Run toy
              File.Delete(Path.Combine(first.Folder, "report.html"))
              let again = scene.Run toy
              Expect.isTrue again.Reused "not trained again"
              Expect.isTrue (File.Exists(Path.Combine(first.Folder, "report.html"))) "written"
          }
          test "a stop between the two renames of a finished run loses neither" {
              use scene = new Scene()
              let first = scene.Run toy
              Directory.Move(first.Folder, first.Folder + ".old")
              let again = scene.Run toy
              Expect.isTrue again.Reused "put back"
              Expect.equal (Directory.GetDirectories scene.Runs) [| first.Folder |] "nothing else is left"
          } ]
    |> testSequenced
