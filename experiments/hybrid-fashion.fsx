#load "../gendisc.fsx"
open GenDisc

// A convolutional hybrid on Fashion-MNIST: the decoder mirrors the two conv/pool stages of the encoder, and the
// weight of the bound grows over the first epochs so that the classifier finds its features first.
let fashion =
    { Name = "hybrid-fashion"
      Data = fashionMnist
      Model =
        model (
            conv 16
            >> relu
            >> pool
            >> conv 32
            >> relu
            >> pool
            >> vae 32
            >> dropout 0.1
            >> classifier [128]
        )
      Loss = ramp 2 * (0.02 * elbo) + crossEntropy
      Training = adam 2e-3 |> epochs 4 |> batch 128 |> cosine |> clip 10.0
      Seed = 1 }

run fashion
