/// What a study's report says, once for the page and for LaTeX: prose, formulas, tables and figures.
module internal GenDisc.Reporting.Chapter

open OxyPlot
open GenDisc.Reporting.Html

/// A figure as a file of its own, for LaTeX; sizes in points.
type Static =
    { File: string
      Width: float
      Height: float
      Model: PlotModel }

type TableBlock =
    {
        Label: string
        Caption: Html list
        Columns: (string * Align) list
        Rows: Html list list list
        /// May run over several pages.
        Long: bool
    }

type FigureBlock =
    {
        Label: string
        Caption: Html list
        /// The figure of the page, given its caption.
        Page: Html list -> Html
        /// Side by side, or in pairs.
        Static: Static list
    }

[<RequireQualifiedAccess>]
type Block =
    /// Paragraphs, headings, lists and formulas.
    | Prose of Html list
    | Table of TableBlock
    | Figure of FigureBlock
    | Listing of source: string

type Section =
    { Id: string
      Short: string
      Title: string
      Blocks: Block list }

/// A section that fails says so and leaves the rest of the report standing.
let section id short title (build: unit -> Block list) : Section =
    let blocks =
        try
            build ()
        with e ->
            [ Block.Prose [ el "div" [ "class", "banner"; "role", "note" ] [ strong "Left out. "; text e.Message ] ] ]

    { Id = id
      Short = short
      Title = title
      Blocks = blocks }

/// The number of a table or figure, wherever it stands: `Table 2`.
let ref' (label: string) = el "ref" [ "label", label ] []

/// A work of `References.all`.
let cite (key: string) = el "cite" [ "key", key ] []

let prose nodes = Block.Prose [ p nodes ]
let said (words: string) = prose [ text words ]

let heading (words: string) =
    Block.Prose [ el "h3" [] [ text words ] ]

/// Keys of the works that a node cites, in their order.
let rec private keys node =
    match node with
    | Html.Element("cite", attributes, _) -> attributes |> List.map snd
    | Html.Element(_, _, children) -> List.collect keys children
    | _ -> []

/// The works that the sections cite, each once, in the order of the list of works.
let cited (sections: Section list) =
    let found =
        [ for section in sections do
              for block in section.Blocks do
                  match block with
                  | Block.Prose nodes -> yield! List.collect keys nodes
                  | Block.Table t ->
                      yield! List.collect keys t.Caption
                      yield! t.Rows |> List.collect (List.collect (List.collect keys))
                  | Block.Figure f -> yield! List.collect keys f.Caption
                  | Block.Listing _ -> () ]

    References.all
    |> List.filter (fun reference -> List.contains reference.Key found)

/// The names of all tables and figures by their labels: `Table 2`.
let private names (sections: Section list) =
    let labels kind pick =
        sections
        |> List.collect (fun section -> section.Blocks |> List.choose pick)
        |> List.mapi (fun i label -> label, $"{kind} {i + 1}")

    Map.ofList (
        labels "Table" (fun block ->
            match block with
            | Block.Table t -> Some t.Label
            | _ -> None)
        @ labels "Figure" (fun block ->
            match block with
            | Block.Figure f -> Some f.Label
            | _ -> None)
    )

/// A label as the id of an element.
let private anchor (label: string) = label.Replace(':', '-')

/// References and citations become links.
let rec private resolve (names: Map<string, string>) node =
    match node with
    | Html.Element("ref", [ _, label ], _) ->
        match Map.tryFind label names with
        | Some name -> el "a" [ "href", "#" + anchor label ] [ text name ]
        | None -> text "the figure that is left out"
    | Html.Element("cite", [ _, key ], _) -> el "a" [ "href", "#" + key ] [ text $"({(References.find key).Short})" ]
    | Html.Element(name, attributes, children) -> el name attributes (List.map (resolve names) children)
    | other -> other

let private block names block =
    let resolve = resolve names

    let named label node =
        el "div" [ "id", anchor label ] [ node ]

    let caption label (words: Html list) =
        numbered $"{Map.find label names}. " (List.map resolve words)

    match block with
    | Block.Prose nodes -> List.map resolve nodes
    | Block.Table t ->
        let rows = t.Rows |> List.map (fun cells -> [], List.map (List.map resolve) cells)
        [ el "div" [ "id", anchor t.Label; "class", "study" ] [ table (caption t.Label t.Caption) t.Columns rows ] ]
    | Block.Figure f -> [ named f.Label (f.Page(caption f.Label f.Caption)) ]
    | Block.Listing source -> [ Source.highlight source ]

/// The sections of the page, those of the works that it cites with them.
let page (sections: Section list) : Page.Section list =
    let names = names sections

    let shown =
        sections
        |> List.map (fun section ->
            Page.section section.Id section.Short section.Title (fun () ->
                section.Blocks |> List.collect (block names)))

    let works =
        Page.section "references" "References" "References" (fun () ->
            match cited sections with
            | [] -> []
            | works ->
                [ el
                      "ul"
                      [ "class", "references" ]
                      [ for work in works -> el "li" [ "id", work.Key ] [ text work.Long ] ] ])

    shown @ [ works ]
