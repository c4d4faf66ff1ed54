/// Panels as files for print: vector graphics without native parts.
module internal GenDisc.Reporting.StaticPanel

open System.Globalization
open System.IO
open OxyPlot
open OxyPlot.Annotations
open OxyPlot.Axes
open OxyPlot.Legends
open OxyPlot.Series
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.Panel
open GenDisc.Reporting.StaticStyle

let private line (m: Mark) thickness =
    LineSeries(
        Title = (if m.Name = "" then null else LatexText.latin m.Name),
        Color = colour m.Colour,
        StrokeThickness = thickness,
        RenderInLegend = (m.Name <> "")
    )

let private scatter (m: Mark) size kind fill (points: (float * float)[]) =
    let series =
        ScatterSeries(
            MarkerType = kind,
            MarkerSize = size,
            MarkerFill = fill,
            MarkerStroke = colour m.Colour,
            MarkerStrokeThickness =
                (if fill = OxyColors.Transparent || kind = MarkerType.Plus || kind = MarkerType.Star then
                     1.5
                 else
                     0.0),
            Title = (if m.Name = "" then null else LatexText.latin m.Name),
            RenderInLegend = (m.Name <> "")
        )

    for x, y in points do
        if finite x && finite y then
            series.Points.Add(ScatterPoint(x, y))

    series

let private curve (series: LineSeries) points =
    for x, y in points do
        if finite x && finite y then
            series.Points.Add(DataPoint(x, y))

    series

/// A line with its marks.
let private joined (m: Mark) thickness =
    let series = line m thickness
    series.MarkerType <- symbol m.Colour
    series.MarkerSize <- 3.4
    series.MarkerFill <- colour m.Colour
    series.MarkerStroke <- colour m.Colour
    series

let private segments (m: Mark) (ends: ((float * float) * (float * float))[]) =
    let series = line { m with Name = "" } 1.6

    for (a, b), (c, d) in ends do
        if finite a && finite b && finite c && finite d then
            series.Points.Add(DataPoint(a, b))
            series.Points.Add(DataPoint(c, d))
            series.Points.Add(DataPoint.Undefined)

    series

/// Light enough for several bands over each other: the files know no transparency in every viewer.
let private band (m: Mark) (spans: (float * float * float)[]) =
    let series =
        AreaSeries(
            Color = OxyColors.Transparent,
            Fill = OxyColor.FromAColor(38uy, colour m.Colour),
            RenderInLegend = false
        )

    for x, low, high in spans do
        if finite x && finite low && finite high then
            series.Points.Add(DataPoint(x, low))
            series.Points2.Add(DataPoint(x, high))

    series

let private draw (model: PlotModel) (panel: Panel) (size: Size) (m: Mark) =
    let x, y = along panel.X, along panel.Y
    let points = Array.map (fun (a, b) -> x a, y b)
    let add (series: Series) = model.Series.Add series

    match m.Shape with
    | Shape.Dots at -> add (scatter m 2.4 MarkerType.Circle (OxyColor.FromAColor(140uy, colour m.Colour)) (points at))
    | Shape.Marks at -> add (scatter m 4.2 (symbol m.Colour) (colour m.Colour) (points at))
    | Shape.Rings at -> add (scatter m 7.0 MarkerType.Circle OxyColors.Transparent (points at))
    | Shape.Curve at -> add (curve (joined m 1.6) (points at))
    | Shape.Path at ->
        let series = line m 1.2
        series.Color <- grey
        add (curve series (points at))
    | Shape.Band spans -> add (band m (spans |> Array.map (fun (a, low, high) -> x a, y low, y high)))
    | Shape.Across spans -> add (segments m (spans |> Array.map (fun (low, high, at) -> (x low, y at), (x high, y at))))
    | Shape.Upright spans ->
        add (segments m (spans |> Array.map (fun (at, low, high) -> (x at, y low), (x at, y high))))
    | Shape.Words said ->
        for a, b, words in said do
            if finite a && finite b then
                model.Annotations.Add(
                    TextAnnotation(
                        Text = LatexText.latin words,
                        TextPosition = DataPoint(x a, y b),
                        TextVerticalAlignment = VerticalAlignment.Bottom,
                        Offset = ScreenVector(0.0, -9.0),
                        Stroke = OxyColors.Transparent,
                        TextColor = ink,
                        FontSize = size.Letters
                    )
                )

