#load "../gendisc.fsx"
open GenDisc

// A vae draws from its prior, which the latents of real clothes fill unevenly. A diffusion model of those latents draws where
// clothes are, and the same decoder makes pictures of both (Rombach et al. 2022).
let autoencoder' =
    { Name = "fashion-vae"
      Data = fashionMnist |> qualityBy (judge fashionMnist)
      Model = model (conv 32 >> relu >> pool >> conv 64 >> relu >> pool >> vae 32)
      Loss = elbo
      Training = adam 1e-3 |> epochs 12 |> batch 128 |> cosine
      Seed = 1 }

let latent =
    { autoencoder' with
        Name = "fashion-latent-diffusion"
        Model = model (latentDiffusion autoencoder' (mlp [ 512; 512; 512 ]))
        Loss = denoising
        Training = adam 1e-3 |> epochs 30 |> batch 128 |> cosine |> ema 0.999 }

for result in [ run autoencoder'; run latent ] do
    printfn "%-26s Fréchet distance %.2f, trained for %.0f s" result.Name result.Test["frechet"] result.Seconds
