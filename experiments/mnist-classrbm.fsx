#load "../gendisc.fsx"
open GenDisc

// Does learning the joint p(v, y) help a classifier? One restricted Boltzmann machine with class units, trained three
// ways on the same budget: p(y|v) alone, p(v, y) alone, and both (hybrid, after Larochelle et al. 2012).
// The weight of the generative part and the rate were chosen on validation data, in runs of 10 epochs.
let hybrid =
    { Name = "mnist-classrbm"
      Data = mnist
      Model = model (classRbm 500)
      Loss = crossEntropy + 0.003 * pcd 1
      Training = adam 3e-3 |> epochs 30 |> batch 100 |> cosine
      Seed = 1 }

let discriminative =
    { hybrid with
        Name = "mnist-classrbm-discriminative"
        Loss = crossEntropy }

let generative =
    { hybrid with
        Name = "mnist-classrbm-generative"
        Loss = pcd 1 }

let results = [ for experiment in [ hybrid; discriminative; generative ] -> run experiment ]

for result in results do
    printfn "%-30s test error %.2f %%" result.Name (100.0 * (1.0 - result.Test.Accuracy))
