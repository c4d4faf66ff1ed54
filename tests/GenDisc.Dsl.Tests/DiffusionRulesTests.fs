/// What must hold of diffusion models, where they stand and what trains them.
module GenDisc.Dsl.Tests.DiffusionRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private on (data: Data) c =
    { ExperimentTests.hybrid with
        Name = "denoiser"
        Data = data
        Model = model c
        Loss = denoising }

/// Each problem's caret and words, and no other problem.
let private tells name e expected =
    test name { Expect.equal [ for _, part, says in told e -> part, says ] expected "problems" }

let private valid name e =
    test name { Expect.equal (problems e) [] "problems" }

let private hints e = problems e |> List.map _.Hint

/// A diffusion model of moons with one thing wrong.
let private wrong (network: Diffusion) says =
    let e = on moons (diffusion network)
    tells $"{network}" e [ Block.show (Block.Diffusion network), says ]

let private small = mlp [ 8 ]

let private pretrained =
    { on moons (dense 8 >> relu >> vae 2) with
        Name = "pretrained"
        Loss = elbo }

let private inner =
    { on moons (diffusion small) with
        Name = "inner" }

let private knowing (data: Data) =
    match data.Source with
    | Source.ClassTable _ ->
        Some
            { Generators.facts moons with
                Shape = Vector 9
                Levels = [ 2; 4 ] }
    | Source.ImageFolder _ ->
        Some
            { Generators.facts digits with
                Shape = Image(1, 3, 3) }
    | Source.TimeSeries _ ->
        Some
            { Generators.facts lorenz with
                Classes = 2
                Varies = true }
    | _ -> Data.facts data

let private tellsKnowing name e expected =
    test name { Expect.equal [ for _, part, says in toldUsing knowing e -> part, says ] expected "problems" }

