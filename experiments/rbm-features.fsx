#load "../gendisc.fsx"
open GenDisc

// What do a restricted Boltzmann machine's features buy a classifier that sees few labels? The machine learns from all
// training images without labels. Then, for 100, 1,000 and 10,000 labels: a linear classifier on raw pixels, one on the
// machine's frozen features, a network that starts from the machine and is fine-tuned, and the same network from a
// random start. Five seeds each: a seed draws the labels, the start and the order of examples; the machine is the same for
// all, so that the intervals leave out what another machine would change. Every arm is trained in the same way.
let machine =
    { Name = "rbm-1024"
      Data = mnist
      Model = model (rbm 1024)
      Loss = pcd 1
      Training = sgd 0.05 |> epochs 30 |> batch 100 |> cosine
      Seed = 1 }

let on labels name c =
    { machine with
        Name = $"{name}-{labels}"
        Data = mnist |> take labels
        Model = model c
        Loss = crossEntropy
        Training = adam 1e-3 |> epochs 60 |> batch (if labels < 1000 then 20 else 100) |> cosine }

let arms labels =
    [ "raw pixels", on labels "raw-pixels" (classifier [])
      "frozen features", on labels "frozen-features" (encoder machine >> classifier [])
      "random start", on labels "random-start" (dense 1024 >> sigmoid >> classifier [])
      "pre-trained", on labels "pre-trained" (finetuned machine >> classifier []) ]

let table =
    [ for labels in [ 100; 1000; 10000 ] ->
          labels, [ for name, experiment in arms labels -> name, runSeeds [ 1..5 ] experiment ] ]

printfn "test accuracy, mean over five seeds with its 95 %% interval"

for labels, results in table do
    printfn "%6d labels" labels

    for name, result in results do
        let figure = result["accuracy"]
        printfn "  %-16s %.2f %%  (%.2f to %.2f)" name (100.0 * figure.Mean) (100.0 * figure.Low) (100.0 * figure.High)

    let find name = results |> List.find (fst >> (=) name) |> snd
    let pretrained, random = find "pre-trained", find "random start"

    let ahead =
        List.zip pretrained.Runs random.Runs
        |> List.filter (fun (a, b) -> a.Test.Accuracy > b.Test.Accuracy)

    printfn
        "  %s; pre-training is ahead on %d of 5 seeds, which share labels"
        (if pretrained["accuracy"].Low > random["accuracy"].High then "pre-training helps: the intervals do not overlap"
         elif pretrained["accuracy"].High < random["accuracy"].Low then "pre-training hurts: the intervals do not overlap"
         else "the intervals of pre-training and a random start overlap")
        ahead.Length
