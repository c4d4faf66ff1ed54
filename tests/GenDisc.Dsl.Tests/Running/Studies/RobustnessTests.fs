/// Accuracy of finished runs on corrupted test examples.
module GenDisc.Dsl.Tests.Running.Studies.RobustnessTests

open System.IO
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Running
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.Running.Scene

/// Two features, so that no time goes into drawing them.
let private reader =
    { toy with
        Name = "reader"
        Data = digits |> take 500
        Model = model (dense 2 >> classifier [ 16 ])
        Loss = crossEntropy
        Training = adam 1e-2 |> epochs 5 |> batch 25 }

let private measured (scene: Scene) (e: Experiment) =
    let folder (inner: Experiment) =
        Path.Combine(scene.Runs, Experiment.id inner)

    let result = scene.Run e
    let options = { scene.Options with Tell = ignore }
    let loader = Loader options
    let plan = planUsing loader.Facts e

    let measure () =
        Robustness.measure options loader plan result.Folder folder

    result, plan, loader, measure

let private at corruption level (points: RobustnessPoint list) =
    points
    |> List.find (fun p -> p.Corruption = corruption && p.Level = level)
    |> _.Accuracy

/// The accuracy that a run has on some of its test examples, by its own evaluation.
let private accuracyOn (result: RunResult) (plan: Plan) (loader: Loader) (split: Split) =
    let streams = Streams 1L
    use model = (Pretrained.load loader torch.CPU plan result.Folder).Model
    use learner = CompileTraining.learner plan model streams torch.CPU
    use noise = streams.Evaluation("test", torch.CPU)
    let sink = GenDisc.Core.Evaluation.ConfusionMatrix split.Data.Classes

    GenDisc.Core.Training.Trainer.Evaluate(learner, split, noise, torch.CPU, sink)["accuracy"]

let tests =
    testList
        "Robustness"
        [ test "at level 0 it is the test accuracy on the sample, and corruption costs some" {
              use scene = new Scene()
              let result, plan, loader, measure = measured scene reader
              let points = measure ()
              let sample = Robustness.sample loader plan.Experiment.Data
              let expected = accuracyOn result plan loader sample
              Expect.equal (List.length points) 23 "levels"

              for kind in [ "noise"; "blur"; "rotation"; "missing" ] do
                  Expect.floatClose Accuracy.high (at kind 0.0 points) expected kind

              Expect.isGreaterThan expected 0.25 "it learned"

              for kind, level in [ "noise", 0.5; "blur", 3.0; "rotation", 60.0; "missing", 0.75 ] do
                  Expect.isLessThan (at kind level points) expected $"{kind} {level}"
          }

          test "the sample is the same each time, at most 2,000, every class in proportion" {
              use scene = new Scene()
              let loader = Loader { scene.Options with Tell = ignore }
              let sample = Robustness.sample loader digits
              let whole = loader.Strangers digits
              Expect.equal sample.Count (min Robustness.most whole.Count) "count"
              let again = Robustness.sample loader (digits |> take 5 |> noisy 0.1)
              Expect.equal (again.Indices.ToArray()) (sample.Indices.ToArray()) "rows"

              let shares (split: Split) =
                  split.Indices.ToArray()
                  |> Array.countBy (fun i -> split.Data.Labels.Span[i])
                  |> Array.sort
                  |> Array.map (fun (_, n) -> float n / float split.Count)

              for a, b in Array.zip (shares sample) (shares whole) do
                  Expect.isLessThan (abs (a - b)) (1.0 / float sample.Count + 1e-9) "share"
          }

          test "what was measured is kept in the folder, and broken files are measured anew" {
              use scene = new Scene()
              let result, _, _, measure = measured scene reader
              let first = measure ()
              let path = Path.Combine(result.Folder, "figures", "robustness.json")
              Expect.isTrue (File.Exists path) "written"
              // only a reader can find this
              File.WriteAllText(path, """{"points":[{"corruption":"noise","level":0.5,"accuracy":0.125}]}""")

              Expect.equal
                  (measure ())
                  [ { Corruption = "noise"
                      Level = 0.5
                      Accuracy = 0.125 } ]
                  "read"

              for broken in [ "{"; "{}"; """{"points":[{"level":1}]}"""; "" ] do
                  File.WriteAllText(path, broken)
                  Expect.equal (measure ()) first broken
          }

          test "what the experiment prepares comes after the corruption" {
              use scene = new Scene()

              let hole =
                  { reader with
                      Data = reader.Data |> missing 0.99 }

              let result, plan, loader, measure = measured scene hole
              let points = measure ()
              Expect.isGreaterThan result.Test["preparedError"] 0.0 "prepared"
              // and at level 0 exactly those of the run's own test part
              let cut = (loader.Prepare plan.Experiment.Data (Streams 1L)).Splits
              let find _ = failtest "nothing restores"
              use preparer = new Preparer(plan, cut.Train, find, torch.CPU, scene.Options.Cancel)
              let test = preparer.Test "test" (Robustness.sample loader plan.Experiment.Data)
              Expect.floatClose Accuracy.high (at "blur" 0.0 points) (accuracyOn result plan loader test) "level 0"
          }

          test "vectors have noise and missing numbers; what is no classifier has nothing" {
              use scene = new Scene()

              let _, _, _, measure = measured scene { reader with Data = moons |> take 200 }

              Expect.equal (measure () |> List.map _.Corruption |> List.distinct) [ "noise"; "missing" ] "of vectors"

              let result, _, _, measure = measured scene inner
              Expect.isEmpty (measure ()) "no classifier"
              Expect.isFalse (File.Exists(Path.Combine(result.Folder, "figures", "robustness.json"))) "no file"
          } ]
    |> testSequenced
