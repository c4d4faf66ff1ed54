/// Data that a model is asked to find strange.
module GenDisc.Dsl.Tests.AgainstRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.DataRulesTests

let private wrong =
    [ friedman |> against friedman,
      [ "against friedman", "against asks how a classifier tells other data apart, but friedman has no classes" ]
      mnist |> against moons, [ "against moons", "against expects data of image 1×28×28, but moons has vector 2" ]
      moons |> against (circles |> noise -1.0),
      [ "against (circles |> noise (-1.0))", "noise expects a finite deviation of at least 0.0, but got -1.0" ]
      moons |> against lorenz,
      [ "against lorenz", "against expects labelled images, vectors or timeSeries, which lorenz is not" ]
      moons
      |> against (circles |> take 5 |> validation 0.2 |> flipped |> against spirals),
      [ for word in [ "take"; "validation"; "flipped"; "against" ] do
            "against (circles |> take 5 |> validation 0.2 |> flipped |> against spirals)",
            $"{word} changes nothing inside against, which asks for the test part of circles, as it is" ]
      moons |> against (imageFolder "x"), [ "against (imageFolder \"x\")", "imageFolder \"x\" could not be read" ] ]

let tests =
    testList
        "AgainstRules"
        [ for data, expected in wrong do
              test $"{data}" { Expect.equal (toldOf data) expected "problems" }

          test "against asks a classifier" {
              let e =
                  { on (moons |> against circles) with
                      Model = model (vae 2)
                      Loss = elbo }

              Expect.equal
                  (told e)
                  [ Place.Data,
                    "against circles",
                    "against asks how a classifier tells other data apart, but the model has none" ]
                  "problems"
          }

          test "holdOut of a folder that has a test part" {
              let strange = imageFolder "x" |> holdOut 0.5

              let knowing (data: Data) =
                  if data = strange then
                      Some
                          { Generators.facts mnist with
                              HasTest = true }
                  else
                      Data.facts data

              Expect.equal
                  (toldUsing knowing (on (mnist |> against strange)))
                  [ Place.Data,
                    "against (imageFolder \"x\" |> holdOut 0.5)",
                    "holdOut is for data without a test part, but imageFolder \"x\" has one: its folder test" ]
                  "problems"
          } ]
