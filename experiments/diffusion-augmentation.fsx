#load "../gendisc.fsx"
open GenDisc

// Whose images help a classifier that has 300 labelled digits: a conditional vae's, a Boltzmann machine's, or those of a
// diffusion model? Each generator has seen the same 300 alone. Shifting by a pixel or two, which costs nothing, stands beside.
let cnn =
    { Name = "no-augmentation"
      Data = mnist |> validation 0.02 |> take 300
      Model = model (conv 16 >> relu >> pool >> conv 32 >> relu >> pool >> dropout 0.25 >> classifier [ 128 ])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs (budget 20 60) |> batch 32 |> cosine
      Seed = 1 }

let generator name c loss training =
    { cnn with
        Name = name
        Model = model c
        Loss = loss
        Training = training |> epochs (budget 200 600) |> batch 20 }

let cvae' = generator "cvae" (cvae 16) elbo (adam 1e-3)
let machine = generator "classrbm" (classRbm 300) (pcd 5) (sgd 0.02)

let denoiser =
    generator "diffusion" (diffusion (unet 16 |> conditional)) denoising (adam 1e-3 |> ema 0.999)

let row name data = { cnn with Name = name; Data = data }

compare
    "Whose images help a classifier?"
    [ cnn
      row "shifted" (cnn.Data |> shifted 2)
      row "cvae-images" (cnn.Data |> augment cvae' 1000)
      row "classrbm-images" (cnn.Data |> augment machine 1000)
      row "diffusion-images" (cnn.Data |> augment denoiser 1000) ]
|> overSeeds (budget [ 1..3 ] [ 1..10 ])
|> run
