/// Elements as values: text is escaped once, when it is rendered, so no section can forget it.
module internal GenDisc.Reporting.Html

open System
open System.Globalization
open System.Net
open System.Text

[<RequireQualifiedAccess>]
type Html =
    | Text of string
    /// Only for text that the report itself wrote: styles, scripts, escaped JSON.
    | Raw of string
    | Element of name: string * attributes: (string * string) list * children: Html list

let text (s: string) = Html.Text s
/// Only for text that the report itself wrote.
let raw (s: string) = Html.Raw s

let el name attributes children =
    Html.Element(name, attributes, children)

let p children = el "p" [] children
let span cls s = el "span" [ "class", cls ] [ text s ]
let div cls children = el "div" [ "class", cls ] children
let code s = el "code" [] [ text s ]
let strong s = el "strong" [] [ text s ]

/// Text with HTML's own characters escaped: for elements, attributes, and the little HTML that plotly.js reads.
let escape (s: string) : string =
    match WebUtility.HtmlEncode s with
    | null -> ""
    | escaped -> escaped

/// Control characters have no place in HTML and make parsers complain.
let private clean (s: string) =
    String.filter (fun c -> c = '\n' || c = '\t' || not (Char.IsControl c)) s

let private voidElements = set [ "img"; "source"; "meta"; "br"; "link"; "col" ]

let rec private append (out: StringBuilder) html =
    match html with
    | Html.Text s -> out.Append(escape (clean s)) |> ignore
    | Html.Raw s -> out.Append s |> ignore
    | Html.Element(name, attributes, children) ->
        out.Append('<').Append(name) |> ignore

        for key, value in attributes do
            out.Append(' ').Append(key).Append("=\"").Append(escape (clean value)).Append('"')
            |> ignore

        out.Append '>' |> ignore

        if not (voidElements.Contains name) then
            for child in children do
                append out child

            out.Append("</").Append(name).Append('>') |> ignore

let render (html: Html list) =
    let out = StringBuilder()

    for node in html do
        append out node

    out.ToString()

/// Numbers as people read them, the same under every culture.
module Number =
    let private invariant = CultureInfo.InvariantCulture

    /// `60,000`.
    let count (n: int64) = n.ToString("N0", invariant)

    /// A fixed number of decimals, with a true minus sign.
    let decimals (digits: int) (x: float) =
        if Double.IsFinite x then
            let s = x.ToString("N" + string digits, invariant)

            if Seq.exists (fun c -> c >= '1' && c <= '9') s then
                s.Replace('-', '−')
            else
                s.Replace("-", "")
        else
            "not finite"

    /// About four significant digits, whatever the size.
    let short (x: float) =
        let size = abs x

        if not (Double.IsFinite x) then "not finite"
        elif size = 0.0 then "0"
        elif size >= 1000.0 then decimals 0 x
        elif size >= 100.0 then decimals 1 x
        elif size >= 10.0 then decimals 2 x
        elif size >= 0.1 then decimals 3 x
        elif size >= 0.001 then decimals 5 x
        else x.ToString("0.##e0", invariant).Replace('-', '−')

    /// The shortest form that reads back: `0.001`, `128`.
    let plain (x: float) =
        x.ToString("R", invariant).Replace('-', '−')

    let percent digits x = decimals digits (100.0 * x) + " %"

    /// `1.2 million`, `52,650`.
    let large (n: int64) =
        if n >= 10_000_000_000L then decimals 1 (float n / 1e9) + " billion"
        elif n >= 1_000_000L then decimals 2 (float n / 1e6) + " million"
        else count n

    let seconds (s: float) =
        if s < 100.0 then decimals 1 s + " s"
        elif s < 7200.0 then $"{count (int64 s / 60L)} min {count (int64 s % 60L)} s"
        else $"{count (int64 s / 3600L)} h {count (int64 s % 3600L / 60L)} min"

    let bytes (n: int64) =
        if n >= 1_000_000L then decimals 1 (float n / 1e6) + " MB"
        elif n >= 1_000L then decimals 1 (float n / 1e3) + " kB"
        else count n + " B"

/// Figures and tables are numbered in the order in which sections ask.
type Numbering() =
    let mutable figures = 0
    let mutable tables = 0

    member _.Figure() =
        figures <- figures + 1
        $"Figure {figures}. "

    member _.Table() =
        tables <- tables + 1
        $"Table {tables}. "

[<RequireQualifiedAccess>]
type Align =
    | Left
    | Right

/// A captioned table that scrolls inside its own box. Row attributes come with each row.
let table caption (columns: (string * Align) list) (rows: ((string * string) list * Html list list) list) =
    let cell name (_, align) children =
        let attributes = if align = Align.Right then [ "class", "number" ] else []
        el name attributes children

    let head =
        columns |> List.map (fun column -> cell "th" column [ text (fst column) ])

    let body =
        rows
        |> List.map (fun (attributes, cells) -> el "tr" attributes (List.map2 (cell "td") columns cells))

    el
        "figure"
        [ "class", "table" ]
        [ el "figcaption" [] caption
          el
              "div"
              [ "class", "scroll"; "tabindex", "0" ]
              [ el "table" [] [ el "thead" [] [ el "tr" [] head ]; el "tbody" [] body ] ] ]

/// A PNG that stands in the page itself.
let picture (alt: string) (png: byte[]) caption =
    el
        "figure"
        [ "class", "picture" ]
        [ el "img" [ "alt", alt; "src", "data:image/png;base64," + Convert.ToBase64String png ] []
          el "figcaption" [] caption ]

/// A PNG that moves; `still` stands in its place for readers who asked their system for less motion, and on paper.
let movingPicture (alt: string) (png: byte[]) (still: byte[]) caption =
    let data (bytes: byte[]) =
        "data:image/png;base64," + Convert.ToBase64String bytes

    el
        "figure"
        [ "class", "picture" ]
        [ el
              "picture"
              []
              [ el "source" [ "media", "print, (prefers-reduced-motion: reduce)"; "srcset", data still ] []
                el "img" [ "alt", alt; "src", data png ] [] ]
          el "figcaption" [] caption ]

/// A definite share or `–`.
let share digits (x: float option) =
    match x |> Option.filter Double.IsFinite with
    | Some x -> Number.percent digits x
    | None -> "–"

/// A definite number or `–`.
let figureOf (format: float -> string) (x: float option) =
    match x |> Option.filter Double.IsFinite with
    | Some x -> format x
    | None -> "–"

let numbered (number: string) (caption: Html list) = strong number :: caption
