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
    /// The source line with a caret under columns [from, until), as two display lines; empty where there is no such line.
    let excerpt (lines: string array) (line: int) (from: int) (until: int) =
        if line < 1 || line > lines.Length then
            []
        else
            // one column each, or the carets would not stand under what they mark
            let text = lines[line - 1].Replace('\t', ' ')
            let from = Math.Clamp(from, 1, text.Length + 1)
            let until = Math.Clamp(until, from + 1, max (text.Length + 1) (from + 1))
            let number = string line
            let gutter = String(' ', number.Length)

            [ $"  {number} | {text}"
              $"  {gutter} | {String(' ', from - 1)}{String('^', until - from)}" ]

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

        [ yield $"{Wording.path d.File}:{d.Line}:{d.Column}: {severity} {d.Code}: {d.Message.TrimEnd()}"
          yield! excerpt lines d.Line d.Column until
          yield! hint lines d |> Option.map (fun h -> $"  hint: {h}") |> Option.toList ]
        |> String.concat "\n"
