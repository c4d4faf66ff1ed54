module GenDisc.Dsl.Tests.Progress.WordingTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests

let private metrics (values: (string * float) list) : Metrics = { Values = Map.ofList values }

let private epochRecord: EpochRecord =
    { Epoch = 2
      Seconds = 4.4
      ExamplesPerSecond = 12034.5
      LearningRate = 1e-3
      Weights = Map.empty
      Train = metrics [ "loss", 0.3; "accuracy", 0.97; "elbo", -100.25; "kl", 20.0 ]
      Validation = metrics [ "loss", 0.5; "accuracy", 0.96; "elbo", -101.5; "kl", 20.0 ] }

let tests =
    testList
        "Wording"
        [ test "durations" {
              for seconds, expected in
                  [ 0.0, "0.0 s"
                    4.44, "4.4 s"
                    65.0, "1:05"
                    600.0, "10:00"
                    7209.0, "2:00:09"
                    90000.0, "25:00:00" ] do
                  Expect.equal (Wording.duration seconds) expected (string seconds)

              Expect.equal (Wording.about 12.6) "13 s" "a guess has no decimals"
              Expect.equal (Wording.about 59.7) "1:00" "and no 60 s"
          }
          test "figures read the same under every culture" {
              for culture in [ "en-US"; "de-DE"; "fr-FR"; "ar-SA" ] do
                  Scripts.under culture (fun () ->
                      Expect.equal (Wording.metric "accuracy" 0.97126) "97.13 %" culture
                      Expect.equal (Wording.metric "elbo" -108.754) "-108.75" culture
                      Expect.equal (Wording.metric "kl" 12.3456) "12.346" culture
                      Expect.equal (Wording.metric "mse" 0.01234) "0.0123" culture
                      Expect.equal (Wording.metric "mse" 0.00001234) "1.234E-05" culture
                      Expect.equal (Wording.metric "loss" nan) "NaN" culture
                      Expect.equal (Wording.count 12034.5) "12,034" culture
                      Expect.equal (Wording.bytes 9_912_422L) "9.9 MB" culture)
          }
          test "a table aligns figures to the right and leaves no trailing blanks" {
              Expect.equal
                  (Wording.table [ [ ""; "train"; "x" ]; [ "loss"; "1"; "" ]; [ "kl"; "22"; "3" ] ])
                  [ "      train  x"; "loss      1"; "kl       22  3" ]
                  "aligned"

              Expect.isEmpty (Wording.table []) "nothing from nothing"
          }
          test "splits without figures have no column, and the best-known figures come first" {
              let rows =
                  Wording.metricRows
                      [ "train", metrics [ "zeta", 1.0; "kl", 2.0; "loss", 3.0 ]
                        "validation", metrics []
                        "test", metrics [ "accuracy", 0.5 ] ]

              Expect.equal (List.head rows) [ ""; "train"; "test" ] "columns"
              Expect.equal (rows |> List.map List.head) [ ""; "loss"; "accuracy"; "kl"; "zeta" ] "rows"
          }
          test "an epoch's line shows as many figures as fit" {
              let line width = Wording.epoch width epochRecord 10

              Expect.equal
                  (line 200)
                  "epoch  2/10   4.4 s   loss 0.3000 | 0.5000   accuracy 97.00 % | 96.00 %   elbo -100.25 | -101.50"
                  "all"

              Expect.equal (line 50) "epoch  2/10   4.4 s   loss 0.3000 | 0.5000" "the first"
              Expect.equal (line 1) "epoch  2/10   4.4 s" "none"
          } ]
