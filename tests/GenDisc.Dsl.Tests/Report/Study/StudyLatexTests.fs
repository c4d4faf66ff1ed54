/// The LaTeX source of a study's report.
module GenDisc.Dsl.Tests.Report.StudyLatexTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting
open GenDisc.Dsl.Tests.Report.StudyFixture
open GenDisc.Dsl.Tests.Report.StudyPages

let tests =
    testList
        "StudyLatex"
        [ test "braces, environments and delimiters are balanced" {
              for sample in samples do
                  written sample (fun w -> balanced w.Tex)
          }

          test "every label that is referred to is set once, and every work that is cited is listed" {
              for sample in samples do
                  written sample (fun w ->
                      let all pattern =
                          [ for found in Regex.Matches(w.Tex, pattern) do
                                found.Groups[1].Value ]

                      let labels = all @"\\label\{([^}]*)\}"
                      Expect.equal (List.distinct labels) labels "labels"
                      Expect.isEmpty (List.except labels (all @"\\ref\{([^}]*)\}")) "references"

                      let works = [ for m in Regex.Matches(w.Bib, @"@\w+\{(\w+),") -> m.Groups[1].Value ]
                      Expect.equal (List.sort works) (all @"\\cite\{([^}]*)\}" |> List.distinct |> List.sort) "works")
          }

          test "every figure of the source is there, as PDF and as SVG" {
              for sample in samples do
                  written sample (fun w ->
                      let files =
                          [ for m in Regex.Matches(w.Tex, @"\\includegraphics\[[^\]]*\]\{figures/([a-z0-9-]+)\.pdf\}") ->
                                m.Groups[1].Value ]

                      Expect.isNonEmpty files "figures"

                      for file in files do
                          let pdf = w.Figures[file + ".pdf"]
                          Expect.equal (System.Text.Encoding.ASCII.GetString(pdf, 0, 5)) "%PDF-" file
                          Expect.isGreaterThan pdf.Length 800 file
                          use stream = new MemoryStream(w.Figures[file + ".svg"])
                          let svg = System.Xml.Linq.XDocument.Load stream

                          match svg.Root with
                          | null -> failtest file
                          | root ->
                              Expect.equal root.Name.LocalName "svg" file
                              Expect.isGreaterThan (Seq.length (root.Descendants())) 5 file)
          }

          test "hostile text stays text in the page and in LaTeX" {
              written oneSeed (fun w ->
                  Pages.lacks w.Markup "<img src=x"
                  Pages.has w.Words [ hostile ]
                  let shown = "a\\_b \\& 50\\% \\{\\#\\$\\textasciicircum{}\\textasciitilde{}\\}"
                  Expect.stringContains w.Tex shown "escaped"
                  Expect.stringContains w.Tex "{[}U+6F22{]}" "a letter that the fonts lack"

                  Expect.equal
                      (Regex.Matches(w.Tex, @"\\begin\{verbatim\}").Count)
                      (Regex.Matches(w.Tex, @"\\end\{verbatim\}").Count)
                      "no listing ends early")
          }

          test "formulas are LaTeX of the same formulas" {
              let plan terms : PlanFile =
                  { Rows = []
                    Parameters = 1L
                    Flops = 1L
                    Loss = None
                    Terms = terms
                    Likelihood = Some "bernoulli"
                    Latent = Some 2
                    Shape = [ 1; 4; 4 ]
                    Classes = Some 3
                    Training = None
                    Written = None }

              let term name weight : PlanTerm =
                  { Name = name
                    Weight = Some weight
                    Schedule = None }

              let tex nodes =
                  nodes |> List.map LatexNodes.prose |> String.concat "" |> _.Trim()

              Expect.equal
                  (tex (Objective.formula [ term "reconstruction" 0.1; term "kl" 0.1; term "crossEntropy" 1.0 ]))
                  @"\[\fittedmath{\mathcal{L}(\theta )=0.1\,\left({\mathcal{L}}_{\text{rec}}+{\mathcal{L}}_{\text{KL}}\right)+{\mathcal{L}}_{\text{CE}}}\]"
                  "objective"

              let _, formula, _ = (Formulas.terms (plan [ term "kl" 1.0 ]) "image").Head

              Expect.equal
                  (tex formula)
                  @"\[\fittedmath{{\mathcal{L}}_{\text{KL}}=\mathrm{KL}\left(q(z\mid x)\parallel p(z)\right)=\frac{1}{2}\sum_{j=1}^{2}\left({\mu }_{j}^{2}+{\sigma }_{j}^{2}-\log {\sigma }_{j}^{2}-1\right)}\]"
                  "Kullback–Leibler divergence"
          }

          test "text is escaped for LaTeX" {
              Expect.equal
                  (LatexText.escape "a_b & 5 % ± 0.1 −x ‘y’")
                  "a\\_b \\& 5 \\% \\ensuremath{\\pm} 0.1 \\ensuremath{-}x `y'"
                  ""

              Expect.equal (LatexText.escape "é\u0007ł") "éł" "letters stay, control characters go"

              let long = "let x = " + String.replicate 60 "word "
              let lines = (LatexText.verbatim long).Split '\n'
              Expect.isLessThanOrEqual (lines |> Array.map _.Length |> Array.max) 92 "long lines are folded"

              Expect.equal
                  (lines
                   |> Array.filter (fun l -> l.Contains "word")
                   |> Array.sumBy (fun l -> Regex.Matches(l, "word").Count))
                  60
                  "nothing is lost"
          } ]
