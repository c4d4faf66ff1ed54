#load "../gendisc.fsx"
open GenDisc

// A sine under noise of deviation 0.05: 50 points in, the next one out. No forecast can be better on average than the
// noise itself, a squared error of 0.0025. `draw 2` is the same sine under other noise.
let oscillator =
    { Name = "oscillator-rnn"
      Data = sines [ 1.0 ] |> noise 0.05 |> window 50 1
      Model = model (lstm 16 >> regressor [])
      Loss = mse
      Training = adam 1e-2 |> epochs 200 |> batch 32 |> cosine
      Seed = 1 }

let result = run oscillator

printfn "test MSE %.5f in %.0f s of training" result.Test.Mse result.Seconds
