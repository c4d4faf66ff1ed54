/// Text as LaTeX that every engine sets: LaTeX's own characters are escaped, and what a font may lack is spelt.
module internal GenDisc.Reporting.LatexText

open System
open System.Globalization
open System.Text

/// LaTeX's own characters, and those that have a notation in text.
let private special =
    Map.ofList
        [ "\\", "\\textbackslash{}"
          "{", "\\{"
          "}", "\\}"
          "$", "\\$"
          "&", "\\&"
          "#", "\\#"
          "%", "\\%"
          "_", "\\_"
          "~", "\\textasciitilde{}"
          "^", "\\textasciicircum{}"
          "<", "\\textless{}"
          ">", "\\textgreater{}"
          "|", "\\textbar{}"
          "\"", "\\textquotedbl{}"
          "'", "\\textquotesingle{}"
          "`", "\\textasciigrave{}"
          "[", "{[}"
          "]", "{]}"
          "-", "{-}"
          "–", "--"
          "—", "---"
          "“", "``"
          "”", "''"
          "‘", "`"
          "’", "'"
          "…", "\\ldots{}"
          "\u00A0", "~"
          "\u202F", "\\,"
          "\u2009", "\\," ]

/// Characters of formulas as commands of math mode.
let symbols =
    Map.ofList
        [ "−", "-"
          "×", "\\times"
          "·", "\\cdot"
          "±", "\\pm"
          "≤", "\\le"
          "≥", "\\ge"
          "≈", "\\approx"
          "≠", "\\ne"
          "→", "\\to"
          "←", "\\leftarrow"
          "∞", "\\infty"
          "∈", "\\in"
          "∉", "\\notin"
          "∪", "\\cup"
          "∩", "\\cap"
          "∅", "\\emptyset"
          "∼", "\\sim"
          "∝", "\\propto"
          "⊙", "\\odot"
          "⊤", "\\top"
          "∣", "\\mid"
          "∥", "\\parallel"
          "‖", "\\Vert"
          "⟨", "\\langle"
          "⟩", "\\rangle"
          "∇", "\\nabla"
          "∂", "\\partial"
          "∑", "\\sum"
          "∏", "\\prod"
          "∫", "\\int"
          "√", "\\surd"
          "∀", "\\forall"
          "∃", "\\exists"
          "′", "\\prime"
          "ℓ", "\\ell"
          "ℒ", "\\mathcal{L}"
          "ℋ", "\\mathcal{H}"
          "𝒩", "\\mathcal{N}"
          "𝒟", "\\mathcal{D}"
          "𝒰", "\\mathcal{U}"
          "ℝ", "\\mathbb{R}"
          "𝔼", "\\mathbb{E}"
          "α", "\\alpha"
          "β", "\\beta"
          "γ", "\\gamma"
          "δ", "\\delta"
          "ε", "\\varepsilon"
          "ζ", "\\zeta"
          "η", "\\eta"
          "θ", "\\theta"
          "κ", "\\kappa"
          "λ", "\\lambda"
          "μ", "\\mu"
          "ν", "\\nu"
          "ξ", "\\xi"
          "π", "\\pi"
          "ρ", "\\rho"
          "σ", "\\sigma"
          "τ", "\\tau"
          "φ", "\\varphi"
          "χ", "\\chi"
          "ψ", "\\psi"
          "ω", "\\omega"
          "Γ", "\\Gamma"
          "Δ", "\\Delta"
          "Θ", "\\Theta"
          "Λ", "\\Lambda"
          "Σ", "\\Sigma"
          "Φ", "\\Phi"
          "Ψ", "\\Psi"
          "Ω", "\\Omega"
          "⁰", "^{0}"
          "⁴", "^{4}"
          "⁵", "^{5}"
          "⁶", "^{6}"
          "⁷", "^{7}"
          "⁸", "^{8}"
          "⁹", "^{9}"
          "⁻", "^{-}"
          "¹", "^{1}"
          "²", "^{2}"
          "³", "^{3}" ]

