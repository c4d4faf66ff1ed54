/// Just enough of PNG (8-bit grey or RGB, not interlaced) to look at what the mosaic wrote.
module GenDisc.Dsl.Tests.Report.Png

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

type Picture =
    { Width: int
      Height: int
      Channels: int
      Pixels: byte[] }

    member this.At(x, y, c) =
        this.Pixels[(y * this.Width + x) * this.Channels + c]

let private paeth (a: int) (b: int) (c: int) =
    let p = a + b - c
    let pa, pb, pc = abs (p - a), abs (p - b), abs (p - c)

    if pa <= pb && pa <= pc then a
    elif pb <= pc then b
    else c

let read (path: string) =
    let bytes = File.ReadAllBytes path

    let number (at: int) =
        BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(bytes, at, 4))

    let data = new MemoryStream()
    let mutable at = 8

    while at < bytes.Length do
        let length = number at

        if Text.Encoding.ASCII.GetString(bytes, at + 4, 4) = "IDAT" then
            data.Write(bytes, at + 8, length)

        at <- at + 12 + length

    let width, height = number 16, number 20
    let channels = if bytes[25] = 0uy then 1 else 3
    data.Position <- 0L
    use inflated = new ZLibStream(data, CompressionMode.Decompress)
    use raw = new MemoryStream()
    inflated.CopyTo raw
    let raw = raw.ToArray()
    let stride = width * channels
    let pixels = Array.zeroCreate<byte>(stride * height)

    for y in 0 .. height - 1 do
        let filter = raw[y * (stride + 1)]

        for i in 0 .. stride - 1 do
            let left = if i >= channels then int pixels[y * stride + i - channels] else 0
            let up = if y > 0 then int pixels[(y - 1) * stride + i] else 0

            let corner =
                if i >= channels && y > 0 then
                    int pixels[(y - 1) * stride + i - channels]
                else
                    0

            let predicted =
                match filter with
                | 0uy -> 0
                | 1uy -> left
                | 2uy -> up
                | 3uy -> (left + up) / 2
                | _ -> paeth left up corner

            pixels[y * stride + i] <- byte ((int raw[y * (stride + 1) + 1 + i] + predicted) &&& 255)

    { Width = width
      Height = height
      Channels = channels
      Pixels = pixels }
