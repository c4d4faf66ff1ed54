#load "../gendisc.fsx"
open GenDisc

// What does a generative model buy a classifier? One network learns both at once: a variational autoencoder that
// must redraw each digit from 16 numbers, and a classifier that reads those same numbers. The digits are drawn by
// GenDisc itself, so there is nothing to download.
let quickstart =
    { Name = "quickstart"
      Data = digits
      Model = model (dense 400 >> relu >> vae 16 >> classifier [64])
      Loss = 0.05 * elbo + crossEntropy // change 0.05 and run again: how do accuracy and ELBO trade?
      Training = adam 2e-3 |> epochs 8 |> batch 128 |> cosine
      Seed = 1 }

let result = run quickstart

printfn "test accuracy %.1f %%, ELBO %.1f nats per image" (100.0 * result.Test.Accuracy) result.Test.Elbo
