/// Generated examples in the training part of real runs.
module GenDisc.Dsl.Tests.Running.AugmentedRunTests

open System
open System.IO
open System.Text.Json
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

let internal folder = imageFolder "shades"
let internal some = folder |> take 40

/// A scene with 80 pictures of two classes.
let internal scenery () =
    let scene = new Scene()
    pictures scene "shades" 40
    scene

let internal plain =
    { toy with
        Name = "plain"
        Data = some
        Model = model (dense 8 >> relu >> classifier [])
        Loss = crossEntropy
        Training = adam 1e-2 |> epochs 2 |> batch 16 }

let internal joint =
    { plain with
        Name = "joint"
        Model = model (classRbm 8)
        Loss = crossEntropy + 0.1 * pcd 1 }

let internal augmented =
    { plain with
        Name = "augmented"
        Data = some |> augment joint 31 }

let internal json (result: RunResult) name =
    (JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Folder, name)))).RootElement

let internal counts result =
    Map.ofList
        [ for c in ((json result "result.json").GetProperty "counts").EnumerateObject() do
              c.Name, c.Value.GetInt32() ]

/// The splits of a finished run, with and without what was added.
let internal splits (scene: Scene) (e: Experiment) =
    let loader = Loader scene.Options
    let plan = Runner.planned scene.Options loader e
    let streams = Streams(int64 e.Seed)
    let before = (loader.Prepare e.Data streams).Splits

    let trained =
        Pretrained.find loader (fun inner -> Path.Combine(scene.Runs, Experiment.id inner)) torch.CPU plan

    use preparer =
        new Preparer(plan, before.Train, trained, torch.CPU, Threading.CancellationToken.None)

    before,
    (Augmented.add
        loader
        preparer
        trained
        torch.CPU
        plan
        streams
        before
        (fun _ _ -> ())
        Threading.CancellationToken.None)
        .Value

let internal values (split: Split) =
    [ for i in 0 .. split.Count - 1 -> split.Example i ]

let internal labels (split: Split) =
    [ for row in split.Indices.ToArray() -> split.Data.Labels.Span[row] ]

