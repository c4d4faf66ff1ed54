/// Shapes, costs and problems of models that are told the class, and of data that hide it.
module GenDisc.Dsl.Tests.ToldClassesCheckTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private on data loss c =
    { ExperimentTests.hybrid with
        Data = data
        Model = model c
        Loss = loss }

let private m1 = on mnist elbo (vae 50)
let private semi = elbo + 50.0 * crossEntropy
let private affine inputs outputs = int64 (inputs * outputs + outputs)
let private rows e = (plan e).Rows |> List.map (fun r -> r.Text, string r.In, string r.Out, r.Parameters)

/// Each problem as what the caret is under, what it says, and the hint.
let private toldWithHints e =
    [ for p in problems e do
          under e p |> Option.defaultValue "", p.Says, p.Hint ]

let private wrong =
    [ on friedman elbo (cvae 4),
      [ "cvae 4",
        "cvae 4 is told the class of every example, but friedman has none",
        "write vae 4, or use other data" ]
      on mnist elbo (cvae 0), [ "cvae 0", "cvae 0 expects a latent size of at least 1, but got 0", "write cvae 32" ]
      on mnist (elbo + crossEntropy) (cvae 4 >> classifier []),
      [ "classifier []",
        "classifier [] would read what cvae 4 makes of the class that it was told",
        "write vae 4 in place of cvae 4, or drop classifier []" ]
      on mnist (elbo + crossEntropy) (dense 8 >> classifier [] >> cvae 4),
      [ "cvae 4",
        "cvae 4 follows classifier [], but a model that is told the class has none to tell",
        "drop classifier [], or write vae 4" ]
      on mnist elbo (cvae 4 >> vae 2),
      [ "vae 2", "vae 2 is a second bottleneck after cvae 4, but a model has at most one", "keep one of cvae 4 and vae 2" ]
      on mnist elbo (cvae 4 >> dense 3),
      [ "dense 3",
        "nothing uses what dense 3 computes: no head, bottleneck or machine follows",
        "put it before cvae 4, or drop it" ]
      on mnist kl (cvae 4),
      [ "cvae 4",
        "the decoder of cvae 4 is trained by no term of the loss, which has kl alone",
        "use elbo, or add reconstruction to the loss" ]
      on mnist semi (m2 5 [ 0 ]),
      [ "m2 5 [0]",
        "m2 5 [0] expects hidden widths of at least 1, but got 0",
        "write m2 50 [500], or [] for no hidden layer" ]
      on mnist semi (m2 0 [ 5 ]),
      [ "m2 0 [5]", "m2 0 [5] expects a latent size of at least 1, but got 0", "write m2 50 [500]" ]
      on mnist semi (dense 8 >> relu >> m2 5 [ 4 ]),
      [ "m2 5 [4]",
        "m2 5 [4] is a model of what it reads, which must not change while it learns, but relu stands before it",
        "put m2 first, or directly after encoder of a trained vae" ]
      on mnist semi (finetuned m1 >> m2 5 [ 4 ]),
      [ "m2 5 [4]",
        "m2 5 [4] is a model of what it reads, which must not change while it learns, but finetuned hybrid-mnist stands before it",
        "put m2 first, or directly after encoder of a trained vae" ]
      on mnist semi (m2 5 [ 4 ] >> classifier []),
      [ "classifier []",
        "classifier [] is a second head after m2 5 [4], but a model has at most one",
        "keep one of m2 5 [4] and classifier []" ]
      on mnist semi (m2 5 [ 4 ] >> vae 3),
      [ "vae 3",
        "vae 3 is a second bottleneck after m2 5 [4], but a model has at most one",
        "keep one of m2 5 [4] and vae 3" ]
      on mnist elbo (m2 5 [ 4 ]),
      [ "m2 5 [4]",
        "examples whose class is known teach the classifier of m2 5 [4] nothing",
        "write elbo + 50.0 * crossEntropy" ]
      on mnist crossEntropy (m2 5 [ 4 ]),
      [ "m2 5 [4]", "m2 5 [4] is trained by no term of the loss", "add 0.1 * elbo to the loss, or drop m2 5 [4]" ]
      on (mnist |> semiSupervised 5) semi (m2 5 [ 4 ]),
      [ "semiSupervised 5",
        "semiSupervised expects at least one label of each of the 10 classes, but got 5",
        "write semiSupervised 100" ]
      on (mnist |> take 200 |> semiSupervised 300) semi (m2 5 [ 4 ]),
      [ "semiSupervised 300",
        "semiSupervised expects at most the 200 examples left for training, but got 300",
        "hide more labels, or drop semiSupervised" ]
      on (friedman |> semiSupervised 50) (elbo + mse) (vae 3 >> regressor []),
      [ "semiSupervised 50", "semiSupervised is for data with classes, which friedman has not", "drop semiSupervised" ]
      on (mnist |> semiSupervised 100) crossEntropy (classifier [ 8 ]),
      [ "",
        "every term of the loss needs labels, so the examples whose labels semiSupervised hides would teach nothing",
        "write take 100 in place of semiSupervised, or add 0.1 * elbo with vae 32 before the classifier" ]
      on (mnist |> semiSupervised 100) elbo (cvae 4),
      [ "",
        "every term of the loss needs labels, so the examples whose labels semiSupervised hides would teach nothing",
        "write take 100 in place of semiSupervised, or add 0.1 * elbo with vae 32 before the classifier" ]
      on (mnist |> semiSupervised 100) (crossEntropy + 0.01 * pcd 1) (classRbm 8),
      [ "classRbm 8",
        "classRbm 8 learns from the class of every example, but semiSupervised hides most of them",
        "use m2 50 [500], or vae 32 >> classifier [128]; or write take 100 in place of semiSupervised" ] ]

