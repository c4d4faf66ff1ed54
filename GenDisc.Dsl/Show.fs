/// How values print as their own source, the same under every culture.
module GenDisc.Show

open System
open System.Globalization

/// A float as an F# literal: `1.0`, `0.001`, `1E-07`, `nan`, `infinity`.
let number (x: float) =
    if Double.IsNaN x then
        "nan"
    elif Double.IsInfinity x then
        (if x > 0.0 then "infinity" else "-infinity")
    else
        let s = x.ToString("R", CultureInfo.InvariantCulture)
        if Seq.forall (fun c -> Char.IsDigit c || c = '-') s then s + ".0" else s

/// An integer with no digit grouping.
let integer (n: int) =
    n.ToString(CultureInfo.InvariantCulture)

/// A whole number with commas between thousands: `1,234,567`.
let grouped (n: int64) =
    n.ToString("#,0", CultureInfo.InvariantCulture)

let private protect (literal: string) =
    if literal.StartsWith '-' then $"({literal})" else literal

/// A float as the argument of a function: in parentheses when negative.
let numberArgument x = protect (number x)

/// An integer as the argument of a function: in parentheses when negative.
let integerArgument n = protect (integer n)

/// A string as an F# literal of printable ASCII.
let quoted (s: string) =
    let escape c =
        match c with
        | '"' -> "\\\""
        | '\\' -> "\\\\"
        | '\n' -> "\\n"
        | '\r' -> "\\r"
        | '\t' -> "\\t"
        | c when c >= ' ' && c <= '~' -> string c
        | c -> "\\u" + (int c).ToString("X4", CultureInfo.InvariantCulture)

    "\"" + String.collect escape s + "\""

/// A name as it is, unless that would print nothing or break the line.
let name (s: string) =
    if s = "" || String.exists Char.IsControl s then quoted s else s

/// A stretch of printed source, in characters.
type Span = { Start: int; Length: int }

/// Printed source that remembers where its parts stand, so that a caret can be put under them.
type Marked<'key> =
    { Text: string
      Marks: ('key * Span) list }

/// Source without marks.
let text s : Marked<'key> = { Text = s; Marks = [] }

/// The same source, the whole of it marked.
let mark key (m: Marked<'key>) : Marked<'key> =
    { m with
        Marks = (key, { Start = 0; Length = m.Text.Length }) :: m.Marks }

/// Sources one after another.
let concat (parts: Marked<'key> list) : Marked<'key> =
    let shift offset (key, span) =
        key,
        { span with
            Start = span.Start + offset }

    let offsets = parts |> List.scan (fun offset part -> offset + part.Text.Length) 0

    { Text = parts |> List.map _.Text |> String.concat ""
      Marks =
        [ for offset, part in List.zip (List.take parts.Length offsets) parts do
              yield! part.Marks |> List.map (shift offset) ] }

/// Sources with a separator between them.
let joined (separator: string) (parts: Marked<'key> list) : Marked<'key> =
    parts
    |> List.mapi (fun i part -> if i = 0 then [ part ] else [ text separator; part ])
    |> List.concat
    |> concat

/// Where a part stands, if it was marked.
let find key (m: Marked<'key>) =
    m.Marks |> List.tryFind (fst >> (=) key) |> Option.map snd
