#load "../gendisc.fsx"
open GenDisc

// Latents learned without labels as a classifier's input, at 1,000 labels: of a vae, an autoencoder and a restricted
// Boltzmann machine, frozen; of the vae fine-tuned too. Raw pixels are what they are held against.
let everything = mnist |> validation 0.02

let pixels =
    { Name = "raw-pixels"
      Data = everything |> take 1000
      Model = model (classifier [ 128 ])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 30 |> batch 32 |> cosine
      Seed = 1 }

let learned name c loss training =
    { pixels with
        Name = name
        Data = everything
        Model = model c
        Loss = loss
        Training = training |> epochs (budget 8 40) |> batch 128 |> cosine }

let vae' = learned "vae" (dense 400 >> relu >> vae 32) elbo (adam 1e-3)
let autoencoder' = learned "autoencoder" (dense 400 >> relu >> autoencoder 32) reconstruction (adam 1e-3)
let machine = learned "machine" (rbm 500) (pcd 1) (sgd 0.05)

let row name c =
    { pixels with
        Name = name
        Model = model c }

compare
    "Do latents that were learned without labels help a classifier?"
    [ pixels
      row "vae-latents" (encoder vae' >> classifier [ 128 ])
      row "vae-finetuned" (finetuned vae' >> classifier [ 128 ])
      row "autoencoder-latents" (encoder autoencoder' >> classifier [ 128 ])
      row "rbm-features" (encoder machine >> classifier [ 128 ]) ]
|> overSeeds (budget [ 1..3 ] [ 1..10 ])
|> run