let tests =
    testList
        "rules of diffusion models"
        [ valid "of points" (on moons (diffusion small))
          valid "with everything said"
          <| on
              moons
              (diffusion (
                  mlp [ 8; 8 ]
                  |> conditional
                  |> predictsNoise
                  |> linearNoise 100
                  |> sampledWith (ddpm 100)
                  |> guided 2.0
                  |> classifies 10
              ))
          valid "of images" (on mnist (diffusion (unet 8 |> attention)))
          valid "of sequences" (on (sines [ 1.0 ] |> window 16 1) (diffusion (unet 8)))
          valid "of latents" (on moons (latentDiffusion pretrained small))
          valid "with few labels" (on (moons |> semiSupervised 20) (diffusion (small |> conditional)))
          wrong (mlp []) "mlp [] has no layer: it expects the width of each"
          wrong (mlp [ 8; 0 ]) "mlp expects widths of at least 1, but got 0"
          wrong (small |> attention) "attention belongs to unet, and mlp has none"
          wrong (small |> cosineNoise 0) "a noise schedule expects 1 to 10,000 steps, but got 0"
          wrong (small |> linearNoise 10001) "a noise schedule expects 1 to 10,000 steps, but got 10001"
          wrong (small |> cosineNoise 20) "ddim expects 1 to 20 steps, as many as the schedule has, but got 50"
          wrong (small |> sampledWith (ddpm 0)) "ddpm expects 1 to 1,000 steps, as many as the schedule has, but got 0"
          wrong
              (small |> sampledWith (dpmSolver 1001))
              "dpmSolver expects 1 to 1,000 steps, as many as the schedule has, but got 1001"
          wrong
              (small |> sampledWith (noisyDdim 50 1.5))
              "noisyDdim expects a share of noise from 0.0 to 1.0, but got 1.5"
          wrong (small |> conditional |> guided -1.0) "guided expects a finite weight of at least 0, but got -1.0"
          wrong
              (small |> conditional |> guided infinity)
              "guided expects a finite weight of at least 0, but got infinity"
          wrong (small |> guided 2.0) "guided 2.0 follows a class, which the network is not told"
          wrong (small |> conditional |> classifies 0) "classifies expects at least 1 example, but got 0"
          wrong (small |> classifies 10) "classifies 10 asks for classes, which the network is not told"
          tells
              "channels that groups do not divide"
              (on mnist (diffusion (unet 12)))
              [ "diffusion (unet 12)", "unet expects a multiple of 8 channels, but got 12" ]
          tells
              "a U-Net of vectors"
              (on moons (diffusion (unet 8)))
              [ "diffusion (unet 8)", "diffusion (unet 8) expects an image or a sequence, but receives vector 2" ]
          tellsKnowing
              "a U-Net of tiny images"
              (on (imageFolder "tiny") (diffusion (unet 8)))
              [ "diffusion (unet 8)",
                "diffusion (unet 8) expects an image of at least 4×4 pixels, but receives image 1×3×3" ]
          tells
              "a U-Net of short sequences"
              (on (lorenz |> window 3 1) (diffusion (unet 8)))
              [ "diffusion (unet 8)",
                "diffusion (unet 8) expects a sequence of at least 4 steps, but receives sequence 3×3" ]
          tells
              "classes that the data have not"
              (on friedman (diffusion (small |> conditional)))
              [ "diffusion (mlp [8] |> conditional)",
                "diffusion (mlp [8]) is told the class of every example, but friedman has none" ]
          tellsKnowing
              "sequences of several lengths"
              (on (timeSeries "GunPoint") (diffusion (unet 8)))
              [ "diffusion (unet 8)",
                "diffusion (unet 8) draws sequences of one length, but those of timeSeries \"GunPoint\" differ in length" ]
          tellsKnowing
              "columns of categories"
              (on (classTable "a.csv" "y") (diffusion small))
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) draws real numbers, but classTable \"a.csv\" \"y\" has text columns" ]
          tells
              "a layer before it"
              (on moons (dense 4 >> diffusion small))
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) models the data themselves or the latents of an encoder, but dense 4 stands before it" ]
          tells
              "an encoder that learns on"
              (on moons (finetuned pretrained >> diffusion small))
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) models what it reads, but finetuned pretrained changes that while it learns" ]
          tells
              "an encoder without a decoder"
              (on
                  moons
                  (latentDiffusion
                      { pretrained with
                          Model = model (dense 4 >> relu >> classifier [])
                          Loss = crossEntropy }
                      small))
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) draws latents, which pretrained cannot turn into examples: it has no vae or autoencoder" ]
          tells
              "latents that no decoder reads"
              (on
                  moons
                  (latentDiffusion
                      { pretrained with
                          Model = model (dense 8 >> relu >> vae 2 >> dense 16 >> classifier [])
                          Loss = elbo + crossEntropy }
                      small))
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) draws latents, but dense 16 of pretrained stands after its bottleneck, whose decoder reads others" ]
          tells
              "a head after it"
              (on moons (diffusion small >> classifier [])
               |> fun e ->
                   { e with
                       Loss = denoising + crossEntropy })
              [ "classifier []",
                "classifier [] has nothing to read: diffusion (mlp [8]) draws examples and leaves no representation" ]
          tells
              "a layer after it"
              (on moons (diffusion small >> dense 3))
              [ "dense 3", "nothing uses what dense 3 computes: no head, bottleneck or machine follows" ]
          tells
              "inside a residual block"
              (on moons (residual (diffusion small) >> vae 2)
               |> fun e -> { e with Loss = elbo })
              [ "diffusion (mlp [8])",
                "diffusion (mlp [8]) stands inside residual, which expects blocks that leave the shape as it was" ]
          tells
              "as an encoder"
              { on moons (encoder inner >> classifier []) with
                  Loss = crossEntropy }
              [ (Block.show (Block.Encoder(inner, false))),
                "encoder inner expects a representation, but diffusion (mlp [8]) of inner leaves none" ]
          tells
              "as a member of an ensemble"
              { on moons (ensemble [ inner ]) with
                  Loss = crossEntropy }
              [ (Block.show (Block.Ensemble [ inner ])),
                "ensemble [inner] averages class probabilities, but inner has no classifier" ]
          tells
              "latents of an encoder that saw validation examples"
              (on (moons |> validation 0.2) (latentDiffusion pretrained small))
              [ Block.show (Block.Encoder(pretrained, false)),
                "pretrained may have been trained on validation examples of this experiment: on the same data it has validation 0.1, not 0.2" ]
          tells
              "no denoising loss"
              { on moons (diffusion small) with
                  Loss = elbo }
              [ "", "elbo needs a vae, and the model has none"
                "diffusion (mlp [8])", "diffusion (mlp [8]) is trained by no term of the loss" ]
          tells
              "a denoising loss alone"
              { on moons (classifier []) with
                  Loss = crossEntropy + denoising }
              [ "", "denoising needs a diffusion model, and the model has none" ]
          tells
              "a limit that is none"
              { on moons (diffusion small) with
                  Loss = minSnr 0.0 }
              [ "minSnr 0.0", "minSnr 0.0 expects a finite limit above 0, but got 0.0" ]
          tells
              "two denoising losses"
              { on moons (diffusion small) with
                  Loss = denoising + minSnr 5.0 }
              [ "", "minSnr 5.0 is a second denoising loss after denoising, but a loss has at most one" ]
          tells
              "a decay of the average outside"
              { on moons (diffusion small) with
                  Training = adam 1e-3 |> ema 1.0 }
              [ "ema 1.0", "ema expects a decay between 0 and 1, but got 1.0" ]
          test "hints say what to write" {
              Expect.equal (hints (on moons (diffusion (unet 8)))) [ "use mlp [256; 256] for vectors" ] "network"

              Expect.equal
                  (hints (on moons (diffusion small >> dense 3)))
                  [ "drop it: a diffusion model is the last block" ]
                  "last"
          }

          test "run ids without an average are those of before" {
              Expect.equal (string (adam 1e-3)) "adam 0.001 |> epochs 10 |> batch 128" "source"
              Expect.stringContains (string (adam 1e-3 |> ema 0.999)) " |> ema 0.999" "with one"
          }

          test "a search over diffusion models minimises the denoising loss" {
              let s = space { return inner } |> search (random 2)
              Expect.equal (Search.goal inner s) (Goal.Minimise "denoising") "goal"
          }

          test "studies of diffusion models are judged by the denoising loss where it is of one kind" {
              let judged rows =
                  StudyMetric.of' (compare "Which?" rows) [ for e in rows -> e.Name, plan e ]

              let other = { inner with Name = "other"; Seed = 2 }
              Expect.equal (judged [ inner; other ]) "denoising" "one kind"

              let noise =
                  { other with
                      Model = model (diffusion (small |> predictsNoise)) }

              Expect.throwsT<InvalidExperiment> (fun () -> judged [ inner; noise ] |> ignore) "two kinds"
          }

          test "the plan names the network briefly, and says how it is trained" {
              let e =
                  { on mnist (diffusion (unet 32 |> attention |> conditional |> predictsNoise |> guided 2.0)) with
                      Training = adam 1e-3 |> ema 0.999 }

              let shown = Explain.plan (plan e)
              Expect.stringContains shown "\ndiffusion (unet 32)  image 1×28×28  image 1×28×28 " "row"

              Expect.stringContains
                  shown
                  "\ndiffusion: unet 32 |> attention |> conditional |> predictsNoise |> guided 2.0\n"
                  "all that is said of it"

              Expect.stringContains shown "ema 0.999" "training"
          } ]
