/// Writes IDX files, sound or not.
module GenDisc.Core.Tests.Data.Readers.IdxFiles

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

let private bigEndian (number: int) =
    let bytes = Array.zeroCreate 4
    BinaryPrimitives.WriteInt32BigEndian(Span bytes, number)
    bytes

/// An IDX file of bytes: magic number, sizes, content.
let idx (sizes: int list) (content: byte array) =
    Array.concat [ bigEndian (0x800 + sizes.Length); yield! List.map bigEndian sizes; content ]

let gzip (bytes: byte array) =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Optimal)) (fun stream -> stream.Write(bytes, 0, bytes.Length))
    packed.ToArray()

/// Bytes that do not compress.
let noise seed count =
    let bytes = Array.zeroCreate count
    Random(seed: int).NextBytes bytes
    bytes

let write folder name (bytes: byte array) =
    let path = Path.Combine(folder, name)
    File.WriteAllBytes(path, bytes)
    path
