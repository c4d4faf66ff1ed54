#load "../gendisc.fsx"
open GenDisc

// Kingma et al. 2014 with 100 labels: a classifier on the latents of a vae (their M1), a generative model with a class that
// is summed over where it is not known (M2), and M2 on the latents of M1. The same network without the other images is what
// they are held against.
let images = mnist |> validation 0.02

let labelled =
    { Name = "labelled-only"
      Data = images |> take 100
      Model = model (dense 500 >> relu >> classifier [])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 60 |> batch 20 |> cosine
      Seed = 1 }

let m1 =
    { labelled with
        Name = "m1"
        Data = images
        Model = model (dense 500 >> relu >> vae 50)
        Loss = elbo
        Training = adam 1e-3 |> epochs (budget 10 50) |> batch 128 |> cosine }

let latents =
    { labelled with
        Name = "m1-latents"
        Model = model (encoder m1 >> classifier [ 128 ]) }

let m2' =
    { labelled with
        Name = "m2"
        Data = images |> semiSupervised 100
        Model = model (m2 50 [ 500 ])
        Loss = elbo + 50.0 * crossEntropy
        Training = adam 1e-3 |> epochs (budget 3 50) |> batch 128 |> cosine }

let m1m2 =
    { m2' with
        Name = "m1-and-m2"
        Model = model (encoder m1 >> m2 50 [ 500 ])
        Training = adam 1e-3 |> epochs (budget 10 100) |> batch 128 }

compare "What do images without labels buy?" [ labelled; latents; m2'; m1m2 ]
|> overSeeds (budget [ 1..3 ] [ 1..10 ])
|> run
