/// XPlot figures as data for the one copy of plotly.js in the page. The house style (fonts, colours of the light and
/// the dark page, margins, legend) is put under each layout by report.js.
module internal GenDisc.Reporting.Chart

open System
open Newtonsoft.Json
open XPlot.Plotly
open GenDisc.Reporting.Html

/// Okabe and Ito's colours, told apart under the common colour-vision deficiencies; the last two for ten classes.
let palette =
    [| "#0072B2"
       "#E69F00"
       "#009E73"
       "#D55E00"
       "#CC79A7"
       "#56B4E9"
       "#B5A300"
       "#7F7F7F"
       "#8F6BC0"
       "#A0522D" |]

/// Shapes repeat what colours say.
let private symbols =
    [| "circle"
       "square"
       "diamond"
       "triangle-up"
       "cross"
       "triangle-down"
       "star"
       "x"
       "pentagon"
       "hexagon" |]

let colour i = palette[i % palette.Length]
let symbol i = symbols[i % symbols.Length]

type Height =
    | Mini
    | Small
    | Compact
    | Half
    | Square
    | Tall
    | Wide

/// What XPlot's layout type does not know is passed on to report.js.
type Options =
    {
        Height: Height
        /// One unit is as long on both axes.
        EqualAxes: bool
        /// Zoom buttons: for figures one explores.
        Tools: bool
        /// A narrow copy of the figure below it in which one picks the part to look at.
        Slider: bool
    }

/// A figure that is read, not explored.
let plain height =
    { Height = height
      EqualAxes = false
      Tools = false
      Slider = false }

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
        | Mini -> "chart mini"
        | Small -> "chart small"
        | Compact -> "chart compact"
        | Half -> "chart half"
        | Square -> "chart square"
        | Tall -> "chart tall"
        | Wide -> "chart wide"

    let flag b = if b then "true" else "false"

    let data =
        "{\"data\":["
        + (traces |> List.map json |> String.concat ",")
        + "],\"layout\":"
        + json layout
        + $",\"equal\":{flag options.EqualAxes},\"tools\":{flag options.Tools},\"slider\":{flag options.Slider}}}"

    el
        "figure"
        []
        [ el "div" [ "class", size; "id", id; "role", "img"; "aria-label", description ] []
          el "script" [ "type", "application/json"; "data-figure", id ] [ raw data ]
          el "figcaption" [] caption ]

/// Points that can be drawn.
let finite (points: (float * float) seq) =
    points |> Seq.filter (fun (x, y) -> Double.IsFinite x && Double.IsFinite y)

/// Four decimals are finer than a pixel and keep the page small.
let rounded (x: float) =
    if abs x < 1e5 && abs x > 1e-2 then Math.Round(x, 4) else x

/// The x and y coordinates of the finite points.
let split points =
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
            name = escape s.Name,
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
        Layout(xaxis = xaxis, yaxis = Yaxis(title = unit), showlegend = (series.Length > 1), hovermode = "x unified")

    match best with
    | Some epoch when last > 1 ->
        layout.shapes <-
            [ Shape(
                  ``type`` = "line",
                  xref = "x",
                  yref = "paper",
                  x0 = epoch,
                  x1 = epoch,
                  y0 = 0,
                  y1 = 1,
                  line = Line(color = "#888888", width = 1.0, dash = "dot")
              ) ]
    | _ -> ()

    figure id description (plain Small) (series |> List.map trace) layout caption
