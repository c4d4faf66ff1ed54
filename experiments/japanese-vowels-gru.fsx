#load "../gendisc.fsx"
open GenDisc

// Which of nine speakers said "ae"? Twelve coefficients at each of 7 to 29 steps: sequences of unequal length, read in
// both directions after a convolution. Chosen among four designs on validation data (`validation 0.4`, three seeds).
let vowels =
    { Name = "japanese-vowels-gru"
      Data = timeSeries "JapaneseVowels"
      Model =
        model (
            gaussianNoise 0.3
            >> conv 64
            >> batchNorm
            >> relu
            >> bidirectional (gru 64)
            >> meanState
            >> dropout 0.3
            >> classifier []
        )
      Loss = crossEntropy
      Training = adam 3e-3 |> epochs 60 |> batch 32 |> cosine |> clip 1.0
      Seed = 1 }

let result = run vowels

printfn "test accuracy %.1f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
