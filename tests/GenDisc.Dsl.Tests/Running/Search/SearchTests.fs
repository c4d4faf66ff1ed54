/// Searches from a declaration to their folder.
module GenDisc.Dsl.Tests.Running.Search.SearchTests

open System
open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

let private quick =
    { toy with
        Name = "quick"
        Model = model (dense 4 >> relu >> classifier [])
        Loss = crossEntropy
        Training = adam 1e-2 |> epochs 1 |> batch 64 }

/// Widths and rates of a small classifier.
let private widths =
    space {
        let! width = oneOf [ 2; 8 ] |> called "width"
        let! rate = logUniform 1e-4 1e-1 |> called "rate"

        return
            { quick with
                Model = model (dense width >> relu >> classifier [])
                Training = adam rate |> epochs 1 |> batch 64 }
    }

let private over (options: HostOptions) (search: Search) =
    Host.using options (fun () -> run search)

let private notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let private epochsTrained (scene: Scene) =
    scene.Events |> List.filter _.IsEpoch |> List.length

let private file (result: SearchResult) =
    File.ReadAllText(Path.Combine(result.Folder, "search.json"))

let private refused (search: Search) =
    use scene = new Scene()

    try
        over scene.Options search |> ignore
        failtest "a search that cannot be"
    with :? InvalidExperiment as e ->
        Expect.isEmpty scene.Events "nothing began"
        Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing was written"
        e.Message.Split '\n' |> List.ofArray

/// Everything of a trial that does not depend on the clock.
let private told (t: Trial) =
    t.Index, t.Choices, t.Run, t.Rung, t.Validation, t.Status

