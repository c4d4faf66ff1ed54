/// Runs of models that are told the class, and of data that hide it.
module GenDisc.Dsl.Tests.Running.ToldClassesRunTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Spins

let private semi =
    { toy with
        Name = "semi"
        Data = moons |> take 256 |> semiSupervised 16
        Model = model (m2 2 [ 16 ])
        Loss = elbo + crossEntropy
        Training = adam 0.01 |> epochs 4 |> batch 64 }

let private written name result =
    figure result (Path.Combine("..", name))

let private report (result: RunResult) =
    File.ReadAllText(Path.Combine(result.Folder, "report.html"))

let tests =
    testList
        "Run of models that are told the class"
        [ test "m2 on data that hide labels" {
              use scene = new Scene()
              let result = scene.Run semi
              Expect.isGreaterThan result.Test.Accuracy 0.7 "better than a guess"
              Expect.isTrue (System.Double.IsFinite result.Test["elbo"]) "the labelled bound"
              Expect.equal (number [ "counts"; "labelled" ] (written "result.json" result)) 16.0 "counted"
              Expect.equal (number [ "counts"; "train" ] (written "result.json" result)) 256.0 "of all"
              Expect.equal (number [ "latent" ] (written "plan.json" result)) 2.0 "in the plan"
              Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures", "plane.json"))) "samples"
              let page = report result
              Expect.stringContains page "Of the 256 training examples 16 have a label" "the data section"
              Expect.stringContains page "equations 6 and 7" "the bounds"
              let again = scene.RunFresh semi
              Expect.equal again.Test.Values result.Test.Values "the same bits"
          }

          test "a hybrid learns its bound from all examples and its classes from few" {
              use scene = new Scene()
              let result = scene.Run { toy with Data = moons |> take 256 |> semiSupervised 8 }
              Expect.isTrue (System.Double.IsFinite result.Train["elbo"]) "bound"
              Expect.isTrue (System.Double.IsFinite result.Test["crossEntropy"]) "classes"
          }

          test "m2 on what a vae makes of the data" {
              use scene = new Scene()

              let m1 =
                  { inner with
                      Name = "m1"
                      Model = model (dense 8 >> relu >> vae 3)
                      Loss = elbo }

              let result =
                  scene.Run
                      { semi with
                          Name = "m1m2"
                          Model = model (encoder m1 >> m2 2 [ 8 ]) }

              Expect.isTrue (System.Double.IsFinite result.Test["elbo"]) "bound of the representation"
              Expect.isFalse (File.Exists(Path.Combine(result.Folder, "figures", "plane.json"))) "it draws no examples"
          }

          test "a conditional vae shows samples of every class" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { toy with
                          Name = "told"
                          Model = model (cvae 2)
                          Loss = elbo }

              Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures", "plane.json"))) "samples"
              Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures", "latent.json"))) "latent codes"
              Expect.isFalse (result.Test.Values.ContainsKey "accuracy") "no head"
          } ]
