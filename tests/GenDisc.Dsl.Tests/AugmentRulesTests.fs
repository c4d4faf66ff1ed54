/// What must hold of generators whose examples are added to the training part.
module GenDisc.Dsl.Tests.AugmentRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private small = mnist |> take 1000

let private on name data c =
    { ExperimentTests.hybrid with
        Name = name
        Data = data
        Model = model c
        Loss = crossEntropy }

let private joint data =
    { on "joint" data (classRbm 10) with
        Loss = crossEntropy + 0.1 * pcd 1 }

let private vaes data =
    { on "vaes" data (vae 2) with
        Loss = elbo }

let private outer data =
    on "outer" data (dense 8 >> relu >> classifier [])

let private knowing (data: Data) =
    match data.Source with
    | Source.Table _
    | Source.ClassTable _ ->
        Some
            { Generators.facts moons with
                Classes = (if data.Source.IsClassTable then 2 else 0)
                Training = 1000
                Levels = (if data.Take = Some 7 then [ 3 ] else []) }
    | Source.TimeSeries _ ->
        Some
            { Generators.facts lorenz with
                Classes = 2 }
    | _ -> Data.facts data

/// What the rule says of an experiment, with the hints.
let private rule (e: Experiment) =
    let facts = knowing e.Data |> Option.get

    [ for p in AugmentRules.data knowing e facts @ AugmentRules.only e.Data facts do
          Expect.equal p.Place Place.Data "place"
          Expect.isTrue (p.Part.IsSome) "caret"
          p.Says, p.Hint ]

let private says e = rule e |> List.map fst

let private leak part how =
    $"joint may have been trained on {part} examples of this experiment: on the same data it {how}"

/// Data of the experiment, data of its generator, and what is told.
let private cases =
    [ small, small, []
      mnist, mnist, []
      small |> shifted 2 |> against fashionMnist, small |> rotated 5.0, []
      small, mnist, [ "joint learns from all training examples, but this experiment from take 1000" ]
      mnist, small, [ "joint learns from take 1000, but this experiment from all training examples" ]
      small |> semiSupervised 100,
      mnist |> take 100,
      [ "joint learns from take 100, but this experiment from take 1000 |> semiSupervised 100" ]
      classTable "a.csv" "y" |> semiSupervised 100,
      classTable "a.csv" "y" |> take 100,
      [ "joint has take 100, but this experiment semiSupervised 100: rows of a table are standardised by the training part, and what joint draws would be on another scale" ]
      small, mnist |> take 500, [ "joint learns from take 500, but this experiment from take 1000" ]
      mnist |> semiSupervised 100, mnist |> take 100, []
      mnist |> semiSupervised 100, mnist |> semiSupervised 100, []
      mnist |> take 100, mnist |> semiSupervised 100, []
      mnist |> semiSupervised 100,
      mnist,
      [ "joint learns from all training examples, but this experiment from semiSupervised 100" ]
      small, small |> validation 0.2, [ leak "validation" "has validation 0.2, not 0.1" ]
      small |> validation 0.0, small, [ "joint has validation 0.1, not 0.0" ]
      small, fashionMnist |> take 1000, [ "joint was declared for fashion-mnist, which is other data than mnist" ]
      moons, moons |> noise 0.5, [ "joint was declared for moons, which is other data than moons" ]
      small |> binarised, small, [ "joint has no binarised, but this experiment has" ]
      small, small |> binarised, [ "joint has binarised, but this experiment has not" ]
      small |> noisy 0.5, small, [ "joint learns from data that are not prepared as this experiment's are" ]
      small |> noisy 0.5, small |> noisy 0.5, []
      classTable "a.csv" "y", classTable "a.csv" "y", []
      classTable "a.csv" "y", classTable "a.csv" "y" |> holdOut 0.1, [ leak "test" "has holdOut 0.1, not 0.25" ]
      classTable "a.csv" "y",
      classTable "copy.csv" "y",
      [ "joint was declared for classTable \"copy.csv\" \"y\", which is other data than classTable \"a.csv\" \"y\"" ]
      classTable "a.csv" "y",
      table "a.csv" "y",
      [ leak "test" "divides the rows as table \"a.csv\" \"y\" does, not as classTable \"a.csv\" \"y\"" ]
      small, small |> only 3, [ "joint learns from class 3 alone, but examples of all are asked for" ]
      small, small |> augment (joint small) 50, [ "joint learns from generated examples itself" ] ]

let private unfit =
    [ friedman, "augment adds labelled examples, but friedman has no classes"
      lorenz, "augment adds labelled examples, but lorenz has no classes"
      timeSeries "A", $"augment adds images or vectors, but timeSeries \"A\" has examples of {Sequence(24, 3)}"
      classTable "a.csv" "y" |> take 7,
      "augment adds examples of real numbers, but classTable \"a.csv\" \"y\" has columns of categories" ]

