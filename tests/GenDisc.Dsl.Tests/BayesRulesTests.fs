/// What must hold of Monte-Carlo dropout and ensembles before anything is read.
module GenDisc.Dsl.Tests.BayesRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private on c loss =
    { ExperimentTests.hybrid with
        Name = "asked"
        Data = moons
        Model = model c
        Loss = loss }

let private baseline =
    { on (dense 8 >> relu >> classifier []) crossEntropy with
        Name = "baseline" }

let private members = [ for s in 1..3 -> { baseline with Seed = s } ]

let private small = moons |> take 100

let private pictured =
    { baseline with
        Name = "pictured"
        Data = digits }

/// What is told of a model, with what to do.
let private cases =
    [ on (dense 8 >> mcDropout 0.0 30 >> classifier []) crossEntropy,
      [ "mcDropout 0.0 30 expects a rate above 0.0 and below 1.0, but got 0.0" ]
      on (dense 8 >> mcDropout 1.0 30 >> classifier []) crossEntropy,
      [ "mcDropout 1.0 30 expects a rate above 0.0 and below 1.0, but got 1.0" ]
      on (dense 8 >> mcDropout 0.5 0 >> classifier []) crossEntropy,
      [ "mcDropout 0.5 0 expects 1 to 1,000 passes, but got 0" ]
      on (dense 8 >> mcDropout 0.5 1001 >> classifier []) crossEntropy,
      [ "mcDropout 0.5 1001 expects 1 to 1,000 passes, but got 1001" ]
      on (dense 8 >> mcDropout 0.5 30 >> vae 2) elbo,
      [ "mcDropout 0.5 30 averages what a head predicts, but no classifier or regressor follows it" ]
      on
          (dense 8
           >> mcDropout 0.5 30
           >> dense 4
           >> residual (mcDropout 0.1 20 >> dense 4)
           >> classifier [])
          crossEntropy,
      [ "mcDropout 0.1 20 asks for other passes than mcDropout 0.5 30, but each pass goes through both" ]
      on (dense 8 >> vae 2) (iwae 0), [ "iwae 0 expects 1 to 1,000 draws, but got 0" ]
      on (dense 8 >> vae 2) (iwae 5 + iwae 8),
      [ "iwae 8 is a second importance-weighted bound after iwae 5, but a loss has at most one" ]
      on (dense 8 >> autoencoder 2) (reconstruction + iwae 5),
      [ "iwae needs a vae, but autoencoder 2 has no distribution over its latent vector" ]
      { on (dense 8 >> cvae 2) (iwae 5 + elbo) with
          Name = "told" },
      [ "iwae needs a vae, whose decoder is told no class as that of cvae 2 is" ]
      on (m2 2 [ 8 ]) (iwae 5 + crossEntropy),
      [ "iwae needs a vae, whose decoder is told no class as that of m2 2 [8] is"
        "m2 2 [8] is trained by no term of the loss" ]
      { on (ensemble [ { baseline with Data = small } ]) crossEntropy with
          Data = small |> noisy 0.2 },
      [ "baseline learns from data that are not prepared as those that ensemble [baseline] is asked about" ]
      { on (ensemble [ pictured ]) crossEntropy with
          Data = digits |> binarised },
      [ "pictured has no binarised, but the data of the ensemble have" ]
      { on
            (ensemble
                [ { pictured with
                      Data = digits |> binarised } ])
            crossEntropy with
          Data = digits },
      [ "pictured has binarised, but the data of the ensemble have not" ]
      { on (ensemble [ baseline ]) crossEntropy with
          Data = small },
      [ "baseline learns from the labels of all training examples, but this experiment may see 100 alone" ]
      on (dense 8 >> classifier []) (crossEntropy + iwae 5), [ "iwae needs a vae, and the model has none" ]
      on (ensemble []) crossEntropy, [ "ensemble expects at least one member, but got none" ]
      on (ensemble [ baseline; baseline ]) crossEntropy,
      [ "baseline stands in the ensemble twice with the same seed, and would say the same twice" ]
      on (dense 4 >> ensemble members) crossEntropy,
      [ "ensemble [baseline; baseline; baseline] reads the data themselves and is a whole model, but other blocks stand beside it" ]
      on
          (ensemble
              [ { on (dense 8 >> vae 2) elbo with
                    Name = "bare" } ])
          crossEntropy,
      [ "ensemble [bare] averages class probabilities, but bare has no classifier" ]
      on
          (ensemble
              [ { baseline with
                    Name = "other"
                    Data = digits
                    Model = model (conv 4 >> classifier []) } ])
          crossEntropy,
      [ "ensemble [other] is asked about 2 classes of vector 2, but other was declared for 10 classes of image 1×28×28" ]
      on (ensemble members) mse, [ "mse needs a regressor, and the model has none" ]
      on (ensemble members) elbo, [ "elbo needs a vae, and the model has none" ]
      on (ensemble [ { baseline with Training = adam -1.0 } ]) crossEntropy,
      [ "baseline is not valid itself: a learning rate must be finite and above 0, but is -1.0" ]
      on
          (ensemble
              [ { baseline with
                    Data = moons |> validation 0.3 } ])
          crossEntropy,
      [ "baseline may have been trained on validation examples of this experiment: on the same data it has validation 0.3, not 0.1" ]
      on (encoder (on (ensemble members) crossEntropy) >> classifier []) crossEntropy,
      [ "encoder asked expects a main path, but asked is an ensemble, which has none" ] ]