let tests =
    testList
        "Check of models that are told the class"
        [ for e, expected in wrong do
              test $"{e.Data} with {e.Model} and {e.Loss}" { Expect.equal (toldWithHints e) expected "problems" }

          test "a cvae reads and writes the class beside what it reads and writes" {
              let e = on mnist elbo (cvae 32)

              Expect.equal
                  (rows e)
                  [ "dense 400 (standard)", "image 1×28×28", "vector 400", affine 784 400
                    "relu (standard)", "vector 400", "vector 400", 0L
                    "cvae 32", "vector 400", "vector 32", affine 410 256 + 2L * affine 256 32
                    "decoder: dense 400", "vector 42", "vector 400", affine 42 400
                    "decoder: relu", "vector 400", "vector 400", 0L
                    "decoder: dense 784", "vector 400", "image 1×28×28", affine 400 784 ]
                  "rows"

              match (plan e).Bottleneck with
              | Some b -> Expect.equal (b.Classes, b.Likelihood, b.Variational) (10, Likelihood.Bernoulli, true) "told"
              | None -> failtest "no bottleneck"
          }

          test "m2 is three networks over what it reads" {
              Expect.equal
                  (rows (on mnist semi (m2 50 [ 500 ])))
                  [ "m2 50 [500]", "image 1×28×28", "vector 10", affine 784 500 + affine 500 10
                    "m2: q(z|x, y)", "image 1×28×28", "vector 50", affine 794 500 + affine 500 100
                    "m2: p(x|y, z)", "vector 50", "image 1×28×28", affine 60 500 + affine 500 784 ]
                  "rows"

              Expect.equal
                  (rows (on moons semi (m2 3 [])))
                  [ "m2 3 []", "vector 2", "vector 2", affine 2 2
                    "m2: q(z|x, y)", "vector 2", "vector 3", affine 4 6
                    "m2: p(x|y, z)", "vector 3", "vector 2", affine 5 2 + 1L ]
                  "without hidden layers, with a variance"
          }

          test "after an encoder m2 models its representation, with a Gaussian" {
              let e = on (mnist |> semiSupervised 100) semi (encoder m1 >> m2 50 [ 500 ])

              match (plan e).Stages with
              | [ Stage.Trunk [ Layer.Pretrained _ ]; Stage.M2 m ] ->
                  Expect.equal (m.Shape, m.Likelihood, m.Classes) (Vector 50, Likelihood.Gaussian, 10) "what it models"
              | other -> failtest $"{other}"
          }

          test "an experiment with a cvae is no encoder" {
              let e = on mnist crossEntropy (encoder (on mnist elbo (cvae 4)) >> classifier [])

              Expect.equal
                  [ for _, says, hint in toldWithHints e -> says, hint ]
                  [ "hybrid-mnist makes nothing of an example whose class it is not told: it has cvae 4",
                    "use an experiment with vae 32" ]
                  "problems"
          }

          test "models that learn without labels may have few of them" {
              for loss, c in
                  [ semi, m2 5 [ 4 ]
                    0.1 * elbo + crossEntropy, vae 4 >> classifier [ 8 ]
                    reconstruction + crossEntropy, autoencoder 4 >> classifier []
                    cd 1 + crossEntropy, rbm 8 >> classifier [] ] do
                  Expect.isEmpty (told (on (mnist |> semiSupervised 10) loss c)) $"{loss}"

              Expect.isEmpty (told (on (mnist |> take 500 |> semiSupervised 500) semi (m2 5 [ 4 ]))) "all of those taken"
              Expect.isEmpty (told (on mnist semi (m2 5 [ 4 ]))) "and m2 may have all"
          } ]
