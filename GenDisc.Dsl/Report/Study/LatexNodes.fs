/// The elements of a page's prose and formulas as LaTeX, so that both are written once.
module internal GenDisc.Reporting.LatexNodes

open System
open System.Text
open GenDisc.Reporting.Html
open GenDisc.Reporting.LatexText

let private lookup name attributes =
    attributes |> List.tryFind (fst >> (=) name) |> Option.map snd

/// The text alone.
let rec textOf node =
    match node with
    | Html.Text s -> s
    | Html.Raw _ -> ""
    | Html.Element(_, _, children) -> children |> List.map textOf |> String.concat ""

/// Characters of a formula; a command ends before the letter that follows it.
let private mathText (s: string) =
    let out = StringBuilder()

    for rune in s.EnumerateRunes() do
        let s = rune.ToString()

        match Map.tryFind s symbols with
        | Some command when Char.IsLetter command[command.Length - 1] -> out.Append(command).Append(' ') |> ignore
        | Some command -> out.Append command |> ignore
        | None ->
            match s with
            | "{"
            | "}"
            | "%"
            | "&"
            | "#"
            | "$"
            | "_" -> out.Append('\\').Append(s) |> ignore
            | "<"
            | ">"
            | "|"
            | "*" -> out.Append(s) |> ignore
            // Function application, invisible.
            | "\u2061" -> ()
            | _ when rune.Value >= 32 && rune.Value < 127 && s <> "\\" && s <> "^" && s <> "~" -> out.Append s |> ignore
            | _ -> out.Append("\\text{").Append(escape s).Append('}') |> ignore

    out.ToString()

/// An identifier of several letters is a word, not a product.
let private identifier (attributes: (string * string) list) (s: string) =
    let upright = lookup "mathvariant" attributes = Some "normal"
    let letters = s.Length > 1 && Seq.forall Char.IsAsciiLetter s

    match s with
    | "log"
    | "exp"
    | "min"
    | "max" when upright -> "\\" + s + " "
    | _ when upright && letters -> $"\\mathrm{{{s}}}"
    | _ when letters -> $"\\mathit{{{s}}}"
    | _ -> mathText s

let private operator' attributes (s: string) =
    let stretchy = lookup "stretchy" attributes = Some "true"

    match s with
    | "∑" -> "\\sum"
    | "∏" -> "\\prod"
    | "("
    | "["
    | "|" when stretchy -> "\\left" + s
    | ")"
    | "]" when stretchy -> "\\right" + s
    | "{" when stretchy -> "\\left\\{"
    | "}" when stretchy -> "\\right\\}"
    | _ -> mathText s

/// An element of MathML.
let rec math node =
    let group child = "{" + math child + "}"

    match node with
    | Html.Text s -> mathText s
    | Html.Raw _ -> ""
    | Html.Element("mi", attributes, children) -> identifier attributes (String.Join("", List.map textOf children))
    | Html.Element("mo", attributes, children) -> operator' attributes (String.Join("", List.map textOf children))
    | Html.Element("mtext", _, children) -> "\\text{" + escape (String.Join("", List.map textOf children)) + "}"
    | Html.Element("mspace", _, _) -> "\\,"
    | Html.Element("msub", _, [ a; b ]) -> group a + "_" + group b
    | Html.Element("msup", _, [ a; b ]) -> group a + "^" + group b
    | Html.Element("msubsup", _, [ a; b; c ]) -> group a + "_" + group b + "^" + group c
    | Html.Element("mfrac", _, [ a; b ]) -> "\\frac" + group a + group b
    | Html.Element("msqrt", _, children) -> "\\sqrt{" + formula children + "}"
    | Html.Element("munder", _, [ a; b ]) -> under a + "_" + group b
    | Html.Element("munderover", _, [ a; b; c ]) -> under a + "_" + group b + "^" + group c
    | Html.Element("mover", _, [ a; Html.Element("mo", _, [ Html.Text mark ]) ]) ->
        match mark with
        | "^" -> "\\hat" + group a
        | "~" -> "\\tilde" + group a
        | "¯"
        | "‾" -> "\\bar" + group a
        | "→" -> "\\vec" + group a
        | other -> "\\overset{" + mathText other + "}" + group a
    // A pair of stretchy delimiters must match within one group.
    | Html.Element(_, _, children) -> formula children

/// Operators bring their own space, and what follows a comma is a formula of its own.
and formula children =
    match children with
    | Html.Element("mi", _, [ Html.Text("log" | "exp") ]) as operator :: Html.Element("mspace", _, _) :: rest ->
        math operator + formula rest
    | Html.Element("mo", _, [ Html.Text "," ]) :: Html.Element("mspace", _, _) :: rest -> ",\\qquad " + formula rest
    | first :: rest -> math first + formula rest
    | [] -> ""

/// What stands under an operator stands under any other sign too.
and private under node =
    match node with
    | Html.Element("mo", _, [ Html.Text("∑" | "∏") ]) -> math node
    | _ -> "\\mathop{" + math node + "}"

/// An element of prose.
let rec prose node =
    let inside children =
        children |> List.map prose |> String.concat ""

    match node with
    | Html.Text s -> escape s
    | Html.Raw _ -> ""
    | Html.Element("math", [ "display", "block" ], children) -> "\\[\\fittedmath{" + formula children + "}\\]\n"
    | Html.Element("math", _, children) -> "$" + formula children + "$"
    | Html.Element("p", _, children) -> "\n" + inside children + "\n"
    | Html.Element("h3", _, children) -> "\n\\subsection*{" + inside children + "}\n"
    | Html.Element("strong", _, children) -> "\\textbf{" + inside children + "}"
    | Html.Element("em", _, children) -> "\\emph{" + inside children + "}"
    | Html.Element("code", _, children) -> typewriter (String.Join("", List.map textOf children))
    | Html.Element("a", attributes, children) ->
        match lookup "href" attributes with
        | Some target when not (target.StartsWith '#') -> "\\href{" + address target + "}{" + inside children + "}"
        | _ -> inside children
    | Html.Element("ref", [ _, label ], _) ->
        let kind =
            if label.StartsWith("tab", StringComparison.Ordinal) then "Table" else "Figure"

        $"{kind}~\\ref{{{label}}}"
    | Html.Element("cite", [ _, key ], _) -> $"\\cite{{{key}}}"
    | Html.Element("ul", _, children) -> "\n\\begin{itemize}\n" + inside children + "\\end{itemize}\n"
    | Html.Element("li", _, children) -> "\\item " + inside children + "\n"
    | Html.Element("dl", _, children) ->
        "\n\\begin{description}\\setlength{\\itemsep}{0pt}\\setlength{\\parskip}{0pt}\n"
        + inside children
        + "\\end{description}\n"
    | Html.Element("dt", _, children) -> "\\item[{" + inside children + "}] "
    | Html.Element("dd", _, children) -> inside children + "\n"
    | Html.Element("br", _, _) -> " "
    | Html.Element("div", attributes, children) ->
        match lookup "class" attributes with
        | Some "formula" -> inside children
        | _ -> "\n" + inside children + "\n"
    | Html.Element(_, _, children) -> inside children
