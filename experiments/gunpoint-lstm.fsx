#load "../gendisc.fsx"
open GenDisc

// Does a hand draw a gun or point? 50 training series of 150 steps. Noise on the inputs makes so few go further,
// convolutions of growing reach find the shapes of the movement, and an LSTM reads them in both directions. Chosen
// among eleven designs on validation data (`validation 0.5`, six seeds), then trained on all 50.
let gunpoint =
    { Name = "gunpoint-lstm"
      Data = timeSeries "GunPoint" |> validation 0.0
      Model =
        model (
            gaussianNoise 0.2
            >> conv 32
            >> batchNorm
            >> relu
            >> dilatedConv 64 2
            >> batchNorm
            >> relu
            >> dilatedConv 64 4
            >> batchNorm
            >> relu
            >> dilatedConv 64 8
            >> batchNorm
            >> relu
            >> bidirectional (lstm 32)
            >> meanState
            >> dropout 0.3
            >> classifier []
        )
      Loss = crossEntropy
      Training = adam 3e-3 |> epochs 100 |> batch 8 |> cosine |> clip 1.0
      Seed = 1 }

let result = run gunpoint

printfn "test accuracy %.1f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
