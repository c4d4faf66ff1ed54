#load "../gendisc.fsx"
open GenDisc

// Which size of the latent space and which weight of the bound? Chosen on validation images; the winner is run again with
// fresh seeds and judged once on the test images.
let hybrid =
    { Name = "hybrid"
      Data = fashionMnist |> take (budget 2000 50000)
      Model = model (vae 32 >> classifier [ 128 ])
      Loss = 0.1 * elbo + crossEntropy
      Training = adam 1e-3 |> epochs (budget 9 27) |> batch 64
      Seed = 1 }

space {
    let! latent = oneOf [ 8; 16; 32; 64 ] |> called "latent"
    let! weight = logUniform 1e-4 1.0 |> called "weight of the bound"
    let! rate = logUniform 3e-4 3e-3 |> called "rate"

    return
        { hybrid with
            Model = model (vae latent >> classifier [ 128 ])
            Loss = weight * elbo + crossEntropy
            Training = adam rate |> epochs hybrid.Training.Epochs |> batch 64 }
}
|> search (tpe (budget 12 60))
|> run
