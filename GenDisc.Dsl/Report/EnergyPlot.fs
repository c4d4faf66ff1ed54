/// What the sections about energies have in common.
module internal GenDisc.Reporting.EnergyPlot

open System
open XPlot.Plotly
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

/// Energies of several kinds of examples as shares over the same edges; None where nothing can be drawn.
let histogram id description axis (colourOf: string -> string) (file: Energies) caption =
    let shares (counts: float[]) =
        let total = Array.sum counts
        counts |> Array.map (fun c -> 100.0 * c / total)

    let groups =
        file.Groups
        |> List.filter (fun (_, counts) -> Plot.isHistogram file.Edges counts)

    if groups.IsEmpty then
        None
    else
        let traces =
            groups
            |> List.map (fun (name, counts) -> Plot.steps name (colourOf name) file.Edges (shares counts))

        let layout = Plot.layout axis "share of examples in %" true
        Some(figure id description (plain Half) traces layout (caption (groups |> List.map fst)))

/// The area between two lines over the same x.
let band name (colour: string) (points: (float * float * float)[]) =
    let x = points |> Array.map (fun (x, _, _) -> rounded x)
    let low = points |> Array.map (fun (_, low, _) -> rounded low)
    let high = points |> Array.map (fun (_, _, high) -> rounded high)

    Scatter(
        x = Array.append x (Array.rev x),
        y = Array.append high (Array.rev low),
        name = escape name,
        mode = "lines",
        fill = "toself",
        fillcolor = colour + "33",
        hoverinfo = "skip",
        line = Line(color = colour, width = 0.0)
    )
    :> Trace

/// Means with whiskers of one standard error.
let whiskers name (colour: string) symbol size mode dash (points: (float * Estimate) list) =
    let errors =
        points |> List.map (fun (_, e) -> e.Error |> Option.defaultValue 0.0 |> rounded)

    Scatter(
        x = (points |> List.map (fst >> rounded)),
        y = (points |> List.map (fun (_, e) -> rounded e.Mean)),
        name = escape name,
        mode = mode,
        error_y = Error_y(``type`` = "data", array = errors, color = colour, thickness = 1.2, width = 3.0),
        line = Line(color = colour, width = 1.6, dash = dash),
        marker = Marker(color = colour, size = size, symbol = symbol)
    )
    :> Trace

/// As many decimals as two digits of an error need.
let private digitsOf (error: float) =
    Math.Clamp(1 - int (floor (log10 error)), 0, 6)

/// `−1.4271 ± 0.0031`.
let plusMinus (e: Estimate) =
    match e.Error with
    | Some error when error > 0.0 ->
        let digits = digitsOf error
        $"{Number.decimals digits e.Mean} ± {Number.decimals digits error}"
    | _ -> Number.decimals 4 e.Mean

/// A difference with its sign.
let signed (format: float -> string) (x: float) =
    if Double.IsFinite x && x > 0.0 then "+" + format x else format x

/// Long text in a cell of a table wraps.
let wrapped (s: string) = span "long" s
