/// Files in `figures/` that are broken, partial or odd.
module GenDisc.Dsl.Tests.Report.PartialFilesTests

open System.IO
open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let private evaluation = alone "figures/evaluation.json"
let private regression = alone "figures/regression.json"

let tests =
    testList
        "PartialFiles"
        [ test "broken files become notes and leave the rest" {
              let files =
                  [ "evaluation.json"
                    "features.json"
                    "outOfDistribution.json"
                    "regression.json"
                    "forecast.json"
                    "sequences.json"
                    "mistakes.json" ]

              let _, page =
                  pageOf (fun folder ->
                      FigureFixture.images folder

                      for file in files do
                          Fixture.put folder $"figures/{file}" "{\"series\": [1,"

                      Fixture.put folder "figures/filters.png" "GIF89a"
                      File.Delete(Path.Combine(folder, "figures/mistakes.png")))

              has
                  page
                  ("figures/filters.png is not a PNG image"
                   :: (files |> List.map (fun file -> $"figures/{file} could not be read")))

              has page [ "Training images (upper row of each pair)"; "Confusion matrix" ]
          }
          test "members of other kinds than expected are left out without a word" {
              let odd =
                  [ "null"
                    "7"
                    "\"text\""
                    "[]"
                    "{}"
                    "[null]"
                    "[[]]"
                    "[{}]"
                    "[[1]]"
                    "[{\"points\":[[1,2]]}]" ]

              for file, members in
                  [ "evaluation",
                    [ "intervals"
                      "resamples"
                      "classes"
                      "topK"
                      "roc"
                      "precisionRecall"
                      "reliability"
                      "mistakes" ]
                    "features", [ "dimension"; "labels"; "values"; "pca"; "tsne" ]
                    "regression", [ "baselines"; "model"; "residuals" ]
                    "forecast", [ "columns"; "unit"; "history"; "series"; "before"; "rollout" ]
                    "outOfDistribution", [ "against"; "inside"; "scores" ]
                    "sequences", [ "series" ]
                    "mistakes", [ "series" ] ] do
                  for value in odd do
                      let content = members |> List.map (fun m -> $"\"{m}\":{value}") |> String.concat ","
                      let markup, page = pageOf (alone $"figures/{file}.json" ("{" + content + "}"))
                      Expect.isFalse (page.Contains "could not be read") $"{file} with {value}: no note"
                      Expect.isFalse (markup.Contains "class=\"banner") $"{file} with {value}: no failure"
          }
          test "numbers that are missing leave their part out" {
              let _, page =
                  pageOf (
                      evaluation
                          """{"intervals":{"accuracy":[null,0.5]},"reliability":{"eceBefore":0.02},"topK":[{"k":2,"value":null}]}"""
                  )

              has page [ "differ by 2.00 % on average" ]
              Expect.isFalse (page.Contains "The true class is") "no top-k sentence"

              let figures =
                  figuresOf (
                      regression
                          """{"residuals":{"fitted":[[1,null]],"histogram":{"edges":[0,1],"counts":[3,4]},"acf":{"values":[null,0.1]}}}"""
                  )

              Expect.equal (figures |> List.map fst) [ "figure-autocorrelation" ] "uneven edges and missing residuals"
          }
          test "a mistake outside the classes is numbered" {
              let _, page = pageOf (evaluation """{"mistakes":[{"truth":-1,"predicted":99}]}""")
              has page [ "-1 → 99" ]
          } ]
