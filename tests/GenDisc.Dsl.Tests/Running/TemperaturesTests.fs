/// One experiment at several temperatures.
module GenDisc.Dsl.Tests.Running.TemperaturesTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Report
open GenDisc.Dsl.Tests.Report.TemperaturesPageTests

/// A lattice of nine spins, learned in no time.
let private spins =
    { Name = "spins"
      Data = isingWith 1.0 0.1 3 2.0 |> take 200
      Model = model (rbm 4)
      Loss = pcd 1
      Training = sgd 0.1 |> epochs 2 |> batch 50
      Seed = 1 }

let private over temperatures experiment (options: HostOptions) =
    Host.using options (fun () -> runTemperatures temperatures experiment)

let private notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let private planned (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Planned(plan, _, _) -> plan.Experiment
          | _ -> () ]

let private refused temperatures experiment =
    use scene = new Scene()

    try
        over temperatures experiment scene.Options |> ignore
        failtest "temperatures that cannot be"
    with :? InvalidExperiment as e ->
        Expect.isEmpty scene.Events "nothing began"
        Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing was written"
        e.Message.Split '\n' |> List.ofArray

let tests =
    testList
        "Run of temperatures"
        [ test "each temperature is a run of its own, as run makes it; what is finished is reused" {
              use scene = new Scene()

              let cold =
                  scene.Run
                      { spins with
                          Name = "spins-T1.5"
                          Data = isingWith 1.0 0.1 3 1.5 |> take 200 }

              let result = over [ 3.0; 1.5 ] spins scene.Options
              Expect.equal result.Temperatures [ 3.0; 1.5 ] "in the order asked for"
              Expect.equal (result.Runs |> List.map (fun (_, run) -> run.Name)) [ "spins-T3.0"; "spins-T1.5" ] "names"
              Expect.equal (result.Runs |> List.map (fun (_, run) -> run.Reused)) [ false; true ] "reused"
              Expect.equal (result.TryRun 1.5 |> Option.map _.Id) (Some cold.Id) "the run of a temperature"
              Expect.isNone (result.TryRun 2.0) "the experiment's own temperature is replaced"

              let hot = (result.TryRun 3.0).Value

              Expect.equal
                  result["isingEnergy"]
                  [ 3.0, hot.Test["isingEnergy"]; 1.5, cold.Test["isingEnergy"] ]
                  "a figure"

              Expect.isTrue (Double.IsFinite hot.Test["isingEnergy"]) "that is one"
              Expect.all result["none"] (snd >> Double.IsNaN) "none of that name"

              let expected = isingWith 1.0 0.1 3 3.0 |> take 200 |> Data.show

              let data = planned scene |> List.map (fun e -> Data.show e.Data)
              Expect.contains data expected "all else of the data stays"

              // the page
              let page = result.Page.Value

              Expect.equal
                  (Path.GetRelativePath(scene.Runs, page).Replace('\\', '/'))
                  "spins-temperatures/observables.html"
                  "its place"

              Expect.equal (files (string (Path.GetDirectoryName page))) [ "observables.html" ] "nothing beside it"
              let markup = File.ReadAllText page

              for _, run in result.Runs do
                  let link = $"../{run.Id}/report.html"
                  Expect.stringContains markup $"href=\"{link}\"" "a link to the run's report"

                  Expect.isTrue
                      (File.Exists(Path.Combine(string (Path.GetDirectoryName page), link)))
                      "that leads there"

              let charts = drawn markup

              Expect.equal
                  (charts |> List.map fst)
                  [ for key in [ "energy"; "magnetisation"; "heat"; "susceptibility" ] -> $"figure-ising-{key}" ]
                  "four charts"

              let traces = Map.ofList (Pages.traces charts "figure-ising-energy")
              Expect.equal (Pages.along "x" traces["machines"]) [ 1.5; 3.0 ] "machines by temperature"
              Expect.equal (Pages.along "x" traces["sampler"]) [ 1.5; 3.0 ] "samples by temperature"

              Expect.equal
                  (Pages.along "y" traces["machines"])
                  [ for run in [ cold; hot ] -> Math.Round(run.Test["isingEnergy"], 4) ]
                  "their energies"

              Expect.isGreaterThan (Pages.along "x" traces["this lattice"]).Length 5 "the lattice's curve"

              // the table
              let told =
                  notes scene
                  |> List.skipWhile (fun line -> not (line.StartsWith "spins, observables"))

              Expect.equal told.Length 11 "heading, columns, four observables at two temperatures, the page"
              Expect.stringEnds (List.last told) "observables.html" "the page's path"

              match List.item (scene.Events.Length - told.Length - 1) scene.Events with
              | RunEvent.Finished last -> Expect.equal last.Name "spins-T1.5" "after the last run"
              | other -> failtest $"{other}"

              // once more
              let again = over [ 1.5; 3.0 ] spins scene.Options
              Expect.all again.Runs (fun (_, run) -> run.Reused) "all reused"
              Expect.equal again.Page result.Page "the same place"
          }

          test "the table" {
              Expect.equal
                  (Temperatures.lines "x" [ measured 3.0 -0.05 0.0; measured 1.5 0.01 0.02 ])
                  [ "x, observables per spin (± standard error)"
                    "          T           machine           sampler  difference"
                    "energy  1.5  -0.9900 ± 0.0030  -1.0000 ± 0.0040     +1.00 %"
                    "        3.0  -1.0500 ± 0.0030  -1.0000 ± 0.0040     -5.00 %"
                    "|m|     1.5   0.5100 ± 0.0010   0.5000 ± 0.0010     +2.00 %"
                    "        3.0   0.5000 ± 0.0010   0.5000 ± 0.0010      0.00 %" ]
                  "by temperature"
          }

          test "a table of nothing says so" {
              Expect.equal
                  (Temperatures.lines "x" [ withoutIsing (measured 1.5 0.0 0.0) ])
                  [ "x: no run has observables of the lattice, for none is of a Boltzmann machine on all of its spins" ]
                  "told"
          }

          test "a model without observables is run all the same" {
              use scene = new Scene()

              let result =
                  over
                      [ 2.0 ]
                      { spins with
                          Model = model (dense 4 >> relu >> classifier [])
                          Loss = crossEntropy
                          Training = adam 1e-3 |> epochs 1 |> batch 50 }
                      scene.Options

              Expect.isTrue (File.Exists result.Page.Value) "its page"
              Expect.exists (notes scene) _.Contains("no run has observables") "said"
          }

          test "all that is wrong with temperatures and data is told, with hints" {
              let hint = "hint: write runTemperatures [ 1.8; 2.27; 3.0 ]"
              Expect.equal (refused [] spins) [ "runTemperatures expects at least one temperature"; hint ] "none"

              Expect.equal
                  (refused [ 2.0; nan; 1.0; 0.0; -1.0; infinity; 2.0 ] { spins with Data = moons })
                  [ for got in [ "nan"; "0.0"; "-1.0"; "infinity" ] do
                        $"runTemperatures expects finite temperatures above 0.0, but got {got}"
                        hint
                    "runTemperatures expects each temperature once, but got 2.0 again"
                    "hint: a temperature gives the same run each time; write another"
                    "runTemperatures expects data of ising, but got moons"
                    "hint: write Data = ising 8 2.27" ]
                  "all at once"
          }

          test "an experiment that is not valid at one temperature is not trained at another" {
              // 64 characters with the shorter temperature, 65 with the longer
              let lines = refused [ 1.5; 2.25 ] { spins with Name = String('x', 59) }
              Expect.stringContains lines.Head "-T2.25 is not a valid experiment" "which"
              Expect.exists lines _.Contains("1 to 64 letters") "why"
          }

          test "any temperature makes a name" {
              for t in [ 1.0; 2.27; 1e-300; 1e20; Double.MaxValue; Double.Epsilon; 0.1 + 0.2 ] do
                  let at = Temperatures.at t spins
                  Expect.isTrue (Experiment.hasSafeName at) at.Name
          }

          test "a check checks each and plans the first" {
              use scene = new Scene()
              let result = over [ 3.0; 1.5 ] spins { scene.Options with CheckOnly = true }
              Expect.equal (planned scene |> List.map _.Name) [ "spins-T3.0" ] "the first"
              Expect.isEmpty (notes scene) "no table"
              Expect.isNone result.Page "no page"
              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
          }

          test "the host's seed and epochs hold for each, and the page's declaration has them" {
              use scene = new Scene()

              let result =
                  over
                      [ 1.5 ]
                      spins
                      { scene.Options with
                          Seed = Some 9
                          Epochs = Some 1 }

              Expect.equal (planned scene |> List.map (fun e -> e.Seed, e.Training.Epochs)) [ 9, 1 ] "the run"

              Pages.has
                  (words (File.ReadAllText result.Page.Value))
                  [ "Name = \"spins\""; "Seed = 9"; "epochs 1"; "runTemperatures [ 1.5 ]" ]
          } ]
    |> testSequenced
