/// The sections about Boltzmann machines, Ising lattices and classifiers that are energies.
module GenDisc.Dsl.Tests.Report.EnergySectionTests

open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let private loud = "banner bad loud"

let private count (part: string) (page: string) =
    Regex.Matches(page, Regex.Escape part).Count

let private boltzmann = alone "figures/boltzmann.json"

let private lacks (page: string) (words: string) =
    Expect.isFalse (page.Contains words) $"the page has “{words}”"

let private traces (figures: (string * JsonElement) list) id =
    let figure = figures |> List.find (fst >> (=) id) |> snd

    [ for trace in (figure.GetProperty "data").EnumerateArray() ->
          (trace.GetProperty "name").GetString() |> string, trace ]

/// The numbers of a member of a trace.
let private along (name: string) (trace: JsonElement) =
    [ for x in (trace.GetProperty name).EnumerateArray() -> x.GetDouble() ]

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
          test "a machine stands beside independent pixels" {
              let markup, page = pageOf EnergyFixture.machine

              has
                  page
                  [ "A restricted Boltzmann machine with 393,284 parameters"
                    "it reaches a log-likelihood of −95.3 nats per image, 110.7 above that of independent pixels."
                    "Test log-likelihood −95.30 nats per image; independent pixels −206.00"
                    "A restricted Boltzmann machine with 784 visible and 500 hidden units. Its estimated log-likelihood of test data is −95.3 nats per image, 110.7 better than the −206.0 of independent pixels."
                    "This machine −92.80 −95.70 −95.30 Independent"
                    "test mean has a standard error of 0.21 over the finite test set. The error of log Z leaves −95.65 to −94.90 for it."
                    "Independent pixels −206.50 −206.80 −206.00"
                    "Difference +113.70 +111.10 +110.70"
                    "every state alike −543.43 −543.43 −543.43"
                    // 95.3 / (784 ln 2)
                    "This machine, bits per dimension 0.1708 0.1761 0.1754"
                    "Independent pixels, bits per dimension 0.3800 0.3805 0.3791"
                    "Pseudo-log-likelihood of the machine −60.10 −62.20 −61.90"
                    "Mean free energy −355.10 −351.90 –"
                    "log Z, nats 451.30 ± 0.18 Range of error, nats 450.90 to 451.65 Method AIS"
                    "Chains 100 Temperatures 14,500"
                    "log Z of the base-rate model, nats 346.57"
                    "log Z by reverse AIS, nats 452.10 ± 0.40"
                    "Reverse less forward AIS, nats +0.80"
                    "Effective sample size 54.2 of 100 chains"
                    "differs by 0.80 nats: the two agree."
                    "on average 3.20 nats above that of training data (standard error 0.40): the machine gives"
                    "8 chains over time, a row each; above each column"
                    "0 1 2 5 10 20 50 100 1k 10k"
                    "Receptive fields of hidden units" ]

              lacks markup loud
              lacks page "worse than"
              lacks page "decoder"
              lacks markup "mnist-rbm <i>"
          }
          test "a machine that is worse than independent pixels says so twice, first of all" {
              let markup, page = pageOf EnergyFixture.bad

              has
                  page
                  [ "This machine is worse than independent pixels : log-probability −269.4 against −206.0 nats per image, 63.4 nats lower than a model gives that knows nothing but the mean of each pixel."
                    "Its samples and features should not be trusted"
                    "Lower the learning rate"
                    "no gradient flows through the negative phase"
                    "63.4 below that of independent pixels" ]

              Expect.equal (count loud markup) 2 "at the top of the report and of the section"
              let first = markup.IndexOf loud
              Expect.isLessThan first (markup.IndexOf "<main") "above all sections"

              Expect.stringContains
                  (markup.Substring(markup.IndexOf "<section id=\"machine\"", 200))
                  loud
                  "first in its section"

              Expect.stringContains markup "<span class=\"worse\">−63.40</span>" "the difference stands out"
          }
          test "the banner follows the figures and the flag" {
              let banners content =
                  fst (pageOf (boltzmann content)) |> count loud

              Expect.equal (banners """{"logLikelihood":{"test":-5},"independent":{"test":-4}}""") 2 "figures alone"
              Expect.equal (banners """{"below":true}""") 2 "flag alone"

              Expect.equal
                  (banners """{"below":false,"logLikelihood":{"test":-4.001},"independent":{"test":-4}}""")
                  2
                  "figures that the flag forgot"

              Expect.equal
                  (banners """{"below":false,"logLikelihood":{"test":-4},"independent":{"test":-4}}""")
                  0
                  "as good"

              Expect.equal (banners """{"logLikelihood":{"train":-9},"independent":{"test":-4}}""") 0 "unlike parts"

              let _, page =
                  pageOf (boltzmann """{"logLikelihood":{"test":-4.001},"independent":{"test":-4}}""")

              has page [ "log-probability −4.001000 against −4.000000 nats per example, 0.001000 nats lower" ]
              has page [ "independent units" ]
              lacks page "pixel"
          }
          test "an interval that reaches below independent units is told" {
              let _, page =
                  pageOf (
                      boltzmann """{"logLikelihood":{"test":-4,"low":-4.6,"high":-3},"independent":{"test":-4.5}}"""
                  )

              has page [ "Its range of error reaches below them: it may be no better." ]
          }
          test "without a likelihood nothing is claimed" {
              let _, page =
                  pageOf (
                      boltzmann
                          """{"kind":"boltzmann","visible":784,"logZ":null,"logLikelihood":null,"independent":{"test":-206}}"""
                  )

              has
                  page
                  [ "A Boltzmann machine with 784 visible units. Its log-likelihood is not known: its partition function was neither enumerated nor estimated."
                    "cannot be told from this run"
                    "Independent units −206.00" ]

              lacks page "This machine"
              lacks page "Difference"
              lacks page "Test log-likelihood"
          }
          test "enumerated machines are exact" {
              let _, page =
                  pageOf (
                      boltzmann
                          """{"kind":"gaussianRbm","logZ":{"method":"enumeration","value":12.5},"logLikelihood":{"test":-4},"independent":{"test":-5}}"""
                  )

              has
                  page
                  [ "A Gaussian–Bernoulli restricted Boltzmann machine. Its log-likelihood of test data is −4.0"
                    "log Z, nats 12.5000"
                    "Method enumeration (exact)"
                    "log Z is exact" ]

              lacks page "estimated"
          }
          test "few chains that carry an estimate, and bounds apart, are told" {
              let _, page =
                  pageOf (
                      boltzmann
                          """{"logZ":{"method":"AIS","value":12.5,"reverse":19.75,"chains":100,"effectiveSampleSize":1.8}}"""
                  )

              has
                  page
                  [ "differs by 7.25 nats: the truth is likely between the two."
                    "Only 1.8 of 100 chains carry the estimate" ]
          }
          test "overfitting is told by the free-energy gap" {
              let page free =
                  snd (pageOf (boltzmann $"""{{"freeEnergy":{free}}}"""))

              has
                  (page """{"train":-10,"validation":-9.9,"standardError":0.2}""")
                  [ "0.10 nats above"; "no sign of overfitting" ]

              has
                  (page """{"train":-10,"validation":-11,"standardError":0.2}""")
                  [ "1.00 nats below"; "no sign of overfitting" ]

              has
                  (page """{"train":-10,"validation":-9}""")
                  [ "1.00 nats above"; "A gap that grows from epoch to epoch" ]

              lacks (page """{"train":-10}""") "overfitting"
          }
          test "a machine's figures" {
              let figures = figuresOf EnergyFixture.machine

              Expect.equal
                  (figures
                   |> List.map fst
                   |> List.filter (fun id -> not (id.StartsWith "figure-loss")))
                  [ "figure-energies"
                    "figure-ais"
                    "figure-thermal-energy"
                    "figure-thermal-entropy"
                    "figure-thermal-free"
                    "figure-thermal-heat" ]
                  "in order"

              Expect.equal (traces figures "figure-energies" |> List.map fst) [ "data"; "samples" ] "histograms"
              let ais = traces figures "figure-ais"
              Expect.equal (ais |> List.map fst) [ "one standard deviation"; "mean log weight" ] "band and mean"
              let heights = ais |> List.map (snd >> along "y")
              Expect.equal (List.last heights[1]) -30.0 "ends at the machine"
              Expect.equal (heights[0][400], heights[0][401]) (-28.0, -32.0) "one above, one below"
              let energy = snd (traces figures "figure-thermal-energy").Head
              let temperatures = along "x" energy
              Expect.equal temperatures.Length 13 "β = 0 has no temperature"
              Expect.equal temperatures (List.sort temperatures) "by rising temperature"
              Expect.equal temperatures.Head 0.2 "1 / β"
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

              lacks markup loud
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
