/// Searches from a declaration to their folder.
module GenDisc.Dsl.Tests.Running.Search.SearchTests

open System
open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Report
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Search.Searches

let tests =
    testList
        "Run of a search"
        [ test
              "trials are runs, the best by validation wins and is run again over fresh seeds; what is finished is reused" {
              use scene = new Scene()
              let asked = widths |> search (random 3)
              let result = asked |> over scene.Options
              Expect.equal (result.Trials |> List.map _.Index) [ 1..3 ] "three"
              Expect.equal result.Goal (Goal.Maximise "accuracy") "of a classifier"

              for t in result.Trials do
                  let folder = Path.Combine(scene.Runs, t.Run)
                  let one = GenDisc.Running.ResultFile.tryRead folder |> Option.get
                  Expect.equal t.Validation one.Validation.Accuracy "its validation figure"
                  Expect.equal t.Experiment.Name $"quick-t{t.Index}" "its name"
                  Expect.equal t.Run (Experiment.id t.Experiment) "its run"

              let best = result.Best.Value
              Expect.equal best.Validation (result.Trials |> List.map _.Validation |> List.max) "the greatest"

              Expect.equal
                  result.Winner
                  { best.Experiment with
                      Name = "quick-best" }
                  "the winner's declaration"

              let ids =
                  [ for seed in [ 2; 3; 4 ] -> Experiment.id { result.Winner with Seed = seed } ]

              Expect.equal (result.Confirmed.Runs |> List.map _.Id) ids "three fresh seeds"

              Expect.floatClose
                  Accuracy.high
                  result.Confirmed["accuracy"].Mean
                  (result.Confirmed.Runs |> List.averageBy _.Test.Accuracy)
                  "the mean of their test figures"

              // told
              let notes = notes scene

              Expect.exists
                  notes
                  (fun n -> n.StartsWith "trial 3 of 3: width = " && n.Contains "best so far")
                  "progress"

              Expect.contains notes "winner:" "the winner"

              for line in (Experiment.show result.Winner).Split '\n' do
                  Expect.contains notes line "as source"

              // test figures of losers are neither told nor stored
              use document = JsonDocument.Parse(file result)
              let root = document.RootElement

              for t in root.GetProperty("trials").EnumerateArray() do
                  Expect.equal
                      [ for member' in t.EnumerateObject() -> member'.Name ]
                      [ "index"
                        "run"
                        "choices"
                        "rung"
                        "epochs"
                        "validation"
                        "seconds"
                        "status"
                        "problem" ]
                      "members"

              let test = root.GetProperty("confirmed").GetProperty("test").GetProperty("accuracy")
              Expect.equal (test.GetProperty("mean").GetDouble()) result.Confirmed["accuracy"].Mean "the winner's"

              for event in scene.Events do
                  match event with
                  | RunEvent.JobFinished(run, _) when run.Name.StartsWith "quick-t" ->
                      Expect.isEmpty run.Test.Values "hidden"
                      Expect.isNonEmpty run.Validation.Values "not hidden"
                  | RunEvent.JobFinished(run, _) -> Expect.isNonEmpty run.Test.Values "of the winner"
                  | _ -> ()

              // the page
              let page = File.ReadAllText(Path.Combine(result.Folder, "report.html"))
              Pages.lacks page "Left out."
              Expect.contains notes ("report: " + Wording.path (Path.Combine(result.Folder, "report.html"))) "its path"

              // what was lost is trained again, and nothing else
              let lost = result.Trials[1]
              Directory.Delete(Path.Combine(scene.Runs, lost.Run), true)
              Directory.Delete(result.Folder, true)
              let before = scene.Events.Length
              let again = asked |> over scene.Options
              Expect.equal (again.Trials |> List.map told) (result.Trials |> List.map told) "the same"

              Expect.equal
                  [ for event in List.skip before scene.Events do
                        match event with
                        | RunEvent.JobFinished(run, _) when not run.Reused -> run.Id
                        | _ -> () ]
                  [ lost.Run ]
                  "the lost one"
          }

          test "an interruption leaves what there is, and says so" {
              use scene = new Scene()
              let mutable ended = 0

              scene.OnEvent <-
                  fun event ->
                      match event with
                      | RunEvent.JobFinished _ ->
                          ended <- ended + 1

                          if ended = 2 then
                              scene.Cancel()
                      | _ -> ()

              let interrupted =
                  try
                      widths |> search (random 4) |> over scene.Options |> ignore
                      failtest "an interruption was expected"
                  with :? RunInterrupted as e ->
                      e

              Expect.stringContains interrupted.Folder "quick-search-" "the search's folder"

              use document =
                  JsonDocument.Parse(File.ReadAllText(Path.Combine(interrupted.Folder, "search.json")))

              Expect.equal (document.RootElement.GetProperty("status").GetString()) "interrupted" "its status"
              Expect.equal (document.RootElement.GetProperty("trials").GetArrayLength()) 2 "its trials"
          }

          test "a trial that diverges does not stop the others, and is not tried again" {
              use scene = new Scene()

              let wild =
                  space {
                      let! rate = oneOf [ 1e-2; 1e30 ] |> called "rate"

                      return
                          { quick with
                              Model = model (dense 8 >> relu >> vae 2 >> classifier [])
                              Loss = elbo + crossEntropy
                              Training = sgd rate |> epochs 2 |> batch 16 }
                  }

              let asked = wild |> search (grid 1) |> confirmedOver [ 5 ]
              let result = asked |> over scene.Options
              Expect.isTrue result.Trials[0].Status.IsDone "the first"
              Expect.isTrue result.Trials[1].Status.IsFailed "the second"
              Expect.isNaN result.Trials[1].Validation "has no figure"
              Expect.equal result.Best (Some result.Trials[0]) "the first is the best"
              Expect.stringContains (file result) "\"status\": \"failed\"" "noted"
              let before = scene.Events.Length
              let again = asked |> over scene.Options
              Expect.equal (again.Trials |> List.map _.Status) (result.Trials |> List.map _.Status) "the same"
              Expect.all (List.skip before scene.Events) (fun e -> not e.IsEpoch && not e.IsBatch) "nothing is trained"
          }

          test "halving trains all for few epochs and the best for more" {
              use scene = new Scene()

              let longer =
                  widths
                  |> Space.map (fun e ->
                      { e with
                          Training = e.Training |> epochs 3 })

              let result =
                  longer
                  |> search (successiveHalving 3)
                  |> confirmedOver [ 9 ]
                  |> over scene.Options

              Expect.equal (result.Trials |> List.map _.Rung) [ 0; 0; 0; 1 ] "rungs"

              for t in result.Trials do
                  let e = if t.Rung = 0 then 1 else 3
                  Expect.equal t.Experiment.Name $"quick-t{t.Index}-e{e}" "names"
                  Expect.equal t.Experiment.Training.Epochs e "epochs"

              let few, more = result.Trials |> List.partition (fun t -> t.Rung = 0)

              let kept =
                  few |> List.sortByDescending _.Validation |> List.truncate 1 |> List.map _.Index

              Expect.equal (more |> List.map _.Index) kept "the best goes on"
              Expect.equal result.Best.Value.Rung 1 "the best is one of all epochs"
              Expect.equal result.Winner.Training.Epochs 3 "all epochs"
              Expect.equal (epochsTrained scene) (3 * 1 + 1 * 3 + 3) "as many epochs as were planned"
          }

          test "a figure that no trial has is told" {
              use scene = new Scene()

              let e =
                  failure (fun () ->
                      widths |> search (random 1) |> maximise "elbo" |> over scene.Options |> ignore
                      failtest "no figure")

              Expect.stringContains e.Message "no trial of the search came to an end" "what"
              Expect.stringContains e.Message "it has no validation elbo, but accuracy" "why"
          }

          test "the host's epochs and seed hold for each trial, not for fresh seeds" {
              use scene = new Scene()

              let result =
                  widths
                  |> search (random 2)
                  |> minimise "crossEntropy"
                  |> over
                      { scene.Options with
                          CheckOnly = true
                          Epochs = Some 2
                          Seed = Some 40 }

              for event in scene.Events do
                  match event with
                  | RunEvent.Planned(plan, _, _) ->
                      let e = plan.Experiment
                      Expect.equal (e.Training.Epochs, e.Seed) (2, 40) "trials"
                  | _ -> ()

              Expect.equal result.Goal (Goal.Minimise "crossEntropy") "the figure asked for"
              Expect.exists (notes scene) _.Contains("run again over seeds 41, 42, 43") "fresh"
          } ]
    |> testSequenced
