/// Report pages taken apart for tests.
module GenDisc.Dsl.Tests.Report.Pages

open System.IO
open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting

/// The sections of a page in their order.
let ids page =
    [ for found in Regex.Matches(page, "<section id=\"([a-z]+)\"") do
          found.Groups[1].Value ]

/// Markup and what a reader sees of it.
let pageOf write =
    Fixture.inFolder (fun folder ->
        write folder
        let markup = Fixture.markup folder

        let words =
            match WebUtility.HtmlDecode(Regex.Replace(markup, "<[^>]*>", " ")) with
            | null -> ""
            | decoded -> Regex.Replace(decoded, @"\s+", " ")

        markup, words)

/// Expects each of some phrases.
let has (page: string) words =
    for word in words do
        Expect.stringContains page word word

/// The data of all figures by their ids.
let figuresOf write =
    Fixture.inFolder (fun folder ->
        write folder
        let page = File.ReadAllText(Report.write folder)

        [ for found in Regex.Matches(page, "data-figure=\"([^\"]*)\">(.*?)</script>", RegexOptions.Singleline) do
              found.Groups[1].Value, JsonDocument.Parse(found.Groups[2].Value).RootElement ])

/// A run folder with one more file.
let alone name content (folder: string) =
    Fixture.put folder "result.json" """{"name":"x","status":"done"}"""
    Fixture.put folder name content

/// The y coordinates of the first trace of the first figure.
let firstHeights (figures: (string * JsonElement) list) =
    let data = (snd figures.Head).GetProperty "data"
    let first = data[0]
    first.GetProperty "y"

/// Expects a phrase to be absent.
let lacks (page: string) (words: string) =
    Expect.isFalse (page.Contains words) $"the page has “{words}”"

/// The traces of a figure by their names.
let traces (figures: (string * JsonElement) list) id =
    let figure = figures |> List.find (fst >> (=) id) |> snd

    [ for trace in (figure.GetProperty "data").EnumerateArray() ->
          (trace.GetProperty "name").GetString() |> string, trace ]

/// The numbers of a member of a trace.
let along (name: string) (trace: JsonElement) =
    [ for x in (trace.GetProperty name).EnumerateArray() -> x.GetDouble() ]
