module GenDisc.Dsl.Tests.ExplainTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Generators

let private hybrid = ExperimentTests.hybrid

let private explained e =
    match Check.experiment e with
    | Ok plan -> Explain.plan plan
    | Error problems -> Explain.problems e problems

/// dsl.md's wrong declaration, letter by letter.
let private wrong =
    """wrong is not a valid experiment:
  model: dense 10 >> relu >> conv 64
                             ^^^^^^^
  conv 64 expects an image, but receives vector 10
  hint: put conv blocks before dense blocks
  loss:  0.1 * elbo + crossEntropy
  crossEntropy needs a classifier, and the model has none
  hint: append >> classifier [128], or drop crossEntropy"""

let tests =
    testList
        "Explain"
        [ test "a wrong declaration reads as in the language's description, and goes on with what that leaves out" {
              let text =
                  explained
                      { hybrid with
                          Name = "wrong"
                          Model = model (dense 10 >> relu >> conv 64) }

              Expect.equal
                  text
                  (wrong
                   + "\n  loss:  0.1 * elbo + crossEntropy\n  elbo needs a vae, and the model has none\n  hint: add vae 32, or drop elbo")
                  "text"
          }

          test "carets under nested blocks, weights and modifiers" {
              let text =
                  explained
                      { hybrid with
                          Model = model (residual (dense 784 >> dropout 2.0) >> vae 2 >> classifier [])
                          Loss = 0.1 * elbo + -1.0 * crossEntropy
                          Data = mnist |> take 5
                          Training = adam 0.1 |> clip 0.0 }

              Expect.equal
                  text
                  """hybrid-mnist is not a valid experiment:
  data:  mnist |> take 5
                  ^^^^^^
  take expects at least one example of each of the 10 classes, but got 5
  hint: write take 1000
  model: residual (dense 784 >> dropout 2.0) >> vae 2 >> classifier []
                                ^^^^^^^^^^^
  dropout 2.0 expects a rate from 0.0 to below 1.0, but got 2.0
  hint: write dropout 0.1
  model: residual (dense 784 >> dropout 2.0) >> vae 2 >> classifier []
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  residual expects blocks that leave the shape as it was, but receives image 1×28×28 and leaves vector 784
  hint: use no pool or dense inside, and end the inner blocks with conv 1
  loss:  0.1 * elbo + -1.0 * crossEntropy
                      ^^^^
  a weight must be finite and not negative, but is -1.0
  hint: write a weight such as 0.1
  training: adam 0.1 |> epochs 10 |> batch 128 |> clip 0.0
                                                  ^^^^^^^^
  clip expects a finite norm above 0, but got 0.0
  hint: write clip 1.0"""
                  "text"
          }

          law "carets stand under what is wrong, within 100 columns" (fun (Anything e) ->
              match Check.experiment e with
              | Ok _ -> true
              | Error problems ->
                  let lines = (Explain.problems e problems).Split '\n' |> List.ofArray

                  List.pairwise lines
                  |> List.forall (fun (source, carets) ->
                      carets.Trim(' ', '^') <> ""
                      || (carets.Length <= source.Length
                          && source.Length <= 100
                          && carets.Contains '^'
                          && source[carets.IndexOf '^'] <> ' ')))

          test "a plan is a table of 80 columns" {
              Expect.equal
                  (explained hybrid)
                  """block                 input          output         parameters      FLOPs
─────────────────────────────────────────────────────────────────────────
dense 400 (standard)  image 1×28×28  vector 400        314,000    627,200
relu (standard)       vector 400     vector 400              0        400
vae 32                vector 400     vector 32          25,664     51,200
decoder: dense 400    vector 32      vector 400         13,200     25,600
decoder: relu         vector 400     vector 400              0        400
decoder: dense 784    vector 400     image 1×28×28     314,384    627,200
classifier [128]      vector 32      vector 10           5,514     10,880
─────────────────────────────────────────────────────────────────────────
total                                                  672,762  1,342,880

data:      mnist
loss:      0.1 * elbo + crossEntropy
terms:     0.1 reconstruction, 0.1 kl, crossEntropy
training:  adam 0.001 |> epochs 5 |> batch 128"""
                  "table"
          }

          law "a plan reads the same under any culture, and its table keeps to 80 columns" (fun (Valid e) ->
              let table = explained e

              let rows = table.Split '\n' |> Array.takeWhile (fun line -> line <> "")

              rows |> Array.forall (fun line -> line.Length <= 80)
              && Scripts.under "de-DE" (fun () -> explained e) = table) ]
