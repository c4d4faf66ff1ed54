#load "../gendisc.fsx"
open GenDisc

// Windows of 32 steps of a noisy sine, drawn whole: a diffusion model over sequences has to find phase, period and noise by
// itself. Drawn windows are held against test windows that share no step by a two-sample test.
let oscillator =
    { Name = "oscillator-diffusion"
      Data = sines [ 1.0 ] |> noise 0.05 |> points 20000 |> span 4000.0 |> window 32 1
      Model = model (diffusion (unet 16))
      Loss = denoising
      Training = adam 1e-3 |> epochs 15 |> batch 64 |> cosine |> ema 0.999
      Seed = 1 }

let result = run oscillator

printfn "MMD² %.5f, p = %.2f against test windows" result.Test["mmd"] result.Test["mmdP"]
