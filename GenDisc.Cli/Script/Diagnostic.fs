namespace GenDisc.Cli

open GenDisc
open System
open System.IO
open System.Text.RegularExpressions

/// One message of the compiler. Lines and columns count from 1; the end column is exclusive.
type Diagnostic =
    { File: string
      Line: int
      Column: int
      EndLine: int
      EndColumn: int
      IsError: bool
      Code: string
      Message: string }

module Diagnostic =
    /// One column for every character, and nothing that would steer a terminal: a tab as a space, any other control
    /// character as U+FFFD.
    let printable (text: string) =
        text
        |> String.map (fun c ->
            if c = '\t' then ' '
            elif Char.IsControl c then '\uFFFD'
            else c)

    /// Columns of a source line that are shown.
    [<Literal>]
    let private Width = 100

    /// Columns left of a caret that stay in sight where a line is cut.
    [<Literal>]
    let private Before = 40

    /// Errors that are shown of one compilation.
    [<Literal>]
    let private Most = 10

    /// The source line with a caret under columns [from, until), as two display lines; empty where there is no such line.
    let excerpt (lines: string array) (line: int) (from: int) (until: int) =
        if line < 1 || line > lines.Length then
            []
        else
            let whole = printable lines[line - 1]
            let from = Math.Clamp(from, 1, whole.Length + 1)
            // what is shown of a long line: `shown` columns after the first `skipped`
            let skipped = Math.Clamp(from - 1 - Before, 0, max 0 (whole.Length - Width))
            let shown = min Width (whole.Length - skipped)
            let head = if skipped > 0 then "…" else ""
            let tail = if skipped + shown < whole.Length then "…" else ""
            let text = head + whole.Substring(skipped, shown) + tail
            let until = Math.Clamp(until, from + 1, max (skipped + shown + 1) (from + 1))
            let indent = head.Length + from - 1 - skipped
            let number = string line
            let gutter = String(' ', number.Length)

            [ $"  {number} | {text}"
              $"  {gutter} | {String(' ', indent)}{String('^', until - from)}" ]

    let private mentions (pattern: string) (text: string) =
        Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant)

    /// What a GenDisc user most likely meant, for the mistakes seen most.
    let hint (lines: string array) (d: Diagnostic) =
        let text = if d.Line >= 1 && d.Line <= lines.Length then lines[d.Line - 1] else ""

        let opensGenDisc = lines |> Array.exists (mentions @"^\s*open\s+GenDisc\s*$")

        match d.Code with
        | "FS0039" when not opensGenDisc -> Some "add the line: open GenDisc"
        | "FS0043"
        | "FS0001" when mentions @"(?<![\w.])\d+\s*\*" text ->
            let wrong = Regex.Match(text, @"(?<![\w.])(\d+)\s*\*\s*(\w+)?")
            let term = if wrong.Groups[2].Success then wrong.Groups[2].Value else "elbo"
            Some $"weights are floats: write {wrong.Groups[1].Value}.0 * {term}"
        | "FS0001" when mentions @"'float'" d.Message && mentions @"'int'" d.Message ->
            Some "floats are written with a decimal point, whole numbers without one"
        | "FS0764" -> Some "an experiment has six fields: Name, Data, Model, Loss, Training and Seed"
        | "FS0078"
        | "FS0079"
        | "FS0084" when mentions @"gendisc\.fsx" d.Message || mentions @"gendisc\.fsx" text ->
            Some
                "the path in #load counts from the script's own folder; `gendisc new NAME` writes a script together with its gendisc.fsx"
        | _ -> None

    /// `file:line:col: error FS0039: message`, the source line, carets, and a hint where there is one.
    let render (d: Diagnostic) =
        let severity = if d.IsError then "error" else "warning"

        let lines =
            try
                File.ReadAllLines d.File
            with _ ->
                [||]

        let until = if d.EndLine = d.Line then d.EndColumn else Int32.MaxValue

        let message =
            d.Message.TrimEnd().ReplaceLineEndings("\n").Split '\n'
            |> Array.map printable
            |> String.concat "\n"

        [ yield $"{Wording.path d.File}:{d.Line}:{d.Column}: {severity} {d.Code}: {message}"
          yield! excerpt lines d.Line d.Column until
          yield! hint lines d |> Option.map (fun h -> $"  hint: {h}") |> Option.toList ]
        |> String.concat "\n"

    /// All messages; of very many the first errors, since a file that is no script has an error on every line.
    let renderAll (messages: Diagnostic list) =
        if messages.Length <= Most then
            messages |> List.map render |> String.concat "\n"
        else
            let first = messages |> List.sortBy (_.IsError >> not) |> List.truncate Most
            let more = messages.Length - Most
            (first |> List.map render |> String.concat "\n") + $"\n… and {more} more"
