/// The section about Boltzmann machines.
module GenDisc.Dsl.Tests.Report.BoltzmannSectionTests

open System.Text.RegularExpressions
open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let private loud = "banner bad loud"

let private count (part: string) (page: string) =
    Regex.Matches(page, Regex.Escape part).Count

let private boltzmann = alone "figures/boltzmann.json"

let tests =
    testList
        "BoltzmannSection"
        [ test "a machine stands beside independent pixels" {
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
                    "ends of Markov chains, 1,000 sweeps long, and so is an upper bound only as far as these have mixed."
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
                  [ "differs by 7.25 nats: if its chains have mixed, the truth is likely between the two."
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
          test "names in the file stay text" {
              let markup, page =
                  pageOf (boltzmann """{"kind":"<b>kind","logZ":{"method":"<b>guess</b>","value":1}}""")

              has page [ "A Boltzmann machine."; "Method <b>guess</b>" ]
              lacks markup "<b>"
          } ]
