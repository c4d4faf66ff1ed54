/// Runs on data that are corrupted and restored before the model sees them.
module GenDisc.Dsl.Tests.Running.PreparingTests

open System.IO
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.Running.Scene

/// Few validation examples, which are prepared too.
let private small = digits |> validation 0.01

let private short = adam 3e-3 |> epochs 3 |> batch 50

/// An autoencoder of clean digits that learns to undo noise and holes.
let private restorer =
    { toy with
        Name = "restorer"
        Data = small |> take 1000
        Model = model (maskingNoise 0.3 >> gaussianNoise 0.2 >> dense 64 >> relu >> autoencoder 24)
        Loss = reconstruction
        Training = short }

/// Two features, so that no time goes into drawing them.
let private reader data =
    { toy with
        Name = "reader"
        Data = data |> take 200
        Model = model (dense 2 >> classifier [ 4 ])
        Loss = crossEntropy
        Training = short |> epochs 1 }

/// Where the restorer is trained once for several tests.
let private together =
    lazy
        (let scene = new Scene()

         System.AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> (scene :> System.IDisposable).Dispose())
         scene)

let private error (scene: Scene) data =
    (scene.Run(reader data)).Test["preparedError"]

/// What a loader and a run's folders leave of the data, each part after each step.
let private steps (scene: Scene) data part (choose: Splits -> Split) =
    TorchRuntime.Init()
    let loader = Loader { scene.Options with Tell = ignore }
    let plan = planUsing loader.Facts (reader data)
    let cut = (loader.Prepare plan.Experiment.Data (Streams 1L)).Splits

    let folder (e: Experiment) =
        Path.Combine(scene.Runs, Experiment.id e)

    let find = Pretrained.find loader folder torch.CPU plan
    use preparer = new Preparer(plan, cut.Train, find, torch.CPU, scene.Options.Cancel)
    let split = choose cut
    split, preparer.Each part split

let private pixels (split: Split) =
    [| for row in split.Indices.ToArray() do
           split.Data.Pixels.Slice(row * split.Data.ExampleSize, split.Data.ExampleSize).ToArray() |]

let private few (splits: Splits) =
    Split(splits.Test.Data, splits.Test.Indices.Slice(0, 60))

