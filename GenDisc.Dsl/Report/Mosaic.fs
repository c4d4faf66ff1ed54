/// Many small images in one PNG.
module GenDisc.Reporting.Mosaic

open System
open System.IO
open GenDisc.Running
open StbImageWriteSharp

/// Thin light lines between images; white shows no false structure beside dark backgrounds.
let private separator = 2
let private gap = 8
let private background = 255uy

/// How often each pixel is repeated, so that small images stay crisp at their natural size.
let magnification (height: int) (width: int) = if max height width <= 32 then 3 else 2

let private toByte (value: float32) =
    if Single.IsNaN value then
        0uy
    else
        byte (MathF.Round(255.0f * Math.Clamp(value, 0.0f, 1.0f)))

/// A PNG of rows of images, each pixel `scale` times as wide and high, with a wider gap after some rows.
let private render scale columns (channels, height, width) (rows: float32[][] list) (gapAfter: int -> int) =
    if channels <> 1 && channels <> 3 then
        invalidArg "shape" $"an image needs 1 or 3 channels, got {channels}"

    if columns < 1 then
        invalidArg "columns" "at least one column is needed"

    for image in Seq.concat rows do
        if image.Length <> channels * height * width then
            invalidArg
                "images"
                $"an image of {channels}×{height}×{width} holds {channels * height * width} numbers, got {image.Length}"

    let cell n = n * scale + separator

    let tops =
        rows
        |> List.mapi (fun i _ -> gapAfter i)
        |> List.scan (fun y extra -> y + cell height + extra) separator

    let totalWidth = separator + columns * cell width

    let totalHeight =
        let last = List.length rows - 1
        if last < 0 then separator else tops[last] + cell height

    let pixels = Array.create (totalWidth * totalHeight * channels) background

    for row, top in Seq.zip rows tops do
        for column, image in Seq.indexed row do
            let left = separator + column * cell width

            for y in 0 .. height * scale - 1 do
                for x in 0 .. width * scale - 1 do
                    let source = y / scale * width + x / scale
                    let target = ((top + y) * totalWidth + left + x) * channels

                    for c in 0 .. channels - 1 do
                        pixels[target + c] <- toByte image[c * height * width + source]

    let colours =
        if channels = 1 then ColorComponents.Grey else ColorComponents.RedGreenBlue

    use stream = new MemoryStream()
    ImageWriter().WritePng(pixels, totalWidth, totalHeight, colours, stream)
    stream.ToArray()

let private draw path columns (channels, height, width) rows gapAfter =
    let scale = magnification height width
    let png = render scale columns (channels, height, width) rows gapAfter
    Atomic.write path (fun stream -> stream.Write(png, 0, png.Length))

/// Writes `images` (channel-major floats in [0, 1], each channels·height·width long; values outside are clamped, NaN
/// is drawn as 0) as a grid with `columns` columns. `shape` is (channels, height, width) with 1 or 3 channels.
/// Throws ArgumentException for other shapes.
let write (path: string) (columns: int) (shape: int * int * int) (images: float32[][]) =
    draw path columns shape (images |> Array.chunkBySize (max 1 columns) |> List.ofArray) (fun _ -> 0)

/// Rows of groups, and the gap after each.
let private grouped columns (versions: float32[][] list) =
    if versions |> List.distinctBy _.Length |> List.length > 1 then
        invalidArg "versions" "every version needs as many images"

    let chunks = versions |> List.map (Array.chunkBySize (max 1 columns))
    let count = versions.Length

    let rows =
        [ for i in 0 .. (if count = 0 then 0 else chunks.Head.Length) - 1 do
              for version in chunks do
                  version[i] ]

    rows, (fun i -> if i % count = count - 1 then gap else 0)

/// Writes versions of the same images, a row of each right below the one before and a wider gap before the next group;
/// otherwise as `write`. Throws ArgumentException where there are not as many of each.
let groups (path: string) (columns: int) (shape: int * int * int) (versions: float32[][] list) =
    let rows, gapAfter = grouped columns versions
    draw path columns shape rows gapAfter

/// The PNG that `groups` would write, with every pixel `scale` times as wide and high.
let encoded (scale: int) (columns: int) (shape: int * int * int) (versions: float32[][] list) =
    let rows, gapAfter = grouped columns versions
    render scale columns shape rows gapAfter

/// Writes rows of originals, each with its row of reconstructions right below it and a wider gap before the next
/// pair. `originals` and `reconstructions` correspond one to one; otherwise as `write`.
let pairs
    (path: string)
    (columns: int)
    (shape: int * int * int)
    (originals: float32[][])
    (reconstructions: float32[][])
    =
    if originals.Length <> reconstructions.Length then
        invalidArg
            "reconstructions"
            $"{originals.Length} originals need as many reconstructions, got {reconstructions.Length}"

    groups path columns shape [ originals; reconstructions ]
