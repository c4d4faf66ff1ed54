/// How a report words what is known of a machine, and what is not.
module GenDisc.Dsl.Tests.Report.BoltzmannStandingTests

open System.Text.RegularExpressions
open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let private loud = "banner bad loud"

let private count (part: string) (page: string) =
    Regex.Matches(page, Regex.Escape part).Count

let private boltzmann = alone "figures/boltzmann.json"

/// A run with a test log-likelihood of −95.3, against −206 of independent pixels.
let private withLogZ logZ more folder =
    Fixture.put folder "result.json" """{"name":"x","status":"done","counts":{"test":100},"parameters":10}"""

    Fixture.put folder "plan.json" """{"parameters":10,"terms":[],"shape":[1,28,28]}"""

    Fixture.put
        folder
        "figures/boltzmann.json"
        $"""{{"kind":"rbm","visible":784,"hidden":500,"logZ":{logZ},"logLikelihood":{{"test":-95.3}},"independent":{{"test":-206.0}}{more}}}"""

let private verdictOf own verdict more =
    $"""{{"logLikelihood":{{"test":{own}{more}}},"independent":{{"test":-4}},"verdict":"{verdict}","difference":{{"mean":-0.01,"standardError":0.05}}}}"""

/// With a plan of these terms and a machine below independent units.
let private trainedBy (terms: string list) folder =
    let terms =
        terms
        |> List.map (fun t -> $"""{{"name":"{t}","weight":1.0}}""")
        |> String.concat ","

    boltzmann """{"verdict":"below"}""" folder
    Fixture.put folder "plan.json" $"""{{"parameters":10,"terms":[{terms}],"shape":[2]}}"""

