#load "../gendisc.fsx"
open GenDisc

// What does the weight of the generative term buy, and what does it cost? One hybrid model over weights of its bound:
// accuracy, likelihood, calibration, and telling clothes from digits. Robustness to spoiled images too.
let hybrid weight =
    { Name = "hybrid"
      Data = mnist |> validation 0.02 |> take (budget 5000 50000) |> against fashionMnist
      Model = model (dense 400 >> relu >> vae 32 >> classifier [ 128 ])
      Loss = weight * elbo + crossEntropy
      Training = adam 1e-3 |> epochs (budget 20 30) |> batch 64 |> cosine
      Seed = 1 }

pareto
    [ for weight in [ 0.0001; 0.001; 0.01; 0.1; 1.0 ] do
          weight, hybrid weight ]
|> overSeeds (budget [ 1..3 ] [ 1..10 ])
|> robustness
|> run
