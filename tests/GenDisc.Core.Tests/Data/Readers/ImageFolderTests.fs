module GenDisc.Core.Tests.Data.Readers.ImageFolderTests

open System
open System.Collections.Concurrent
open System.IO
open System.Threading
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Readers.PictureFiles

let private loadWith cache resize progress path =
    ImageFolder.Load(path, cache, 0.25, Option.toNullable resize, progress, CancellationToken.None)

/// Loads the entries as a zip and as a directory, which must give the same; returns the zip's.
let private load resize entries =
    inFolder (fun root ->
        let packed = write root "pictures.zip" (zip entries)
        let folder = Path.Combine(root, "pictures")
        unpackTo folder entries
        let one, two = loadWith root resize null packed, loadWith root resize null folder

        for part in [ (fun (data: LoadedData) -> data.Train); (fun data -> data.Test) ] do
            Expect.equal ((part one).Pixels.ToArray()) ((part two).Pixels.ToArray()) "pixels of zip and directory"
            Expect.equal ((part one).Labels.ToArray()) ((part two).Labels.ToArray()) "labels of zip and directory"

        one)

let private failsOnBytes parts bytes =
    inFolder (fun root ->
        let path = write root "pictures.zip" bytes
        userError (path :: parts) (fun () -> loadWith root None null path) |> ignore

        Expect.equal
            [ for file in Directory.GetFileSystemEntries root -> string (Path.GetFileName file) ]
            [ "pictures.zip" ]
            "nothing is written")

/// Fails as a zip and as a directory.
let private failsOn parts entries =
    failsOnBytes parts (zip entries)

    inFolder (fun root ->
        let folder = Path.Combine(root, "pictures")
        unpackTo folder entries
        userError (folder :: parts) (fun () -> loadWith root None null folder) |> ignore)

/// Four pictures of each of two classes, each of its own level.
let private eight =
    [ for c, name in List.indexed [ "cat"; "dog" ] do
          for i in 0..3 -> $"{name}/{i}.png", flat 3 2 (byte (100 * c + i)) ]

/// Eight good pictures with another one among them, or in the place of one.
let private among name bytes =
    (name, bytes) :: List.filter (fun (other, _) -> other <> name) eight

let private levels (data: Dataset) =
    [ for i in 0 .. data.Count - 1 -> int (data.Pixels.Span[i * data.ExampleSize]), data.Labels.Span[i] ]

let private cacheOf root =
    Directory.GetFiles(root, "*.pixels") |> Array.exactlyOne

/// How many pictures were decoded while loading.
let private decoded root path =
    let reports = ConcurrentQueue<FetchProgress>()

    let progress =
        { new IProgress<FetchProgress> with
            member _.Report report = reports.Enqueue report }

    let loaded = loadWith root None progress path
    loaded, List.ofSeq reports

