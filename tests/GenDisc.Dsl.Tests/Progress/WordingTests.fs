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
          test "figures stand in the order of their weight, shares in percent" {
              let names =
                  [ "zeta"
                    "seasonalNaiveRmse"
                    "mase"
                    "rmse"
                    "kl"
                    "ece"
                    "top5"
                    "accuracy"
                    "loss"
                    "oodAuroc" ]

              let test = metrics [ for name in names -> name, 0.123456 ]

              Expect.equal
                  (Wording.metricNames [ test ])
                  [ "loss"
                    "accuracy"
                    "top5"
                    "ece"
                    "oodAuroc"
                    "kl"
                    "rmse"
                    "mase"
                    "seasonalNaiveRmse"
                    "zeta" ]
                  "known ones first, strangers last"

              for name in [ "balancedAccuracy"; "top2"; "top10"; "macroF1"; "ece"; "eceAfterScaling" ] do
                  Expect.equal (Wording.metric name 0.98765) "98.77 %" name

              for name in [ "rocAuc"; "prAuc"; "brier"; "oodAuroc"; "oodAurocEnergy"; "r2" ] do
                  Expect.equal (Wording.metric name 1.0) "1.0000" name

              Expect.equal (Wording.metric "r2" -2345.678) "-2345.68" "far from 1, no more than two decimals"
              Expect.equal (Wording.metric "rmse" 17.3456) "17.346" "in its own unit"

              for name in [ "top"; "topology"; "loss" ] do
                  Expect.equal (Wording.kind name) Wording.Kind.Plain name
          }
          test "what leads to a bound or to an information is left out beside it" {
              let left values =
                  Wording.brief [ "test", metrics values ]
                  |> List.collect (fun (_, m) -> m.Values |> Map.toList |> List.map fst)

              let steps =
                  [ "elboSampled"
                    "expectedEntropy"
                    "latentEss"
                    "oodAurocEntropy"
                    "predictiveEntropy" ]

              let ends = [ "iwae"; "mutualInformation"; "oodAuroc" ]
              Expect.equal (left [ for name in steps @ ends -> name, 0.5 ]) ends "beside it"
              Expect.equal (left [ for name in steps -> name, 0.5 ]) steps "alone"
          }
          test "what says a figure once more is left out in short, for no other reason" {
              let full =
                  [ "crossEntropy", 0.1; "logLoss", 0.1; "top2", 0.8; "top3", 0.85; "top5", 0.9 ]

              let left values =
                  Wording.brief [ "test", metrics values ]
                  |> List.collect (fun (_, m) -> m.Values |> Map.toList |> List.map fst)

              Expect.equal (left full) [ "crossEntropy"; "top2"; "top5" ] "both left out"

              Expect.equal
                  (left [ "logLoss", 0.1; "top2", 0.8; "top3", 0.85 ])
                  [ "logLoss"; "top2"; "top3" ]
                  "nothing says them"
          }
          test "the fullest table has no more than 20 lines in short" {
              let all = metrics [ for name in Wording.order -> name, 0.5 ]

              let regression =
                  set
                      [ "mse"
                        "rmse"
                        "mae"
                        "r2"
                        "mase"
                        "persistenceRmse"
                        "seasonalNaiveRmse"
                        "noiseRmse"
                        "predictiveDeviation" ]

              let machine =
                  set
                      [ "logLikelihood"
                        "independentLogLikelihood"
                        "logZ"
                        "logZError"
                        "baseLogZ"
                        "cd"
                        "freeEnergy"
                        "pseudoLikelihood"
                        "reconstructionError" ]

              let other =
                  set
                      [ "sparsity"
                        "pcd"
                        "tempering"
                        "nll"
                        "energy"
                        "importance"
                        "sparsityTarget"
                        "isingEnergy"
                        "samplerEnergy"
                        "isingMagnetisation"
                        "samplerMagnetisation"
                        "isingSpecificHeat"
                        "samplerSpecificHeat"
                        "isingSusceptibility"
                        "samplerSusceptibility"
                        "preparedError"
                        "tstrAccuracy"
                        "generatedAgreement"
                        "memorisedShare" ]

              let diffusion =
                  set
                      [ "bitsPerDim"
                        "diffusionBound"
                        "flowLogLikelihood"
                        "looksPerExample"
                        "judgeAccuracy"
                        "denoising" ]

              let lines (without: Set<string>) =
                  let kept: Metrics =
                      { Values = all.Values |> Map.filter (fun name _ -> not (without.Contains name)) }

                  (Wording.metricRows (Wording.brief [ "train", kept; "test", kept ])).Length

              // logits of an average are no energy, and those of one prediction no average
              let averages =
                  set
                      [ "predictiveEntropy"
                        "expectedEntropy"
                        "mutualInformation"
                        "oodAurocEntropy"
                        "oodAurocInformation" ]

              for absent in [ set [ "oodAurocEnergy" ]; averages ] do
                  let hybrid = Set.unionMany [ regression; machine; other; diffusion; absent ]
                  let judged = set [ "frechet"; "mmdP"; "recognised" ]

                  Expect.isLessThanOrEqual
                      (lines (
                          Set.union
                              hybrid
                              (set
                                  [ yield! judged
                                    "precision"
                                    "mmd"
                                    "recall"
                                    "density"
                                    "coverage"
                                    "confidence" ])
                      ))
                      20
                      "a hybrid with strangers"

                  Expect.isLessThanOrEqual
                      (lines hybrid)
                      (20 + judged.Count)
                      "what is told of samples takes three lines"

              Expect.hasLength (List.distinct Wording.order) Wording.order.Length "no name twice"
          }
          test "downloads count bytes, decoding counts images" {
              let fetched = Wording.reading "a.gz" 3_100_000L 9_912_422L
              Expect.equal (fetched.Doing, fetched.Did) ("fetching a.gz", "fetched a.gz") "a download"
              Expect.equal (fetched.Whole, fetched.SoFar) ("9.9 MB", "3.1 MB of 9.9 MB") "bytes"
              let unknown = Wording.reading "a.gz" 3_100_000L 0L
              Expect.equal (unknown.Whole, unknown.SoFar) ("", "3.1 MB") "of unknown length"
              let decoded = Wording.reading "decoding cifar10-jpeg.zip" 12_000L 60_000L

              Expect.equal
                  (decoded.Doing, decoded.Did)
                  ("decoding cifar10-jpeg.zip", "decoded cifar10-jpeg.zip")
                  "decoding"

              Expect.equal (decoded.Whole, decoded.SoFar) ("60,000 images", "12,000 of 60,000") "images"
          }
          test "the members of Metrics are the figures of those names" {
              let m = metrics [ for i, name in List.indexed Wording.order -> name, float i ]

              for value, name in
                  [ m.Rmse, "rmse"
                    m.Mae, "mae"
                    m.R2, "r2"
                    m.Mase, "mase"
                    m.LogLoss, "logLoss"
                    m.MacroF1, "macroF1"
                    m.RocAuc, "rocAuc"
                    m.Ece, "ece"
                    m.Brier, "brier" ] do
                  Expect.equal value m[name] name

              Expect.isNaN (metrics []).Rmse "none of that name"
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
