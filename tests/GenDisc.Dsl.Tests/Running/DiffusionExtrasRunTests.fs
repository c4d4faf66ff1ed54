/// Diffusion models of latents, as generators of training examples, and of averaged weights, in real runs.
module GenDisc.Dsl.Tests.Running.DiffusionExtrasRunTests

open System
open System.IO
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.AugmentedRunTests
open GenDisc.Dsl.Tests.Running.Scene

let private pretrained =
    { plain with
        Name = "pretrained"
        Model = model (dense 8 >> relu >> vae 3)
        Loss = elbo
        Training = adam 1e-2 |> epochs 2 |> batch 16 }

let private few = conditional >> cosineNoise 20 >> sampledWith (ddim 4)

/// A conditional diffusion model of latents, of averaged weights.
let private latent =
    { pretrained with
        Name = "latent"
        Model = model (latentDiffusion pretrained (mlp [ 8 ] |> few))
        Loss = denoising
        Training = adam 1e-2 |> epochs 2 |> batch 16 |> ema 0.9 }

/// The model that a finished run left.
let private loaded (scene: Scene) (e: Experiment) =
    let loader = Loader scene.Options
    let plan = Runner.planned scene.Options loader e
    (Pretrained.load loader torch.CPU plan (Path.Combine(scene.Runs, Experiment.id e))).Model

let private drawn (model: HybridModel) =
    use _scope = torch.NewDisposeScope()
    model.eval ()
    use draws = new torch.Generator(5UL, torch.CPU)
    use labels = torch.tensor [| 0L; 1L; 1L; 0L |]
    let x = model.Diffuse(4, labels, draws)
    List.ofArray x.shape, x.contiguous().data<float32>().ToArray()

let private counted (result: RunResult) name = Map.find name (counts result)

let tests =
    testList
        "Run of latent diffusion, augmentation and averages"
        [ test "examples made of latents are examples of the data, and a loaded model draws the same" {
              use scene = scenery ()
              let first = scene.Run latent
              use model = loaded scene latent
              Expect.isTrue model.DiffusesLatents "latents"
              let shape, numbers = drawn model
              Expect.equal shape [ 4L; 1L; 8L; 8L ] "shape"
              Expect.all numbers (fun v -> v >= 0.0f && v <= 1.0f) "in the range of pixels"

              // the scale was taken from latents and lies in the file
              let diffusion = Unchecked.nonNull model.Diffusion
              let buffers = diffusion.state_dict ()

              let values (name: string) =
                  (buffers[name]).data<float32>().ToArray()

              Expect.isFalse (values "scale" |> Array.forall ((=) 1.0f)) "scale"
              Expect.isFalse (values "shift" |> Array.forall ((=) 0.0f)) "shift"

              let kept = bytes first "model.safetensors", figures first
              use again = loaded scene latent
              Expect.equal (drawn again) (shape, numbers) "the same samples"
              let fresh = scene.RunFresh latent
              Expect.equal (bytes fresh "model.safetensors", figures fresh) kept "the same bits of the same seed"
              Expect.isTrue (scene.Run latent).Reused "reused"
          }

          test "a conditional one adds examples to training, an unconditional one for each class" {
              use scene = scenery ()

              let joined =
                  { plain with
                      Name = "joined"
                      Data = some |> augment latent 11
                      Training = plain.Training |> ema 0.5 }

              let result = scene.Run joined
              Expect.equal (counted result "generated") 11 "generated"
              Expect.isTrue (result.Test["tstrAccuracy"] >= 0.0) "judged"

              let single =
                  { pretrained with
                      Name = "single"
                      Model = model (diffusion (unet 8 |> cosineNoise 10 |> sampledWith (ddim 2)))
                      Loss = minSnr 5.0
                      Training = adam 1e-3 |> epochs 1 |> batch 16 }

              let each =
                  { plain with
                      Name = "each"
                      Data = some |> augmentPerClass single 5 }

              let result = scene.Run each
              Expect.equal (counted result "generated") 5 "generated"
              let _, after = splits scene each
              Expect.equal (labels after.Generated) [ 0; 0; 0; 1; 1 ] "classes"
              Expect.all (List.ofSeq (Seq.concat (values after.Generated))) (fun v -> v >= 0.0f && v <= 1.0f) "pixels"
          }

          test "an average changes what is validated and kept, and the report says so" {
              use scene = new Scene()

              let bare = { toy with Name = "bare" }

              let averaged =
                  { bare with
                      Training = bare.Training |> ema 0.9 }

              let without, with' = scene.Run bare, scene.Run averaged
              Expect.notEqual without.Folder with'.Folder "another run"
              Expect.notEqual with'.Validation["loss"] without.Validation["loss"] "validation"

              Expect.stringContains
                  (File.ReadAllText(Path.Combine(with'.Folder, "report.html")))
                  "an exponential moving average of the weights with decay 0.9"
                  "report"
          }

          test "a machine with chains and an energy classifier have averages, too" {
              use scene = scenery ()

              for e in
                  [ { pretrained with
                        Name = "machine"
                        Model = model (rbm 4)
                        Loss = pcd 1 }
                    { plain with
                        Name = "energetic"
                        Model = model (dense 8 >> relu >> energyClassifier [])
                        Loss = crossEntropy + 0.1 * energy } ] do
                  let result =
                      scene.Run
                          { e with
                              Training = adam 1e-3 |> epochs 1 |> batch 16 |> ema 0.9 }

                  Expect.isTrue (Double.IsFinite result.Validation["loss"]) e.Name
          } ]
