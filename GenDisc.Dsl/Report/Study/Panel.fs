/// A chart as what it shows, drawn once for the page and once as a file.
module internal GenDisc.Reporting.Panel

type Axis =
    {
        Title: string
        Logarithmic: bool
        /// Values and what stands at them; empty: the drawing chooses.
        Ticks: (float * string) list
        Range: (float * float) option
    }

[<RequireQualifiedAccess>]
type Shape =
    /// Small dots, one for each seed.
    | Dots of (float * float)[]
    /// Large marks.
    | Marks of (float * float)[]
    /// Marks joined by a line.
    | Curve of (float * float)[]
    /// Points joined by a grey line.
    | Path of (float * float)[]
    /// x, low and high: a surface behind a curve.
    | Band of (float * float * float)[]
    /// low, high and y: a horizontal interval.
    | Across of (float * float * float)[]
    /// x, low and high: an upright interval.
    | Upright of (float * float * float)[]
    /// Rings around points.
    | Rings of (float * float)[]
    | Words of (float * float * string)[]

type Mark =
    {
        /// In the legend; empty: not there.
        Name: string
        /// Of the palette.
        Colour: int
        Shape: Shape
    }

type Panel =
    {
        /// Of a part of a page; empty: the caption is enough.
        Title: string
        /// For those who cannot see it.
        Description: string
        X: Axis
        Y: Axis
        Marks: Mark list
        /// A dashed vertical line.
        AtX: float option
        /// A dashed horizontal line.
        AtY: float option
    }

let axis title : Axis =
    { Title = title
      Logarithmic = false
      Ticks = []
      Range = None }

let mark name colour shape =
    { Name = name
      Colour = colour
      Shape = shape }

/// Marks that the legend names.
let legend (panel: Panel) =
    panel.Marks |> List.filter (fun m -> m.Name <> "")

/// Names in the legend where colours alone do not tell what is what.
let hasLegend (panel: Panel) = (legend panel).Length > 1

/// Without a legend.
let nameless (panel: Panel) =
    { panel with
        Marks = panel.Marks |> List.map (fun m -> { m with Name = "" }) }

/// A name that leaves room to the chart.
let short (name: string) =
    if name.Length <= 26 then name else name.Substring(0, 25).TrimEnd() + "…"
