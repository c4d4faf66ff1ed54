/// Studies from declaration to study.json.
module GenDisc.Dsl.Tests.Running.StudyRunTests

open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

let private plain =
    { Name = "plain"
      Data = moons |> take 64
      Model = model (dense 4 >> relu >> classifier [])
      Loss = crossEntropy
      Training = adam 1e-2 |> epochs 2 |> batch 32
      Seed = 1 }

let private wide =
    { plain with
        Name = "wide"
        Model = model (dense 32 >> relu >> classifier []) }

let private ask (options: HostOptions) (study: Study) =
    Host.using options (fun () -> run study)

let private notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let tests =
    testList
        "Run of studies"
        [ test "two rows that differ in name alone are no different" {
              use scene = new Scene()
              let twin = { plain with Name = "twin" }

              let result =
                  compare "Null?" [ plain; twin ] |> overSeeds [ 1..3 ] |> ask scene.Options

              let contrast = result["twin"].Contrast.Value
              Expect.equal contrast.Verdict Verdict.NoDifferenceDetected "verdict"
              Expect.equal (contrast.Difference, contrast.P, contrast.Adjusted) (0.0, 1.0, 1.0) "no difference at all"
              Expect.isNone result["plain"].Contrast "the first row is what others are held against"

              Expect.exists
                  result.Statements
                  (fun s -> s.StartsWith("No difference detected", System.StringComparison.Ordinal))
                  "told in words"
          }

          test "study.json holds every row, figure and run, and the page lies beside it" {
              use scene = new Scene()
              let study = compare "Wider?" [ plain; wide ] |> overSeeds [ 2; 1 ]
              let result = study |> ask scene.Options
              Expect.equal result.Folder (Path.Combine(scene.Runs, Study.id study)) "folder"
              Expect.isTrue (File.Exists(Path.Combine(result.Folder, "report.html"))) "page"

              use json =
                  JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Folder, "study.json")))

              let rows = json.RootElement.GetProperty("rows").EnumerateArray() |> List.ofSeq
              Expect.equal [ for row in rows -> row.GetProperty("name").GetString() ] [ "plain"; "wide" ] "rows"

              for row, told in List.zip rows result.Rows do
                  let values =
                      row.GetProperty("figures").GetProperty("accuracy").GetProperty("values").EnumerateArray()

                  Expect.equal
                      [ for v in values -> v.GetDouble() ]
                      [ for run in told.Runs -> run.Test.Accuracy ]
                      "accuracy of each seed"

              Expect.equal
                  [ for run in result.Rows[0].Runs -> run.Id ]
                  [ for s in [ 2; 1 ] -> Experiment.id { plain with Seed = s } ]
                  "runs"

              Expect.equal (json.RootElement.GetProperty("family").GetInt32()) 1 "comparisons"
          }

          test "finished runs are reused, and the same study gives the same figures" {
              use scene = new Scene()
              let study = labelCurve [ 16; 32 ] [ plain; wide ] |> overSeeds [ 1; 2 ]
              let first = study |> ask scene.Options
              let again = study |> ask scene.Options
              Expect.isTrue (again.Rows |> List.forall (fun r -> r.Runs |> List.forall _.Reused)) "all reused"
              Expect.equal [ for r in again.Rows -> r.Test ] [ for r in first.Rows -> r.Test ] "figures"
              Expect.equal first.Rows.Length 4 "two rows at two numbers of labels"
              Expect.equal (first.TryAt("wide", 32) |> Option.map _.Runs.Head.Name) (Some "wide-n32") "found by labels"
          }

          test "equal compute trains the cheap row for longer" {
              use scene = new Scene()

              let result =
                  compare "Fair?" [ plain; wide ]
                  |> equalCompute
                  |> overSeeds [ 1 ]
                  |> ask scene.Options

              let cheap, dear = result["plain"], result["wide"]
              Expect.equal dear.Experiment.Training.Epochs 2 "the dearest keeps its epochs"
              Expect.isGreaterThan cheap.Experiment.Training.Epochs 8 "the other has more"

              Expect.floatClose
                  { absolute = 0.0; relative = 0.05 }
                  cheap.TrainingFlops
                  dear.TrainingFlops
                  "as many operations"
          }

          test "checking tells the plan and trains nothing" {
              use scene = new Scene()

              let result =
                  compare "Wider?" [ plain; wide ]
                  |> overSeeds [ 1..5 ]
                  |> ask { scene.Options with CheckOnly = true }

              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing is written"
              Expect.isEmpty result["wide"].Runs "no figures"

              Expect.isTrue
                  (System.Double.IsNaN result["wide"].["accuracy"].Mean)
                  "which a script may ask for all the same"

              Expect.exists (notes scene) (fun n -> n.Contains "2 rows, 10 runs") "how much there would be to do"
          }

          test "a row that loses a seed stands with the others, and what is lost is told" {
              use scene = new Scene()

              let wild =
                  { plain with
                      Name = "wild"
                      Training = sgd 1e30 |> epochs 2 |> batch 32 }

              let result =
                  compare "Wild?" [ plain; wide; wild ] |> overSeeds [ 1; 2 ] |> ask scene.Options

              Expect.isEmpty result["wild"].Runs "all of its runs diverge"
              Expect.equal (result["wild"].Missing |> List.map fst) [ 1; 2 ] "which is kept"
              Expect.equal result["wild"].Contrast.Value.Verdict Verdict.NotTested "not tested"
              Expect.equal result["wide"].Seeds [ 1; 2 ] "the others are there"
              let page = File.ReadAllText(Path.Combine(result.Folder, "report.html"))
              Expect.stringContains page "wild has no run of seed 1" "and told"
          }

          test "runs in this process tell what they have to, once" {
              use scene = new Scene()

              let machine =
                  { plain with
                      Name = "machine"
                      Data = digits |> take 64 |> binarised
                      Model = model (rbm 4)
                      Loss = cd 1
                      Training = sgd 1e-6 |> epochs 1 |> batch 32 }

              compare "Worse than independent pixels?" [ machine ]
              |> overSeeds [ 1; 2 ]
              |> ask scene.Options
              |> ignore

              let warnings =
                  [ for event in scene.Events do
                        match event with
                        | RunEvent.Warning text -> text
                        | _ -> () ]

              Expect.isNonEmpty warnings "a machine that has not learned is warned of"
              Expect.all warnings (fun w -> w.StartsWith "machine seed ") "each by its run"
              Expect.equal (List.distinct warnings) warnings "once"
          }

          test "other epochs of the host make another study" {
              use scene = new Scene()
              let study = compare "Wider?" [ plain; wide ] |> overSeeds [ 1 ]
              let result = study |> ask { scene.Options with Epochs = Some 1 }
              Expect.notEqual result.Id (Study.id study) "its own folder"
              Expect.equal result["wide"].Experiment.Training.Epochs 1 "epochs"
              let json = File.ReadAllText(Path.Combine(result.Folder, "study.json"))
              Expect.stringContains json "epochs 1 " "the script says so"
          }

          test "a figure that a row cannot have is refused before anything is trained" {
              use scene = new Scene()

              let refused (study: Study) =
                  try
                      study |> ask scene.Options |> ignore
                      failtest "a study that cannot be"
                  with :? InvalidExperiment as e ->
                      Expect.isEmpty scene.Events "nothing began"
                      e.Message

              Expect.stringContains
                  (compare "Q" [ plain; wide ] |> judgedBy "elbo" |> refused)
                  "is judged by elbo, which plain has not"
                  "no bound"
          }

          test "problems of all rows are told before anything is trained" {
              use scene = new Scene()
              let bad name = { plain with Name = name; Loss = mse }

              try
                  compare "Bad?" [ plain; bad "b"; bad "c" ]
                  |> overSeeds [ 1; 2 ]
                  |> ask scene.Options
                  |> ignore

                  failtest "rows that cannot be"
              with :? InvalidExperiment as e ->
                  Expect.stringContains e.Message "b is not a valid experiment" "first"
                  Expect.stringContains e.Message "c is not a valid experiment" "second"
                  Expect.isEmpty scene.Events "nothing began"
          }

          test "a Pareto study marks the weights that no other beats in everything" {
              use scene = new Scene()

              let hybrid =
                  { toy with
                      Training = toy.Training |> epochs 1 }

              let result =
                  pareto
                      [ for w in [ 0.1; 1.0 ] do
                            w,
                            { hybrid with
                                Loss = w * elbo + crossEntropy } ]
                  |> ask scene.Options

              Expect.equal [ for r in result.Rows -> r.Weight ] [ Some 0.1; Some 1.0 ] "weights"
              Expect.exists result.Rows _.OnFront "some weight is on the front"
          } ]
