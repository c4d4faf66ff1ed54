/// The report as a browser shows it.
module GenDisc.Dsl.Tests.Report.PageTests

open System.IO
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting

/// Collects what goes wrong from the first line on, and writes a verdict once the figures had time to appear.
let private observer =
    """<script>
var problems = [];
addEventListener("error", function (e) { problems.push(e.message || "a resource failed to load"); }, true);
addEventListener("securitypolicyviolation", function (e) { problems.push("blocked: " + e.blockedURI); });
addEventListener("load", function () { setTimeout(function () {
  var plots = Array.from(document.querySelectorAll(".chart"));
  var images = Array.from(document.images);
  function fits(p) {
    var box = p.getBoundingClientRect(), svg = p.querySelector(".main-svg").getBoundingClientRect();
    return Math.abs(box.width - svg.width) < 2 && Math.abs(box.height - svg.height) < 2;
  }
  var drawn = plots.filter(function (p) { return p.querySelector(".main-svg"); });
  var root = document.documentElement;
  parent.postMessage(["plots " + plots.length, "drawn " + drawn.length, "fitting " + drawn.filter(fits).length,
    "marks " + drawn.filter(function (p) { return p.querySelector(".point, .hm, .js-line"); }).length,
    "images " + images.length, "decoded " + images.filter(function (i) { return i.naturalWidth > 0; }).length,
    "width " + root.clientWidth, "overflow " + Math.max(0, root.scrollWidth - root.clientWidth),
    "problems " + problems.join("; ")].join("|"), "*");
}, 3000); });
</script>"""

/// A frame is as narrow as asked; a browser's window has a least width.
let private frame (width: int) =
    $"""<!DOCTYPE html><body style="margin:0"><script>
addEventListener("message", function (e) {{
  var verdict = document.createElement("pre");
  verdict.id = "verdict";
  verdict.textContent = e.data;
  document.body.appendChild(verdict);
}});
</script><iframe src="observed.html" style="border:0;width:{width}px;height:900px"></iframe></body>"""

let private verdict browser (width: int) (pageIn: string -> string) =
    Fixture.inFolder (fun folder ->
        let page = pageIn folder
        let copy = Path.Combine(folder, "observed.html")
        File.WriteAllText(copy, page.Insert(page.IndexOf "<title>", observer))
        let framed = Path.Combine(folder, "frame.html")
        File.WriteAllText(framed, frame width)

        let visit =
            Chromium.visit browser (Path.Combine(folder, "profile")) (width, 900) framed

        let found = Regex.Match(visit.Dom, "<pre id=\"verdict\">([^<]*)</pre>")
        Expect.isTrue found.Success "the page came to its end"

        let figures =
            found.Groups[1].Value.Split '|'
            |> Array.map (fun entry -> let parts = entry.Split(' ', 2) in parts[0], parts[1])
            |> Map.ofArray

        figures, visit.Console)

let private checkPage name pageIn (width: int) plots images =
    test name {
        match Chromium.find () with
        | None -> skiptest "no Chromium is installed"
        | Some browser ->
            let found, console = verdict browser width pageIn
            Expect.equal found["plots"] (string plots) "figures"
            Expect.equal found["drawn"] (string plots) "every figure is drawn"
            Expect.equal found["marks"] (string plots) "every figure shows data"
            Expect.equal found["fitting"] (string plots) "every figure fills its box"
            Expect.equal (found["images"], found["decoded"]) (string images, string images) "every picture decodes"
            Expect.isLessThanOrEqual (int found["width"]) width "the width that was asked for"
            Expect.equal found["overflow"] "0" "no sideways scrolling of the page"
            Expect.equal found["problems"] "" "no error on the page"
            Expect.isEmpty console "no message on the console"
    }

let private check name write =
    checkPage name (fun folder ->
        write folder
        File.ReadAllText(Report.write folder))

/// One lattice, as if learned at two temperatures.
let private temperatures folder =
    EnergyFixture.ising folder
    let run = ReadRun.read folder

    TemperaturesPage.page
        "magnet"
        "{ Name = \"magnet\" }"
        [ for t in [ 2.27; 2.5 ] ->
              { Temperature = t
                Run = run
                Link = "../magnet" } ]

let private study sample folder =
    File.ReadAllText(StudyReport.write (StudyFixture.writeIn folder sample))

let tests =
    testSequenced (
        testList
            "Page"
            [
              // six quantities, learning rate, weights, confusion matrix, latent space
              check "an image hybrid on a desk" Fixture.full 1280 10 2
              check "an image hybrid on a telephone" Fixture.full 400 10 2
              check "a model of the plane" Fixture.plane 1280 2 0
              check "a regression" Fixture.regression 400 1 0
              // confusion matrix, two kinds of curves, reliability, bins, PCA, t-SNE, two scores; three mosaics
              check "an evaluated image classifier on a desk" FigureFixture.images 1280 9 3
              check "an evaluated image classifier on a telephone" FigureFixture.images 400 9 3
              // three classes, six mistakes, confusion matrix
              check "a classifier of sequences on a desk" FigureFixture.sequences 1280 10 0
              check "a classifier of sequences on a telephone" FigureFixture.sequences 400 10 0
              // one-step forecasts, rollout, lead time, predictions, three of residuals, PCA, t-SNE
              check "a forecaster on a desk" FigureFixture.forecasting 1280 9 0
              check "a forecaster on a telephone" FigureFixture.forecasting 400 9 0
              // energies, AIS, four of thermodynamics; chains, samples, receptive fields
              check "a Boltzmann machine on a desk" EnergyFixture.bad 1280 6 3
              check "a Boltzmann machine on a telephone" EnergyFixture.bad 400 6 3
              // four observables
              check "a lattice on a telephone" EnergyFixture.ising 400 4 0
              checkPage "a lattice at two temperatures on a desk" temperatures 1280 4 0
              checkPage "a lattice at two temperatures on a telephone" temperatures 400 4 0
              // seeds, differences, four corruptions
              checkPage "a comparison on a desk" (study StudyFixture.comparison) 1280 6 0
              checkPage "a comparison on a telephone" (study StudyFixture.comparison) 400 6 0
              // over labels, differences
              checkPage "a label curve on a desk" (study StudyFixture.labelCurve) 1280 2 0
              checkPage "a label curve on a telephone" (study StudyFixture.labelCurve) 400 2 0
              // three of the front, seeds, differences
              checkPage "a Pareto front on a desk" (study StudyFixture.pareto) 1280 5 0
              checkPage "hostile names of one seed on a telephone" (study StudyFixture.oneSeed) 400 2 0
              // histograms, history; samples
              check "an energy classifier on a telephone" EnergyFixture.classifier 400 2 1 ]
    )