let tests =
    testList
        "ImageFolder"
        [ test "without parts, a stratified quarter is to test with" {
              let loaded = load None eight
              Expect.sequenceEqual loaded.Train.ExampleShape [ 1; 2; 3 ] "grey, [channels, height, width]"
              Expect.sequenceEqual loaded.Train.ClassNames [ "cat"; "dog" ] "classes"
              Expect.equal (loaded.Train.Labels.ToArray()) [| 0; 0; 0; 1; 1; 1 |] "three of each"
              Expect.equal (loaded.Test.Labels.ToArray()) [| 0; 1 |] "one of each"

              Expect.equal
                  (List.sort (levels loaded.Train @ levels loaded.Test))
                  [ for c in 0..1 do
                        for i in 0..3 -> 100 * c + i, c ]
                  "every picture once, with its class"
          }
          test "train and test, also within a single directory around them" {
              for around in [ ""; "data/" ] do
                  let loaded =
                      load
                          None
                          [ for part, first in [ "test", 50; "train", 0 ] do
                                for c, name in List.indexed [ "b"; "a" ] do
                                    for i in 0..1 ->
                                        $"{around}{part}/{name}/{i}.png", flat 2 2 (byte (first + 10 * c + i)) ]

                  Expect.sequenceEqual loaded.Train.ClassNames [ "a"; "b" ] "ordinal order"
                  Expect.equal (levels loaded.Train) [ 10, 0; 11, 0; 0, 1; 1, 1 ] "train"
                  Expect.equal (levels loaded.Test) [ 60, 0; 61, 0; 50, 1; 51, 1 ] "test"
          }
          test "a directory around the classes; hidden and other files do not count" {
              let loaded =
                  load
                      None
                      ([ "all/.hidden/x.png", flat 9 9 1uy
                         "__MACOSX/all/cat/._0.png", "no picture"B
                         "all/cat/Thumbs.db", "no picture"B
                         "all/cat/.x.png", "no picture"B
                         "all/readme.txt", "hello"B ]
                       @ [ for name, bytes in eight -> "all/" + name, bytes ])

              Expect.equal (loaded.Train.Count, loaded.Test.Count) (6, 2) "counts"
          }
          test "JPEG, PNG and BMP; grey only when all are" {
              let grey =
                  load
                      None
                      [ "a/1.jpg", jpeg 8 8 200
                        "a/2.JPEG", jpeg 8 8 30
                        "b/1.png", flat 8 8 7uy
                        "b/2.png", flat 8 8 8uy ]

              Expect.sequenceEqual grey.Train.ExampleShape [ 1; 8; 8 ] "grey"

              let mixed =
                  load
                      None
                      [ "a/1.jpg", jpeg 8 8 200
                        "a/2.jpg", jpeg 8 8 200
                        "b/1.png", png 8 8 3 (Array.concat (List.replicate 64 [| 1uy; 2uy; 3uy |]))
                        "b/2.bmp", bmp 8 8 (1uy, 2uy, 3uy) ]

              Expect.sequenceEqual mixed.Train.ExampleShape [ 3; 8; 8 ] "colour"

              let planes (values: byte list) =
                  Array.concat [ for value in values -> Array.create 64 value ]

              for data in [ mixed.Train; mixed.Test ] do
                  if data.Labels.Length = 2 then
                      Expect.equal
                          (data.Pixels.ToArray())
                          (Array.append (planes [ 200uy; 200uy; 200uy ]) (planes [ 1uy; 2uy; 3uy ]))
                          "planes of each"
          }
          test "several sizes need to be brought to one" {
              let entries = among "cat/9.png" (flat 5 4 9uy)
              failsOn [ "3×2"; "5×4"; "cat/9.png"; "|> resized 32 32" ] entries
              let loaded = load (Some struct (4, 6)) entries
              Expect.sequenceEqual loaded.Train.ExampleShape [ 1; 4; 6 ] "height, width"

              userError [ "5000" ] (fun () -> load (Some struct (4, 5000)) entries) |> ignore
          }
          test "decoded once, until the source changes" {
              inFolder (fun root ->
                  let path = write root "pictures.zip" (zip eight)
                  let first, reports = decoded root path
                  Expect.equal reports [ FetchProgress("decoding pictures.zip", 8L, 8L) ] "progress"
                  let second, again = decoded root path
                  Expect.equal again [] "from the cache"
                  Expect.equal (second.Train.Pixels.ToArray()) (first.Train.Pixels.ToArray()) "the same pixels"
                  Expect.sequenceEqual second.Files first.Files "the same file"
                  let moved = write root "moved.zip" (File.ReadAllBytes path)
                  Expect.equal (snd (decoded root moved)) [] "wherever it lies"

                  write root "pictures.zip" (zip (("cat/0.png", flat 3 2 77uy) :: eight.Tail))
                  |> ignore

                  let changed, reports = decoded root path
                  Expect.equal reports.Length 1 "decoded again"
                  Expect.contains (levels changed.Train @ levels changed.Test) (77, 0) "the new picture"

                  let folder = Path.Combine(root, "pictures")
                  unpackTo folder eight
                  decoded root folder |> ignore
                  Expect.equal (snd (decoded root folder)) [] "a directory from the cache"
                  File.SetLastWriteTimeUtc(Path.Combine(folder, "cat", "0.png"), DateTime(2001, 1, 1))
                  Expect.equal (snd (decoded root folder)).Length 1 "a newer file")
          }
          test "a damaged cache is not trusted" {
              inFolder (fun root ->
                  let path = write root "pictures.zip" (zip eight)
                  let first, _ = decoded root path
                  let sound = File.ReadAllBytes(cacheOf root)

                  let damaged =
                      [ for at in 0..7 .. sound.Length - 1 do
                            let bytes = Array.copy sound
                            bytes[at] <- bytes[at] ^^^ 0x40uy
                            bytes ]
                      @ [ [||]
                          Array.truncate 40 sound
                          Array.truncate (sound.Length - 1) sound
                          Array.append sound [| 0uy |] ]

                  for bytes in damaged do
                      File.WriteAllBytes(cacheOf root, bytes)
                      let loaded, reports = decoded root path
                      Expect.equal reports.Length 1 "decoded again"
                      Expect.equal (loaded.Train.Pixels.ToArray()) (first.Train.Pixels.ToArray()) "right pixels"
                      Expect.equal (File.ReadAllBytes(cacheOf root)) sound "and written again")
          }
          test "a cache that cannot be written" {
              inFolder (fun root ->
                  let path = write root "pictures.zip" (zip eight)
                  let file = write root "cache" [||]

                  userError [ file; "cannot be written" ] (fun () -> loadWith file None null path)
                  |> ignore)
          }
          test "cancelled" {
              inFolder (fun root ->
                  let path = write root "pictures.zip" (zip eight)

                  Expect.throwsT<OperationCanceledException>
                      (fun () ->
                          ImageFolder.Load(path, root, 0.25, Nullable(), null, CancellationToken true)
                          |> ignore)
                      "cancelled"

                  Expect.equal (Directory.GetFiles(root, "*.pixels")) [||] "no cache")
          }
          test "headers that declare too many pixels are not decoded" {
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
          test "no classes of pictures" {
              failsOn [ "no pictures" ] [ "cat/readme.txt", "hello"B ]
              failsOn [ "no pictures" ] [ "cat/.x.png", flat 1 1 1uy ]
              failsOn [ "single class cat" ] [ "cat/1.png", flat 1 1 1uy; "cat/2.png", flat 1 1 1uy ]
              failsOn [ "1.png"; "in no class" ] [ "1.png", flat 1 1 1uy ]
              failsOn [ "1.png"; "in no class" ] (among "1.png" (flat 3 2 1uy))
              failsOn [ "fish"; "holds no pictures" ] (("fish/", [||]) :: eight)
              failsOnBytes [ "no pictures" ] (zip [])

              userError [ "no such directory or zip" ] (fun () -> loadWith "/nowhere/cache" None null "/nowhere/x")
              |> ignore
          }
          test "parts that do not fit" {
              let both name =
                  [ $"train/{name}/1.png", flat 1 1 1uy; $"test/{name}/1.png", flat 1 1 1uy ]

              failsOn
                  [ "class c is in one of train/ and test/ only" ]
                  (both "a" @ both "b" @ [ "train/c/1.png", flat 1 1 1uy ])

              failsOn [ "beside train and test it holds val" ] (both "a" @ both "b" @ [ "val/a/1.png", flat 1 1 1uy ])
              failsOn [ "train/b"; "holds no pictures" ] (both "a" @ [ "train/b/", [||]; "test/b/1.png", flat 1 1 1uy ])
          }
          test "a class that would be all to test with" {
              inFolder (fun root ->
                  let path = write root "p.zip" (zip (("fish/0.png", flat 3 2 1uy) :: eight))

                  userError [ "class fish"; "smaller test share" ] (fun () ->
                      ImageFolder.Load(path, root, 0.75, Nullable(), null, CancellationToken.None))
                  |> ignore

                  userError [ "test share is 0" ] (fun () ->
                      ImageFolder.Load(path, root, 0.0, Nullable(), null, CancellationToken.None))
                  |> ignore)
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
          }
          test "real pictures: CIFAR-10 as JPEG" {
              match Environment.GetEnvironmentVariable "GENDISC_DATA" with
              | null
              | "" -> skiptest "GENDISC_DATA is not set"
              | data ->
                  inFolder (fun cache ->
                      let path = Path.Combine(data, "cifar10-jpeg", "cifar10-jpeg.zip")
                      let loaded = loadWith cache None null path

                      Expect.equal
                          (loaded.Train.Count, loaded.Test.Count, loaded.Train.Classes)
                          (50000, 10000, 10)
                          "counts"

                      Expect.sequenceEqual loaded.Train.ExampleShape [ 3; 32; 32 ] "shape"
                      Expect.equal loaded.Train.ClassNames[9] "truck" "classes"

                      Expect.equal
                          (loaded.Train.Labels.ToArray() |> Array.countBy id)
                          [| for c in 0..9 -> c, 5000 |]
                          "balanced")
          } ]