/// Letters beyond Latin-1 that pdfTeX's fonts have.
let private letters = "ĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŤťŮůŰűŸŹźŻżŽž"

/// Letters of Latin-1 and the signs among them that text fonts have.
let private isLatin (rune: Rune) =
    (rune.Value >= 0xA1 && rune.Value <= 0xFF)
    || (rune.IsBmp && letters.Contains(char rune.Value))

let private named (rune: Rune) =
    "U+" + rune.Value.ToString("X4", CultureInfo.InvariantCulture)

let private spelt (rune: Rune) =
    let s = rune.ToString()

    match Map.tryFind s special, Map.tryFind s symbols with
    | Some escaped, _ -> escaped
    | None, Some command -> "\\ensuremath{" + command + "}"
    | None, None when rune.Value = 10 || rune.Value = 9 -> " "
    | None, None when rune.Value >= 32 && rune.Value < 127 -> s
    | None, None when isLatin rune -> s
    | None, None when Rune.IsControl rune -> ""
    | None, None -> "{[}" + named rune + "{]}"

/// Text in a paragraph, a caption or a cell.
let escape (s: string) =
    let out = StringBuilder()

    for rune in s.EnumerateRunes() do
        out.Append(spelt rune) |> ignore

    out.ToString()

/// Text in typewriter letters; lines may end after a punctuation mark.
let typewriter (s: string) =
    let out = StringBuilder()

    for rune in s.EnumerateRunes() do
        out.Append(spelt rune) |> ignore

        match rune.ToString() with
        | "-"
        | "/"
        | "_"
        | "."
        | "=" -> out.Append "\\allowbreak{}" |> ignore
        | _ -> ()

    "\\texttt{" + out.ToString() + "}"

/// In a verbatim block nothing is escaped, so that what fonts lack is replaced.
let private plain (rune: Rune) =
    match rune.ToString() with
    | "−"
    | "–"
    | "—" -> "-"
    | "“"
    | "”" -> "\""
    | "‘"
    | "’" -> "'"
    | "…" -> "..."
    | "×" -> "x"
    | "→" -> "->"
    | "\t" -> "    "
    | "\n" -> "\n"
    | s when rune.Value >= 32 && rune.Value < 127 -> s
    | s when isLatin rune -> s
    | _ when Rune.IsControl rune -> ""
    | _ -> $"[{named rune}]"

/// Text in letters that the fonts of a picture have.
let latin (s: string) =
    s.EnumerateRunes() |> Seq.map plain |> String.concat ""

/// The longest line of a listing.
let private widest = 92

/// Lines that are too long for the page go on in the next one, indented.
let rec private folded (line: string) =
    if line.Length <= widest then
        [ line ]
    else
        let at = line.LastIndexOf(' ', widest)
        let indent = line.Length - line.TrimStart().Length
        let at = if at > max indent (widest / 2) then at else widest
        let rest = String(' ', min 40 (indent + 2)) + line.Substring(at).TrimStart()
        line.Substring(0, at) :: folded rest

/// A listing; nothing in it ends it before its end.
let verbatim (source: string) =
    let out = StringBuilder()

    for rune in source.Replace("\r\n", "\n").TrimEnd().EnumerateRunes() do
        out.Append(plain rune) |> ignore

    let lines =
        out.ToString().Replace("\\end{verbatim}", "\\end {verbatim}").Split '\n'
        |> Seq.collect folded
        |> String.concat "\n"

    "{\\footnotesize\n\\begin{verbatim}\n" + lines + "\n\\end{verbatim}\n}\n"

/// The target of a link.
let address (s: string) =
    s
    |> String.filter (fun c -> c > ' ' && c < '\u007f')
    |> String.collect (fun c ->
        match c with
        | '%'
        | '#'
        | '&'
        | '_'
        | '$' -> "\\" + string c
        | '\\'
        | '{'
        | '}'
        | '^'
        | '~'
        | '"' -> ""
        | other -> string other)
