#load "../gendisc.fsx"
open GenDisc

// A classifier whose logits are an energy too (Grathwohl et al. 2020): what does learning p(x) beside p(y|x) do to its
// calibration, and to how well it tells clothes from digits? The same network without the energy is the yardstick.
let energetic =
    { Name = "energy-classifier"
      Data = mnist |> take 10000 |> against fashionMnist
      Model = model (dense 500 >> silu >> dense 500 >> silu >> energyClassifier [])
      Loss = crossEntropy + 0.5 * energy
      Training = adam 2e-4 |> epochs 15 |> batch 128
      Seed = 1 }

let plain =
    { energetic with
        Name = "plain-classifier"
        Model = model (dense 500 >> silu >> dense 500 >> silu >> classifier [])
        Loss = crossEntropy }

for result in [ run energetic; run plain ] do
    printfn
        "%-18s accuracy %.2f %%   ECE %.2f %%   AUROC against fashion-mnist, by energy %.3f"
        result.Name
        (100.0 * result.Test.Accuracy)
        (100.0 * result.Test["ece"])
        result.Test["oodAurocEnergy"]