let tests =
    testList
        "BoltzmannStanding"
        [ test "the run's verdict decides" {
              let markup, page = pageOf (boltzmann (verdictOf -4.01 "level" ""))
              Expect.equal (count loud markup) 0 "nothing loud"

              Expect.equal
                  (count "This machine is no better than independent units" page)
                  2
                  "at the top of the report and of the section"

              has
                  page
                  [ "no better than independent units : −0.0100 nats per example, with a standard error of 0.0500."
                    "The paired difference from independent units over test examples is −0.01 (standard error 0.05)." ]

              lacks page "worse than"
              Expect.equal (fst (pageOf (boltzmann (verdictOf -4.01 "above" ""))) |> count loud) 0 "above"
              let below, words = pageOf (boltzmann (verdictOf -3.9 "below" ""))
              Expect.equal (count loud below) 2 "below, though its best estimate is above"
              has words [ "This machine is worse than independent units : it gives test data a lower probability" ]
              lacks words "better than the"
          }
          test "old files and unknown verdicts go by their figures" {
              Expect.equal (fst (pageOf (boltzmann (verdictOf -4.01 "maybe" ""))) |> count loud) 2 "below"
              Expect.equal (fst (pageOf (boltzmann (verdictOf -3.9 "maybe" ""))) |> count loud) 0 "above"
          }
          test "a log Z that is not known is loud, and claims hang on it" {
              let logZ =
                  """{"method":"AIS","value":451.3,"low":null,"high":451.65,"standardError":0.2,"reverse":470.0,"reverseError":0.4,"chains":100,"effectiveSampleSize":1.3,"reliable":false}"""

              let markup, page = pageOf (withLogZ logZ "")
              Expect.equal (count loud markup) 2 "at the top of the report and of the section"
              Expect.isLessThan (markup.IndexOf loud) (markup.IndexOf "<main") "above all sections"

              has
                  page
                  [ "log Z of this machine is not known : 1.3 of 100 chains carry all of the weight (effective sample size); forward and reverse annealing differ by 18.70 nats; its error is unbounded."
                    "110.7 above that of independent pixels, if log Z holds."
                    "nats per image, if log Z holds; independent pixels −206.00"
                    "110.7 better than the −206.0 of independent pixels, if log Z holds."
                    "The error of log Z leaves unbounded to unbounded for it."
                    "Range of error, nats unbounded to 451.65" ]

              lacks page "independent pixels."
          }
          test "a missing bound alone makes it unknown, a word alone too" {
              let bound = """{"method":"AIS","value":451.3,"low":450.0}"""
              Expect.equal (fst (pageOf (withLogZ bound "")) |> count loud) 2 "no upper end"

              let word =
                  """{"method":"AIS","value":451.3,"low":450.0,"high":452.0,"reliable":false}"""

              let markup, page = pageOf (withLogZ word "")
              Expect.equal (count loud markup) 2 "its own word"
              has page [ "is not known : its estimate is not reliable." ]

              let sound =
                  """{"method":"AIS","value":451.3,"low":450.0,"high":452.0,"reliable":true}"""

              let markup, page = pageOf (withLogZ sound "")
              Expect.equal (count loud markup) 0 "all is well"
              lacks page "if log Z holds"
              let exact = """{"method":"enumeration","value":451.3}"""
              Expect.equal (fst (pageOf (withLogZ exact "")) |> count loud) 0 "exact ones need no bounds"
          }
          test "an estimate that is no number is not known" {
              let _, page =
                  pageOf (
                      boltzmann """{"logZ":{"method":"AIS","value":null,"reliable":false},"independent":{"test":-4}}"""
                  )

              has page [ "log Z of this machine is not known"; "log Z, nats not a number" ]
              lacks page "neither enumerated nor estimated"
              lacks page "NaN"
          }
          test "reverse below forward cannot be" {
              let page reverse =
                  snd (
                      pageOf (
                          boltzmann
                              $"""{{"logZ":{{"method":"AIS","value":100,"low":99,"high":101,"standardError":0.3,"reverse":{reverse},"reverseError":0.4}}}}"""
                      )
                  )

              has
                  (page "98.4")
                  [ "1.60 nats below forward AIS, more than three of their joint errors: that cannot be for exact samples. The chains have not mixed" ]

              lacks (page "98.4") "between the two"
              // three joint errors are 1.5
              has (page "98.6") [ "differs by 1.40 nats: the two agree." ]

              has
                  (page "101.6")
                  [ "differs by 1.60 nats: if its chains have mixed, the truth is likely between the two." ]
          }
          test "both what is poor and what is not known are told" {
              let logZ = """{"method":"AIS","value":451.3,"reliable":false}"""
              let markup, _ = pageOf (withLogZ logZ ",\"verdict\":\"below\"")
              Expect.equal (count loud markup) 4 "two banners, twice"
          }
          test "a bound from below says so, and condemns nothing" {
              let markup, page = pageOf (boltzmann (verdictOf -9 "below" ",\"lowerBound\":true"))
              Expect.equal (count loud markup) 0 "nothing loud"

              has
                  page
                  [ "This machine, lower bound −9.00"
                    "The figures of the machine are lower bounds: its log-likelihoods are at least as high."
                    "it is at least −9.0 nats per example, 5.0 below the −4.0 of independent units: whether it is better cannot be told from this bound."
                    "nats per example, a lower bound; independent units −4.00" ]

              let _, page = pageOf (boltzmann (verdictOf -3 "above" ",\"lowerBound\":true"))
              has page [ "log-likelihood of test data is at least −3.0 nats per example, 1.0 better than" ]
          }
          test "advice follows the loss" {
              let advice terms = snd (pageOf (trainedBy terms))
              has (advice [ "cd" ]) [ "in place of cd" ]
              has (advice [ "pcd"; "crossEntropy" ]) [ "Lower the learning rate"; "pcd 5" ]
              lacks (advice [ "pcd" ]) "in place of cd"
              has (advice [ "tempering" ]) [ "more replicas" ]
              has (advice [ "crossEntropy" ]) [ "It was not trained to model its data" ]
              lacks (advice [ "crossEntropy"; "cd" ]) "not trained to model"
          }
          test "of a network the first machine is meant" {
              let content =
                  """{"kind":"dbn","of":2,"visible":784,"hidden":500,"logLikelihood":{"test":-95},"independent":{"test":-206}}"""

              let _, page = pageOf (boltzmann content)

              has
                  page
                  [ "The first of 2 machines of a deep belief network with 784 visible and 500 hidden units."
                    "Its first machine −95.00"
                    "nats per example, first of 2 machines; independent units −206.00" ]

              let _, page = pageOf (boltzmann """{"kind":"dbn","of":2,"verdict":"below"}""")
              has page [ "The first of 2 machines is worse than independent units" ]
              let _, page = pageOf (boltzmann """{"kind":"rbm","of":1,"verdict":"below"}""")
              has page [ "This machine is worse than" ]
          }
          test "a classification machine's figures are of its data alone" {
              let _, page =
                  pageOf (
                      boltzmann
                          """{"kind":"classRbm","visible":4,"logLikelihood":{"test":-2},"independent":{"test":-3}}"""
                  )

              has
                  page
                  [ "bits per dimension of p(v) 0.7213"
                    "figures are of p(v), the data without their classes." ]
          }
          test "a machine with variances of 1 has its name" {
              has
                  (snd (pageOf (boltzmann """{"kind":"unitGaussianRbm"}""")))
                  [ "A Gaussian–Bernoulli restricted Boltzmann machine." ]
          }
          test "pixels are those of images alone" {
              let page visible more =
                  snd (
                      pageOf (fun folder ->
                          alone "figures/boltzmann.json" $"""{{"visible":{visible},"verdict":"below"}}""" folder

                          more folder)
                  )

              let image folder =
                  Fixture.put folder "plan.json" """{"terms":[],"shape":[1,28,28]}"""

              has (page 784 image) [ "worse than independent pixels" ]
              has (page 500 image) [ "worse than independent units" ]
              has (page 784 ignore) [ "worse than independent units" ]

              has
                  (page 784 (fun folder ->
                      image folder
                      Fixture.put folder "figures/ising.json" """{"size":28,"temperature":2.0}"""))
                  [ "worse than independent units" ]
          } ]
