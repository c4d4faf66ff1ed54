module GenDisc.Core.Tests.Data.Store.DataStoreTests

open System
open System.Collections.Immutable
open System.IO
open System.Security.Cryptography
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

let private names =
    [ "train-images-idx3-ubyte"
      "train-labels-idx1-ubyte"
      "t10k-images-idx3-ubyte"
      "t10k-labels-idx1-ubyte" ]

let private contents =
    [ idx [ 6; 4; 4 ] (noise 1 96)
      idx [ 6 ] [| 0uy; 1uy; 2uy; 0uy; 1uy; 2uy |]
      idx [ 3; 4; 4 ] (noise 2 48)
      idx [ 3 ] [| 2uy; 1uy; 0uy |] ]

let private sha (bytes: byte array) =
    Convert.ToHexStringLower(SHA256.HashData bytes)

let private small =
    let files =
        List.map2
            (fun name (bytes: byte array) ->
                RemoteFile(
                    name,
                    sha bytes,
                    bytes.LongLength,
                    [ $"https://one.invalid/{name}.gz"; $"https://two.invalid/{name}.gz" ].ToImmutableArray()
                ))
            names
            contents

    DatasetInfo(
        "small",
        "for tests",
        [ 1; 4; 4 ].ToImmutableArray(),
        [ "a"; "b"; "c" ].ToImmutableArray(),
        6,
        3,
        files.ToImmutableArray()
    )

let private offline data cache =
    DataStoreOptions(data, cache, AllowDownload = false)

let private storeOf options = DataStore(options, null, [ small ])
let private load options = storeOf(options).Load("small", null)

/// Data and cache folders beside each other.
let private inFolders f =
    inFolder (fun root ->
        let data, cache = Path.Combine(root, "data"), Path.Combine(root, "cache")
        Directory.CreateDirectory data |> ignore
        f data cache)

let private fill folder suffix pack =
    Directory.CreateDirectory folder |> ignore
    List.iter2 (fun name bytes -> write folder (name + suffix) (pack bytes) |> ignore) names contents

let tests =
    testList
        "DataStore"
        [ test "knows the published datasets" {
              Expect.equal
                  [ for info in DataStore.Known -> info.Name ]
                  [ "mnist"
                    "fashion-mnist"
                    "cifar10"
                    "digits"
                    "moons"
                    "circles"
                    "spirals"
                    "blobs"
                    "friedman" ]
                  "names"

              for info in DataStore.Known do
                  for file in info.Files do
                      Expect.equal file.Sha256.Length 64 "a SHA-256"
                      Expect.all file.Urls (fun url -> url.EndsWith $"/{file.Name}.gz") "URLs of the file"
          }
          test "an unknown name lists the known ones" {
              inFolders (fun data cache ->
                  userError
                      [ "'cats'"
                        "mnist, fashion-mnist, cifar10, digits, moons, circles, spirals, blobs, friedman" ]
                      (fun () -> DataStore(offline data cache).Load("cats", null))
                  |> ignore)
          }
          test "case and hyphens of a name do not matter" {
              inFolders (fun data cache ->
                  let store = DataStore(offline data cache)

                  for name in [ "fashion-mnist"; "fashionMnist"; "FashionMNIST" ] do
                      Expect.equal (store.Describe name) "not on this machine" name

                  userError [ "'fashion mnist'" ] (fun () -> store.Describe "fashion mnist")
                  |> ignore)
          }
          test "reads every place and form" {
              for place in [ "small"; "." ] do
                  for suffix, pack in [ "", id; ".gz", gzip ] do
                      for inCache in [ false; true ] do
                          inFolders (fun data cache ->
                              fill (Path.Combine((if inCache then cache else data), place)) suffix pack
                              let loaded = load (offline data cache)
                              Expect.equal (loaded.Train.Count, loaded.Test.Count) (6, 3) "counts"
                              Expect.equal (loaded.Train.Pixels.ToArray()) (noise 1 96) "pixels"
                              Expect.equal (loaded.Test.Labels.ToArray()) [| 2; 1; 0 |] "labels"

                              Expect.equal
                                  [ for f in loaded.Files -> f.Name, f.Sha256, f.Bytes ]
                                  (List.map2 (fun n (c: byte array) -> n, sha c, c.LongLength) names contents)
                                  "files")
          }
          test "the user's folder comes before the cache" {
              inFolders (fun data cache ->
                  fill data "" id
                  fill (Path.Combine(cache, "small")) ".gz" gzip
                  let located = storeOf(offline data cache).Locate "small"
                  Expect.all located (fun file -> (nonNull file.Path).StartsWith data) "found in the user's folder")
          }
          test "another content is refused with both checksums" {
              inFolders (fun data cache ->
                  fill data "" id
                  let other = idx [ 3; 4; 4 ] (noise 3 48)
                  let path = write data names[2] other

                  userError [ path; sha other; sha contents[2]; "small" ] (fun () -> load (offline data cache))
                  |> ignore)
          }
          test "a broken file is refused by its reader" {
              inFolders (fun data cache ->
                  fill data "" id
                  let path = write data names[0] (Array.truncate 50 contents[0])

                  userError [ path; "claims 6 images" ] (fun () -> load (offline data cache))
                  |> ignore)
          }
          test "a directory in place of a file is not passed over" {
              inFolders (fun data cache ->
                  fill data "" id
                  let path = Path.Combine(data, "small", names[0])
                  Directory.CreateDirectory path |> ignore
                  userError [ path; "directory" ] (fun () -> load (offline data cache)) |> ignore)
          }
          test "a data directory that does not exist" {
              inFolders (fun data cache ->
                  let missing = Path.Combine(data, "nowhere")

                  userError [ missing; "does not exist" ] (fun () -> load (offline missing cache))
                  |> ignore

                  Expect.equal
                      (DataStore(offline missing cache).Load("moons", null)).Train.Count
                      4000
                      "generated data need none")
          }
          test "absent and no download: one message with every URL and both folders" {
              inFolders (fun data cache ->
                  let places = [ Path.Combine(data, "small"); Path.Combine(cache, "small") ]

                  let urls =
                      [ for file in small.Files do
                            yield! file.Urls ]

                  userError (urls @ places @ [ "switched off"; "4 of 4" ]) (fun () -> load (offline data cache))
                  |> ignore)
          }
          test "descriptions" {
              inFolders (fun data cache ->
                  let describe name =
                      DataStore(offline data cache, null, [ small; yield! DataStore.Known ]).Describe name

                  Expect.equal (describe "digits") "built in" "generated"
                  Expect.equal (describe "small") "not on this machine" "absent"
                  let first = write data names[0] contents[0]
                  Expect.equal (describe "small") "3 of 4 files missing" "in part"
                  File.Delete first
                  fill (Path.Combine(cache, "small")) ".gz" gzip
                  Expect.equal (describe "small") (Path.Combine(cache, "small")) "where it is")
          }
          test "real MNIST and Fashion-MNIST load whole" {
              match Environment.GetEnvironmentVariable "GENDISC_DATA" with
              | null
              | "" -> skiptest "GENDISC_DATA is not set"
              | data ->
                  inFolder (fun cache ->
                      for name in [ "mnist"; "fashion-mnist" ] do
                          let loaded = DataStore(offline data cache).Load(name, null)

                          Expect.equal
                              (loaded.Train.Count, loaded.Test.Count, loaded.Train.Classes)
                              (60000, 10000, 10)
                              "counts"

                          Expect.sequenceEqual loaded.Train.ExampleShape [ 1; 28; 28 ] "shape")
          } ]
