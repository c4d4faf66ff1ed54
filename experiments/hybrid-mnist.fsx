#load "../gendisc.fsx"
open GenDisc

let hybrid =
    { Name = "hybrid-mnist"
      Data = mnist
      Model = model (vae 32 >> classifier [128])
      Loss = 0.1 * elbo + crossEntropy
      Training = adam 1e-3 |> epochs 5 |> batch 128
      Seed = 1 }

run hybrid
