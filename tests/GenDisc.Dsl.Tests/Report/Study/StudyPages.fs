/// Reports of studies taken apart for tests.
module internal GenDisc.Dsl.Tests.Report.StudyPages

open System.IO
open System.Net
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting
open GenDisc.Dsl.Tests.Report.StudyFixture

type Written =
    {
        /// Markup without scripts and style.
        Markup: string
        /// What a reader sees.
        Words: string
        Tex: string
        Bib: string
        /// Its figures by their names.
        Figures: Map<string, byte[]>
    }

let reading (folder: string) =
    let page = File.ReadAllText(StudyReport.write folder)

    let markup =
        Regex.Replace(page, @"<(script|style)\b[^>]*>.*?</\1>", "", RegexOptions.Singleline)

    let words =
        match WebUtility.HtmlDecode(Regex.Replace(markup, "<[^>]*>", " ")) with
        | null -> ""
        | decoded -> Regex.Replace(decoded, @"\s+", " ")

    { Markup = markup
      Words = words
      Tex = File.ReadAllText(Path.Combine(folder, "report.tex"))
      Bib = File.ReadAllText(Path.Combine(folder, "references.bib"))
      Figures =
        Map.ofList
            [ for file in Directory.GetFiles(Path.Combine(folder, "figures")) do
                  string (Path.GetFileName file), File.ReadAllBytes file ] }

let samples = [ comparison; labelCurve; pareto; oneSeed ]

/// Each sample is written once for all tests.
let once =
    samples
    |> List.map (fun sample -> sample, lazy (Fixture.inFolder (fun root -> reading (writeIn root sample))))

let written sample check =
    let _, found = once |> List.find (fst >> (=) sample)
    check found.Value

/// A study.json of one's own, without any run folder.
let fromJson (json: string) check =
    Fixture.inFolder (fun root ->
        let folder = Path.Combine(root, "study")
        Directory.CreateDirectory folder |> ignore
        File.WriteAllText(Path.Combine(folder, "study.json"), json)
        check (reading folder))

/// Listings aside, every opening brace of LaTeX has its closing one.
let balanced (tex: string) =
    let tex =
        Regex.Replace(tex, @"\\begin\{verbatim\}.*?\\end\{verbatim\}", "", RegexOptions.Singleline)

    let mutable depth = 0
    let mutable lowest = 0

    for found in Regex.Matches(tex, @"\\.|[{}]", RegexOptions.Singleline) do
        match found.Value with
        | "{" -> depth <- depth + 1
        | "}" -> depth <- depth - 1
        | _ -> ()

        lowest <- min lowest depth

    Expect.equal (depth, lowest) (0, 0) "braces"

    let count pattern = Regex.Matches(tex, pattern).Count
    Expect.equal (count @"\\begin\{") (count @"\\end\{") "environments"
    Expect.equal (count @"\\left[\[(|\\]") (count @"\\right[\])|\\]") "delimiters"
