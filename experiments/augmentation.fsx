#load "../gendisc.fsx"
open GenDisc

// Do images drawn from a generative model help a classifier of clothes that has 500 labelled ones? Each generator has seen
// those 500 alone. Shifting and mirroring, which cost nothing, stand beside them.
let cnn =
    { Name = "no-augmentation"
      Data = fashionMnist |> validation 0.02 |> take 500
      Model = model (conv 16 >> relu >> pool >> conv 32 >> relu >> pool >> dropout 0.25 >> classifier [ 128 ])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs (budget 20 60) |> batch 32 |> cosine
      Seed = 1 }

let generator name c loss training =
    { cnn with
        Name = name
        Model = model c
        Loss = loss
        Training = training |> epochs (budget 60 300) |> batch 20 }

let cvae' = generator "cvae" (cvae 16) elbo (adam 1e-3)
let machine = generator "classrbm" (classRbm 300) (pcd 5) (sgd 0.02)
let vae' = generator "vae" (vae 8) elbo (adam 1e-3)

let row name data = { cnn with Name = name; Data = data }

compare
    "Do generated images help a classifier?"
    [ cnn
      row "shifted-and-mirrored" (cnn.Data |> shifted 2 |> flipped)
      row "cvae-images" (cnn.Data |> augment cvae' 1000)
      row "classrbm-images" (cnn.Data |> augment machine 1000)
      row "vae-a-class-images" (cnn.Data |> augmentPerClass vae' 1000) ]
|> overSeeds (budget [ 1..3 ] [ 1..10 ])
|> run