let private unable =
    let no name =
        $"augment draws examples of each class from a cvae, m2, classRbm or conditional diffusion, but {name} has none"

    let perClass =
        "augmentPerClass draws from a vae, an rbm or a diffusion model, but by has none"

    let features block =
        $"{block} of by does not draw the data themselves, for other blocks stand before it or build on it"

    [ vae 2, false, [ no "by" ]
      dense 4 >> classifier [], false, [ no "by" ]
      dense 4 >> relu >> cvae 2, false, []
      m2 2 [ 8 ], false, []
      dense 4 >> m2 2 [ 8 ], false, [ features "m2 2 [8]" ]
      rbm 5 >> classRbm 4, false, [ features "classRbm 4" ]
      classRbm 4, true, [ perClass ]
      autoencoder 2, true, [ perClass ]
      diffusion (mlp [ 8 ]), true, []
      diffusion (mlp [ 8 ]), false, [ no "by" ]
      diffusion (mlp [ 8 ] |> conditional), false, []
      diffusion (mlp [ 8 ] |> conditional),
      true,
      [ "augmentPerClass trains a generator for each class, but diffusion (mlp [8]) of by is told it" ]
      latentDiffusion (vaes small) (mlp [ 8 ]), true, []
      latentDiffusion (vaes small) (mlp [ 8 ] |> conditional), false, []
      rbm 5, true, []
      gaussianRbm 5, true, []
      dense 4 >> rbm 5, true, [ features "rbm 5" ]
      rbm 5 >> rbm 4, true, [ features "rbm 5" ]
      conv 4 >> vae 3, true, [] ]

let tests =
    testList
        "AugmentRules"
        [ for outside, inside, expected in cases do
              test $"{outside} from {inside}" {
                  Expect.equal (says (outer (outside |> augment (joint inside) 50))) expected "problems"
              }

          for data, expected in unfit do
              test $"augment of {data}" {
                  Expect.equal (says (outer (data |> augment (joint data) 50))) [ expected ] "problems"
              }

          for c, perClass, expected in unable do
              test $"""{if perClass then "augmentPerClass" else "augment"} from {model c}""" {
                  let by = on "by" small c
                  let add = if perClass then augmentPerClass by 50 else augment by 50
                  Expect.equal (says (outer (small |> add))) expected "problems"
              }

          test "hints say what to write" {
              let hints e = rule e |> List.map snd

              Expect.equal
                  (hints (outer (small |> augment (vaes small) 50)))
                  [ "write augmentPerClass: a generator for each class" ]
                  "vae"

              Expect.equal
                  (hints (outer (small |> augmentPerClass (joint small) 50)))
                  [ "write augment: one generator draws all classes" ]
                  "classRbm"

              Expect.equal
                  (hints (outer (small |> augment (joint mnist) 50)))
                  [ "write the data of joint with take 1000: what is added must come from the labelled examples in use" ]
                  "take"
          }

          for count in [ 9; 0; -5; 1_000_001 ] do
              test $"{count} examples" {
                  Expect.equal
                      (says (outer (small |> augment (joint small) count)))
                      [ $"augment expects 10 to 1,000,000 examples, at least one of each class, but got {Show.integer count}" ]
                      "problems"
              }

          test "the seed draws the subset" {
              let other data = { joint data with Seed = 7 }

              Expect.equal
                  (says (outer (small |> augment (other small) 50)))
                  [ "joint has seed 7, not 1: its take 1000 draws other examples" ]
                  "subset"

              Expect.equal (says (outer (mnist |> augment (other mnist) 50))) [] "no subset"
          }

          test "an encoder inside a generator has seen the same part alone" {
              let by = on "by" small (encoder { vaes mnist with Name = "wide" } >> cvae 2)

              Expect.equal
                  (says (outer (small |> augment by 50)))
                  [ "wide learns from all training examples, but this experiment from take 1000" ]
                  "problems"
          }

          test "what restores a generator's examples may have seen more than it, but no held-out ones" {
              let denoiser data =
                  { on "denoiser" (data |> noisy 0.5) (dense 4 >> autoencoder 2) with
                      Loss = reconstruction }

              let clean data =
                  small |> noisy 0.5 |> reconstructed (denoiser data)

              let added data =
                  outer (clean data |> augment (joint (clean data)) 50)

              Expect.equal (says (added mnist)) [] "all training images, without labels"
              Expect.isEmpty (told (added mnist)) "nor anything else"

              Expect.equal
                  (says (added (mnist |> validation 0.2)))
                  [ "denoiser may have been trained on validation examples of this experiment: on the same data it has validation 0.2, not 0.1" ]
                  "validation"
          }

          test "one class has no others to draw" {
              let data = small |> only 2
              let by = joint data

              Expect.equal
                  (says (outer (data |> augment by 50)))
                  [ "augment adds examples of every class, but only keeps one"
                    "joint learns from class 2 alone, but examples of all are asked for" ]
                  "problems"
          }

          test "only asks for a class that there is" {
              Expect.equal (says (outer (mnist |> only 10))) [ "only expects a class from 0 to 9, but got 10" ] "10"
              Expect.equal (says (outer (mnist |> only -1))) [ "only expects a class from 0 to 9, but got -1" ] "-1"
              Expect.equal (says (outer (mnist |> only 9))) [] "9"

              Expect.equal
                  (says (outer (friedman |> only 0)))
                  [ "only 0 keeps the examples of a class, but friedman has none" ]
                  "none"
          }

          test "a check finds them, each under its own word" {
              let data = small |> augment (joint small) 50 |> augment (joint (mnist |> take 20)) 5

              Expect.equal
                  [ for place, caret, words in told (outer data) -> place, caret.EndsWith "} 5", words ]
                  [ Place.Data, true, "augment expects 10 to 1,000,000 examples, at least one of each class, but got 5"
                    Place.Data, true, "joint learns from take 20, but this experiment from take 1000" ]
                  "problems"
          }

          test "a valid one plans its generators first" {
              let names data =
                  (plan (outer data)).Dependencies |> List.map _.Experiment.Name

              Expect.equal (names (small |> augment (joint small) 50)) [ "joint" ] "one"

              Expect.equal
                  (names (small |> augmentPerClass (vaes small) 50))
                  [ for label in 0..9 -> $"vaes-class{label}" ]
                  "one for each class"
          } ]
