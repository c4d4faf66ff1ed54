/// XPlot figures as data for the one copy of plotly.js in the page. The house style (fonts, colours of the light and
/// the dark page, margins, legend) is put under each layout by report.js.
module internal GenDisc.Reporting.Chart

open System
open Newtonsoft.Json
open XPlot.Plotly
open GenDisc.Reporting.Html

/// Okabe and Ito's colours, told apart under the common colour-vision deficiencies; the last two for ten classes.
let palette =
    [| "#0072B2"; "#E69F00"; "#009E73"; "#D55E00"; "#CC79A7"; "#56B4E9"; "#B5A300"; "#7F7F7F"; "#8F6BC0"; "#A0522D" |]

/// Shapes repeat what colours say.
let private symbols =
    [| "circle"; "square"; "diamond"; "triangle-up"; "cross"; "triangle-down"; "star"; "x"; "pentagon"; "hexagon" |]

let colour i = palette[i % palette.Length]
let private symbol i = symbols[i % symbols.Length]

type Height =
    | Small
    | Square
    | Tall

/// What XPlot's layout type does not know is passed on to report.js.
type Options =
    { Height: Height
      /// One unit is as long on both axes.
      EqualAxes: bool
      /// Zoom buttons: for figures one explores.
      Tools: bool }

let private settings =
    JsonSerializerSettings(
        StringEscapeHandling = StringEscapeHandling.EscapeHtml,
        Culture = Globalization.CultureInfo.InvariantCulture
    )

let private json value =
    JsonConvert.SerializeObject(value, settings)

/// A figure's element and its data; `id` must be unique in the page.
let figure id (description: string) options (traces: Trace list) (layout: Layout) (caption: Html list) =
    let size =
        match options.Height with
        | Small -> "plot small"
        | Square -> "plot square"
        | Tall -> "plot tall"

    let flag b = if b then "true" else "false"

    let data =
        "{\"data\":["
        + (traces |> List.map json |> String.concat ",")
        + "],\"layout\":"
        + json layout
        + $",\"equal\":{flag options.EqualAxes},\"tools\":{flag options.Tools}}}"

    el "figure" [] [
        el "div" [ "class", size; "id", id; "role", "img"; "aria-label", description ] []
        el "script" [ "type", "application/json"; "data-figure", id ] [ raw data ]
        el "figcaption" [] caption
    ]

let private finite (points: (float * float) seq) =
    points |> Seq.filter (fun (x, y) -> Double.IsFinite x && Double.IsFinite y)

/// Four decimals are finer than a pixel and keep the page small.
let private rounded (x: float) =
    if abs x < 1e5 && abs x > 1e-2 then Math.Round(x, 4) else x

let private split points =
    let points = finite points |> Array.ofSeq
    points |> Array.map (fst >> rounded), points |> Array.map (snd >> rounded)

type Series =
    { Name: string
      Colour: string
      Dash: string
      Points: (int * float) list }

/// Quantities over epochs. Few epochs are marked one by one; `best` is drawn as a vertical line.
let lines id description unit (best: int option) (series: Series list) caption =
    let epochs = series |> List.collect (fun s -> List.map fst s.Points)
    let last = if epochs.IsEmpty then 1 else List.max epochs
    let mode = if epochs.Length <= 40 * series.Length then "lines+markers" else "lines"

    let trace s =
        let points = s.Points |> List.filter (snd >> Double.IsFinite)

        Scatter(
            x = List.map fst points,
            y = List.map snd points,
            name = s.Name,
            mode = mode,
            line = Line(color = s.Colour, width = 2.0, dash = s.Dash),
            marker = Marker(color = s.Colour, size = 6)
        )
        :> Trace

    let xaxis =
        if last <= 10 then
            Xaxis(title = "epoch", dtick = 1, range = [ 0.5; float last + 0.5 ])
        else
            Xaxis(title = "epoch")

    let layout =
        Layout(
            xaxis = xaxis,
            yaxis = Yaxis(title = unit),
            showlegend = (series.Length > 1),
            hovermode = "x unified"
        )

    match best with
    | Some epoch when last > 1 ->
        layout.shapes <- [
            Shape(
                ``type`` = "line",
                xref = "x",
                yref = "paper",
                x0 = epoch,
                x1 = epoch,
                y0 = 0,
                y1 = 1,
                line = Line(color = "#888888", width = 1.0, dash = "dot")
            )
        ]
    | _ -> ()

    figure id description { Height = Small; EqualAxes = false; Tools = false } (series |> List.map trace) layout caption

