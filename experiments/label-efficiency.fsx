#load "../gendisc.fsx"
open GenDisc

// What does a generative part buy a classifier that sees few labels? Five ways of putting one to work against a network
// that has none, all from the same labelled images; three also learn from the other images, without their labels. Weights
// and latent sizes of hybrid and m2 were chosen on validation images at 100 labels. --full: 100 labels, more epochs.
let labels = budget [ 100; 300; 1000; 3000 ] [ 100 ]
let images = mnist |> validation 0.02 |> shifted 2

let cnn =
    { Name = "cnn"
      Data = images |> take 100
      Model = model (conv 16 >> relu >> pool >> conv 32 >> relu >> pool >> dropout 0.25 >> classifier [ 128 ])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 60 |> batch 20 |> cosine
      Seed = 1 }

// Learned once for each seed, without a label.
let features =
    { cnn with
        Name = "features"
        Data = images
        Model = model (dense 500 >> relu >> vae 50)
        Loss = elbo
        Training = adam 1e-3 |> epochs (budget 10 20) |> batch 128 |> cosine }

let frozen =
    { cnn with
        Name = "vae-frozen"
        Model = model (encoder features >> classifier [ 128 ]) }

let finetuned =
    { cnn with
        Name = "vae-finetuned"
        Model = model (finetuned features >> classifier [ 128 ]) }

let hybrid =
    { cnn with
        Name = "hybrid"
        Data = images |> semiSupervised 100
        Model = model (dense 500 >> relu >> vae 50 >> classifier [ 128 ])
        Loss = elbo + 500.0 * crossEntropy
        Training = adam 1e-3 |> epochs (budget 4 10) |> batch 128 |> cosine }

// A weight above 1 on the divergence leaves more of an image to its class; it makes the sum no bound any more, and so this
// M2 another one than that of Kingma et al. 2014.
let m2 =
    { hybrid with
        Name = "m2"
        Model = model (m2 10 [ 500 ])
        Loss = reconstruction + 3.0 * kl + 500.0 * crossEntropy
        Training = adam 1e-3 |> epochs (budget 2 20) |> batch 128 |> cosine }

// Draws new labelled images, having seen the labelled ones alone.
let generator =
    { cnn with
        Name = "generator"
        Model = model (cvae 16)
        Loss = elbo
        Training = adam 1e-3 |> epochs 100 |> batch 20 |> cosine }

let augmented =
    { cnn with
        Name = "augmented"
        Data = cnn.Data |> augment generator 1000 }

labelCurve labels [ cnn; frozen; finetuned; hybrid; m2; augmented ]
|> asking "What does a generative part buy a classifier that sees few labels?"
|> overSeeds [ 1..5 ]
|> run
