/// Points and curves as small colour pictures: what an animation is made of where data are no images.
module GenDisc.Reporting.Canvas

open System

/// The part of the plane that is seen, `Size` pixels wide and high.
type View =
    { Size: int
      Left: float
      Right: float
      Bottom: float
      Top: float }

/// Muted, and the first colour of the report's palette.
let grey = (0.78f, 0.80f, 0.82f)

let blue = (0.0f, 0.447f, 0.698f)

/// All points with a margin of a twentieth around them.
let seeing size (points: (float * float) seq) =
    let finite =
        points |> Seq.filter (fun (x, y) -> Double.IsFinite(x + y)) |> Array.ofSeq

    let range (values: float[]) =
        if values.Length = 0 then
            -1.0, 1.0
        else
            let low, high = Array.min values, Array.max values
            let margin = max 1e-6 (0.05 * (high - low))
            low - margin, high + margin

    let left, right = range (Array.map fst finite)
    let bottom, top = range (Array.map snd finite)

    { Size = size
      Left = left
      Right = right
      Bottom = bottom
      Top = top }

/// A white picture, channel-major in [0, 1].
let blank (view: View) =
    Array.create (3 * view.Size * view.Size) 1.0f

/// Draws round dots with soft edges; what lies outside is not seen.
let dots
    (view: View)
    (radius: float)
    (red: float32, green: float32, blue: float32)
    (points: (float * float) seq)
    (picture: float32[])
    =
    let size = view.Size
    let reach = int (ceil radius)

    for x, y in points do
        if Double.IsFinite(x + y) then
            let column = (x - view.Left) / (view.Right - view.Left) * float size
            let row = (view.Top - y) / (view.Top - view.Bottom) * float size

            if abs column < 2.0 * float size && abs row < 2.0 * float size then
                for i in int row - reach .. int row + reach do
                    for j in int column - reach .. int column + reach do
                        if i >= 0 && i < size && j >= 0 && j < size then
                            let away = sqrt ((float i + 0.5 - row) ** 2.0 + (float j + 0.5 - column) ** 2.0)
                            let cover = float32 (Math.Clamp(radius + 0.5 - away, 0.0, 1.0))

                            for c, value in [ 0, red; 1, green; 2, blue ] do
                                let at = (c * size + i) * size + j
                                picture[at] <- picture[at] + cover * (value - picture[at])

/// Draws a curve over its index.
let curve (view: View) colour (values: float[]) (picture: float32[]) =
    let between = max 1 (2 * view.Size / max 1 values.Length)

    seq {
        for i in 0 .. values.Length - 2 do
            for k in 0 .. between - 1 do
                let share = float k / float between
                float i + share, values[i] + share * (values[i + 1] - values[i])
    }
    |> fun points -> dots view 0.8 colour points picture
