module GenDisc.Core.Tests.Data.Readers.IdxTests

open System
open System.IO
open System.Security.Cryptography
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

/// Count, height and width of a file of images, its content, and whether to compress it.
let private files =
    gen {
        let! count, height, width = Gen.choose (1, 12) |> Gen.three
        let! seed = Gen.choose (0, 10000)
        let! packed = Gen.elements [ false; true ]
        let bytes = idx [ count; height; width ] (noise seed (count * height * width))
        return [ count; height; width ], bytes, (if packed then gzip bytes else bytes)
    }

let private damaged = Gen.zip files (Gen.choose (0, Int32.MaxValue)) |> Arb.fromGen

let private read (bytes: byte array) =
    inFolder (fun folder -> Idx.ReadImages(write folder "images" bytes))

let private failsOn parts (bytes: byte array) =
    userError parts (fun () -> read bytes) |> ignore

/// A damaged file gives a UserError or the original, and takes no more memory than a small file can need.
let private isHandled (original: byte array) (bytes: byte array) =
    let before = GC.GetAllocatedBytesForCurrentThread()

    let sound =
        try
            (read bytes).Bytes = original[16..]
        with :? UserError ->
            true

    sound && GC.GetAllocatedBytesForCurrentThread() - before < 8_000_000L

let private sound = idx [ 3; 2; 2 ] [| 1uy .. 12uy |]

let tests =
    testList
        "Idx"
        [ testProperty
              "reading gives what was written"
              (Prop.forAll (Arb.fromGen files) (fun (shape, content, stored) ->
                  let read = read stored

                  List.ofSeq read.Shape = shape
                  && read.Bytes = content[16..]
                  && read.Sha256 = Convert.ToHexStringLower(SHA256.HashData content)
                  && read.Length = content.LongLength))
          testProperty
              "a truncated file is a UserError or the original"
              (Prop.forAll damaged (fun ((_, content, stored), at) ->
                  isHandled content (Array.truncate (at % stored.Length) stored)))
          testProperty
              "a flipped header bit is a UserError or the original"
              (Prop.forAll damaged (fun ((_, content, stored), at) ->
                  let bytes = Array.copy stored
                  bytes[at % 16] <- bytes[at % 16] ^^^ (1uy <<< at / 16 % 8)
                  isHandled content bytes))
          test "compression is told by content, not by name" {
              inFolder (fun folder ->
                  Expect.equal (Idx.ReadImages(write folder "raw.gz" sound)).Count 3 "raw, named .gz"
                  Expect.equal (Idx.ReadImages(write folder "packed" (gzip sound))).Count 3 "gzip, named plainly")
          }
          test "wrong magic number" {
              failsOn [ "images"; "2051"; "2049"; "labels" ] (idx [ 3 ] [| 1uy; 2uy; 3uy |])
              failsOn [ "2051"; "1347093252" ] "PK\003\004 and so on"B
          }
          test "a header that claims 10^9 images" {
              let claim = idx [ 1_000_000_000; 28; 28 ] (noise 1 784)

              for bytes in [ claim; gzip claim ] do
                  failsOn
                      [ "claims 1000000000 images"
                        "784,000,000,000 bytes"
                        "can hold at most"
                        "replace" ]
                      bytes

                  Expect.isTrue (isHandled [||] bytes) "no large allocation"
          }
          test "a claim that only unpacking disproves" {
              let bytes = gzip (idx [ 100; 28; 28 ] (Array.zeroCreate 50_000))
              failsOn [ "claims 100 images"; "ends after 50,000" ] bytes
          }
          test "truncated" {
              failsOn [ "can hold at most 11" ] (Array.truncate 27 sound)
              failsOn [ "ends after 9 bytes"; "header of 16" ] (Array.truncate 9 sound)
              failsOn [ "ends after 0 bytes" ] [||]
          }
          test "trailing bytes" {
              for bytes in [ Array.append sound [| 0uy |]; gzip (Array.append sound [| 0uy |]) ] do
                  failsOn [ "goes on after the 3 images" ] bytes
          }
          test "no images" { failsOn [ "holds no images" ] (idx [ 0; 28; 28 ] [||]) }
          test "corrupted gzip" {
              let bytes = gzip (idx [ 20; 28; 28 ] (noise 1 (20 * 784)))
              bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0xffuy
              failsOn [ "images"; "gzip"; "damaged"; "Replace" ] bytes
          }
          test "labels beyond the classes" {
              inFolder (fun folder ->
                  let path = write folder "labels" (idx [ 4 ] [| 0uy; 9uy; 10uy; 1uy |])

                  userError [ path; "example 2 is 10"; "0 to 9" ] (fun () -> Idx.ReadLabels(path, 10))
                  |> ignore

                  Expect.equal (Idx.ReadLabels(path, 11)).Count 4 "within eleven classes")
          }
          test "other counts of images and labels" {
              inFolder (fun folder ->
                  let images = Idx.ReadImages(write folder "images" sound)
                  let labels = Idx.ReadLabels(write folder "labels" (idx [ 2 ] [| 0uy; 1uy |]), 2)

                  userError [ images.Path; "3 images"; labels.Path; "2 labels" ] (fun () ->
                      Idx.ToDataset("d", images, labels, [| "a"; "b" |]))
                  |> ignore)
          }
          test "missing file and directory for a file" {
              inFolder (fun folder ->
                  let missing = Path.Combine(folder, "nothing")

                  userError [ missing; "no such file" ] (fun () -> Idx.ReadImages missing)
                  |> ignore

                  userError [ folder; "directory" ] (fun () -> Idx.ReadImages folder) |> ignore)
          }
          test "file without the right to read it" {
              inFolder (fun folder ->
                  let path = write folder "images" sound

                  if OperatingSystem.IsWindows() then
                      skiptest "Windows has no such modes"
                  else
                      File.SetUnixFileMode(path, UnixFileMode.None)

                      if Environment.IsPrivilegedProcess then
                          skiptest "a privileged process may read everything"

                      userError [ path; "not permitted" ] (fun () -> Idx.ReadImages path) |> ignore)
          }
          test "file that fails while it is read" {
              let path = "/proc/self/mem"

              if not (File.Exists path) then
                  skiptest "no /proc here"

              userError [ path; "cannot be read" ] (fun () -> Idx.ReadImages path) |> ignore
          } ]