let tests =
    testList
        "Run of a search"
        [ test "trials are runs, the best by validation wins, and is run again over fresh seeds" {
              use scene = new Scene()
              let result = widths |> search (random 4) |> over scene.Options
              Expect.equal (result.Trials |> List.map _.Index) [ 1..4 ] "four"
              Expect.equal result.Goal (Goal.Maximise "accuracy") "of a classifier"

              for t in result.Trials do
                  let folder = Path.Combine(scene.Runs, t.Run)
                  let one = GenDisc.Running.ResultFile.tryRead folder |> Option.get
                  Expect.equal t.Validation one.Validation.Accuracy "its validation figure"
                  Expect.equal t.Experiment.Name $"quick-t{t.Index}" "its name"
                  Expect.equal t.Run (Experiment.id t.Experiment) "its run"

              let best = result.Best.Value
              Expect.equal best.Validation (result.Trials |> List.map _.Validation |> List.max) "the greatest"
              Expect.equal result.Winner { best.Experiment with Name = "quick-best" } "the winner's declaration"
              let ids = [ for seed in [ 2; 3; 4 ] -> Experiment.id { result.Winner with Seed = seed } ]
              Expect.equal (result.Confirmed.Runs |> List.map _.Id) ids "three fresh seeds"

              Expect.floatClose
                  Accuracy.high
                  result.Confirmed["accuracy"].Mean
                  (result.Confirmed.Runs |> List.averageBy _.Test.Accuracy)
                  "the mean of their test figures"

              // told
              let notes = notes scene
              Expect.exists notes (fun n -> n.StartsWith "trial 4 of 4: width = " && n.Contains "best so far") "progress"
              Expect.contains notes "winner:" "the winner"
              for line in (Experiment.show result.Winner).Split '\n' do
                  Expect.contains notes line "as source"

              // once more
              let trained = epochsTrained scene
              let again = widths |> search (random 4) |> over scene.Options
              Expect.equal (again.Trials |> List.map told) (result.Trials |> List.map told) "the same"
              Expect.equal (epochsTrained scene) trained "nothing is trained again"
          }

          test "test figures of losers are neither told nor stored" {
              use scene = new Scene()
              let result = widths |> search (random 3) |> over scene.Options
              use document = JsonDocument.Parse(file result)
              let root = document.RootElement

              for t in root.GetProperty("trials").EnumerateArray() do
                  Expect.equal
                      [ for member' in t.EnumerateObject() -> member'.Name ]
                      [ "index"; "run"; "choices"; "rung"; "epochs"; "validation"; "seconds"; "status"; "problem" ]
                      "members"

              let test = root.GetProperty("confirmed").GetProperty("test").GetProperty("accuracy")
              Expect.equal (test.GetProperty("mean").GetDouble()) result.Confirmed["accuracy"].Mean "the winner's"

              for event in scene.Events do
                  match event with
                  | RunEvent.Finished run when run.Name.StartsWith "quick-t" ->
                      Expect.isEmpty run.Test.Values "hidden"
                      Expect.isNonEmpty run.Validation.Values "not hidden"
                  | RunEvent.Finished run -> Expect.isNonEmpty run.Test.Values "of the winner"
                  | _ -> ()
          }

          test "a search that was stopped goes on with the trial that is missing" {
              use scene = new Scene()
              let result = widths |> search (random 4) |> over scene.Options
              let lost = result.Trials[2]
              Directory.Delete(Path.Combine(scene.Runs, lost.Run), true)
              Directory.Delete(result.Folder, true)
              let before = scene.Events.Length
              let again = widths |> search (random 4) |> over scene.Options
              Expect.equal (again.Trials |> List.map told) (result.Trials |> List.map told) "the same"

              Expect.equal
                  [ for event in List.skip before scene.Events do
                        match event with
                        | RunEvent.Finished run when not run.Reused -> run.Id
                        | _ -> () ]
                  [ lost.Run ]
                  "only that one is trained"
          }

          test "an interruption leaves what there is, and says so" {
              use scene = new Scene()
              let mutable ended = 0

              scene.OnEvent <-
                  fun event ->
                      match event with
                      | RunEvent.Finished _ ->
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
              use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(interrupted.Folder, "search.json")))
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

              let result = wild |> search (grid 1) |> over scene.Options
              Expect.isTrue result.Trials[0].Status.IsDone "the first"
              Expect.isTrue result.Trials[1].Status.IsFailed "the second"
              Expect.isNaN result.Trials[1].Validation "has no figure"
              Expect.equal result.Best (Some result.Trials[0]) "the first is the best"
              Expect.stringContains (file result) "\"status\": \"failed\"" "noted"
              let before = scene.Events.Length
              let again = wild |> search (grid 1) |> over scene.Options
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

              let result = longer |> search (successiveHalving 6) |> confirmedOver [ 9 ] |> over scene.Options
              Expect.equal (result.Trials |> List.map _.Rung) [ 0; 0; 0; 0; 0; 0; 1; 1 ] "rungs"

              for t in result.Trials do
                  let e = if t.Rung = 0 then 1 else 3
                  Expect.equal t.Experiment.Name $"quick-t{t.Index}-e{e}" "names"
                  Expect.equal t.Experiment.Training.Epochs e "epochs"

              let few, more = result.Trials |> List.partition (fun t -> t.Rung = 0)
              let kept = few |> List.sortByDescending _.Validation |> List.truncate 2 |> List.map _.Index |> List.sort
              Expect.equal (more |> List.map _.Index) kept "the best two go on"
              Expect.equal result.Best.Value.Rung 1 "the best is one of all epochs"
              Expect.equal result.Winner.Training.Epochs 3 "all epochs"
              Expect.equal (epochsTrained scene) (6 * 1 + 2 * 3 + 3) "as many epochs as were planned"
          }

          test "the estimator goes on where it was" {
              use scene = new Scene()
              let asked = widths |> search (tpe 13) |> confirmedOver [ 5 ]
              let result = asked |> over scene.Options
              Expect.equal (result.Trials |> List.map _.Index) [ 1..13 ] "all"
              Directory.Delete(Path.Combine(scene.Runs, result.Trials[11].Run), true)
              let again = asked |> over scene.Options
              Expect.equal (again.Trials |> List.map told) (result.Trials |> List.map told) "the same"
              Expect.isNonEmpty result.Importance "enough for importance"
          }

          test "a figure that no trial has is told" {
              use scene = new Scene()

              let e =
                  failure (fun () ->
                      widths |> search (random 2) |> maximise "elbo" |> over scene.Options |> ignore
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
                          Epochs = Some 2
                          Seed = Some 40 }

              for t in result.Trials do
                  Expect.equal (t.Experiment.Training.Epochs, t.Experiment.Seed) (2, 40) "trials"

              Expect.equal result.Goal (Goal.Minimise "crossEntropy") "the figure asked for"

              Expect.equal
                  (result.Confirmed.Runs |> List.map _.Id)
                  [ for seed in 41..43 -> Experiment.id { result.Winner with Seed = seed } ]
                  "fresh"
          }

          test "a check tells the space and a plan, and trains nothing" {
              use scene = new Scene()

              let result =
                  widths |> search (random 20) |> over { scene.Options with CheckOnly = true }

              Expect.isEmpty result.Trials "no trial"
              Expect.isNone result.Best "no best"
              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
              let notes = notes scene
              Expect.contains notes "  width = oneOf [ 2; 8 ]" "a choice"
              Expect.contains notes "  rate = logUniform 0.0001 0.1" "another"
              Expect.exists notes _.Contains("random 20: 20 trials") "how many"
              Expect.equal (scene.Events |> List.filter _.IsPlanned |> List.length) 1 "one plan"
          }

          test "all that is wrong is told before anything is trained" {
              let wrong =
                  space {
                      let! z = oneOf ([]: int list)
                      return { quick with Seed = z }
                  }

              Expect.equal
                  (refused (wrong |> search (random 0) |> confirmedOver []))
                  [ "oneOf expects at least one value"
                    "hint: write oneOf [ 8; 32 ]"
                    "random 0 expects a number from 1 up"
                    "hint: write random 20"
                    "confirmedOver expects at least one seed"
                    "hint: write confirmedOver [ 11; 12; 13 ]" ]
                  "all at once"

              Expect.equal
                  (refused (space { return quick } |> search (random 2))).Head
                  "search expects a space with a choice"
                  "nothing to choose"

              Expect.equal
                  (refused (widths |> search (random 2) |> confirmedOver [ 4; 1; 4 ])).Head
                  "confirmedOver expects each seed once, but got 4 again"
                  "twice"

              Expect.equal
                  (refused (widths |> search (random 2) |> confirmedOver [ 4; 1 ])).Head
                  "confirmedOver expects fresh seeds, but trials are run with 1"
                  "the seed of the trials"

              Expect.equal
                  (refused (widths |> search (grid 100_000))).Head
                  "grid 100000 expects a number up to 10,000"
                  "too many points"

              Expect.equal
                  (refused (widths |> search (grid 9_999))).Head
                  "grid 9999 comes to more than 10,000 experiments"
                  "too many experiments"
          }

          test "every trial is checked, and its problems are told with what was chosen" {
              let half =
                  space {
                      let! width = oneOf [ 4; 0; -1; -2; -3 ] |> called "width"
                      return { quick with Model = model (dense width >> classifier []) }
                  }

              let lines = refused (half |> search (grid 1))
              Expect.equal lines[0] "trial 2, width = 0:" "which"
              Expect.equal lines[1] "quick-t2 is not a valid experiment:" "what"
              Expect.equal (List.last lines) "and 1 of the other trials are not valid either" "no more than three in full"

              // a winner's name has to do as well
              let long = widths |> Space.map (fun e -> { e with Name = String('x', 60) })
              let told = refused (long |> search (random 1))
              Expect.stringContains (List.item 1 told) "-best is not a valid experiment" "too long"
          }

          test "of the estimator, a trial that is not valid is one that failed" {
              use scene = new Scene()

              let half =
                  space {
                      let! width = integers -4 8 |> called "width"
                      return { quick with Model = model (dense width >> classifier []) }
                  }

              let result = half |> search (tpe 6) |> confirmedOver [ 5 ] |> over scene.Options
              let failed = result.Trials |> List.filter _.Status.IsFailed
              Expect.isNonEmpty failed "some"
              Expect.isLessThan failed.Length 6 "not all"

              for t in failed do
                  match t.Status with
                  | TrialStatus.Failed problem -> Expect.stringContains problem "is not a valid experiment" "why"
                  | TrialStatus.Done -> ()
          }

          test "the identity of a search follows everything that it is declared by" {
              let id (s: Search) = Search.idOf (Space.look s.Space) s
              let plain = widths |> search (random 4)

              let others =
                  [ widths |> search (random 5)
                    widths |> search (tpe 4)
                    plain |> searchSeed 2
                    plain |> minimise "loss"
                    plain |> confirmedOver [ 7 ]
                    widths |> Space.map (fun e -> { e with Loss = 2.0 * crossEntropy }) |> search (random 4) ]

              Expect.equal (List.distinct (List.map id (plain :: others))).Length 7 "all differ"
              Expect.equal (id (widths |> search (random 4))) (id plain) "the same"
          } ]
    |> testSequenced
