/// Pieces of which the figures of several sections are made.
module internal GenDisc.Reporting.Plot

open System
open XPlot.Plotly
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chart

let muted = "#888888"

/// More marks than this make an SVG slow.
let most = 2000

/// At most `count` entries, evenly spaced, with the first and the last among them.
let thin count (entries: 'a[]) =
    if entries.Length <= count || count < 2 then
        entries
    else
        Array.init count (fun i -> entries[int (int64 i * int64 (entries.Length - 1) / int64 (count - 1))])

/// Pairs of two lists, as far as both go.
let pairs (x: float[]) (y: float[]) =
    let n = min x.Length y.Length
    Array.zip (Array.truncate n x) (Array.truncate n y)

/// A line; points that are not finite leave a gap.
let line name (colour: string) dash opacity (points: (float * float)[]) =
    let points = points |> Array.filter (fst >> Double.IsFinite) |> thin most

    let gap (y: float) =
        if Double.IsFinite y then box (rounded y) else null

    Scatter(
        x = (points |> Array.map (fst >> rounded)),
        y = (points |> Array.map (snd >> gap)),
        name = escape name,
        mode = "lines",
        opacity = opacity,
        line = Line(color = colour, width = 1.8, dash = dash)
    )
    :> Trace

/// Small filled dots.
let dots name (colour: string) opacity (points: (float * float)[]) =
    let x, y = points |> finite |> Array.ofSeq |> thin most |> split

    Scatter(
        x = x,
        y = y,
        name = escape name,
        mode = "markers",
        marker = Marker(color = colour, size = 5, opacity = opacity)
    )
    :> Trace

let bars name (colour: string) (points: (float * float)[]) =
    let x, y = split points
    Bar(x = x, y = y, name = escape name, marker = Marker(color = colour)) :> Trace

/// Whether edges and counts make a histogram that can be drawn.
let isHistogram (edges: float[]) (counts: float[]) =
    counts.Length > 0
    && edges.Length = counts.Length + 1
    && Array.forall Double.IsFinite edges
    && Array.forall (fun c -> Double.IsFinite c && c >= 0.0) counts
    && Array.sum counts > 0.0

/// A histogram as a filled step line: bars of the next one can be seen through it, whatever the widths.
let steps name (colour: string) (edges: float[]) (heights: float[]) =
    let x = edges |> Array.map rounded
    let y = Array.append heights [| Array.last heights |] |> Array.map rounded

    Scatter(
        x = Array.concat [ [| x[0] |]; x; [| Array.last x |] ],
        y = Array.concat [ [| 0.0 |]; y; [| 0.0 |] ],
        name = escape name,
        mode = "lines",
        fill = "tozeroy",
        fillcolor = colour + "40",
        line = Line(color = colour, width = 1.5, shape = "hv")
    )
    :> Trace

/// A line below the data and without a name in the legend, given by its two ends in units of an axis or of `paper`.
let rule (xref, x0: float, x1: float) (yref, y0: float, y1: float) dash =
    Shape(
        ``type`` = "line",
        xref = xref,
        yref = yref,
        x0 = x0,
        x1 = x1,
        y0 = y0,
        y1 = y1,
        line = Line(color = muted, width = 1.2, dash = dash)
    )

/// A horizontal line over the whole width.
let level y dash =
    rule ("paper", 0.0, 1.0) ("y", y, y) dash

let layout xTitle yTitle legend =
    Layout(xaxis = Xaxis(title = xTitle), yaxis = Yaxis(title = yTitle), showlegend = legend, hovermode = "closest")

/// Small charts that are one figure with one caption.
let group (charts: Html list) caption =
    el "figure" [ "class", "group" ] [ div "charts minis" charts; el "figcaption" [] caption ]

/// Charts, two in a row where there is room, that are one figure with one caption.
let quartet (charts: Html list) caption =
    el "figure" [ "class", "group" ] [ div "charts pairs" charts; el "figcaption" [] caption ]

/// One small chart of a sequence: a line for each feature of each example.
let sequence id (title: string) (examples: (string * float[][]) list) (colourOf: int -> int -> string) =
    let traces =
        [ for i, (name, values) in List.indexed examples do
              for j, feature in Array.indexed values do
                  let named = if values.Length = 1 then name else $"feature {j + 1}"
                  let points = feature |> Array.mapi (fun t x -> float t, x)
                  line named (colourOf i j) "solid" (if i = 0 then 1.0 else 0.5) points ]

    let layout = layout "time step" "" false
    figure id title (plain Mini) traces layout [ text title ]
