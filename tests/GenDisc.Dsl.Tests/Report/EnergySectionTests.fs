/// The sections about Boltzmann machines, Ising lattices and classifiers that are energies.
module GenDisc.Dsl.Tests.Report.EnergySectionTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let tests =
    testList
        "EnergySections"
        [ test "sections whose files exist are there, in order" {
              Expect.equal
                  (ids (fst (pageOf EnergyFixture.machine)))
                  [ "training"; "results"; "machine"; "features"; "timing"; "reading" ]
                  "machine"

              Expect.equal (ids (fst (pageOf EnergyFixture.ising))) [ "training"; "ising"; "timing" ] "ising"

              Expect.equal
                  (ids (fst (pageOf EnergyFixture.classifier)))
                  [ "loss"; "training"; "results"; "energy"; "timing"; "reading" ]
                  "classifier"
          }
          test "figures and tables are numbered in the order of the page" {
              for name, write in
                  [ "machine", EnergyFixture.machine
                    "ising", EnergyFixture.ising
                    "classifier", EnergyFixture.classifier ] do
                  let _, page = pageOf write

                  for kind in [ "Figure"; "Table" ] do
                      let found =
                          [ for m in Regex.Matches(page, kind + @" (\d+)\. ") -> int m.Groups[1].Value ]

                      Expect.isNonEmpty found $"{name}: {kind}"
                      Expect.equal found [ 1 .. found.Length ] $"{name}: {kind}"
          }
          test "observables of a lattice stand beside the sampler's" {
              let _, page = pageOf EnergyFixture.ising

              has
                  page
                  [ "8 × 8 lattice at T = 2.27, J = 1, h = 0"
                    "Energy per spin −1.4342 ± 0.0031 −1.4200 ± 0.0030 −1.4188 −1.00 % −3.3"
                    "Magnetisation |m| per spin 0.6720 ± 0.0050 0.7000 ± 0.0040 – −4.00 % −4.4"
                    "Specific heat per spin 1.310 ± 0.040 1.400 ± 0.030 1.4021 −6.43 % −1.8"
                    "Energy per spin of the machine differs by 1.00 % from the sampler’s: within 2 %."
                    "Magnetisation |m| per spin of the machine differs by 4.00 % from the sampler’s: outside 3 %."
                    "critical temperature 2.269" ]

              lacks page "more samples are needed"
              let figures = figuresOf EnergyFixture.ising

              Expect.equal
                  (traces figures "figure-ising-magnetisation" |> List.map fst)
                  [ "Onsager, infinite lattice"; "this lattice"; "machine, other β"; "machine" ]
                  "all curves"

              Expect.equal
                  (traces figures "figure-ising-heat" |> List.map fst)
                  [ "this lattice"; "machine, other β"; "machine" ]
                  "no Onsager curve of the specific heat in the file"

              let own = snd (List.last (traces figures "figure-ising-energy"))
              Expect.equal (along "x" own) [ 2.27 ] "at its temperature"
              Expect.equal (along "array" (own.GetProperty "error_y")) [ 0.0031 ] "with its error"
          }
          test "wide error bars are told" {
              let _, page = pageOf (EnergyFixture.isingWith "[-1.42,0.05]" "0.7")

              has
                  page
                  [ "differs by 0.00 % from the sampler’s: within 2 %. Two standard errors are 7.1 %, so more samples" ]

              has page [ "Magnetisation |m| per spin 0.7000 0.7000 ± 0.0040 – 0.00 % 0.0" ]
          }
          test "of a lattice alone with its sampler there is still a picture" {
              let figures =
                  figuresOf (
                      alone
                          "figures/ising.json"
                          """{"temperature":2,"model":{"energy":[-1.7,0.1]},"sampler":{"energy":[0,0.1]},"curve":[{"temperature":null},{}]}"""
                  )

              Expect.equal (figures |> List.map fst) [ "figure-ising-energy" ] "one"
              Expect.equal (traces figures "figure-ising-energy" |> List.map fst) [ "sampler"; "machine" ] "two points"
          }
          test "remedies are listed as they were applied" {
              let markup, page = pageOf EnergyFixture.classifier

              has
                  page
                  [ "A joint energy-based classifier with"
                    "Training was about to diverge 2 times; each time a remedy was applied."
                    "epoch 2, step 130 halved the learning rate to 0.0005 energies of data and samples were 60.2 apart"
                    "epoch 3, step 1,870 restarted from the <b>last good state</b> of epoch 2"
                    "At step 3,000, the last one recorded, the mean energy is −11.99 nats for data and −12.40 nats for samples: 0.41 nats apart."
                    "Energy of training data, test data, samples and foreign data"
                    "(SGLD) has moved down the energy, 20 steps at a time." ]

              lacks markup "<b>last"
              lacks page "decoder"
              let figures = figuresOf EnergyFixture.classifier
              let history = figures |> List.find (fst >> (=) "figure-energy-history") |> snd
              Expect.equal (((history.GetProperty "layout").GetProperty "shapes").GetArrayLength()) 2 "two marks"
          }
          test "that no remedy was needed is said only where it is known" {
              let page content =
                  snd (pageOf (alone "figures/energy.json" content))

              has (page (EnergyFixture.energy "[]")) [ "no remedy was needed" ]
              lacks (page (EnergyFixture.energy "null")) "remedy"
          }
          test "broken files become notes" {
              let files = [ "boltzmann.json"; "chains.json"; "ising.json"; "energy.json" ]

              let markup, page =
                  pageOf (fun folder ->
                      EnergyFixture.bad folder

                      for file in files do
                          Fixture.put folder $"figures/{file}" "{\"below\": true,"

                      File.WriteAllText(Path.Combine(folder, "figures/chains.png"), "GIF89a"))

              has
                  page
                  ("figures/chains.png is not a PNG image"
                   :: (files |> List.map (fun f -> $"figures/{f} could not be read")))

              lacks markup "banner bad loud"
          }
          test "chains without their file are shown" {
              let markup, page =
                  pageOf (fun folder ->
                      EnergyFixture.machine folder
                      File.Delete(Path.Combine(folder, "figures/boltzmann.json"))
                      File.Delete(Path.Combine(folder, "figures/chains.json")))

              has page [ "Chains over time, a row each; the further to the right" ]
              lacks markup "class=\"sweeps\""
          }
          test "members of other kinds than expected are left out without a word" {
              let odd =
                  [ "null"
                    "7"
                    "\"<b>text\""
                    "[]"
                    "{}"
                    "[null]"
                    "[[]]"
                    "[{}]"
                    "[[1]]"
                    "[[\"a\",null,3]]"
                    "{\"train\":[1],\"value\":\"x\",\"test\":1e999,\"edges\":[1,2],\"data\":[-1]}"
                    "{\"value\":1e308,\"test\":-1e308,\"energy\":[1e308,1e308],\"standardError\":1e-320}"
                    "[{\"beta\":-1,\"temperature\":0,\"energy\":[null,1],\"what\":3,\"step\":1e300}]"
                    "[{\"beta\":1e-300,\"temperature\":1e300,\"energy\":[0,-1]},{\"beta\":1,\"energy\":3}]" ]

              for file, members in
                  [ "boltzmann",
                    [ "kind"
                      "visible"
                      "hidden"
                      "logZ"
                      "logLikelihood"
                      "independent"
                      "uniform"
                      "freeEnergy"
                      "pseudoLikelihood"
                      "trajectory"
                      "energies"
                      "thermodynamics" ]
                    "chains", [ "sweeps"; "rows" ]
                    "ising",
                    [ "size"
                      "temperature"
                      "coupling"
                      "field"
                      "model"
                      "sampler"
                      "exact"
                      "curve"
                      "onsager"
                      "knob" ]
                    "energy",
                    [ "edges"
                      "train"
                      "test"
                      "samples"
                      "outside"
                      "history"
                      "remedies"
                      "sgldSteps" ] ] do
                  for value in odd do
                      let content = members |> List.map (fun m -> $"\"{m}\":{value}") |> String.concat ","
                      let markup, page = pageOf (alone $"figures/{file}.json" ("{" + content + "}"))
                      Expect.isFalse (page.Contains "could not be read") $"{file} with {value}: no note"
                      Expect.isFalse (page.Contains "Left out.") $"{file} with {value}: no failure"
                      Expect.isFalse (markup.Contains "<b>text") $"{file} with {value}: text stays text"
          } ]
