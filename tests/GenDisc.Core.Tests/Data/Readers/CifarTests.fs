module GenDisc.Core.Tests.Data.Readers.CifarTests

open System
open System.IO
open System.Security.Cryptography
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data.Readers
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

/// A batch of so many records of random pixels; labels count up.
let batch seed count =
    Array.concat [ for i in 0 .. count - 1 -> Array.append [| byte (i % 10) |] (noise (seed + i) 3072) ]

let private names = [ for d in 0..9 -> string d ]

let private read (bytes: byte array) =
    inFolder (fun folder -> Cifar.Read(write folder "batch" bytes))

let private failsOn parts bytes =
    userError ("batch" :: "CIFAR-10" :: parts) (fun () -> read bytes) |> ignore

let tests =
    testList
        "Cifar"
        [ testProperty
              "reading gives what was written"
              (Prop.forAll
                  (Arb.fromGen (Gen.zip (Gen.choose (1, 25)) (Gen.elements [ false; true ])))
                  (fun (count, packed) ->
                      let bytes = batch count count
                      let read = read (if packed then gzip bytes else bytes)

                      read.Count = count
                      && read.Labels = Array.init count (fun i -> byte (i % 10))
                      && read.Pixels = Array.concat [ for record in Array.chunkBySize 3073 bytes -> record[1..] ]
                      && read.Sha256 = Convert.ToHexStringLower(SHA256.HashData bytes)
                      && read.Length = bytes.LongLength))
          test "not of whole records" {
              failsOn [ "ends after 3072 of the 3073 bytes of image 1" ] (Array.truncate (2 * 3073 - 1) (batch 1 3))
              failsOn [ "ends after 1 of the 3073 bytes of image 2" ] (gzip (Array.append (batch 1 2) [| 0uy |]))
          }
          test "a label beyond the classes" {
              let bytes = batch 1 3
              bytes[2 * 3073] <- 10uy
              failsOn [ "image 2 is 10"; "0 to 9" ] bytes
          }
          test "empty, missing, damaged gzip" {
              failsOn [ "empty" ] [||]
              userError [ "no such file" ] (fun () -> Cifar.Read "/nowhere/batch") |> ignore
              let bytes = gzip (batch 1 3)
              bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0xffuy

              inFolder (fun folder ->
                  userError [ "gzip"; "damaged" ] (fun () -> Cifar.Read(write folder "batch" bytes))
                  |> ignore)
          }
          test "an endless gzip is given up" {
              failsOn [ "goes on after 100000 images" ] (gzip (Array.zeroCreate (100_001 * 3073)))
          }
          test "batches become one dataset, in their order" {
              let data =
                  Cifar.ToDataset("c", [| read (batch 1 2); read (batch 5 3) |], ResizeArray names)

              Expect.sequenceEqual data.ExampleShape [ 3; 32; 32 ] "shape"
              Expect.equal (data.Labels.ToArray()) [| 0; 1; 0; 1; 2 |] "labels"

              Expect.equal
                  (data.Pixels.ToArray()[2 * 3072 .. 3 * 3072 - 1])
                  (noise 5 3072)
                  "the second batch's first image"
          }
          test "real records" {
              match Environment.GetEnvironmentVariable "GENDISC_DATA" with
              | null
              | "" -> skiptest "GENDISC_DATA is not set"
              | data ->
                  let read =
                      Cifar.Read(Path.Combine(data, "cifar10", "data_batch_1.first4000.bin.gz"))

                  Expect.equal (read.Count, read.Pixels.Length) (4000, 4000 * 3072) "counts"
                  // The first five labels of the published batch: frog, truck, truck, deer, automobile.
                  Expect.equal read.Labels[..4] [| 6uy; 9uy; 9uy; 4uy; 1uy |] "labels"
          } ]
