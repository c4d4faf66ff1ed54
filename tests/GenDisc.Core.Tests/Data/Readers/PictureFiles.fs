/// Writes pictures and zips of them, sound or not.
module GenDisc.Core.Tests.Data.Readers.PictureFiles

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Text
open GenDisc.Core.Data.Readers.Images

let private big (number: int) =
    let bytes = Array.zeroCreate 4
    BinaryPrimitives.WriteInt32BigEndian(Span bytes, number)
    bytes

let private zlib (bytes: byte array) =
    use packed = new MemoryStream()
    using (new ZLibStream(packed, CompressionLevel.Fastest)) (fun stream -> stream.Write(bytes, 0, bytes.Length))
    packed.ToArray()

let private chunk (kind: string) (content: byte array) =
    let body = Array.append (Encoding.ASCII.GetBytes kind) content
    Array.concat [ big content.Length; body; big (int (Crc32.Of(ReadOnlySpan body))) ]

/// A PNG whose header declares one size and whose data are whatever is given, a zero before each row.
let pngOf width height channels (data: byte array) =
    let colour = if channels = 1 then 0uy else 2uy

    Array.concat
        [ [| 0x89uy; 0x50uy; 0x4euy; 0x47uy; 13uy; 10uy; 26uy; 10uy |]
          chunk "IHDR" (Array.concat [ big width; big height; [| 8uy; colour; 0uy; 0uy; 0uy |] ])
          chunk "IDAT" (zlib data)
          chunk "IEND" [||] ]

/// A PNG of pixels, the channels of a pixel side by side.
let png width height channels (pixels: byte array) =
    pngOf
        width
        height
        channels
        (pixels
         |> Array.chunkBySize (width * channels)
         |> Array.collect (Array.append [| 0uy |]))

/// A grey PNG of one level.
let flat width height level =
    png width height 1 (Array.create (width * height) level)

/// A BMP of 24 bits a pixel and one colour.
let bmp width height (red: byte, green: byte, blue: byte) =
    let row = (3 * width + 3) / 4 * 4
    let little (number: int) = BitConverter.GetBytes number

    Array.concat
        [ "BM"B
          little (54 + row * height)
          little 0
          little 54
          little 40
          little width
          little height
          [| 1uy; 0uy; 24uy; 0uy |]
          Array.zeroCreate 24
          Array.concat (
              List.replicate
                  height
                  (Array.append
                      (Array.concat (List.replicate width [| blue; green; red |]))
                      (Array.zeroCreate (row - 3 * width)))
          ) ]

/// A grey baseline JPEG of one level, of whatever size it declares: one code for the first block's level, none after it.
let jpeg width height (level: int) =
    let difference = level - 128

    let bits =
        if difference = 0 then
            0
        else
            32 - int (UInt32.LeadingZeroCount(uint (abs difference)))

    let value = if difference < 0 then difference + (1 <<< bits) - 1 else difference
    let blocks = (min width 64 + 7) / 8 * ((min height 64 + 7) / 8)
    // Codes of length 1 and 2: no change, or a change of so many bits; 0 ends a block.
    let first =
        if bits = 0 then "0" else "10" + Convert.ToString(value, 2).PadLeft(bits, '0')

    let stream = first + "0" + String.replicate (blocks - 1) "00"
    let padded = stream.PadRight((stream.Length + 7) / 8 * 8, '1')

    let data =
        [| for i in 0..8 .. padded.Length - 1 do
               let b = Convert.ToByte(padded.Substring(i, 8), 2)
               b

               if b = 0xffuy then
                   0uy |]

    let short (n: int) = [| byte (n >>> 8); byte n |]

    let segment marker (content: byte array) =
        Array.concat [ [| 0xffuy; marker |]; short (content.Length + 2); content ]

    Array.concat
        [ [| 0xffuy; 0xd8uy |]
          segment 0xdbuy (Array.append [| 0uy |] (Array.create 64 8uy))
          segment 0xc0uy (Array.concat [ [| 8uy |]; short height; short width; [| 1uy; 1uy; 0x11uy; 0uy |] ])
          segment 0xc4uy (Array.concat [ [| 0x00uy; 1uy; 1uy |]; Array.zeroCreate 14; [| 0uy; byte (max 1 bits) |] ])
          segment 0xc4uy (Array.concat [ [| 0x10uy; 1uy |]; Array.zeroCreate 15; [| 0uy |] ])
          segment 0xdauy [| 1uy; 1uy; 0uy; 0uy; 63uy; 0uy |]
          data
          [| 0xffuy; 0xd9uy |] ]

/// A zip of entries; a name that ends with / is a directory.
let zip (entries: (string * byte array) list) =
    use packed = new MemoryStream()

    using (new ZipArchive(packed, ZipArchiveMode.Create, true)) (fun archive ->
        for name, content in entries do
            let entry = archive.CreateEntry name

            if not (name.EndsWith '/') then
                use stream = entry.Open()
                stream.Write(content, 0, content.Length))

    packed.ToArray()

/// The entries as files and directories below a folder.
let unpackTo folder (entries: (string * byte array) list) =
    for name, content in entries do
        let path = Path.Combine(folder, name)

        if name.EndsWith '/' then
            Directory.CreateDirectory path |> ignore
        else
            Directory.CreateDirectory(string (Path.GetDirectoryName path)) |> ignore
            File.WriteAllBytes(path, content)
