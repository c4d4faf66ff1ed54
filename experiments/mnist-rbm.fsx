#load "../gendisc.fsx"
open GenDisc

// A restricted Boltzmann machine of 500 hidden units on black and white MNIST, by persistent contrastive divergence.
// What it is worth is its log-likelihood: annealed importance sampling estimates log Z, and the report compares the
// machine with independent pixels.
let machine =
    { Name = "mnist-rbm"
      Data = mnist |> binarised
      Model = model (rbm 500)
      Loss = pcd 1
      Training = sgd 0.05 |> epochs 100 |> batch 100 |> cosine
      Seed = 1 }

run machine
