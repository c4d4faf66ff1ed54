/// What must hold of what Boltzmann machines and energy classifiers stand on and of the numbers of their losses.
module GenDisc.Dsl.Tests.MachineRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private named name (data: Data) c loss =
    { ExperimentTests.hybrid with
        Name = name
        Data = data
        Model = model c
        Loss = loss }

let private on data c loss = named "machine" data c loss
let private inner data c loss = named "inner" data c loss

/// Each problem's caret and words, and no other problem.
let private tells name e expected =
    test name { Expect.equal [ for _, part, says in told e -> part, says ] expected "problems" }

let private valid name e =
    test name { Expect.equal (problems e) [] "problems" }

let private hints e = problems e |> List.map _.Hint

let private table = classTable "mixed.csv" "kind"

let private knowing (data: Data) =
    match data.Source with
    | Source.ClassTable _ ->
        Some
            { (Data.facts moons |> Option.get) with
                Shape = Vector 9
                InUnitInterval = false
                Numeric = 3
                Levels = [ 2; 4 ] }
    | Source.TimeSeries _ ->
        Some
            { (Data.facts moons |> Option.get) with
                Shape = Sequence(20, 3)
                InUnitInterval = false
                Varies = true }
    | _ -> Data.facts data

let private tellsKnowing name e expected =
    test name { Expect.equal [ for _, part, says in toldUsing knowing e -> part, says ] expected "problems" }

let private late (e: Experiment) =
    { e with
        Training = adam 1e-3 |> epochs 5 |> earlyStopping 2 }

let private energetic data c = on data c (crossEntropy + 0.1 * energy)

let private gaussian = inner moons (gaussianRbm 6) (cd 1)
let private blank = inner (mnist |> binarised) (boltzmann 0) (pcd 1)

let private first (offender: string) =
    $"rbm 4 models the data themselves or the features of an encoder, but {offender} stands before it"

