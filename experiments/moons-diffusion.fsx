#load "../gendisc.fsx"
open GenDisc

// Two half moons, learnt by a residual network that removes noise: the smallest diffusion model that there is to look at.
// Its samples are held against test points by a two-sample test (maximum mean discrepancy, permutations): p above 0.05 says
// that they cannot be told from real ones.
let moons' =
    { Name = "moons-diffusion"
      Data = moons
      Model = model (diffusion (mlp [ 128; 128; 128 ]))
      Loss = denoising
      Training = adam 2e-3 |> epochs 200 |> batch 128 |> cosine |> ema 0.999
      Seed = 1 }

let result = run moons'

printfn
    "MMD² %.5f, p = %.2f against test points; log-likelihood by the probability flow %.3f nats per point"
    result.Test["mmd"]
    result.Test["mmdP"]
    result.Test["flowLogLikelihood"]
