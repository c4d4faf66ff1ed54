/// PNG pictures that move (APNG): frames of one size in one file, which browsers play without any script.
module GenDisc.Reporting.Animation

open System
open System.Buffers.Binary
open System.IO
open System.Text

let private signature =
    [| 0x89uy; 0x50uy; 0x4Euy; 0x47uy; 0x0Duy; 0x0Auy; 0x1Auy; 0x0Auy |]

let private remainders =
    Array.init 256 (fun n ->
        Seq.fold
            (fun c _ -> if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1)
            (uint32 n)
            (Seq.replicate 8 ()))

/// CRC-32 as of the PNG specification, annex D.
let private checksum (bytes: byte[]) =
    let mutable crc = 0xFFFFFFFFu

    for b in bytes do
        crc <- remainders[int ((crc ^^^ uint32 b) &&& 0xFFu)] ^^^ (crc >>> 8)

    crc ^^^ 0xFFFFFFFFu

let private big (n: uint32) =
    let bytes = Array.zeroCreate<byte> 4
    BinaryPrimitives.WriteUInt32BigEndian(bytes, n)
    bytes

let private short (n: uint16) =
    let bytes = Array.zeroCreate<byte> 2
    BinaryPrimitives.WriteUInt16BigEndian(bytes, n)
    bytes

/// Names and contents of the chunks of a PNG.
let private chunks (png: byte[]) =
    if png.Length < 8 || Array.truncate 8 png <> signature then
        invalidArg "png" "these bytes are no PNG image"

    let rec from at =
        if at + 12 > png.Length then
            []
        else
            let length = int (BinaryPrimitives.ReadUInt32BigEndian(ReadOnlySpan(png, at, 4)))

            if length < 0 || at + 12 + length > png.Length then
                invalidArg "png" "this PNG image is cut off"

            let name = Encoding.ASCII.GetString(png, at + 4, 4)
            (name, Array.sub png (at + 8) length) :: from (at + 12 + length)

    from 8

let private file (parts: (string * byte[]) list) =
    use stream = new MemoryStream()
    stream.Write(signature, 0, signature.Length)

    for name, content in parts do
        let body = Array.append (Encoding.ASCII.GetBytes name) content

        for bytes in [ big (uint32 content.Length); body; big (checksum body) ] do
            stream.Write(bytes, 0, bytes.Length)

    stream.ToArray()

let private data parts =
    parts |> List.filter (fst >> (=) "IDAT") |> List.map snd |> Array.concat

/// An animation without end. `still` is what stands where nothing moves; frames are PNGs of its size and colours, each
/// with the milliseconds that it stays. Throws ArgumentException where there are none, or one differs.
let assemble (still: byte[]) (frames: (byte[] * int) list) =
    let first = chunks still
    let header = first |> List.find (fst >> (=) "IHDR")
    let played = frames |> List.map (fun (png, delay) -> chunks png, delay)

    if
        played.IsEmpty
        || played |> List.exists (fun (parts, _) -> List.head parts <> header)
    then
        invalidArg "frames" "an animation needs frames, all of the size and the colours of its still"

    // a frame's control and its data are numbered through the file
    let control number delay =
        Array.concat
            [ big number
              Array.sub (snd header) 0 8
              big 0u
              big 0u
              short (uint16 delay)
              short 1000us
              [| 0uy; 0uy |] ]

    file
        [ header
          "acTL", Array.append (big (uint32 played.Length)) (big 0u)
          "IDAT", data first
          for i, (parts, delay) in List.indexed played do
              "fcTL", control (uint32 (2 * i)) delay
              "fdAT", Array.append (big (uint32 (2 * i + 1))) (data parts)
          "IEND", [||] ]

/// The picture that stands where nothing moves: the animation without its frames. A PNG that does not move stays as it is.
let still (png: byte[]) =
    chunks png
    |> List.filter (fun (name, _) -> not (List.contains name [ "acTL"; "fcTL"; "fdAT" ]))
    |> file