let tests =
    testList
        "rules of machines"
        [ tells
              "a centred gradient of a machine that is not restricted"
              (on (ising 4 2.0) (boltzmann 5) (0.5 * centred (pcd 2)))
              [ "centred (pcd 2)", "centred (pcd 2) is a gradient of restricted machines, which boltzmann 5 is not" ]
          tells
              "an enhanced one, too"
              (on (ising 4 2.0) (boltzmann 5) (enhanced (cd 1)))
              [ "enhanced (cd 1)", "enhanced (cd 1) is a gradient of restricted machines, which boltzmann 5 is not" ]
          valid "restricted machines have both" (on mnist (classRbm 5) (centred (pcd 1)))
          test "the hint is the plain gradient" {
              Expect.equal
                  (hints (on (ising 4 2.0) (boltzmann 5) (centred (pcd 2))))
                  [ "write pcd 2, or use rbm" ]
                  "hint"
          }
          tells
              "a vae before an energy"
              (on mnist (vae 4 >> energyClassifier []) (elbo + crossEntropy + 0.1 * energy))
              [ "energyClassifier []",
                "energyClassifier [] gives every input an energy of its own, but vae 4 draws its latent vector at random" ]
          test "the hint is its kind of autoencoder" {
              let e =
                  on mnist (gaussianVae 4 >> energyClassifier []) (elbo + crossEntropy + 0.1 * energy)

              Expect.stringContains (hints e).Head "gaussianAutoencoder 4 in place of gaussianVae 4" "hint"
          }
          valid
              "an autoencoder before an energy"
              (on mnist (autoencoder 4 >> energyClassifier []) (reconstruction + crossEntropy + 0.1 * energy))
          tells
              "a vae before an energy that nothing trains"
              (on mnist (vae 4 >> energyClassifier []) (elbo + crossEntropy))
              [ "energyClassifier []",
                "energyClassifier [] gives every input an energy of its own, but vae 4 draws its latent vector at random"
                "energyClassifier []", "the energy of energyClassifier [] is trained by no term of the loss" ]
          tells
              "activities of no hidden units"
              (on (ising 4 2.0) (boltzmann 0) (pcd 1 + 0.1 * sparsityTarget 0.1))
              [ "sparsityTarget 0.1",
                "sparsityTarget 0.1 is about the activity of hidden units, of which boltzmann 0 has none" ]
          valid "no hidden units by themselves" (on (ising 4 2.0) (boltzmann 0) (pcd 1))
          tells
              "a head without features"
              (on (mnist |> binarised) (boltzmann 0 >> classifier []) (pcd 1 + crossEntropy))
              [ "classifier []", "classifier [] has nothing to read: a machine without hidden units leaves no features" ]
          tells
              "a block without features"
              (on (mnist |> binarised) (boltzmann 0 >> dense 5 >> relu >> classifier []) (pcd 1 + crossEntropy))
              [ "dense 5", "dense 5 has nothing to read: a machine without hidden units leaves no features" ]
          tells
              "a head on a trained machine without features"
              (on (mnist |> binarised) (encoder blank >> classifier []) crossEntropy)
              [ "classifier []", "classifier [] has nothing to read: a machine without hidden units leaves no features" ]
          tells
              "batch norm inside a finetuned network"
              (energetic
                  mnist
                  (finetuned (inner mnist (dense 8 >> residual (dense 8 >> batchNorm) >> classifier []) crossEntropy)
                   >> energyClassifier []))
              [ "energyClassifier []",
                "energyClassifier [] gives every input an energy of its own, but batchNorm makes it depend on the batch" ]
          tells
              "batch norm further inside"
              (energetic
                  mnist
                  (finetuned (
                      named
                          "middle"
                          mnist
                          (finetuned (inner mnist (dense 8 >> batchNorm >> classifier []) crossEntropy)
                           >> classifier [])
                          crossEntropy
                   )
                   >> energyClassifier []))
              [ "energyClassifier []",
                "energyClassifier [] gives every input an energy of its own, but batchNorm makes it depend on the batch" ]
          tells
              "a frozen encoder inside a finetuned one"
              (energetic
                  mnist
                  (finetuned (
                      named
                          "middle"
                          mnist
                          (encoder (inner mnist (dense 8 >> classifier []) crossEntropy) >> classifier [])
                          crossEntropy
                   )
                   >> energyClassifier []))
              [ "energyClassifier []",
                "energyClassifier [] draws inputs by the gradient of its energy, which does not pass a frozen encoder" ]
          valid
              "a finetuned network without it"
              (energetic
                  mnist
                  (finetuned (inner mnist (dense 8 >> layerNorm >> classifier []) crossEntropy)
                   >> energyClassifier []))
          valid "probabilities of an encoder's machine, whatever the data" (on moons (encoder gaussian >> rbm 4) (cd 1))
          valid
              "probabilities further inside"
              (on
                  moons
                  (encoder (named "middle" moons (encoder gaussian >> rbm 5) (cd 1))
                   >> dbn [ 4; 3 ])
                  (cd 1))
          valid
              "a sigmoid's numbers"
              (on
                  moons
                  (encoder (inner moons (dense 5 >> sigmoid >> classifier []) crossEntropy)
                   >> rbm 4)
                  (cd 1))
          tells
              "an encoder's real numbers"
              (on mnist (encoder (inner mnist (dense 5 >> classifier []) crossEntropy) >> rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 expects numbers in [0, 1], which an encoder does not promise" ]
          tells
              "an encoder that ends before its first block"
              (on moons (encoder (inner moons (classifier []) crossEntropy) >> rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 expects numbers in [0, 1], which an encoder does not promise" ]
          yield!
              [ relu
                tanh
                gelu
                silu
                sigmoid
                layerNorm
                batchNorm
                pool
                dropout 0.1
                gaussianNoise 0.3
                maskingNoise 0.3
                residual (conv 1) ]
              |> List.map (fun block ->
                  let shown = (model block).Blocks.Head |> Block.show

                  tells $"{shown} before a machine" (on mnist (block >> rbm 4) (cd 1)) [ "rbm 4", first shown ])
          tells
              "noise before a Gaussian machine"
              (on moons (gaussianNoise 0.3 >> gaussianRbm 4) (cd 1))
              [ "gaussianRbm 4",
                "gaussianRbm 4 models the data themselves or the features of an encoder, but gaussianNoise 0.3 stands before it" ]
          tells
              "noise on an encoder's features"
              (on moons (encoder gaussian >> maskingNoise 0.5 >> rbm 4) (cd 1))
              [ "rbm 4", first "maskingNoise 0.5" ]
          test "the hint is to put it first" {
              Expect.equal
                  (hints (on mnist (dropout 0.1 >> relu >> rbm 500) (cd 1)))
                  [ "put rbm 500 first, or after encoder pretrained" ]
                  "one problem"
          }
          tells
              "a network that changes"
              (on moons (finetuned gaussian >> rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 models what it reads, but finetuned inner changes that while it learns" ]
          tells
              "absurdly many replicas"
              (on mnist (rbm 4) (centred (tempering 1001)))
              [ "centred (tempering 1001)", "centred (tempering 1001) expects at most 1,000 replicas, but got 1001" ]
          valid "as many as there may be" (on mnist (rbm 4) (tempering 1000))
          valid "colours are grey probabilities" (on cifar10 (rbm 4) (cd 1))
          tellsKnowing
              "columns of words"
              (on table (gaussianRbm 4) (cd 1))
              [ "gaussianRbm 4",
                "gaussianRbm 4 models vectors of numbers, but classTable \"mixed.csv\" \"kind\" has text columns" ]
          tellsKnowing
              "columns of words in [0, 1]"
              (on table (rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 models vectors of numbers, but classTable \"mixed.csv\" \"kind\" has text columns" ]
          tellsKnowing
              "sequences of unequal length"
              (on (timeSeries "ragged") (rbm 4) (cd 1))
              [ "rbm 4",
                "rbm 4 models examples of one size, but the sequences of timeSeries \"ragged\" differ in length" ]
          valid "early stopping by a likelihood" (late (on (ising 4 2.0) (rbm 4) nll))
          valid "early stopping by two likelihoods" (late (on mnist (classRbm 4) (crossEntropy + 0.1 * nll)))
          test "a classification machine against other data" {
              let e = on (mnist |> against fashionMnist) (classRbm 8) (crossEntropy + 0.1 * pcd 1)
              Expect.equal (problems e) [] "problems"
          } ]
