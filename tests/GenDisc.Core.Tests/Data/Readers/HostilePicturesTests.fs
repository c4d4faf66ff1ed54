/// Pictures and zips that are damaged, or made to do harm.
module GenDisc.Core.Tests.Data.Readers.HostilePicturesTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Readers.ImageFolderTests
open GenDisc.Core.Tests.Data.Readers.PictureFiles

let tests =
    testList
        "Hostile pictures"
        [ test "headers that declare too many pixels are not decoded" {
              let before = GC.GetAllocatedBytesForCurrentThread()

              for name, bytes in
                  [ "cat/0.jpg", jpeg 60000 60000 128
                    "cat/0.png", pngOf 60000 60000 1 [| 0uy |]
                    "cat/0.bmp",
                    bmp 1 1 (0uy, 0uy, 0uy)
                    |> Array.mapi (fun i b -> if i = 20 || i = 24 then 1uy else b) ] do
                  failsOn [ name; "at most 4096×4096" ] (among name bytes)

              Expect.isLessThan (GC.GetAllocatedBytesForCurrentThread() - before) 20_000_000L "no large allocation"
          }
          test "compressed data of far more than the pixels" {
              let bomb = pngOf 3 2 1 (Array.zeroCreate (300 <<< 20))
              failsOn [ "cat/0.png"; "unpacks to more" ] (among "cat/0.png" bomb)
          }
          test "damaged pictures, and other files under their names" {
              for name, bytes, part in
                  [ "cat/0.png", Array.truncate 60 (flat 3 2 1uy), "damaged"
                    "cat/0.png", Array.truncate 20 (flat 3 2 1uy), "damaged"
                    "cat/0.jpg", [| 0xffuy; 0xd8uy; 0xffuy; 0xe0uy; 0uy; 16uy; 74uy |], "cut off"
                    "cat/0.jpg", Array.truncate 100 (jpeg 8 8 1), "cut off"
                    "cat/0.jpg", Array.append [| 0xffuy; 0xd8uy |] (jpeg 8 8 1), "damaged"
                    "cat/0.jpg", Array.truncate ((jpeg 8 8 1).Length - 2) (jpeg 8 8 1), "cut off"
                    "cat/0.png", "GIF89a and so on"B, "no PNG, JPEG or BMP"
                    "cat/0.png", [||], "no PNG, JPEG or BMP" ] do
                  failsOn [ name; part ] (among name bytes)
          }
          test "the first unusable picture in order is the one reported" {
              let entries =
                  [ for i in 10..60 -> $"cat/{i}.png", (if i < 40 then flat 3 2 1uy else [||]) ]
                  @ eight

              for _ in 1..5 do
                  failsOn [ "cat/40.png" ] entries
          }
          test "zip entries that point outside" {
              for name in
                  [ "../x.png"
                    "cat/../../x.png"
                    "/etc/x.png"
                    "C:/x.png"
                    "..\\x.png"
                    "\\x.png" ] do
                  failsOnBytes [ $"'{name}'"; "points outside" ] (zip (among name (flat 3 2 1uy)))
          }
          test "zips truncated, damaged, or none at all" {
              let sound = zip eight
              failsOnBytes [ "no zip, or damaged" ] (Array.truncate (sound.Length - 30) sound)
              failsOnBytes [ "no zip, or damaged" ] (Array.truncate 100 sound)
              failsOnBytes [ "no zip, or damaged" ] "hello"B
              failsOnBytes [ "no zip, or damaged" ] [||]

              // The first local header, its content and its checksum, which the central directory repeats.
              for at in [ 0; 50 ] do
                  let bytes = Array.copy sound
                  bytes[at] <- bytes[at] ^^^ 0x55uy
                  failsOnBytes [ "cat/0.png" ] bytes

              let twice = zip (("cat/0.png", flat 3 2 1uy) :: eight)
              failsOnBytes [ "two entries"; "cat/0.png" ] twice
          }
          test "entries encrypted, compressed in unknown ways, or longer than they state" {
              /// Changes a byte of every header of the first entry: local, and central at that offset from it.
              let patched local central value =
                  let bytes = zip eight
                  let directory = bytes.AsSpan().IndexOf(ReadOnlySpan [| 0x50uy; 0x4buy; 1uy; 2uy |])
                  bytes[local] <- value
                  bytes[directory + central] <- value
                  bytes

              failsOnBytes [ "cat/0.png"; "encrypted" ] (patched 6 8 1uy)
              failsOnBytes [ "cat/0.png"; "cannot be unpacked" ] (patched 8 10 98uy)
              failsOnBytes [ "cat/0.png"; "checksum" ] (patched 22 24 3uy)
              failsOnBytes [ "cat/0.png"; "not as long" ] (patched 22 24 250uy)
          }
          testProperty
              "a damaged zip or picture is a UserError or gives pictures"
              (Prop.forAll (Arb.fromGen (Gen.three (Gen.choose (0, Int32.MaxValue)))) (fun (picture, at, value) ->
                  let damage (bytes: byte array) =
                      bytes[at % bytes.Length] <- byte value
                      bytes

                  let pictures =
                      [ flat 3 2 9uy; png 3 2 3 (noise 1 18); jpeg 3 2 70; bmp 3 2 (7uy, 8uy, 9uy) ]

                  let bytes =
                      match picture % 5 with
                      | 4 -> damage (zip eight)
                      | i -> zip (among "cat/0.png" (damage pictures[i]))

                  inFolder (fun root ->
                      try
                          (loadWith root None null (write root "p.zip" bytes)).Train.Count > 0
                      with :? UserError ->
                          true)))
          test "an entry longer than is read" {
              failsOnBytes [ "cat/0.png"; "64 MB" ] (zip (among "cat/0.png" (Array.zeroCreate ((64 <<< 20) + 1))))
          } ]
