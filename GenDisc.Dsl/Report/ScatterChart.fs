/// Point clouds.
module internal GenDisc.Reporting.ScatterChart

open System
open XPlot.Plotly
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chart

let private cloud name (index: int) size opacity points =
    let x, y = split points

    Scatter(
        x = x,
        y = y,
        name = escape name,
        mode = "markers",
        marker = Marker(color = colour index, symbol = symbol index, size = size, opacity = opacity)
    )
    :> Trace

let private median (values: float[]) =
    let sorted = Array.sort values
    sorted[sorted.Length / 2]

/// Points by the name of their class, in the order of the classes.
let byLabel (run: RunFolder) (points: (float * float)[]) (labels: int[]) =
    if labels.Length = points.Length then
        Array.zip labels points
        |> Array.groupBy fst
        |> Array.sortBy fst
        |> Array.map (fun (label, members) -> run.ClassName label, Array.map snd members)
        |> List.ofArray
    else
        [ "examples", points ]

/// A scatter plot with a colour and a symbol for each class, whose name stands at the median of its points.
let classes id description options (xTitle, yTitle) (groups: (string * (float * float)[]) list) caption =
    let groups =
        groups
        |> List.map (fun (name, points) -> name, finite points |> Array.ofSeq)
        |> List.filter (fun (_, points) -> points.Length > 0)

    let traces =
        groups |> List.mapi (fun i (name, points) -> cloud name i 5 0.65 points)

    let layout =
        Layout(
            xaxis = Xaxis(title = xTitle),
            yaxis = Yaxis(title = yTitle),
            showlegend = (groups.Length > 1),
            hovermode = "closest"
        )

    // With two classes the legend is enough, and the median of a bent cloud lies beside it.
    if groups.Length > 2 && groups.Length <= 20 then
        layout.annotations <-
            groups
            |> List.mapi (fun i (name, points) ->
                Annotation(
                    x = rounded (median (Array.map fst points)),
                    y = rounded (median (Array.map snd points)),
                    text = escape name,
                    showarrow = false,
                    bgcolor = "rgba(255,255,255,0.85)",
                    bordercolor = colour i,
                    borderwidth = 1.5,
                    borderpad = 3.0,
                    font = Font(size = 12.0, color = "#1b2430")
                ))

    figure id description options traces layout caption

/// Point clouds over each other, for data in the plane.
let clouds id description options titles (groups: (string * (float * float)[]) list) caption =
    let traces =
        groups |> List.mapi (fun i (name, points) -> cloud name i 6 0.55 points)

    let layout =
        Layout(
            xaxis = Xaxis(title = fst titles),
            yaxis = Yaxis(title = snd titles),
            showlegend = true,
            hovermode = "closest"
        )

    figure id description options traces layout caption

/// Predicted against true values, with the diagonal on which a perfect prediction lies.
let agreement id description (points: (float * float)[]) caption =
    let points = finite points |> Array.ofSeq
    let all = points |> Array.collect (fun (x, y) -> [| x; y |])
    let low, high = Array.min all, Array.max all

    let diagonal =
        Scatter(
            x = [ low; high ],
            y = [ low; high ],
            name = "perfect prediction",
            mode = "lines",
            line = Line(color = "#888888", width = 1.5, dash = "dash")
        )

    let layout =
        Layout(
            xaxis = Xaxis(title = "true value"),
            yaxis = Yaxis(title = "predicted value"),
            showlegend = true,
            hovermode = "closest"
        )

    let options =
        { plain Square with
            EqualAxes = true
            Tools = true }

    figure id description options [ cloud "test examples" 0 6 0.5 points; diagonal ] layout caption

/// From blue over pink to orange: none of them sinks into a light or a dark page.
let private shades =
    [ [ box 0.0; box palette[0] ]
      [ box 0.5; box palette[4] ]
      [ box 1.0; box palette[1] ] ]

/// Points coloured by a number, whose scale stands beside them.
let shaded
    id
    description
    options
    (xTitle, yTitle)
    (name: string)
    (points: (float * float)[])
    (values: float[])
    caption
    =
    let kept =
        Array.zip points values
        |> Array.filter (fun ((x, y), v) -> Double.IsFinite(x + y + v))

    let x, y = kept |> Array.map fst |> split

    let marker =
        Marker(
            color = (kept |> Array.map (snd >> rounded)),
            colorscale = shades,
            showscale = true,
            colorbar = Colorbar(thickness = 12.0, outlinewidth = 0.0),
            size = 5,
            opacity = 0.75
        )

    let layout =
        Layout(xaxis = Xaxis(title = xTitle), yaxis = Yaxis(title = yTitle), showlegend = false, hovermode = "closest")

    figure
        id
        description
        options
        [ Scatter(x = x, y = y, name = escape name, mode = "markers", marker = marker) ]
        layout
        caption
