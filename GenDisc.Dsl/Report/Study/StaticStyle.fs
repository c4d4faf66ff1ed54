/// How pictures for print look: sizes, colours, marks and axes.
module internal GenDisc.Reporting.StaticStyle

open System
open System.Collections.Generic
open System.Runtime.InteropServices
open OxyPlot
open OxyPlot.Axes
open GenDisc.Reporting.Panel

/// Width and height in points, and the size of letters: the picture is set at its own size.
type Size =
    { Width: float
      Height: float
      Letters: float }

/// As wide as the text of the document.
let wide =
    { Width = 453.0
      Height = 250.0
      Letters = 10.0 }

/// As wide as half of it.
let half =
    { Width = 222.0
      Height = 165.0
      Letters = 9.0 }

/// An axis whose ticks stand where they are told to.
type private FixedAxis(ticks: float list) =
    inherit LinearAxis()

    override _.GetTickValues
        ([<Out>] labels: byref<IList<float>>, [<Out>] major: byref<IList<float>>, [<Out>] minor: byref<IList<float>>)
        =
        labels <- ResizeArray ticks
        major <- ResizeArray ticks
        minor <- ResizeArray<float>()

let ink = OxyColor.FromRgb(40uy, 40uy, 40uy)
let private faint = OxyColor.FromRgb(225uy, 228uy, 232uy)
let grey = OxyColor.FromRgb(136uy, 136uy, 136uy)
let colour i = OxyColor.Parse(Chart.colour i)

let symbol i =
    match i % 6 with
    | 0 -> MarkerType.Circle
    | 1 -> MarkerType.Square
    | 2 -> MarkerType.Diamond
    | 3 -> MarkerType.Triangle
    | 4 -> MarkerType.Plus
    | _ -> MarkerType.Star

let finite x = Double.IsFinite x

/// A logarithmic axis is a linear one of logarithms, which alone can have any ticks.
let along (a: Axis) x = if a.Logarithmic then log10 x else x

let axis (size: Size) position (a: Axis) =
    let made =
        if a.Ticks.IsEmpty then
            LinearAxis()
        else
            FixedAxis(a.Ticks |> List.map (fst >> along a)) :> LinearAxis

    made.Position <- position
    made.Title <- LatexText.latin a.Title
    made.TitleFontSize <- size.Letters
    made.FontSize <- size.Letters
    made.AxisTitleDistance <- 6.0
    made.TextColor <- ink
    made.TitleColor <- ink
    made.TicklineColor <- ink
    made.AxislineStyle <- LineStyle.Solid
    made.AxislineColor <- ink
    made.MajorGridlineStyle <- LineStyle.Solid
    made.MajorGridlineColor <- faint
    made.MinorTickSize <- 0.0
    made.MajorTickSize <- 4.0
    made.TickStyle <- TickStyle.Outside
    made.MinimumPadding <- 0.06
    made.MaximumPadding <- 0.06

    match a.Range with
    | Some(low, high) ->
        made.Minimum <- along a low
        made.Maximum <- along a high
    | None -> ()

    if a.Ticks.IsEmpty then
        made.StringFormat <- "0.####"
    else
        let names = a.Ticks |> List.map (fun (x, name) -> along a x, LatexText.latin name)

        made.LabelFormatter <-
            fun x ->
                names
                |> List.tryFind (fun (at, _) -> abs (at - x) < 1e-9)
                |> Option.map snd
                |> Option.defaultValue ""

    made
