#load "../gendisc.fsx"
open GenDisc

// A sine under noise of deviation 0.05: 50 points in, the next one out, three quarters of 1,000 points to learn from.
// On average no forecast can be better than the noise itself, a squared error of 0.0025. The test part holds 250
// points, so one draw of the noise differs from another by about 9 %: hence twenty draws. Noise on the inputs and weight
// decay keep the network from learning the noise of 700 windows by heart; both were chosen on validation data of other
// draws.
let oscillator number =
    { Name = $"oscillator-rnn-{number}"
      Data = sines [ 1.0 ] |> noise 0.05 |> draw number |> window 50 1 |> validation 0.0
      Model = model (gaussianNoise 0.2 >> lstm 16 >> regressor [])
      Loss = mse
      Training = adamW 1e-2 |> epochs 100 |> batch 32 |> cosine |> weightDecay 0.1
      Seed = 1 }

let results = [ 1..20 ] |> List.map (oscillator >> run)
let average (figure: RunResult -> float) = results |> List.averageBy figure
let mean = average _.Test.Mse

let deviation =
    sqrt (List.sumBy (fun (r: RunResult) -> (r.Test.Mse - mean) ** 2.0) results / 19.0)

printfn
    "test MSE %.5f on average over 20 draws (standard deviation %.5f), noise alone %.5f; at most %.0f s of training each"
    mean
    deviation
    (average (fun r -> r.Test["noiseRmse"] ** 2.0))
    (results |> List.map _.Seconds |> List.max)
