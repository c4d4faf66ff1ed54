#load "../gendisc.fsx"
open GenDisc

// Does learning the joint p(v, y) help a classifier? One restricted Boltzmann machine with class units, trained three
// ways on the same budget: p(y|v) alone, p(v, y) alone, and both (hybrid, after Larochelle et al. 2012).
let hybrid =
    { Name = "mnist-classrbm"
      Data = mnist
      Model = model (classRbm 500)
      Loss = crossEntropy + 0.01 * pcd 1
      Training = adam 1e-3 |> epochs 50 |> batch 100 |> cosine
      Seed = 1 }

let discriminative =
    { hybrid with
        Name = "mnist-classrbm-discriminative"
        Loss = crossEntropy }

let generative =
    { hybrid with
        Name = "mnist-classrbm-generative"
        Loss = pcd 1
        Training = sgd 0.05 |> epochs 50 |> batch 100 |> cosine }

let results = [ for experiment in [ hybrid; discriminative; generative ] -> run experiment ]

for result in results do
    printfn "%-30s test error %.2f %%" result.Name (100.0 * (1.0 - result.Test.Accuracy))
