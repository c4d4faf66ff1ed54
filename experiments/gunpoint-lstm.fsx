#load "../gendisc.fsx"
open GenDisc

// Does a hand draw a gun or point? 50 training series of 150 steps. Convolutions find the shapes of the movement, and
// an LSTM reads them in order.
let gunpoint =
    { Name = "gunpoint-lstm"
      Data = timeSeries "GunPoint"
      Model =
        model (
            conv 32
            >> batchNorm
            >> relu
            >> pool
            >> conv 64
            >> batchNorm
            >> relu
            >> pool
            >> bidirectional (lstm 32)
            >> meanState
            >> dropout 0.2
            >> classifier []
        )
      Loss = crossEntropy
      Training = adam 3e-3 |> epochs 80 |> batch 16 |> cosine |> clip 1.0
      Seed = 1 }

let result = run gunpoint

printfn "test accuracy %.1f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
