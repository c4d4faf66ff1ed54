/// What must hold of Boltzmann machines, energy classifiers and their losses.
module GenDisc.Dsl.Tests.MachineCheckTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private on (data: Data) c loss =
    { ExperimentTests.hybrid with
        Name = "machine"
        Data = data
        Model = model c
        Loss = loss }

let private trained = on (mnist |> binarised) (rbm 500) (pcd 1)

/// Each problem's caret and words, and no other problem.
let private tells name e expected =
    test name { Expect.equal [ for _, part, says in told e -> part, says ] expected "problems" }

let private rows e =
    [ for row in (plan e).Rows do
          row.Text, string row.In, string row.Out, row.Parameters ]

let private late (e: Experiment) =
    { e with
        Training = adam 1e-3 |> epochs 5 |> earlyStopping 2 }

let tests =
    testList
        "machines"
        [ test "a restricted machine counts weights and both biases" {
              Expect.equal (rows trained) [ "rbm 500", "image 1×28×28", "vector 500", 784L * 500L + 784L + 500L ] "rows"
          }
          test "a Gaussian one has variances, unless they stay at 1" {
              let parameters c = (plan (on spirals c (cd 1))).Parameters

              Expect.equal (parameters (gaussianRbm 3)) 13L "learned"
              Expect.equal (parameters (unitGaussianRbm 3)) 11L "fixed"
          }
          test "a classification machine is a head" {
              let e = on mnist (classRbm 500) (crossEntropy + 0.01 * pcd 1)
              Expect.equal (rows e) [ "classRbm 500", "image 1×28×28", "vector 10", 398_294L ] "rows"
          }
          test "a general machine counts each pair once" {
              let e = on (ising 3 2.0) (boltzmann 4) (pcd 1)
              Expect.equal (plan e).Parameters (int64 (36 + 36 + 6 + 9 + 4)) "parameters"
          }
          test "a deep belief network has a row for each machine" {
              let e = on mnist (dbn [ 500; 250 ]) (cd 1)

              Expect.equal
                  [ for text, input, output, _ in rows e -> text, input, output ]
                  [ "dbn: rbm 500", "image 1×28×28", "vector 500"
                    "dbn: rbm 250", "vector 500", "vector 250" ]
                  "rows"
          }
          test "features of a trained machine feed another one" {
              let e = on (mnist |> binarised) (encoder trained >> rbm 16) (cd 1)
              Expect.equal (problems e) [] "problems"
          }
          test "machines as the language page writes them" {
              for c, loss in
                  [ rbm 500, cd 1
                    rbm 500, pcd 5
                    classRbm 500, crossEntropy + 0.01 * pcd 1
                    conv 32 >> relu >> pool >> energyClassifier [ 128 ], crossEntropy + 1.0 * energy ] do
                  Expect.equal (problems (on mnist c loss)) [] (string loss)
          }
          test "modifiers of a gradient refuse other losses" {
              Expect.throwsT<InvalidExperiment> (fun () -> centred elbo |> ignore) "elbo"
              Expect.throwsT<InvalidExperiment> (fun () -> enhanced (centred (cd 1)) |> ignore) "twice"
          }
          test "terms are known by one word in metrics and by their source in losses" {
              Expect.equal
                  (string (0.5 * centred (pcd 5) + sparsityTarget 0.1))
                  "0.5 * centred (pcd 5) + sparsityTarget 0.1"
                  "source"

              Expect.equal (Loss.terms (centred (pcd 5)) |> List.map Term.name) [ "pcd" ] "name"
          }
          tells
              "real numbers want a Gaussian machine"
              (on moons (rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 expects data in [0, 1], but moons has values outside" ]
          tells
              "blocks that learn do not stand before a machine"
              (on mnist (dense 10 >> rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 models the data themselves or the features of an encoder, but dense 10 stands before it" ]
          tells
              "two machines"
              (on mnist (rbm 5 >> rbm 4) (cd 1))
              [ "rbm 4", "rbm 4 is a second Boltzmann machine after rbm 5, but a model has at most one" ]
          tells
              "a machine and a bottleneck"
              (on mnist (rbm 5 >> vae 4) (cd 1 + elbo))
              [ "vae 4", "vae 4 cannot follow rbm 5: a model has one of a Boltzmann machine and a bottleneck" ]
          tells
              "a head on a network that learns in turns"
              (on mnist (dbn [ 5; 4 ] >> classifier []) (cd 1 + crossEntropy))
              [ "classifier []",
                "classifier [] would learn from dbn [5; 4] while its machines learn one after the other" ]
          tells
              "dbn without a machine"
              (on mnist (dbn []) (cd 1))
              [ "dbn []", "dbn [] has no machine: it expects a width for each" ]
          tells
              "no hidden unit"
              (on mnist (rbm 0) (cd 1))
              [ "rbm 0", "rbm 0 expects a number of hidden units of at least 1, but got 0" ]
          tells
              "no machine to train"
              (on mnist (classifier []) (crossEntropy + cd 1))
              [ "", "cd 1 needs a Boltzmann machine, and the model has none" ]
          tells
              "nothing that trains the machine"
              (on mnist (rbm 4 >> classifier []) crossEntropy)
              [ "rbm 4", "rbm 4 is trained by no term of the loss as a model of its data" ]
          test "a classification machine may be purely discriminative" {
              Expect.equal (problems (on mnist (classRbm 4) crossEntropy)) [] "problems"
          }
          tells
              "two negative phases"
              (on mnist (rbm 4) (cd 1 + pcd 1))
              [ "", "pcd 1 is a second negative phase after cd 1, but a loss has at most one" ]
          tells "no sweep" (on mnist (rbm 4) (cd 0)) [ "cd 0", "cd 0 expects at least 1 sweep, but got 0" ]
          tells
              "one replica"
              (on mnist (rbm 4) (tempering 1))
              [ "tempering 1", "tempering 1 expects at least 2 replicas, but got 1" ]
          tells
              "an activity out of range"
              (on mnist (rbm 4) (cd 1 + sparsityTarget 1.0))
              [ "sparsityTarget 1.0", "sparsityTarget 1.0 expects an activity between 0 and 1, but got 1.0" ]
          tells
              "too many states"
              (on mnist (rbm 21) nll)
              [ "", "nll enumerates all states, which takes at most 20 visible or hidden units, but rbm 21 has 21" ]
          test "the smaller layer counts" {
              Expect.equal (problems (on (ising 4 2.0) (rbm 100) nll)) [] "16 visible units"
          }
          tells
              "a general machine enumerates all units"
              (on (ising 4 2.0) (boltzmann 5) nll)
              [ "", "nll enumerates all states, which takes at most 20 units, but boltzmann 5 has 21" ]
          tells
              "early stopping by a difference of energies"
              (late (on mnist (rbm 4) (cd 1)))
              [ "earlyStopping 2",
                "earlyStopping watches the validation loss, but cd 1 is a difference of energies, which says nothing about how good the model is" ]
          tells
              "an energy without its head"
              (on mnist (classifier []) (crossEntropy + energy))
              [ "", "energy needs an energyClassifier, and the model has none" ]
          tells
              "a head without its energy"
              (on mnist (energyClassifier []) crossEntropy)
              [ "energyClassifier []", "the energy of energyClassifier [] is trained by no term of the loss" ]
          tells
              "batch norm before an energy"
              (on mnist (dense 8 >> batchNorm >> energyClassifier []) (crossEntropy + energy))
              [ "energyClassifier []",
                "energyClassifier [] gives every input an energy of its own, but batchNorm makes it depend on the batch" ]
          tells
              "a lattice without sites"
              (on (ising 1 2.0) (rbm 4) (cd 1))
              [ "ising 1 2.0", "ising expects a lattice of 2 to 64 sites a side, but got 1" ]
          tells
              "black and white of what is not grey"
              (on (moons |> binarised) (gaussianRbm 4) (cd 1))
              [ "binarised", "binarised is for grey images in [0, 1], which moons is not" ] ]
