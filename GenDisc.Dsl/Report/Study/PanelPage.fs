/// Panels as figures of the page.
module internal GenDisc.Reporting.PanelPage

open System
open XPlot.Plotly
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Panel

let private kept points =
    points |> Array.filter (fun (a, b) -> Double.IsFinite a && Double.IsFinite b)

let private spans points =
    points
    |> Array.filter (fun (a, b, c) -> Double.IsFinite a && Double.IsFinite b && Double.IsFinite c)

let private scatter (m: Mark) mode points =
    let points = kept points

    Scatter(
        x = Array.map (fst >> rounded) points,
        y = Array.map (snd >> rounded) points,
        name = escape m.Name,
        mode = mode,
        showlegend = (m.Name <> "")
    )

let private marker (m: Mark) size opacity =
    Marker(color = colour m.Colour, symbol = symbol m.Colour, size = size, opacity = opacity)

/// Segments as one trace with gaps between them.
let private segments (m: Mark) (ends: ((float * float) * (float * float))[]) =
    let along pick =
        ends
        |> Array.collect (fun (a, b) -> [| box (rounded (pick a)); box (rounded (pick b)); null |])

    Scatter(
        x = along fst,
        y = along snd,
        name = escape m.Name,
        mode = "lines",
        line = Line(color = colour m.Colour, width = 2.0),
        hoverinfo = "skip",
        showlegend = false
    )

let private trace (m: Mark) : Trace =
    match m.Shape with
    | Shape.Dots points ->
        let t = scatter m "markers" points
        t.marker <- Marker(color = colour m.Colour, size = 6, opacity = 0.55)
        t
    | Shape.Marks points ->
        let t = scatter m "markers" points
        t.marker <- marker m 10 1.0
        t
    | Shape.Curve points ->
        let t = scatter m "lines+markers" points
        t.line <- Line(color = colour m.Colour, width = 2.0)
        t.marker <- marker m 7 1.0
        t
    | Shape.Path points ->
        let t = scatter m "lines" points
        t.line <- Line(color = Plot.muted, width = 1.5)
        t
    | Shape.Rings points ->
        let t = scatter m "markers" points

        t.marker <-
            Marker(
                color = colour m.Colour,
                symbol = "circle-open",
                size = 16,
                line = Line(color = colour m.Colour, width = 2.0)
            )

        t
    | Shape.Band spans' ->
        let spans' = spans spans'
        let forth = spans' |> Array.map (fun (x, low, _) -> x, low)
        let back = spans' |> Array.map (fun (x, _, high) -> x, high) |> Array.rev
        let t = scatter m "lines" (Array.append forth back)
        t.fill <- "toself"
        t.fillcolor <- colour m.Colour + "26"
        t.line <- Line(color = colour m.Colour, width = 0.0)
        t.hoverinfo <- "skip"
        t
    | Shape.Across spans' -> segments m (spans spans' |> Array.map (fun (low, high, y) -> (low, y), (high, y)))
    | Shape.Upright spans' -> segments m (spans spans' |> Array.map (fun (x, low, high) -> (x, low), (x, high)))
    | Shape.Words words ->
        let words =
            words |> Array.filter (fun (x, y, _) -> Double.IsFinite x && Double.IsFinite y)

        Scatter(
            x = (words |> Array.map (fun (x, _, _) -> rounded x)),
            y = (words |> Array.map (fun (_, y, _) -> rounded y)),
            text = (words |> Array.map (fun (_, _, said) -> escape said)),
            mode = "markers+text",
            // Keeps the words off the mark that they belong to.
            marker = Marker(color = "rgba(0,0,0,0)", size = 18),
            textposition = "top center",
            hoverinfo = "skip",
            showlegend = false
        )

let private put (a: Axis) title range ticks =
    title a.Title

    match a.Range with
    | Some(low, high) when a.Logarithmic -> range [ log10 low; log10 high ]
    | Some(low, high) -> range [ low; high ]
    | None -> ()

    if not a.Ticks.IsEmpty then
        ticks (List.map fst a.Ticks) (a.Ticks |> List.map (snd >> escape))

/// One panel; `id` must be unique in the page.
let draw id height (panel: Panel) caption =
    let x, y = Xaxis(), Yaxis()

    put panel.X (fun s -> x.title <- s) (fun r -> x.range <- r) (fun values words ->
        x.tickvals <- values
        x.ticktext <- words)

    put panel.Y (fun s -> y.title <- s) (fun r -> y.range <- r) (fun values words ->
        y.tickvals <- values
        y.ticktext <- words)

    if panel.X.Logarithmic then
        x.``type`` <- "log"

    if panel.Y.Logarithmic then
        y.``type`` <- "log"

    let layout =
        Layout(xaxis = x, yaxis = y, showlegend = hasLegend panel, hovermode = "closest")

    layout.shapes <-
        [ match panel.AtX with
          | Some at -> Plot.rule ("x", at, at) ("paper", 0.0, 1.0) "dash"
          | None -> ()
          match panel.AtY with
          | Some at -> Plot.level at "dash"
          | None -> () ]

    figure id panel.Description (plain height) (panel.Marks |> List.map trace) layout caption

/// Names and colours of several panels that share them.
let key (names: string list) =
    el
        "ul"
        [ "class", "key" ]
        (names
         |> List.mapi (fun i name -> el "li" [ "class", $"k{i % palette.Length}" ] [ text name ]))

/// Panels, two in a row where there is room, that are one figure with one caption; `names` are those of the colours.
let group id (names: string list) (panels: Panel list) caption =
    let charts =
        panels
        |> List.mapi (fun i panel -> draw $"{id}-{i + 1}" Small (nameless panel) [ text panel.Title ])

    el
        "figure"
        [ "class", "group" ]
        [ if names.Length > 1 then
              key names
          div "charts pairs" charts
          el "figcaption" [] caption ]