let tests =
    testList
        "Preparing"
        [ test "filling in keeps what is seen to the bit, and is better than holes" {
              let scene = together.Value
              let holes = small |> missing 0.4
              let filled = holes |> infilled restorer
              let missingError, filledError = error scene holes, error scene filled
              Expect.isLessThan filledError (0.7 * missingError) "error"

              let original, after = steps scene filled "test" few
              let before, holed, restored = pixels original, pixels after[0], pixels after[1]
              let mutable changed = 0

              for i in 0..59 do
                  for j in 0 .. original.Data.ExampleSize - 1 do
                      let b, h, r = before[i][j], holed[i][j], restored[i][j]

                      if h <> 0uy then
                          Expect.equal h b "not missing"
                          Expect.equal r b "seen"
                      elif b <> 0uy && r <> 0uy then
                          changed <- changed + 1

              Expect.isGreaterThan changed 100 "filled in"
          }

          test "reconstruction takes noise away" {
              let scene = together.Value
              let noise = small |> noisy 0.5
              let before = error scene noise
              Expect.isLessThan (error scene (noise |> reconstructed restorer)) (0.7 * before) "error"
          }

          test "a machine restores as well" {
              let scene = together.Value

              let machine =
                  { restorer with
                      Name = "machine"
                      Model = model (rbm 32)
                      Loss = cd 1 }

              let holes = small |> missing 0.4
              Expect.isLessThan (error scene (holes |> infilled machine)) (error scene holes) "filled in"
              Expect.isGreaterThan (error scene (small |> reconstructed machine)) 0.0 "one sweep"
          }

          test "a diffusion model takes off noise, and fills in what fits what is seen" {
              use scene = new Scene()

              let diffuser =
                  { toy with
                      Name = "diffuser"
                      Data = moons |> take 1000
                      Model = model (diffusion (mlp [ 32; 32 ] |> sampledWith (ddpm 20)))
                      Loss = denoising
                      Training = adam 3e-3 |> epochs 15 |> batch 100 }

              let read data =
                  scene.Run
                      { inner with
                          Name = "reader"
                          Data = data |> take 200
                          Training = short |> epochs 1 }

              let left data = (read data).Test["preparedError"]

              let noise = moons |> noisy 0.3
              Expect.isLessThan (left (noise |> reconstructed diffuser)) (0.9 * left noise) "noise"
              let holes = moons |> missing 0.3
              let filled = holes |> infilled diffuser
              Expect.isLessThan (left filled) (3.0 * left holes) "a draw, no mean, but of the data"
              let _, whole = steps scene filled "test" _.Test

              let few =
                  steps scene filled "test" (fun splits -> Split(splits.Test.Data, splits.Test.Indices.Slice(5, 3)))
                  |> snd

              let values (split: Split) row =
                  split.Data.Values.Slice(2 * row, 2).ToArray()

              for row in (List.last few).Indices.ToArray() do
                  let holed, restored = values whole[0] row, values whole[1] row

                  for h, r in Array.zip holed restored do
                      Expect.isTrue (h = 0.0f || h = r) "seen to the bit"

                  for a, b in Array.zip restored (values (List.last few) row) do
                      Expect.floatClose { absolute = 1e-3; relative = 1e-3 } (float a) (float b) "whichever others"
          }

          test "all seeds and subsets see the same corruption, parts and steps others" {
              use scene = new Scene()
              let data = small |> noisy 0.2 |> missing 0.5
              let _, test = steps scene data "test" few
              let _, again = steps scene (data |> validation 0.2) "test" few
              Expect.equal (pixels test[1]) (pixels again[1]) "the same test examples"
              let _, other = steps scene data "against" few
              Expect.notEqual (pixels test[0]) (pixels other[0]) "another part"
              let _, twice = steps scene (small |> missing 0.5 |> missing 0.5) "test" few
              Expect.notEqual (pixels twice[0]) (pixels twice[1]) "another step draws anew"
              let _, whole = steps scene data "test" _.Test
              Expect.equal (Array.truncate 60 (pixels whole[1])) (pixels test[1]) "however many"
          }

          test "all parts are prepared, before pixels are drawn black and white" {
              use scene = new Scene()
              TorchRuntime.Init()
              let loader = Loader { scene.Options with Tell = ignore }
              let data = small |> noisy 0.3 |> take 50 |> binarised
              let plan = plan (reader data)
              let cut = loader.Prepare plan.Experiment.Data (Streams 1L)
              let find _ = failtest "nothing restores"

              use preparer =
                  new Preparer(plan, cut.Splits.Train, find, torch.CPU, scene.Options.Cancel)

              let prepared, tests = Preparing.all preparer plan.Experiment.Data cut
              let splits = prepared.Splits
              Expect.isTrue splits.Train.Data.DrawsPixels "training draws anew"

              let black (split: Split) =
                  pixels split |> Array.forall (Array.forall (fun p -> p = 0uy || p = 255uy))

              Expect.isTrue (black splits.Validation && black splits.Test) "the others once"
              Expect.isFalse (black tests[0]) "the noise itself is grey"

              for before, after in [ cut.Splits.Train, splits.Train; cut.Splits.Validation, splits.Validation ] do
                  Expect.equal (after.Indices.ToArray()) (before.Indices.ToArray()) "the same rows"
                  Expect.notEqual (pixels after) (pixels before) "changed"
          }

          test "the run says what was done" {
              let scene = together.Value
              let result = scene.Run(reader (small |> missing 0.4 |> infilled restorer))
              let run = ReadRun.read result.Folder
              Expect.isEmpty run.Notes "all can be read"

              match run.Preparation with
              | Some file ->
                  Expect.equal (List.map fst file.Steps) [ "missing 0.4"; "infilled by restorer" ] "steps"
                  Expect.equal (snd file.Steps[1]) (Some result.Test["preparedError"]) "the last is the figure"
                  Expect.isGreaterThan (snd file.Steps[0]) (snd file.Steps[1]) "errors"
                  Expect.equal file.Shown [ "original"; "corrupted"; "restored" ] "the picture's rows"
              | None -> failtest "no preparation.json"

              Expect.isSome run.PreparationPicture "picture"
              let html = File.ReadAllText(Path.Combine(result.Folder, "report.html"))

              for part in
                  [ "infilled by restorer"
                    "from top to bottom: original, corrupted, restored"
                    "Error that preparation leaves" ] do
                  Expect.stringContains html part "report"

              let plain = scene.Run(reader small)
              Expect.isFalse (plain.Test.Values.ContainsKey "preparedError") "only where something is prepared"
              Expect.isNone (ReadRun.read plain.Folder).Preparation "nor a section"
          }

          test "vectors are prepared too, and what is found strange as well" {
              use scene = new Scene()

              let trained =
                  { inner with
                      Data = moons |> take 500
                      Training = short |> epochs 2 }

              let data =
                  moons |> missing 0.3 |> infilled trained |> against (circles |> noisy 1.0)

              let result = scene.Run(reader data)
              Expect.isGreaterThan result.Test["preparedError"] 0.0 "error"
              Expect.isTrue (result.Test.Values.ContainsKey "oodAuroc") "strangers"
              Expect.isNone (ReadRun.read result.Folder).PreparationPicture "no picture of vectors"
          } ]
    |> testSequenced