let tests =
    testList
        "BayesRules"
        [ for e, says in cases do
              test (Model.show e.Model + " by " + Loss.show e.Loss) {
                  Expect.equal (problems e |> List.map _.Says) says "problems"
              }

          test "an ensemble's plan is one row of all its members, which it depends on" {
              let p = plan (on (ensemble members) crossEntropy)
              let row = List.exactlyOne p.Rows
              let each = plan baseline
              Expect.equal (row.In, row.Out) (Vector 2, Vector 2) "shapes"
              Expect.equal (p.Parameters, p.Flops) (3L * each.Parameters, 3L * each.Flops) "costs"
              Expect.equal (p.Dependencies |> List.map _.Experiment) members "members"
          }

          test "iwae trains encoder and decoder alike" {
              for loss in [ iwae 5; 0.1 * iwae 5 + kl; iwae 5 + elbo ] do
                  plan (on (dense 8 >> vae 2) loss) |> ignore
          }

          test "members of few labels, each with its own, and of data that hide labels" {
              let few = [ for s in 1..3 -> { baseline with Seed = s; Data = small } ]

              plan
                  { on (ensemble few) crossEntropy with
                      Data = small }
              |> ignore

              let hidden = moons |> semiSupervised 20

              let semi =
                  { on (m2 2 [ 8 ]) (elbo + crossEntropy) with
                      Name = "semi"
                      Data = hidden }

              plan
                  { on (ensemble [ semi; { semi with Seed = 2 } ]) crossEntropy with
                      Data = hidden }
              |> ignore
          }

          test "an ensemble of regressors" {
              let regression =
                  { on (dense 4 >> regressor []) mse with
                      Name = "regression"
                      Data = friedman }

              let p =
                  plan
                      { on (ensemble [ regression; { regression with Seed = 9 } ]) mse with
                          Data = friedman }

              Expect.equal (List.exactlyOne p.Rows).Out (Vector 1) "targets"
          }

          test "an ensemble of ensembles" {
              let inner = on (ensemble members) crossEntropy
              let p = plan (on (ensemble [ inner; { inner with Seed = 9 } ]) crossEntropy)
              Expect.equal p.Parameters (6L * (plan baseline).Parameters) "costs"
          }

          test "mcDropout costs nothing and says its passes" {
              let with', without =
                  plan (on (dense 8 >> mcDropout 0.2 30 >> classifier []) crossEntropy),
                  plan (on (dense 8 >> classifier []) crossEntropy)

              Expect.equal (with'.Parameters, with'.Flops) (without.Parameters, without.Flops) "of one pass"
              Expect.equal with'.Rows[1].Text "mcDropout 0.2 30" "row"
          } ]
