module GenDisc.Dsl.Tests.Report.HtmlTests

open System.Net
open Expecto
open GenDisc.Reporting
open GenDisc.Reporting.Html

let rec private words html =
    match html with
    | Html.Text s
    | Html.Raw s -> s
    | Html.Element(_, _, children) -> children |> List.map words |> String.concat ""

let private textOf (input: char list) = System.String(Array.ofList input)

let private opensNothing input =
    let s = textOf input
    let page = render [ el "p" [ "title", s ] [ text s ] ]

    page.StartsWith "<p title=\""
    && (page |> Seq.filter ((=) '<') |> Seq.length) = 2

let private keepsText input =
    let s = textOf input
    words (Source.highlight s) = s.Replace("\r\n", "\n").TrimEnd()

let tests =
    testList
        "Html"
        [ testProperty "text and attributes never open an element" opensNothing
          testProperty "highlighting keeps the text" keepsText
          test "what looks like a keyword inside a string or a comment is none" {
              let page = render [ Source.highlight "\"let\" // let\nlet x = 1.5e-3 >> y1" ]
              Expect.stringContains page "<span class=\"fs-string\">&quot;let&quot;</span>" "string"
              Expect.stringContains page "<span class=\"fs-comment\">// let</span>" "comment"
              Expect.stringContains page "<span class=\"fs-keyword\">let</span> x" "keyword"
              Expect.stringContains page "<span class=\"fs-number\">1.5e-3</span>" "number"
              Expect.isFalse (page.Contains "<span class=\"fs-number\">1</span>") "y1 is a name"
          }
          test "numbers read well" {
              Expect.equal (Number.decimals 2 -105.256) "−105.26" "true minus sign"
              Expect.equal (Number.decimals 1 -0.01) "0.0" "no negative zero"
              Expect.equal (Number.large 1_234_666L) "1.23 million" "millions"
              Expect.equal (Number.seconds 3725.0) "62 min 5 s" "minutes"
              Expect.equal (Number.short 0.00001234) "1.23e−5" "small"
              Expect.equal (Number.short nan) "not finite" "not a number"
          }
          test "escaping is undone by a browser" {
              Expect.equal (WebUtility.HtmlDecode(escape "<a & \"b\">")) "<a & \"b\">" "round trip"
          } ]
