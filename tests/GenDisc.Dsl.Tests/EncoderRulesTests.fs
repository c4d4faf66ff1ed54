/// What an experiment inside another one may not have been trained on.
module GenDisc.Dsl.Tests.EncoderRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private on name (data: Data) c =
    { ExperimentTests.hybrid with
        Name = name
        Data = data
        Model = model c
        Loss = reconstruction }

let private inner data =
    on "inner" data (dense 4 >> autoencoder 2)

let private outer data (within: Experiment) =
    on "outer" data (encoder within >> dense 4 >> autoencoder 2)

let private knowing (data: Data) =
    match data.Source with
    | Source.Table(_, target)
    | Source.ClassTable(_, target) ->
        Some
            { Generators.facts moons with
                Classes = (if data.Source.IsClassTable || target = "kind" then 2 else 0)
                Training = 1000 }
    | Source.TimeSeries _ ->
        Some
            { Generators.facts lorenz with
                Classes = 2 }
    | _ -> Data.facts data

/// What is told of the first block, with the hint.
let private toldOf e =
    [ for problem in problemsUsing knowing e do
          Expect.equal problem.Place (Place.Block [ 0 ]) "place"
          Expect.stringStarts (under e problem |> Option.defaultValue "") "encoder {" "the caret"
          problem.Says, problem.Hint ]

let private trained part how =
    $"inner may have been trained on {part} examples of this experiment: on the same data it {how}"

let private validated inside outside =
    [ trained "validation" $"has validation {inside}, not {outside}", "give both the same validation share" ]

let private heldOut inside outside =
    [ trained "test" $"has holdOut {inside}, not {outside}", "give both the same holdOut share" ]

let private divided inside outside =
    [ trained "test" $"divides the rows as {inside} does, not as {outside}",
      "give both the same word, table or classTable" ]

/// Data outside, data inside, and what is told.
let private cases =
    [ moons, moons |> validation 0.2, validated "0.2" "0.1"
      moons |> validation 0.3, moons, validated "0.1" "0.3"
      moons, moons |> validation 0.0, validated "0.0" "0.1"
      moons |> validation 0.0, moons |> validation 0.2, []
      moons |> take 100, moons, []
      moons, moons |> take 100, []
      moons, circles |> validation 0.2, []
      moons, moons |> noise 0.5 |> validation 0.2, []
      timeSeries "A", timeSeries "A" |> validation 0.4, validated "0.4" "0.1"
      timeSeries "A", timeSeries "B" |> validation 0.4, []

      table "a.csv" "y", table "a.csv" "y" |> holdOut 0.1, heldOut "0.1" "0.25"
      table "a.csv" "y", table "a.csv" "y" |> holdOut 0.25, []
      table "a.csv" "y", table "b.csv" "y" |> holdOut 0.1, []
      table "a.csv" "y", classTable "a.csv" "y", divided "classTable \"a.csv\" \"y\"" "table \"a.csv\" \"y\""
      table "a.csv" "kind", classTable "a.csv" "kind", []

      lorenz, lorenz |> holdOut 0.1, heldOut "0.1" "0.25"
      lorenz, lorenz |> window 24 3, []
      lorenz |> window 24 3, lorenz |> validation 0.05, validated "0.05" "0.1"
      lorenz, lorenz |> points 1000 |> noise 0.0 |> draw 1 |> holdOut 0.1, heldOut "0.1" "0.25"
      lorenz, lorenz |> points 2000 |> holdOut 0.1, [] ]

let tests =
    testList
        "EncoderRules"
        [ for outside, inside, expected in cases do
              test $"{inside} inside {outside}" {
                  Expect.equal (toldOf (outer outside (inner inside))) expected "problems"
              }

          test "what is inside sees no more labels than this experiment may" {
              let taught data =
                  { on "taught" data (dense 4 >> relu >> classifier []) with
                      Loss = crossEntropy }

              let over (data: Data) within =
                  { on "outer" data (encoder within >> classifier []) with
                      Loss = crossEntropy }

              let few = moons |> take 100
              let says e = toldOf e |> List.map fst

              Expect.equal
                  (toldOf (over few (taught moons)))
                  [ "taught learns from the labels of all training examples, but this experiment may see 100 alone",
                    "write take 100 in the data of taught, or let taught learn without labels" ]
                  "all"

              Expect.equal
                  (says (over few (taught (moons |> take 101))))
                  [ "taught learns from the labels of 101 training examples, but this experiment may see 100 alone" ]
                  "more"

              Expect.equal
                  (says (over few { taught few with Seed = 7 }))
                  [ "taught has seed 7, not 1: it learns from the labels of other 100 examples than this experiment may see" ]
                  "others"

              for within in [ taught few; taught (moons |> take 50); taught circles; inner moons ] do
                  Expect.isEmpty (says (over few within)) $"{within.Data} by {within.Loss}"

              Expect.isEmpty (says (over moons (taught few))) "all may be seen"

              let restorer =
                  { on "restorer" moons (vae 2 >> classifier []) with
                      Loss = elbo + crossEntropy }

              Expect.equal
                  (problems (taught (few |> noisy 0.1 |> reconstructed restorer))
                   |> List.map _.Says)
                  [ "restorer learns from the labels of all training examples, but this experiment may see 100 alone" ]
                  "of what restores examples"
          }

          test "a finetuned experiment is judged alike" {
              let e =
                  on "outer" moons (finetuned (inner (moons |> validation 0.2)) >> autoencoder 2)

              Expect.equal (problems e |> List.map _.Says) (validated "0.2" "0.1" |> List.map fst) "problems"
          }

          test "so is one inside the one inside" {
              let middle =
                  { outer (circles |> validation 0.2) (inner (moons |> validation 0.2)) with
                      Name = "middle" }

              Expect.equal (toldOf (outer moons middle)) (validated "0.2" "0.1") "problems"
          } ]