let private cloud name (index: int) size opacity points =
    let x, y = split points

    Scatter(
        x = x,
        y = y,
        name = name,
        mode = "markers",
        marker = Marker(color = colour index, symbol = symbol index, size = size, opacity = opacity)
    )
    :> Trace

let private median (values: float[]) =
    let sorted = Array.sort values
    sorted[sorted.Length / 2]

/// A scatter plot with a colour and a symbol for each class, whose name stands at the median of its points.
let classes id description options (xTitle, yTitle) (groups: (string * (float * float)[]) list) caption =
    let groups =
        groups
        |> List.map (fun (name, points) -> name, finite points |> Array.ofSeq)
        |> List.filter (fun (_, points) -> points.Length > 0)

    let traces = groups |> List.mapi (fun i (name, points) -> cloud name i 5 0.65 points)

    let layout =
        Layout(
            xaxis = Xaxis(title = xTitle),
            yaxis = Yaxis(title = yTitle),
            showlegend = (groups.Length > 1),
            hovermode = "closest"
        )

    if groups.Length > 1 && groups.Length <= 20 then
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
    let traces = groups |> List.mapi (fun i (name, points) -> cloud name i 6 0.55 points)

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
        { Height = Square
          EqualAxes = true
          Tools = true }

    figure id description options [ cloud "test examples" 0 6 0.5 points; diagonal ] layout caption

/// Stretched at the low end: mistakes are rare and would all look white.
let private shares =
    [ [ box 0.0; box "#ffffff" ]
      [ box 0.01; box "#e3eef9" ]
      [ box 0.1; box "#9ecae1" ]
      [ box 0.5; box "#3787c0" ]
      [ box 1.0; box "#08306b" ] ]

/// Counts by true class (row) and predicted class (column), coloured by their share of the row.
let confusion id description (names: string[]) (counts: int64[][]) caption =
    let ticks = names |> Array.map escape

    let share =
        counts
        |> Array.map (fun row ->
            let total = Array.sum row
            row |> Array.map (fun n -> if total = 0L then 0.0 else float n / float total))

    let hover =
        counts
        |> Array.mapi (fun i row ->
            row
            |> Array.mapi (fun j n ->
                $"true {ticks[i]}, predicted {ticks[j]}: {Number.count n} ({Number.percent 1 (share[i][j])})"))

    let places = [ 0 .. names.Length - 1 ]
    let axisRange = [ -0.5; float names.Length - 0.5 ]

    let heatmap =
        Heatmap(
            x = places,
            y = places,
            z = share,
            text = hover,
            hoverinfo = "text",
            zmin = 0.0,
            zmax = 1.0,
            colorscale = shares,
            showscale = false
        )

    let layout =
        Layout(
            xaxis =
                Xaxis(
                    title = "predicted class",
                    tickmode = "array",
                    tickvals = places,
                    ticktext = ticks,
                    range = axisRange,
                    showgrid = false,
                    zeroline = false
                ),
            yaxis =
                Yaxis(
                    title = "true class",
                    tickmode = "array",
                    tickvals = places,
                    ticktext = ticks,
                    range = List.rev axisRange,
                    showgrid = false,
                    zeroline = false
                ),
            showlegend = false
        )

    if names.Length <= 20 then
        layout.annotations <- [
            for i in places do
                for j in places do
                    if counts[i][j] > 0L then
                        Annotation(
                            x = j,
                            y = i,
                            text = Number.count (counts[i][j]),
                            showarrow = false,
                            font = Font(size = 11.0, color = (if share[i][j] > 0.35 then "#ffffff" else "#1b2430"))
                        )
        ]

    figure id description { Height = Tall; EqualAxes = false; Tools = false } [ heatmap ] layout caption
