/// F# source with light highlighting.
module internal GenDisc.Reporting.Source

open System.Text.RegularExpressions
open GenDisc.Reporting.Html

let private keywords =
    "let|open|module|type|with|if|then|else|match|fun|in|for|do|rec|and|true|false|return|use"

let private token =
    Regex(
        @"(?<comment>//[^\n]*)|(?<string>""(?:\\.|[^""\\])*"")|(?<directive>^\s*\#\w+)"
        + @"|(?<number>(?<![\w.])\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?!\w))|(?<operator>\|>|>>|->|<\|)"
        + $@"|(?<keyword>\b(?:{keywords})\b)",
        RegexOptions.Multiline ||| RegexOptions.Compiled
    )

let private kinds =
    [ "comment"; "string"; "directive"; "number"; "operator"; "keyword" ]

let highlight (source: string) =
    let source = source.Replace("\r\n", "\n").TrimEnd()
    let nodes = ResizeArray<Html>()
    let mutable at = 0

    for found in token.Matches source do
        if found.Index > at then
            nodes.Add(text (source.Substring(at, found.Index - at)))

        let kind = kinds |> List.find (fun kind -> found.Groups[kind].Success)
        nodes.Add(span ("fs-" + kind) found.Value)
        at <- found.Index + found.Length

    if at < source.Length then
        nodes.Add(text (source.Substring at))

    el "pre" [ "class", "source"; "tabindex", "0" ] [ el "code" [] (List.ofSeq nodes) ]
