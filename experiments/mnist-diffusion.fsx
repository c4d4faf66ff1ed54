#load "../gendisc.fsx"
open GenDisc

// A diffusion model of digits beside a conditional vae that was trained for about as long. Both are judged by a
// convolutional classifier: how many of the digits asked for does it recognise, and how far are its features of drawn images
// from those of test images (Fréchet distance)?
let denoiser =
    { Name = "mnist-diffusion"
      Data = mnist |> qualityBy (judge mnist)
      Model = model (diffusion (unet 16 |> attention |> conditional |> guided 1.3))
      Loss = denoising
      Training = adam 2e-3 |> epochs (budget 20 40) |> batch 128 |> cosine |> ema 0.999
      Seed = 1 }

let vae' =
    { denoiser with
        Name = "mnist-cvae"
        Model = model (conv 32 >> relu >> pool >> conv 64 >> relu >> pool >> cvae 16)
        Loss = elbo
        Training = adam 1e-3 |> epochs (budget 60 120) |> batch 128 |> cosine }

for result in [ run vae'; run denoiser ] do
    printfn
        "%-16s %.1f %% recognised, Fréchet distance %.2f, trained for %.0f s"
        result.Name
        (100.0 * result.Test["recognised"])
        result.Test["frechet"]
        result.Seconds
