module GenDisc.Dsl.Tests.Report.FormulasTests

open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting

let private plan terms likelihood : PlanFile =
    { Rows = []
      Parameters = 0L
      Flops = 0L
      Loss = None
      Terms = terms
      Likelihood = likelihood
      Latent = Some 8
      Shape = [ 2 ]
      Classes = Some 10
      Training = None
      Written = None }

let private term name weight schedule : PlanTerm =
    { Name = name
      Weight = weight
      Schedule = schedule }

/// A formula as one line of text, without its layout.
let private flat html =
    match System.Net.WebUtility.HtmlDecode(Html.render html) with
    | null -> ""
    | page -> Regex.Replace(page, "<[^>]*>", "").Replace("\u2061", "")

let tests =
    testList
        "Formulas"
        [ test "neighbours of one weight share it" {
              let terms =
                  [ term "reconstruction" (Some 0.1) None
                    term "kl" (Some 0.1) None
                    term "crossEntropy" (Some 1.0) None ]

              Expect.equal (flat (Objective.formula terms)) "ℒ(θ)=0.1(ℒrec+ℒKL)+ℒCE" "objective"
          }
          test "scheduled weights are functions of the epoch" {
              let terms =
                  [ term "reconstruction" (Some 1.0) None; term "kl" None (Some "ramp 10") ]

              Expect.equal (flat (Objective.formula terms)) "ℒ(θ)=ℒrec+wKL(t)ℒKLwKL(t)=min(1,t10)" "ramp"
              let annealed = [ term "kl" None (Some "anneal 0.5 2.0 11") ]
              Expect.stringContains (flat (Objective.formula annealed)) "w(t)=0.5+1.5min(1,t−110)" "anneal"
          }
          test "schedules this report does not know are quoted" {
              let page = Html.render (Objective.formula [ term "kl" None (Some "zigzag 3") ])
              Expect.stringContains page "<code>zigzag 3</code>" "quoted"
          }
          test "what a negative phase measures depends on the machine" {
              let formulas block name =
                  let machine =
                      { plan [ term name (Some 1.0) None ] None with
                          Rows =
                              [ { Block = block
                                  In = ""
                                  Out = ""
                                  Parameters = 1L
                                  Flops = 1L } ] }

                  match MachineFormulas.describe machine machine.Terms.Head with
                  | Some(_, formulas, words) -> formulas |> List.map (List.singleton >> flat), flat words
                  | None -> [], ""

              Expect.equal (List.last (fst (formulas "rbm 4" "cd"))) "ℒCD=F(v)−F(v~)" "restricted"
              Expect.equal (List.last (fst (formulas "classRbm 4" "pcd"))) "ℒPCD=F(v,y)−F(v~,y~)" "with classes"

              Expect.stringContains
                  (List.item 1 (fst (formulas "classRbm 4" "pcd")))
                  "F(v,y)=−log∑hexp(−E(v,y,h)),p(v,y)=exp(−F(v,y))Z"
                  "classes are part of it"

              let general, words = formulas "boltzmann 4" "tempering"
              Expect.equal (List.last general) "ℒPT=F(v,μ)−E(v~,h~)" "a bound less an energy"
              Expect.equal general[2] "F(v,μ)=E(v,μ)+∑j(μjlogμj+(1−μj)log(1−μj))≥F(v)" "the mean-field bound"
              Expect.stringContains words "variational free energy" "its name"
              let visible, _ = formulas "boltzmann 0" "pcd"
              Expect.stringStarts visible[0] "E(v)=−∑ibivi−∑i" "visible units alone"
              Expect.stringStarts visible[1] "F(v)=E(v)," "nothing to sum out"
              Expect.stringContains (List.last (fst (formulas "classRbm 4" "nll"))) "−logp(v,y)=F(v,y)+logZ" "exact"
          }
          test "the likelihood decides the reconstruction" {
              let terms = [ term "reconstruction" (Some 1.0) None; term "kl" (Some 1.0) None ]

              let formula likelihood =
                  let _, formula, _ = (Formulas.terms (plan terms (Some likelihood)) "example").Head
                  flat formula

              Expect.stringContains (formula "bernoulli") "−𝔼q(z∣x)[∑d=12(xdlogx^d+(1−xd)log(1−x^d))]" "bernoulli"
              Expect.stringContains (formula "gaussian") "(xd−x^d)22σ2+12log(2πσ2)" "gaussian"
          }
          test "an autoencoder averages over nothing and has no bound" {
              let plan = plan [ term "reconstruction" (Some 1.0) None ] (Some "bernoulli")
              let _, formula, _ = (Formulas.terms plan "example").Head
              Expect.isFalse ((flat formula).Contains "𝔼") "no expectation"
              Expect.isEmpty (Formulas.bound plan "example") "no bound"
          }
          test "the sparsity of a code is the sum of its sizes" {
              let terms = [ term "mse" (Some 1.0) None; term "sparsity" (Some 0.01) None ]
              Expect.equal (flat (Objective.formula terms)) "ℒ(θ)=ℒMSE+0.01ℒsparse" "objective"
              let title, formula, _ = List.last (Formulas.terms (plan terms None) "example")
              Expect.equal (title, flat formula) ("Sparsity", "ℒsparse=∑j=18|zj|") "term"
          }
          test "only the terms in use are shown" {
              let titles =
                  Formulas.terms (plan [ term "mse" (Some 1.0) None ] None) "example"
                  |> List.map (fun (t, _, _) -> t)

              Expect.equal titles [ "Mean squared error" ] "titles"
          } ]
