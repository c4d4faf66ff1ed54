module GenDisc.Dsl.Tests.PretrainedCheckTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private inner =
    { ExperimentTests.hybrid with
        Name = "inner"
        Data = moons
        Model = model (dense 8 >> relu >> vae 3 >> classifier [ 4 ])
        Loss = elbo + crossEntropy }

let private over data c =
    { inner with
        Name = "outer"
        Data = data
        Model = model c
        Loss = crossEntropy }

let private outer = over moons (encoder inner >> dense 5 >> classifier [])

let private costs (row: Row) =
    row.Text, string row.In, string row.Out, row.Parameters, row.Flops

let private recurrent =
    { inner with
        Name = "states"
        Data = sines [ 1.0 ]
        Model = model (bidirectional (gru 4) >> regressor [])
        Loss = mse }

let tests =
    testList
        "Check of encoders"
        [ test "an encoder is the main path up to its heads, without decoder" {
              let p = plan outer

              Expect.equal
                  (p.Rows |> List.map costs)
                  [ "encoder inner",
                    "vector 2",
                    "vector 3",
                    int64 ((2 * 8 + 8) + 2 * (8 * 3 + 3)),
                    int64 (2 * 2 * 8 + 8 + 2 * 2 * 8 * 3)
                    "dense 5", "vector 3", "vector 5", 20L, 30L
                    "classifier []", "vector 5", "vector 2", 12L, 20L ]
                  "rows"

              Expect.equal (p.Dependencies |> List.map _.Experiment) [ inner ] "what must be run first"
          }

          test "a finetuned encoder costs the same" {
              let tuned = over moons (finetuned inner >> dense 5 >> classifier [])
              Expect.equal (plan tuned).Parameters (plan outer).Parameters "parameters"
              Expect.equal (plan tuned).Rows.Head.Text "finetuned inner" "its name"
          }

          test "an encoder inside an encoder" {
              let middle =
                  { over moons (encoder inner >> dense 5 >> tanh >> autoencoder 2) with
                      Name = "middle"
                      Loss = reconstruction }

              let p = plan (over moons (finetuned middle >> classifier []))

              Expect.equal
                  (costs p.Rows.Head)
                  ("finetuned middle",
                   "vector 2",
                   "vector 2",
                   int64 (78 + (3 * 5 + 5) + (5 * 2 + 2)),
                   int64 (136 + 30 + 5 + 20))
                  "costs add up"

              Expect.equal (p.Dependencies |> List.map _.Experiment.Name) [ "middle" ] "directly inside"
              Expect.equal (p.Dependencies.Head.Dependencies |> List.map _.Experiment.Name) [ "inner" ] "inside that"
          }

          test "heads after a recurrent encoder read the last state of both directions" {
              let p =
                  plan
                      { recurrent with
                          Name = "outer"
                          Model = model (encoder recurrent >> regressor []) }

              Expect.equal (string p.Rows.Head.Out) "sequence 24×8" "states of all steps"

              match List.last p.Stages with
              | Stage.Regressor layers -> Expect.equal layers [ Layer.LastState 4; Layer.Affine(8, 1) ] "head"
              | other -> failtest $"{other}"
          }

          test "a decoder after an encoder goes back to the data in one step" {
              let p =
                  plan
                      { outer with
                          Model = model (encoder inner >> dense 5 >> relu >> vae 2)
                          Loss = elbo }

              Expect.equal
                  (p.Bottleneck |> Option.map _.Decoder)
                  (Some
                      [ Layer.Affine(2, 5)
                        Layer.Apply Activation.Relu
                        Layer.Affine(5, 3)
                        Layer.Affine(3, 2) ])
                  "decoder"
          }

          for name, e, expected in
              [ let block path part says = [ Place.Block path, part, says ]
                let shown = "encoder " + (inner :> IDeclared).Source

                let invalid =
                    { inner with
                        Model = model (dense 0 >> vae 3 >> classifier []) }

                let untrainable =
                    { inner with
                        Training = adam 1e-3 |> epochs 0 }

                "other data",
                over mnist (encoder inner >> classifier []),
                block
                    [ 0 ]
                    shown
                    "encoder inner expects vector 2, which inner was declared for, but receives image 1×28×28"

                "not first",
                over moons (dense 2 >> encoder inner >> classifier []),
                block [ 1 ] shown "encoder inner expects vector 2, which inner was declared for, but receives vector 2"

                "twice",
                over moons (encoder inner >> encoder inner >> classifier []),
                block [ 1 ] shown "encoder inner expects vector 2, which inner was declared for, but receives vector 3"

                "inside residual",
                over moons (residual (encoder inner) >> classifier []),
                block
                    [ 0; 0 ]
                    shown
                    "encoder inner stands inside residual, which expects blocks that leave the shape as it was"

                "an invalid model inside",
                over moons (encoder invalid >> classifier []),
                block
                    [ 0 ]
                    ("encoder " + (invalid :> IDeclared).Source)
                    "encoder inner stands for an experiment that is not valid itself"

                "an invalid training inside",
                over moons (finetuned untrainable >> classifier []),
                block
                    [ 0 ]
                    ("finetuned " + (untrainable :> IDeclared).Source)
                    "inner is not valid itself: epochs expects 1 to 100,000, but got 0"

                let unread = { inner with Data = imageFolder "cats" }

                "data that cannot be read",
                over moons (encoder unread >> classifier []),
                block
                    [ 0 ]
                    ("encoder " + (unread :> IDeclared).Source)
                    "encoder inner needs imageFolder \"cats\", which could not be read" ] do
              test $"a problem: {name}" { Expect.equal (told e) expected "problems" }

          test "the inner problem is the hint" {
              let invalid =
                  { inner with
                      Model = model (dense 0 >> vae 3 >> classifier []) }

              Expect.equal
                  (problems (over moons (encoder invalid >> classifier [])) |> List.map _.Hint)
                  [ "check inner on its own: dense 0 expects a width of at least 1, but got 0" ]
                  "hint"
          }

          test "a name that breaks lines is quoted" {
              let e = over mnist (encoder { inner with Name = "two\n\nlines" } >> classifier [])

              let text = Explain.problems e (problems e)
              Expect.equal (text.Split('\n').Length) 5 "lines"
              Expect.stringContains text "encoder \"two\\n\\nlines\" expects vector 2" "says"
          }

          test "a run's identity changes with the declaration inside" {
              let ids =
                  [ outer
                    over moons (finetuned inner >> dense 5 >> classifier [])
                    over moons (encoder { inner with Seed = 2 } >> dense 5 >> classifier [])
                    over moons (encoder { inner with Name = "other" } >> dense 5 >> classifier [])
                    over
                        moons
                        (encoder
                            { inner with
                                Loss = elbo + 2.0 * crossEntropy }
                         >> dense 5
                         >> classifier []) ]
                  |> List.map Experiment.id

              Expect.equal (List.distinct ids) ids "all differ"

              Expect.equal
                  (Experiment.id (over moons (encoder { inner with Seed = 42 } >> dense 5 >> classifier [])))
                  (Experiment.id (over moons (encoder { inner with Seed = 42 } >> dense 5 >> classifier [])))
                  "equal ones agree"
          } ]