let tests =
    testList
        "Augmented run"
        [ test "the training part holds what was generated; validation and test stay" {
              use scene = scenery ()
              let result, bare = scene.Run augmented, scene.Run plain
              let with', without = counts result, counts bare
              Expect.equal (with'["train"], with'["generated"]) (71, 31) "training"
              Expect.equal without["train"] 40 "without"

              for part in [ "validation"; "test" ] do
                  Expect.equal with'[part] without[part] part

              let before, after = splits scene augmented
              Expect.isTrue (obj.ReferenceEquals(after.Splits.Test, before.Test)) "test"
              Expect.isTrue (obj.ReferenceEquals(after.Splits.Validation, before.Validation)) "validation"
              let train = after.Splits.Train

              Expect.equal (train.Indices.ToArray() |> Array.take 40) (before.Train.Indices.ToArray()) "the same rows"

              Expect.equal (values train |> List.take 40) (values before.Train) "the same numbers"
              Expect.equal (labels train |> List.take 40) (labels before.Train) "the same labels"
              Expect.equal (labels after.Generated) (List.replicate 16 0 @ List.replicate 15 1) "balanced"

              Expect.equal (train.Indices.ToArray() |> Array.skip 40) (after.Generated.Indices.ToArray()) "rows added"
          }

          test "figures and files say what it is worth" {
              use scene = scenery ()
              let result = scene.Run augmented

              for name in [ "tstrAccuracy"; "generatedAgreement"; "memorisedShare" ] do
                  Expect.isTrue (result.Test[name] >= 0.0 && result.Test[name] <= 1.0) name
                  Expect.contains Wording.order name "known to the summary"

              let file = json result "figures/augmentation.json"
              Expect.equal ((file.GetProperty "real").GetInt32()) 40 "real"
              Expect.equal ((file.GetProperty "tstr").GetDouble()) result.Test["tstrAccuracy"] "tstr"

              let asked =
                  [ for c in (file.GetProperty "classes").EnumerateArray() -> (c.GetProperty "asked").GetInt32() ]

              Expect.equal asked [ 16; 15 ] "classes"
              let generator = (file.GetProperty "generators")[0]
              let m = generator.GetProperty "memorisation"
              Expect.equal ((m.GetProperty "equal").GetInt32()) (Map.find "validation" (counts result)) "equal parts"
              Expect.equal ((m.GetProperty "examined").GetInt32()) 31 "examined"
              let found = files result.Folder
              Expect.containsAll found [ "figures/generated.png"; "figures/closest.png" ] "pictures"

              Expect.stringContains
                  (File.ReadAllText(Path.Combine(result.Folder, "report.html")))
                  "Generated training examples"
                  "report"
          }

          test "tstr is what the generated examples alone teach" {
              use scene = scenery ()
              let result = scene.Run augmented
              let _, after = splits scene augmented
              let e = after.Generated
              let options = scene.Options
              let plan = Runner.planned options (Loader options) plain
              let streams = Streams 1L

              use model =
                  (Compile.model plan streams torch.CPU (fun _ -> failtest "none inside")).Model

              use learner = CompileTraining.learner plan model streams torch.CPU

              let quiet =
                  { new GenDisc.Core.Training.ITrainingObserver with
                      member _.BatchDone(_, _, _, _, _) = ()
                      member _.EpochDone _ = ()
                      member _.Warn _ = () }

              GenDisc.Core.Training
                  .Trainer(CompileTraining.trainerOptions plain.Data plain.Training, quiet)
                  .Fit(
                      learner,
                      Splits(e, after.Splits.Validation, after.Splits.Test),
                      streams,
                      torch.CPU,
                      Threading.CancellationToken.None
                  )
              |> ignore

              let means =
                  GenDisc.Core.Training.Trainer.Evaluate(
                      learner,
                      after.Splits.Test,
                      streams.Evaluation("test", torch.CPU),
                      torch.CPU
                  )

              Expect.equal result.Test["tstrAccuracy"] means["accuracy"] "accuracy"
          }

          test "the same bits afresh, other examples of another seed" {
              use scene = scenery ()
              let first = scene.Run augmented
              let kept = bytes first "model.safetensors", bytes first "figures/augmentation.json"
              let again = scene.RunFresh augmented
              Expect.equal (bytes again "model.safetensors", bytes again "figures/augmentation.json") kept "bits"

              // all training examples: no seed draws a subset of them
              let whole =
                  { joint with
                      Data = folder
                      Training = adam 1e-2 |> epochs 1 |> batch 16 }

              scene.Run whole |> ignore

              let drawn seed =
                  { augmented with
                      Data = folder |> augment whole 10
                      Seed = seed }
                  |> splits scene
                  |> fun (_, after) -> values after.Generated

              Expect.equal (drawn 1) (drawn 1) "the same seed"
              Expect.notEqual (drawn 1) (drawn 2) "another"
          }

          test "models that are told the class draw too, also where most labels are hidden" {
              use scene = scenery ()
              let hidden = folder |> semiSupervised 10

              let told name data c loss =
                  { plain with
                      Name = name
                      Data = data
                      Model = model c
                      Loss = loss }

              let cvae = told "cvae" (folder |> take 10) (dense 8 >> relu >> cvae 2) elbo
              let m2 = told "m2" hidden (m2 2 [ 8 ]) (elbo + crossEntropy)

              let outer =
                  told
                      "outer"
                      (hidden |> augment cvae 6 |> augment m2 4)
                      (dense 8 >> relu >> vae 2 >> classifier [])
                      (elbo + crossEntropy)

              let result = scene.Run outer
              let before, after = splits scene outer
              Expect.equal (labels after.Generated) [ 0; 0; 0; 1; 1; 1; 0; 0; 1; 1 ] "labels"
              Expect.equal after.Splits.Train.Labelled 20 "labels that are known"
              Expect.equal (Map.find "labelled" (counts result)) 10 "of real examples"
              let generators = (json result "figures/augmentation.json").GetProperty "generators"

              Expect.equal
                  [ for g in generators.EnumerateArray() -> (g.GetProperty "unlabelled").GetInt32() ]
                  [ 0; before.Train.Count - 10 ]
                  "seen without labels"

              Expect.isTrue (result.Test["tstrAccuracy"] >= 0.0) "tstr"
          }

          test "a generator for each class, each trained on that class alone" {
              use scene = scenery ()

              let generative =
                  { toy with
                      Name = "vaes"
                      Data = blobs |> take 80
                      Model = model (dense 4 >> relu >> vae 2)
                      Loss = elbo
                      Training = toy.Training |> epochs 1 }

              let outer =
                  { plain with
                      Name = "outer"
                      Data = blobs |> take 80 |> augmentPerClass generative 22 }

              let result = scene.Run outer
              Expect.equal (Map.find "train" (counts result)) 102 "training"

              for label in 0..3 do
                  let inner = Experiment.generators 4 outer.Data.Generated.Head |> List.item label
                  Expect.equal inner.Name $"vaes-class{label}" "name"
                  Expect.equal (Map.find "train" (counts (scene.Run inner))) 20 "its class alone"

              let _, after = splits scene outer
              Expect.equal (labels after.Generated |> List.countBy id) [ 0, 6; 1, 6; 2, 5; 3, 5 ] "classes"

              Expect.isTrue (values after.Generated |> List.forall (Array.forall Single.IsFinite)) "real numbers"
          }

          test "only keeps the rows of its class" {
              use scene = scenery ()
              let loader = Loader scene.Options
              let all = (loader.Prepare blobs (Streams 1L)).Splits
              let kept = (loader.Prepare (blobs |> only 2) (Streams 1L)).Splits

              for whole, part in [ all.Train, kept.Train; all.Validation, kept.Validation; all.Test, kept.Test ] do
                  Expect.equal
                      (part.Indices.ToArray())
                      (whole.Indices.ToArray() |> Array.filter (fun i -> whole.Data.Labels.Span[i] = 2))
                      "rows"
          } ]
    |> testSequenced
