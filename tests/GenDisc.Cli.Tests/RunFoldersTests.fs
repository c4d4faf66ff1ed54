module GenDisc.Cli.Tests.RunFoldersTests

open System.IO
open System.Text.Json
open Expecto
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private whole =
    """{"id":"b-2","name":"b","status":"done","message":null,"started":"2026-11-22T18:00:00Z","seconds":22.5,"examplesPerSecond":12000.0,"metrics":{"train.loss":11.5,"test.accuracy":0.97,"test.elbo":-108.5}}"""

let private filled (folder: TempFolder) =
    for name, text in
        [ "b-2/result.json", whole
          "a-1/result.json", whole.Replace("2026-11-22T18", "2026-11-22T17").Replace("done", "interrupted")
          "cut/result.json", whole.Substring(0, 60)
          "types/result.json", """{"status":7,"seconds":"x","metrics":[1],"started":"yesterday"}"""
          "array/result.json", "[]"
          "started/experiment.fsx", "// ..."
          "a-temperatures/observables.html", "<!DOCTYPE html>"
          "not-a-run/notes.txt", "" ] do
        folder.Write(name, text) |> ignore

    Directory.CreateDirectory(folder.File "dir/result.json") |> ignore
    folder

let tests =
    testList
        "RunFolders"
        [ test "broken folders are listed as such and hide no other" {
              use folder = filled (new TempFolder())

              let statuses =
                  RunFolders.all folder.Path
                  |> List.map (fun run -> run.Id, run.Status)
                  |> Map.ofList

              Expect.equal
                  statuses
                  (Map.ofList
                      [ "a-1", "interrupted"
                        "array", "damaged"
                        "b-2", "done"
                        "cut", "damaged"
                        "started", "unfinished"
                        "types", "damaged" ])
                  "every run folder, no other"
          }
          test "the page over temperatures is no run, and no rival to one" {
              use folder = filled (new TempFolder())
              Expect.isNone (RunFolders.tryFind folder.Path "a-temperatures") "by its name"
              Expect.equal (ListCommand.find folder.Path "a-").Id "a-1" "by a beginning that it shares"
          }
          test "no runs folder, no runs" { Expect.isEmpty (RunFolders.all "/nowhere/at/all") "empty" }
          test "a result is read whole, figures by split" {
              use folder = filled (new TempFolder())
              let run = (RunFolders.read (folder.File "b-2")).Value
              Expect.equal run.Seconds (Some 22.5) "seconds"
              Expect.equal (run.Split "test") (metrics [ "accuracy", 0.97; "elbo", -108.5 ]) "test figures"
              Expect.equal run.Started.Value.UtcDateTime.Hour 18 "started"
          }
          test "a run as JSON parses" {
              use folder = filled (new TempFolder())

              for run in RunFolders.all folder.Path do
                  use document = JsonDocument.Parse(RunFolders.json run)
                  Expect.equal (document.RootElement.GetProperty("id").GetString()) run.Id "id"
          }
          test "the list has a column for every figure of the test split that some run has, oldest run first" {
              use folder = filled (new TempFolder())
              let rows = RunFolders.all folder.Path |> ListCommand.rows
              Expect.equal rows[0] [ "id"; "status"; "test accuracy"; "test elbo"; "seconds"; "date" ] "columns"
              let ids = rows |> List.map List.head
              Expect.isLessThan (List.findIndex ((=) "a-1") ids) (List.findIndex ((=) "b-2") ids) "by time"
          }
          test "the list shows root and scaled errors of regressions, the squared one for want of a root" {
              use folder = new TempFolder()

              let write name figures =
                  folder.Write(name + "/result.json", """{"status":"done","metrics":{""" + figures + "}}")
                  |> ignore

              let columns () =
                  (ListCommand.rows (RunFolders.all folder.Path))[0]
                  |> List.filter _.StartsWith("test ")

              write "a" "\"test.mse\":0.5,\"test.rmse\":0.7,\"test.mase\":0.9"
              Expect.equal (columns ()) [ "test rmse"; "test mase" ] "no mse beside its root"
              write "b" "\"test.mse\":0.5"
              Expect.equal (columns ()) [ "test rmse"; "test mase"; "test mse" ] "an older run"
              write "c" "\"test.accuracy\":0.5"

              Expect.equal (columns ()) [ "test accuracy"; "test rmse"; "test mase"; "test mse" ] "accuracy first"
          }
          test "a run is found by id, by the beginning of one, or by its folder" {
              use folder = new TempFolder()

              for name in [ "x-1"; "x-12"; "y-1" ] do
                  folder.Write(name + "/result.json", whole) |> ignore

              let find name = (ListCommand.find folder.Path name).Id
              Expect.equal (find "x-1") "x-1" "an exact id wins over longer ones"
              Expect.equal (find "y") "y-1" "prefix"
              Expect.equal (find (folder.File "x-12" + "/")) "x-12" "folder"
              Expect.throwsT<UsageError> (fun () -> find "x" |> ignore) "several"
              Expect.throwsT<UsageError> (fun () -> find "z" |> ignore) "none"
          }
          test "what a run under --fresh works in and puts aside shows by its full name only" {
              use folder = new TempFolder()

              for name in [ "x-1"; "x-1.fresh"; "x-1.old" ] do
                  folder.Write(name + "/result.json", whole) |> ignore

              Expect.equal (RunFolders.all folder.Path |> List.map _.Id) [ "x-1" ] "the list"
              let find name = (ListCommand.find folder.Path name).Id
              Expect.equal (find "x") "x-1" "no rival to the run itself"
              Expect.equal (find "x-1.old") "x-1.old" "asked for by name"
          } ]
