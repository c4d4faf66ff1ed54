#load "../gendisc.fsx"
open GenDisc

// Two convolutions know what the dense network of mnist-mlp has to learn: that a stroke is a stroke wherever it stands.
// Fashion-MNIST is what the network should find strange.
let cnn =
    { Name = "mnist-cnn"
      Data = mnist |> shifted 1 |> against fashionMnist
      Model = model (conv 32 >> relu >> pool >> conv 64 >> relu >> pool >> dropout 0.25 >> classifier [ 128 ])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 10 |> batch 128 |> cosine
      Seed = 1 }

let result = run cnn

printfn "test accuracy %.2f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
