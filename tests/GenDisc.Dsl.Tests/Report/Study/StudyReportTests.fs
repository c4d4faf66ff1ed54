/// The report of a study, as a page and as a whole.
module GenDisc.Dsl.Tests.Report.StudyReportTests

open System.Globalization
open System.IO
open Expecto
open GenDisc.Reporting
open GenDisc.Running.Studies
open GenDisc.Dsl.Tests.Report.StudyFixture
open GenDisc.Dsl.Tests.Report.StudyPages

let private everyField (w: Written) =
    for said in
        [ "Does a generative front end help? (made-up numbers)"
          "study-1a2b3c4d"
          "22 November 2026"
          "digits (made up): 54,000 training examples, 6,000 validation examples and 10,000 test examples"
          "5 seeds, 1, 2, 3, 4 and 5"
          "The p-values of the 5 comparisons"
          "latents fine-tuned"
          "0.1 * elbo + crossEntropy"
          "; classifier [ 32 ]"
          "digits |> take 600 |> augment helper 100"
          "model (encoder helper >> classifier [32])"
          "12,345"
          "456,789"
          "1.23 × 10¹²"
          "12.5 s"
          "2 min 3 s"
          "6 of its 30 runs had been done before"
          "row-3-comparison-4"
          "Expected calibration error (ECE) (%)"
          "AUROC against out-of-distribution data"
          "ELBO (nats per image)"
          "paired t-test"
          "0.412"
          "0.824"
          "no difference detected"
          "worse"
          "better"
          "not tested"
          "reference"
          "All numbers of this study are made up for a test."
          "These numbers come from no experiment."
          "open GenDisc"
          "compare \"made up\" [ first; second ]"
          "gendisc run study.fsx --threads 2"
          "Made-up processor"
          "Missing pixels"
          "Adam with learning rate 0.001"
          "Rows are trained as declared, not for equal compute" ] do
        Expect.stringContains w.Words said "the page"

let private sameInTex (w: Written) =
    for said in
        [ "\\title{Does a generative front end help? (made{-}up numbers)}"
          "\\date{22 November 2026}"
          "54,000 training examples"
          "latents fine{-}tuned"
          "\\[\\fittedmath{\\mathcal{L}(\\theta )="
          "1.23 \\ensuremath{\\times} 10\\ensuremath{^{1}}\\ensuremath{^{2}}"
          "paired t{-}test"
          "no difference detected"
          "These numbers come from no experiment."
          "compare \"made up\" [ first; second ]"
          "gendisc run study.fsx --threads 2"
          "Made{-}up processor"
          "Table~\\ref{tab:results}"
          "\\cite{holm1979}"
          "\\href{../row-3-comparison-4/report.html}{row{-}3{-}comparison{-}4}" ] do
        Expect.stringContains w.Tex said "the LaTeX source"

let private page =
    testList
        "page"
        [ test "every field of study.json shows up" {
              written comparison (fun w ->
                  everyField w
                  sameInTex w)
          }

          test "sections of each kind" {
              let ids sample =
                  written sample (fun w -> Pages.ids w.Markup)

              let all =
                  [ "question"
                    "methods"
                    "protocol"
                    "results"
                    "robustness"
                    "limits"
                    "cost"
                    "reproduction"
                    "appendix"
                    "references" ]

              Expect.equal (ids comparison) all "with robustness"
              Expect.equal (ids labelCurve) (List.except [ "robustness" ] all) "without"
          }

          test "a label curve holds rows against the first at the same number of labels" {
              written labelCurve (fun w ->
                  Pages.has
                      w.Words
                      [ "compared with “cnn” at the same number of labels"
                        "varied over 100, 300, 1,000 and 3,000"
                        "bands are 95 % intervals" ]

                  Expect.stringContains w.Tex "\\begin{longtable}" "many rows run over pages")
          }

          test "a Pareto front names its weights" {
              written pareto (fun w ->
                  Pages.has
                      w.Words
                      [ "trained with 5 weights"
                        "weight 0.001"
                        "Horizontal axis: higher is better"
                        "Horizontal axis: lower is better"
                        "Rings mark the front" ])
          }

          test "one seed is judged by McNemar's test, and said to be one" {
              written oneSeed (fun w ->
                  Pages.has
                      w.Words
                      [ "McNemar’s exact test"
                        "One seed is one draw"
                        "Equal compute."
                        "There is one comparison" ]

                  Pages.lacks w.Words "Student 1908"
                  Expect.stringContains w.Bib "@article{mcnemar1947," "the test in use"
                  Expect.isFalse (w.Bib.Contains "student1908") "the test not in use")
          }

          test "negative results are said as plainly as positive ones" {
              written comparison (fun w ->
                  Expect.stringContains w.Markup "<span class=\"worse\">worse</span>" "worse"
                  Expect.stringContains w.Markup "<span class=\"better\">better</span>" "better"
                  Pages.has w.Words [ "not evidence that there is none" ])
          }

          test "the page is the same under every culture" {
              Fixture.inFolder (fun root ->
                  let folder = writeIn root comparison
                  let before = CultureInfo.CurrentCulture

                  let under (name: string) =
                      CultureInfo.CurrentCulture <- CultureInfo.GetCultureInfo name

                      try
                          let w = reading folder
                          let svg = File.ReadAllText(Path.Combine(folder, "figures/seeds.svg"))
                          w.Markup, w.Tex, svg
                      finally
                          CultureInfo.CurrentCulture <- before

                  Expect.isTrue (under "" = under "de-DE") "de-DE")
          } ]

