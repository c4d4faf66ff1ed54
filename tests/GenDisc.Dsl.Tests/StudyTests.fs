/// Studies as values: printing, identity, the experiments they stand for, and what is wrong with them.
module GenDisc.Dsl.Tests.StudyTests

open Expecto
open FsCheck.FSharp
open GenDisc
open GenDisc.Dsl.Tests.Anything

let private plain name =
    { Name = name
      Data = digits |> take 200
      Model = model (dense 8 >> relu >> classifier [])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 2
      Seed = 1 }

let private generator =
    { plain "generator" with
        Model = model (cvae 4)
        Loss = elbo }

let private features =
    { plain "features" with
        Data = digits
        Model = model (vae 4)
        Loss = elbo }

let private anyStudy =
    gen {
        let! rows = Gen.listOfLength 2 anyExperiment

        let! kind =
            Gen.elements
                [ StudyKind.Comparison
                  StudyKind.LabelCurve [ 10; 100 ]
                  StudyKind.Pareto [ 0.0; 0.1 ] ]

        let! question = Gen.elements [ "Does it help?"; "quote\" and\nline"; "" ]
        let! seeds = Gen.elements [ []; [ 1 ]; [ 3; -2; 5 ] ]
        let! metric = Gen.elements [ None; Some "ece" ]
        let! equal = Gen.elements [ true; false ]
        let! robust = Gen.elements [ true; false ]

        return
            { Question = question
              Kind = kind
              Rows = rows
              Seeds = seeds
              Metric = metric
              EqualCompute = equal
              Robustness = robust }
    }

let private same (a: Study) (b: Study) = (box a).Equals b

let private explained study =
    StudyRules.explained study |> Option.defaultValue ""

let private says (part: string) study =
    Expect.stringContains (explained study) part "the problem is told"

let tests =
    testList
        "Study"
        [ test "a printed study evaluates back to itself" {
              let studies = Gen.sample 40 anyStudy |> List.ofArray
              let back = Scripts.evaluate<Study> "Study" (studies |> List.map Study.show)

              for study, again in List.zip studies back do
                  Expect.isTrue (same study again) $"{Study.show study}\ncame back as\n{Study.show again}"
          }

          test "the words of the language make the values that they say" {
              let study =
                  compare "Does it help?" [ plain "a"; plain "b" ]
                  |> overSeeds [ 1..3 ]
                  |> judgedBy "ece"
                  |> equalCompute
                  |> robustness

              Expect.equal study.Seeds [ 1; 2; 3 ] "seeds"
              Expect.equal study.Metric (Some "ece") "metric"
              Expect.isTrue (study.EqualCompute && study.Robustness) "options"
              Expect.equal (Study.slug study.Question) "does-it-help" "slug"
              Expect.equal (Study.id study) (Study.id study) "same study, same folder"
              Expect.notEqual (Study.id study) (Study.id (study |> overSeeds [ 1..4 ])) "another study, another folder"
          }

          test "a label curve gives each row each number of labels, and its generators the same" {
              let curve =
                  labelCurve
                      [ 20; 50 ]
                      [ plain "base"
                        { plain "more" with
                            Data = digits |> take 200 |> augment generator 100 }
                        { plain "half" with
                            Data = digits |> semiSupervised 200
                            Model = model (encoder features >> classifier []) } ]

              let arms = StudyRows.arms curve
              Expect.equal (arms |> List.map _.Labels) (List.replicate 3 (Some 20) @ List.replicate 3 (Some 50)) "order"
              Expect.equal arms[0].Experiment.Name "base-n20" "name of the runs"
              Expect.equal arms[0].Experiment.Data.Take (Some 20) "labels of a plain row"

              match arms[4].Experiment.Data.Generated with
              | [ { By = :? Experiment as by } ] -> Expect.equal by.Data.Take (Some 50) "labels of its generator"
              | other -> failtest $"{other}"

              Expect.equal arms[5].Experiment.Data.Labels (Some 50) "labels of a semi-supervised row"

              Expect.equal
                  (Block.declared arms[5].Experiment.Model.Blocks)
                  [ features ]
                  "what it is built on learns without labels and stays"
          }

          test "a seed is that of the experiments inside too, and members of an ensemble stay apart" {
              let members =
                  [ for s in 1..3 do
                        { plain "member" with Seed = s } ]

              let row =
                  { plain "row" with
                      Model = model (ensemble members)
                      Data = digits |> augment generator 10 }

              let seedsInside (e: Experiment) =
                  [ for declared in Block.declared e.Model.Blocks @ Data.declared e.Data do
                        (declared :?> Experiment).Seed ]

              Expect.equal (seedsInside (StudyRows.seeded 1 row)) [ 1; 1001; 2001; 1 ] "seed 1"
              Expect.equal (seedsInside (StudyRows.seeded 5 row)) [ 5; 1005; 2005; 5 ] "seed 5"
          }

          test "every problem of a study is told at once" {
              let study =
                  compare
                      "Q"
                      [ plain "a"
                        plain "a"
                        { plain "b" with
                            Data = digits |> validation 0.2 } ]
                  |> overSeeds [ 1; 1 ]
                  |> judgedBy "acuracy"

              study |> says "two are called a"
              study |> says "overSeeds got 1 again"
              study |> says "b has another validation share than a"
              study |> says "there is none called \"acuracy\""
              Expect.equal (explained (compare "Q" [ plain "a"; plain "b" ])) "" "nothing is wrong"
          }

          test "figures that decide nothing between rows are told" {
              compare "Q" [ plain "a" ] |> judgedBy "loss" |> says "each row's own sum"

              compare "Q" [ plain "a" ]
              |> judgedBy "kl"
              |> says "kl is neither better high nor low"

              compare "Q" [ plain "a"; { plain "b" with Seed = 2 } ] |> says "b has 2 and a 1"

              labelCurve
                  [ 20 ]
                  [ { plain "many" with
                        Model = model (ensemble [ plain "a"; { plain "a" with Seed = 2 } ]) } ]
              |> says "the members of many each draw their own"
          }

          test "numbers of labels and weights that cannot be are told" {
              labelCurve [] [ plain "a" ] |> says "at least one number of labels"

              labelCurve [ 0; 10; 10 ] [ plain "a" ]
              |> says "numbers of labels from 1 up, but got 0"

              labelCurve [ 10; 10 ] [ plain "a" ] |> says "but got 10 again"
              pareto [ -1.0, plain "a"; nan, plain "a" ] |> says "not negative, but got -1.0"
              compare "Q" [] |> says "at least one experiment"

              compare "Q" [ plain "a"; { plain "b" with Data = mnist } ]
              |> says "b is on other data than a"
          } ]
