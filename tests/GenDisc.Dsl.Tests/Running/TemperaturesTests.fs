/// One experiment at several temperatures.
module GenDisc.Dsl.Tests.Running.TemperaturesTests

open System
open System.IO
open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open GenDisc
open GenDisc.Reporting
open GenDisc.Reporting.TemperaturesPage
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Report

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

/// Figures of a page by their ids.
let private drawn (page: string) =
    [ for found in Regex.Matches(page, "data-figure=\"([^\"]*)\">(.*?)</script>", RegexOptions.Singleline) do
          found.Groups[1].Value, JsonDocument.Parse(found.Groups[2].Value).RootElement ]

/// What a reader sees of a page: no scripts, no markup.
let private words (page: string) =
    let seen =
        Regex.Replace(page, "<(script|style)\\b.*?</\\1>", "", RegexOptions.Singleline)

    match WebUtility.HtmlDecode(Regex.Replace(seen, "<[^>]*>", "")) with
    | null -> ""
    | decoded -> decoded

let private hostile = "<img src=x onerror=alert(1)>"

/// A lattice's run at a temperature, with a machine that is off by these shares.
let private measured temperature energy magnetisation : Measured =
    Fixture.inFolder (fun folder ->
        Fixture.put folder "result.json" """{"name":"x","status":"done","epochs":2}"""

        let energy, magnetisation =
            Show.number (-1.0 + energy), Show.number (0.5 * (1.0 + magnetisation))

        Fixture.put
            folder
            "figures/ising.json"
            $"""{{"size":8,"temperature":{Show.number temperature},"coupling":1,"field":0,
"model":{{"energy":[{energy},0.003],"magnetisation":[{magnetisation},0.001]}},
"sampler":{{"energy":[-1.0,0.004],"magnetisation":[0.5,0.001]}}}}"""

        { Temperature = temperature
          Run = ReadRun.read folder
          Link = "../x" })

let private withoutIsing (m: Measured) =
    { m with
        Run = { m.Run with Ising = None } }

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

          test "whether each machine is as close as asked for is said" {
              let page =
                  [ measured 3.0 -0.05 0.0; measured 1.5 0.01 0.02; measured 2.0 0.0 -0.01 ]
                  |> TemperaturesPage.page "x" ""
                  |> words

              Pages.has
                  page
                  [ "3 machines learned configurations of the 8 × 8 Ising lattice, each at one temperature: T = 1.5, 2 and 3."
                    "Energy per spin of the machines is within 2 % of the sampler’s at T = 1.5 (1.00 %) and 2 (0.00 %), and outside at T = 3 (5.00 %)."
                    "Magnetisation |m| per spin of the machines is within 3 % of the sampler’s at T = 1.5 (2.00 %), 2 (1.00 %) and 3 (0.00 %)." ]

              Pages.lacks page "more samples are needed"
              Pages.lacks page "Left out."

              let wide =
                  let m = measured 2.0 0.0 0.0
                  let file = m.Run.Ising.Value

                  { m with
                      Run =
                          { m.Run with
                              Ising =
                                  Some
                                      { file with
                                          Model =
                                              { file.Model with
                                                  Energy = Some { Mean = -1.0; Error = Some 0.02 } } } } }

              Pages.has
                  (words (TemperaturesPage.page "x" "" [ wide ]))
                  [ "Energy per spin of the machine is within 2 % of the sampler’s at T = 2 (0.00 %)."
                    "At T = 2, two standard errors are wider than 2 %, so more samples are needed to be sure." ]
          }

          test "text stays text" {
              let m = measured 2.0 0.0 0.0

              let odd =
                  { m with
                      Link = hostile
                      Run =
                          { m.Run with
                              FolderName = hostile
                              Notes = [ hostile ] } }

              let page = TemperaturesPage.page hostile hostile [ odd ]
              Pages.lacks page "<img"
              Pages.has page [ "&lt;img src=x onerror=alert(1)&gt;" ]
          }

          test "where there are no observables, this is said" {
              let none =
                  [ withoutIsing (measured 1.5 0.0 0.0); withoutIsing (measured 2.0 0.0 0.0) ]

              let page = TemperaturesPage.page "x" "" none
              Pages.has page [ "No observables."; "<section id=\"runs\"" ]
              Expect.isEmpty (drawn page) "no chart"
              Pages.lacks page "<section id=\"ising\""

              Expect.equal
                  (Temperatures.lines "x" none)
                  [ "x: no run has observables of the lattice, for none is of a Boltzmann machine on all of its spins" ]
                  "told"

              let some = TemperaturesPage.page "x" "" [ none.Head; measured 2.0 0.0 0.0 ]
              Pages.has some [ "There is no figures/ising.json at T = 1.5." ]
              Expect.isNonEmpty (drawn some) "charts of the other"
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
