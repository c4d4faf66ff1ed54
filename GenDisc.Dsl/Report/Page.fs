/// What pages have in common: one file that holds its style, its scripts and all that it shows.
module internal GenDisc.Reporting.Page

open System
open System.IO
open System.Reflection
open GenDisc.Reporting.Html

let private resource (assembly: Assembly) (name: string) =
    match assembly.GetManifestResourceStream name with
    | null -> invalidOp $"{assembly.GetName().Name} holds no resource {name}"
    | stream ->
        use reader = new StreamReader(stream)
        reader.ReadToEnd()

let private own name =
    resource (Assembly.GetExecutingAssembly()) ("GenDisc.Reporting." + name)

/// plotly.js, from the Plotly.NET package: no copy of it lives in this repository.
let private plotly =
    lazy (resource (typeof<Plotly.NET.GenericChart>.Assembly) "Plotly.NET.plotly-2.28.0.min.js")

/// A script element ends at the first `</script`, wherever it stands.
let private inlineScript (script: string) =
    el "script" [] [ raw (script.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)) ]

/// The browser is told to load nothing from anywhere, so the page is the same with and without a network.
let private policy =
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

type Section =
    {
        Id: string
        /// Short name in the navigation.
        Short: string
        Title: string
        Body: Html list
    }

/// A section that fails says so and leaves the rest of the report standing.
let section id short title (build: unit -> Html list) =
    let body =
        try
            build ()
        with e ->
            [ el "div" [ "class", "banner"; "role", "note" ] [ strong "Left out. "; text e.Message ] ]

    { Id = id
      Short = short
      Title = title
      Body = body }

/// A whole page: sections without a body are left out, and plotly.js where no section has a figure.
let html (title: string) (header: Html) (closing: string) (sections: Section list) : string =
    let sections = sections |> List.filter (fun s -> not s.Body.IsEmpty)

    let navigation =
        el
            "nav"
            [ "aria-label", "Contents" ]
            [ el
                  "ul"
                  []
                  (sections
                   |> List.map (fun s -> el "li" [] [ el "a" [ "href", "#" + s.Id ] [ text s.Short ] ])) ]

    let body =
        sections
        |> List.map (fun s -> el "section" [ "id", s.Id ] (el "h2" [] [ text s.Title ] :: s.Body))

    let hasFigures = (render body).Contains "data-figure="

    let scripts =
        if hasFigures then
            [ inlineScript plotly.Value; inlineScript (own "report.js") ]
        else
            []

    let head =
        el
            "head"
            []
            [ el "meta" [ "charset", "utf-8" ] []
              el "meta" [ "name", "viewport"; "content", "width=device-width, initial-scale=1" ] []
              el "meta" [ "http-equiv", "Content-Security-Policy"; "content", policy ] []
              el "title" [] [ text title ]
              el "style" [] [ raw (own "report.css") ] ]

    let footer = el "footer" [] [ text closing ]

    let main = [ header; navigation; el "main" [] body; footer ] @ scripts

    "<!DOCTYPE html>\n"
    + render [ el "html" [ "lang", "en" ] [ head; el "body" [] main ] ]
    + "\n"
