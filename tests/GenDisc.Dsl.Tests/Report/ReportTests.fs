module GenDisc.Dsl.Tests.Report.ReportTests

open System.Globalization
open System.IO
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting

let private ids page =
    [ for found in Regex.Matches(page, "<section id=\"([a-z]+)\"") do
          found.Groups[1].Value ]

let private markupOf write =
    Fixture.inFolder (fun folder ->
        write folder
        Fixture.markup folder)

let private underCulture (name: string) f =
    let before = CultureInfo.CurrentCulture
    CultureInfo.CurrentCulture <- CultureInfo.GetCultureInfo name

    try
        f ()
    finally
        CultureInfo.CurrentCulture <- before

let tests =
    testList
        "Report"
        [ test "every section whose data exist is there, and no other" {
              Expect.equal
                  (ids (markupOf Fixture.full))
                  [ "asked"
                    "model"
                    "loss"
                    "training"
                    "results"
                    "classes"
                    "images"
                    "latent"
                    "quality"
                    "timing"
                    "reading" ]
                  "image hybrid"

              Expect.equal (ids (markupOf Fixture.plane)) [ "results"; "plane"; "reading" ] "plane"
              Expect.equal (ids (markupOf Fixture.regression)) [ "results"; "predictions"; "reading" ] "regression"
              Expect.equal (ids (markupOf ignore)) [] "nothing but an empty folder"
          }
          test "headline figures and numbered captions" {
              let page = markupOf Fixture.full
              Expect.stringContains page "90.00 %" "accuracy"
              Expect.stringContains page "95 % interval 74.38–96.54 %" "Wilson interval of 27 out of 30"
              Expect.stringContains page "−105.25" "ELBO"
              Expect.stringContains page "1.23 million" "parameters"
              Expect.stringContains page "54,000 examples" "split sizes"

              let figures =
                  [ for m in Regex.Matches(page, @"Figure (\d+)\. ") -> int m.Groups[1].Value ]

              Expect.equal figures [ 1 .. figures.Length ] "figures are numbered in order"
              Expect.isGreaterThan figures.Length 8 "curves, matrix, pictures, latent space"
          }
          test "hostile names stay text" {
              Fixture.inFolder (fun folder ->
                  Fixture.full folder
                  let page = File.ReadAllText(Report.write folder)
                  Expect.isFalse (page.Contains "<script>alert") "no element from the name"
                  Expect.isFalse (page.Contains "a<b>") "no element from a class"
                  Expect.stringContains page "&lt;script&gt;alert(1)" "shown as text")
          }
          test "the page is the same under every culture" {
              Fixture.inFolder (fun folder ->
                  Fixture.full folder
                  let page () = File.ReadAllText(Report.write folder)
                  let invariant = underCulture "" page
                  Expect.isTrue (invariant = underCulture "de-DE" page) "de-DE"
                  Expect.isTrue (invariant = underCulture "ar-SA" page) "ar-SA")
          }
          test "nothing is loaded from anywhere" {
              let page = markupOf Fixture.full

              for found in Regex.Matches(page, "(?:src|href|srcset|data|action|poster)=\"([^\"]*)\"") do
                  let target = found.Groups[1].Value
                  Expect.isTrue (target.StartsWith "#" || target.StartsWith "data:image/png") $"loads {target}"

              Expect.stringContains page "default-src &#39;none&#39;" "content security policy"

              Fixture.inFolder (fun folder ->
                  Fixture.full folder
                  let whole = File.ReadAllText(Report.write folder)
                  Expect.isFalse (Regex.IsMatch(whole, "<script[^>]* src=")) "scripts are inline"
                  Expect.equal (Regex.Matches(whole, "plotly.js v").Count) 1 "one copy of plotly.js")
          }
          test "broken files become notes" {
              let page =
                  markupOf (fun folder ->
                      Fixture.full folder
                      File.AppendAllText(Path.Combine(folder, "metrics.jsonl"), "{\"epoch\": 4, \"tr")
                      Fixture.put folder "plan.json" "[1, 2"
                      Fixture.put folder "figures/samples.png" "not a picture"
                      Fixture.put folder "figures/latent.json" """{"points":"none","labels":7}""")

              Expect.stringContains page "metrics.jsonl, line 4 is broken" "metrics line"
              Expect.stringContains page "plan.json could not be read" "plan"
              Expect.stringContains page "figures/samples.png is not a PNG image" "picture"

              Expect.equal
                  (ids page)
                  [ "asked"; "training"; "results"; "classes"; "images"; "timing"; "reading" ]
                  "the rest stands"
          }
          test "an interrupted run, a failed run and warnings say so" {
              let page status message warnings =
                  markupOf (fun folder ->
                      Fixture.full folder
                      Fixture.put folder "result.json" (Fixture.result status message warnings))

              Expect.stringContains (page "interrupted" "null" "") "The run was stopped before its end" "interrupted"
              Expect.stringContains (page "failed" "\"kl became NaN\"" "") "kl became NaN" "failed"
              Expect.stringContains (page "done" "null" "\"no gradient\"") "no gradient" "warning"
              Expect.isFalse ((page "done" "null" "").Contains "class=\"banner") "nothing to say"
          }
          test "without a result the page shows what there is" {
              let page =
                  markupOf (fun folder ->
                      Fixture.full folder
                      File.Delete(Path.Combine(folder, "result.json")))

              Expect.stringContains page "holds no readable result.json" "banner"
              Expect.contains (ids page) "training" "curves"
          }
          test "figures that are not finite are named, not drawn" {
              let page =
                  markupOf (fun folder ->
                      Fixture.put
                          folder
                          "result.json"
                          """{"name":"x","status":"failed","metrics":{"test.elbo":"NaN","test.loss":1}}""")

              Expect.stringContains page "not finite" "table"
              Expect.isFalse (page.Contains "Test ELBO") "no headline"
          }
          test "a folder that does not exist is an error" {
              Expect.throwsT<DirectoryNotFoundException>
                  (fun () ->
                      Report.write (Path.Combine(Path.GetTempPath(), "gendisc-no-such-folder"))
                      |> ignore)
                  "missing"
          } ]
