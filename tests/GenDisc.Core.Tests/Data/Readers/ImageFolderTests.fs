module GenDisc.Core.Tests.Data.Readers.ImageFolderTests

open System
open System.IO
open System.Threading
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Readers.PictureFiles

let loadWith cache resize progress path =
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

let failsOnBytes parts bytes =
    inFolder (fun root ->
        let path = write root "pictures.zip" bytes
        userError (path :: parts) (fun () -> loadWith root None null path) |> ignore

        Expect.equal
            [ for file in Directory.GetFileSystemEntries root -> string (Path.GetFileName file) ]
            [ "pictures.zip" ]
            "nothing is written")

/// Fails as a zip and as a directory.
let failsOn parts entries =
    failsOnBytes parts (zip entries)

    inFolder (fun root ->
        let folder = Path.Combine(root, "pictures")
        unpackTo folder entries
        userError (folder :: parts) (fun () -> loadWith root None null folder) |> ignore)

/// Four pictures of each of two classes, each of its own level.
let eight =
    [ for c, name in List.indexed [ "cat"; "dog" ] do
          for i in 0..3 -> $"{name}/{i}.png", flat 3 2 (byte (100 * c + i)) ]

/// Eight good pictures with another one among them, or in the place of one.
let among name bytes =
    (name, bytes) :: List.filter (fun (other, _) -> other <> name) eight

let levels (data: Dataset) =
    [ for i in 0 .. data.Count - 1 -> int (data.Pixels.Span[i * data.ExampleSize]), data.Labels.Span[i] ]

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
