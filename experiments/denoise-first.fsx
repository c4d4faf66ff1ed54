#load "../gendisc.fsx"
open GenDisc

// Does a generative model in front of a classifier help where images are noisy or half missing? The denoiser has learned
// from clean images; classifiers are trained and tested on what it makes of spoiled ones, or on those as they are.
let clean = mnist |> validation 0.02
let short = adam 1e-3 |> batch 128 |> cosine

let denoiser =
    { Name = "denoiser"
      Data = clean
      Model = model (gaussianNoise 0.5 >> dense 512 >> relu >> autoencoder 64)
      Loss = reconstruction
      Training = short |> epochs (budget 8 40)
      Seed = 1 }

let filler =
    { denoiser with
        Name = "filler"
        Model = model (dense 400 >> relu >> vae 32)
        Loss = elbo }

let classify name data =
    { Name = name
      Data = data
      Model = model (conv 16 >> relu >> pool >> conv 32 >> relu >> pool >> classifier [ 128 ])
      Loss = crossEntropy
      Training = short |> epochs (budget 5 20)
      Seed = 1 }

let few = clean |> take 2000

let noise =
    compare
        "Does denoising first help a classifier of noisy images?"
        [ classify "noisy" (few |> noisy 0.5)
          classify "denoised" (few |> noisy 0.5 |> reconstructed denoiser)
          classify "redrawn-by-a-vae" (few |> noisy 0.5 |> reconstructed filler) ]

let gaps =
    compare
        "Does filling in first help a classifier of images that are half missing?"
        [ classify "half-missing" (few |> missing 0.5)
          classify "filled-in" (few |> missing 0.5 |> infilled filler) ]

for study in [ noise; gaps ] do
    study |> overSeeds (budget [ 1..3 ] [ 1..10 ]) |> run |> ignore
