/// What must hold of the classifier that judges samples.
module GenDisc.Dsl.Tests.QualityRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private drawing (data: Data) =
    { ExperimentTests.hybrid with
        Name = "drawing"
        Data = data
        Model = model (diffusion (mlp [ 8 ]))
        Loss = denoising }

/// The only problem, at the word qualityBy.
let private tells name (e: Experiment) says hint =
    test name {
        let found = problems e
        Expect.equal [ for p in found -> p.Says, p.Hint ] [ says, hint ] "problem"

        for p in found do
            Expect.equal p.Place Place.Data "place"
            Expect.stringStarts (under e p |> Option.defaultValue "") "qualityBy" "caret"
    }

let private named name (e: Experiment) = { e with Name = name }

let private vae =
    { drawing moons with
        Name = "coder"
        Model = model (dense 4 >> vae 2)
        Loss = elbo }

let tests =
    testList
        "QualityRules"
        [ test "a judge of the same data is no problem, and stands in the plan before what it judges" {
              for data in [ moons; moons |> take 100; spirals; digits ] do
                  let network = if data.Source.IsDigits then unet 8 else mlp [ 8 ]

                  let e =
                      { drawing (data |> qualityBy (judge data)) with
                          Model = model (diffusion network) }

                  Expect.equal (told e) [] $"{data}"

                  Expect.equal
                      [ for inner in (plan e).Dependencies -> inner.Experiment.Name ]
                      [ (judge data).Name ]
                      "dependencies"
          }
          tells
              "a model that draws nothing"
              { drawing (moons |> qualityBy (judge moons)) with
                  Model = model (dense 4 >> classifier [])
                  Loss = crossEntropy }
              "qualityBy judges what a model draws, but this one draws nothing"
              "drop qualityBy, or let the model have a vae, cvae, m2, rbm or diffusion"
          tells
              "a judge that is no classifier"
              (drawing (moons |> qualityBy vae))
              "qualityBy compares in the features of a classifier, which coder is not"
              "write qualityBy (judge data)"
          tells
              "a judge of other shapes"
              (drawing (moons |> qualityBy (judge digits |> named "other")))
              "qualityBy expects a classifier of vector 2, but other was made for image 1×28×28"
              "name one of the same data"
          tells
              "a judge of other classes"
              (drawing (moons |> qualityBy (judge spirals |> named "other")))
              "qualityBy expects a classifier of 2 classes, but other tells 3 apart"
              "name one of the same data"
          tells
              "a judge that has seen validation examples"
              (drawing (moons |> qualityBy (judge (moons |> validation 0.2) |> named "other")))
              "other may have been trained on validation examples of this experiment: on the same data it has validation 0.2, not 0.1"
              "give both the same validation share"
          test "data without classes have no judge, and a run of them none to name" {
              Expect.throwsC (fun () -> judge friedman |> ignore) (fun e ->
                  Expect.stringContains e.Message "judge makes a classifier, but friedman has no classes" "message"
                  Expect.stringContains e.Message "hint: leave qualityBy out" "hint")

              let e = drawing (friedman |> qualityBy (judge moons))

              Expect.equal
                  [ for p in problems e -> p.Says, p.Hint ]
                  [ "qualityBy compares in the features of a classifier, but friedman has no classes", "drop qualityBy" ]
                  "problem"
          }
          test "a judge is printed with its data, and data without one as before" {
              let by = judge (moons |> take 100)
              let data = moons |> take 100 |> qualityBy by
              Expect.equal $"{data}" $"moons |> take 100 |> qualityBy {(by :> IDeclared).Source}" "printed"
              Expect.equal $"{ { data with Judge = None } }" "moons |> take 100" "without"
              Expect.notEqual (Experiment.id (drawing data)) (Experiment.id (drawing (moons |> take 100))) "another run"
          }
          test "a judge learns from real, labelled examples alone" {
              let data =
                  digits
                  |> take 200
                  |> semiSupervised 50
                  |> rotated 5.0
                  |> qualityBy (judge digits)

              let by = judge data
              Expect.equal by.Data (digits |> take 200 |> shifted 1) "data"
              Expect.equal by.Name "judge-digits" "name"
          } ]