let private partial =
    testList
        "partial"
        [ test "without run folders the page stands and says what is missing" {
              fromJson (json comparison) (fun w ->
                  Pages.has
                      w.Words
                      [ "none of its run folders is here"
                        "Its plan is not at hand"
                        "no difference detected" ]

                  balanced w.Tex)
          }

          test "run folders elsewhere are not read" {
              Fixture.inFolder (fun root ->
                  let folder = writeIn root comparison
                  let file = Path.Combine(folder, "study.json")

                  File.WriteAllText(
                      file,
                      File.ReadAllText(file).Replace("\"../row-1-comparison-", "\"../row-1-comparison-1/../../")
                  )

                  Pages.has (reading folder).Words [ "cnn: none of its run folders is here" ])
          }

          test "an empty study and one with broken fields stand" {
              for json in
                  [ "{}"
                    """{"rows":[]}"""
                    """{"rows":[{}],"seeds":"x","front":7,"statements":{"a":1}}"""
                    """{"kind":"pareto","front":["accuracy","ece"],"rows":[{"name":"a","figures":{"accuracy":{"mean":null,"values":[null]}},"contrast":{"difference":null}}]}"""
                    """{"kind":"labelCurve","metric":"rmse","rows":[{"name":"a","labels":100,"figures":{"rmse":{"mean":0.5,"values":["NaN"]}},"robustness":[{"corruption":"noise","level":0}]}]}""" ] do
                  fromJson json (fun w ->
                      balanced w.Tex
                      Pages.lacks w.Words "Left out. Object reference"
                      Expect.contains (Pages.ids w.Markup) "question" json)
          }

          test "a folder without study.json, and one that is no object, are errors" {
              Fixture.inFolder (fun folder ->
                  Expect.throwsT<FileNotFoundException> (fun () -> StudyReport.write folder |> ignore) "none"
                  File.WriteAllText(Path.Combine(folder, "study.json"), "[1]")

                  Expect.throwsT<System.Text.Json.JsonException>
                      (fun () -> StudyReport.write folder |> ignore)
                      "a list")
          } ]

let private pdf =
    test "without a report there is no PDF, and the reason is said" {
        Fixture.inFolder (fun folder ->
            match Pdf.tryWrite folder with
            | Error reason -> Expect.stringContains reason "holds neither report.tex nor report.html" "reason"
            | Ok path -> failtest path

            Expect.isFalse (File.Exists(Path.Combine(folder, "report.pdf"))) "no file")
    }

let private made =
    test "a PDF is made where a browser is installed" {
        match Chromium.find () with
        | None -> skiptest "no Chromium is installed"
        | Some _ ->
            Fixture.inFolder (fun root ->
                let folder = writeIn root oneSeed
                StudyReport.write folder |> ignore

                match Pdf.tryWrite folder with
                | Error reason -> failtest reason
                | Ok path ->
                    Expect.equal path (Path.Combine(folder, "report.pdf")) "beside the page"
                    let bytes = File.ReadAllBytes path
                    Expect.equal (System.Text.Encoding.ASCII.GetString(bytes, 0, 5)) "%PDF-" "a PDF"

                    Expect.isEmpty
                        (Directory.GetFiles folder
                         |> Array.map Path.GetFileName
                         |> Array.except [ "study.json"; "report.html"; "report.tex"; "references.bib"; "report.pdf" ])
                        "nothing else is left")
    }

let tests = testList "StudyReport" [ page; partial; pdf; made ]