let private rule (at: float) vertical =
    LineAnnotation(
        Type = (if vertical then LineAnnotationType.Vertical else LineAnnotationType.Horizontal),
        X = at,
        Y = at,
        Color = grey,
        LineStyle = LineStyle.Dash,
        StrokeThickness = 1.0
    )

/// A panel as a plot of this size.
let model (size: Size) (panel: Panel) =
    let model =
        PlotModel(
            DefaultFont = "Arial",
            DefaultFontSize = size.Letters,
            TextColor = ink,
            PlotAreaBorderThickness = OxyThickness 0.0,
            Background = OxyColors.White,
            Padding = OxyThickness(4.0, 4.0, 10.0, 4.0),
            Culture = CultureInfo.InvariantCulture
        )

    if panel.Title <> "" && size.Width < wide.Width then
        model.Title <- LatexText.latin panel.Title
        model.TitleFontSize <- size.Letters
        model.TitleFontWeight <- FontWeights.Bold

    model.Axes.Add(axis size AxisPosition.Bottom panel.X)
    model.Axes.Add(axis size AxisPosition.Left panel.Y)

    if hasLegend panel then
        model.Legends.Add(
            Legend(
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.TopCenter,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendFontSize = size.Letters,
                LegendBorderThickness = 0.0
            )
        )

    panel.AtX |> Option.iter (fun at -> model.Annotations.Add(rule at true))
    panel.AtY |> Option.iter (fun at -> model.Annotations.Add(rule at false))

    for m in panel.Marks do
        draw model panel size m

    model

/// Names and colours that several pictures share, as a picture of the width of the text.
let key name (names: string list) : Static =
    let model =
        PlotModel(
            DefaultFont = "Arial",
            DefaultFontSize = wide.Letters,
            TextColor = ink,
            PlotAreaBorderThickness = OxyThickness 0.0,
            Background = OxyColors.White,
            Padding = OxyThickness 0.0,
            Culture = CultureInfo.InvariantCulture
        )

    for position in [ AxisPosition.Bottom; AxisPosition.Left ] do
        model.Axes.Add(LinearAxis(Position = position, Minimum = 0.0, Maximum = 1.0, IsAxisVisible = false))

    model.Legends.Add(
        Legend(
            LegendPlacement = LegendPlacement.Inside,
            LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendFontSize = wide.Letters,
            LegendBorderThickness = 0.0,
            LegendMargin = 0.0,
            LegendPadding = 0.0
        )
    )

    for i, name in List.indexed names do
        model.Series.Add(joined (mark (short name) i (Shape.Curve [||])) 1.6)

    let letters = names |> List.sumBy (fun name -> (short name).Length + 8)

    { File = name
      Width = wide.Width
      Height = 6.0 + 15.0 * ceil (float letters / 75.0)
      Model = model }

let file name (size: Size) (panel: Panel) : Static =
    let rows = if panel.X.Logarithmic then 0 else panel.Y.Ticks.Length
    let height = if rows > 0 then max 130.0 (70.0 + 30.0 * float rows) else size.Height

    { File = name
      Width = size.Width
      Height = height
      Model = model size panel }

// Its successor draws through SkiaSharp's native library, which not every platform has.
#nowarn 44

/// Writes `NAME.pdf` and `NAME.svg` into a folder.
let write (folder: string) (picture: Static) =
    let path extension =
        Path.Combine(folder, picture.File + extension)

    // Both exporters close the stream that they are given.
    let save extension (export: Stream -> unit) =
        let drawn = new MemoryStream()
        export drawn
        let bytes = drawn.ToArray()
        GenDisc.Running.Atomic.write (path extension) (fun stream -> stream.Write(bytes, 0, bytes.Length))

    save ".pdf" (fun stream ->
        PdfExporter(Width = picture.Width, Height = picture.Height).Export(picture.Model, stream))

    save ".svg" (fun stream ->
        SvgExporter(Width = picture.Width, Height = picture.Height).Export(picture.Model, stream))
