module GenDisc.Core.Tests.Data.Store.ArchiveTests

open System
open System.Collections.Immutable
open System.Formats.Tar
open System.IO
open System.Security.Cryptography
open System.Threading.Tasks
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.CifarTests
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Store.LocalServer

let private sha (bytes: byte array) =
    Convert.ToHexStringLower(SHA256.HashData bytes)

let private files = [ "data_batch_1.bin", batch 1 3; "test_batch.bin", batch 9 2 ]

/// A gzipped tar of entries.
let private tar (entries: (string * byte array) list) =
    use stream = new MemoryStream()

    using (new TarWriter(stream, TarEntryFormat.Ustar, true)) (fun writer ->
        for name, content in entries do
            writer.WriteEntry(UstarTarEntry(TarEntryType.RegularFile, name, DataStream = new MemoryStream(content))))

    gzip (stream.ToArray())

let private within = List.map (fun (name, content) -> "batches/" + name, content)

/// The files among entries that have no business there.
let private archive =
    tar (
        [ "batches/readme.html", "hello"B
          "../data_batch_1.bin", "evil"B
          "/data_batch_1.bin", "evil"B
          "other/test_batch.bin", "evil"B ]
        @ within files
    )

let private infoOf (packed: byte array) (mirrors: string list) =
    let urls = [ for mirror in mirrors -> mirror + "tiny.tar.gz" ].ToImmutableArray()

    let remote =
        [ for name, content in files -> RemoteFile(name, sha content, content.LongLength, ImmutableArray.Empty) ]

    DatasetInfo(
        "tiny",
        "",
        [ 3; 32; 32 ].ToImmutableArray(),
        [ for d in 0..9 -> string d ].ToImmutableArray(),
        3,
        2,
        remote.ToImmutableArray(),
        Format = DataFormat.Cifar,
        Archive = RemoteArchive("tiny.tar.gz", sha packed, packed.LongLength, "batches", urls)
    )

let private storeOf data cache packed mirrors =
    let options =
        DataStoreOptions(
            Option.toObj data,
            cache,
            AllowDownload = not (List.isEmpty mirrors),
            StallTimeout = TimeSpan.FromSeconds 10.0,
            Attempts = 3,
            Backoff = TimeSpan.FromMilliseconds 1.0
        )

    DataStore(options, null, [ infoOf packed mirrors ])

let private load (store: DataStore) = store.Load("tiny", null)

let private isWhole (loaded: LoadedData) =
    Expect.equal (loaded.Train.Count, loaded.Test.Count) (3, 2) "counts"
    Expect.equal (loaded.Test.Pixels.ToArray()[..3071]) (noise 9 3072) "pixels"

    Expect.equal
        [ for f in loaded.Files -> f.Name, f.Sha256 ]
        [ for name, content in files -> name, sha content ]
        "files"

let private namesIn folder =
    Directory.GetFileSystemEntries folder
    |> Array.map (fun path -> string (Path.GetFileName path))
    |> Array.sort
    |> List.ofArray

let private unpacked = ".lock" :: List.map fst files

let private inFolders f =
    inFolder (fun root ->
        let data, cache = Path.Combine(root, "data"), Path.Combine(root, "cache")
        Directory.CreateDirectory data |> ignore
        f data cache)

let tests =
    testList
        "DataStore with archives"
        [ test "fetches once, and unpacks the files wanted and nothing else" {
              inFolder (fun root ->
                  use server = new Server(fun _ -> file None archive)
                  let cache = Path.Combine(root, "cache")

                  for _ in 1..2 do
                      isWhole (load (storeOf None cache archive [ server.Url ]))

                  Expect.equal server.Requests.Length 1 "one request"
                  Expect.equal (namesIn (Path.Combine(cache, "tiny"))) unpacked "the archive is deleted"
                  Expect.equal (namesIn cache, namesIn root) ([ "tiny" ], [ "cache" ]) "nothing outside")
          }
          test "a broken download goes on where it stopped" {
              inFolder (fun cache ->
                  use server =
                      new Server(fun nth request ->
                          let whole = file None archive request
                          if nth = 0 then { whole with Cut = Some 4000 } else whole)

                  isWhole (load (storeOf None cache archive [ server.Url ]))
                  Expect.equal (List.map rangeStart server.Requests) [ None; Some 4000 ] "asked for the rest")
          }
          test "another archive is deleted; the message has both checksums" {
              inFolder (fun cache ->
                  let other = tar (within [ "data_batch_1.bin", batch 2 3 ])
                  use server = new Server(fun _ -> file None other)

                  userError [ sha other; sha archive; server.Url; cache ] (fun () ->
                      load (storeOf None cache archive [ server.Url ]))
                  |> ignore

                  Expect.equal (namesIn (Path.Combine(cache, "tiny"))) [ ".lock" ] "nothing is kept")
          }
          test "an archive that lacks a file, holds another one, or is cut off" {
              for packed, parts in
                  [ tar (within (List.truncate 1 files)), [ "lacks batches/test_batch.bin" ]
                    tar (within [ "data_batch_1.bin", batch 2 3; files[1] ]),
                    [ "data_batch_1.bin is not the published one" ]
                    Array.truncate 9000 archive, [ "tiny.tar.gz"; "Delete it" ] ] do
                  inFolder (fun cache ->
                      use server = new Server(fun _ -> file None packed)

                      userError parts (fun () -> load (storeOf None cache packed [ server.Url ]))
                      |> ignore)
          }
          test "an archive that the user or a killed run left is used" {
              inFolders (fun data cache ->
                  let given = write data "tiny.tar.gz" archive
                  isWhole (load (storeOf (Some data) cache archive []))
                  Expect.isTrue (File.Exists given) "the user's own is kept")

              inFolders (fun _ cache ->
                  let left = Directory.CreateDirectory(Path.Combine(cache, "tiny")).FullName
                  write left "tiny.tar.gz" archive |> ignore
                  isWhole (load (storeOf None cache archive []))
                  Expect.equal (namesIn left) unpacked "the cache's is deleted")
          }
          test "an archive found that is not the published one is refused" {
              inFolders (fun data cache ->
                  let other = tar (within files)
                  let path = write data "tiny.tar.gz" other

                  userError [ path; sha other; sha archive ] (fun () -> load (storeOf (Some data) cache archive []))
                  |> ignore)
          }
          test "files are found in every place and form" {
              for place in [ "tiny"; "batches"; "." ] do
                  for suffix, pack in [ "", id; ".gz", gzip ] do
                      inFolders (fun data cache ->
                          let folder = Directory.CreateDirectory(Path.Combine(data, place)).FullName

                          for name, content in files do
                              write folder (name + suffix) (pack content) |> ignore

                          isWhole (load (storeOf (Some data) cache archive [])))
          }
          test "absent and no download: the archive's URL once, and the folders" {
              inFolders (fun data cache ->
                  let options = DataStoreOptions(data, cache, AllowDownload = false)
                  let store = DataStore(options, null, [ infoOf archive [ "https://one.invalid/" ] ])
                  let url = "https://one.invalid/tiny.tar.gz"

                  let message =
                      userError [ url; Path.Combine(data, "tiny"); Path.Combine(cache, "tiny"); "2 of 2" ] (fun () ->
                          load store)

                  Expect.equal (message.Split(url).Length - 1) 1 "once")
          }
          test "stores that fetch the archive at once do not disturb each other" {
              inFolder (fun cache ->
                  use server =
                      new Server(fun _ request ->
                          { file None archive request with
                              Pause = TimeSpan.FromMilliseconds 2.0 })

                  [| for _ in 1..4 -> Task.Run(fun () -> isWhole (load (storeOf None cache archive [ server.Url ]))) |]
                  |> Task.WaitAll

                  Expect.equal server.Requests.Length 1 "one fetched, the others waited")
          }
          test "CIFAR-10 is described as published" {
              let info = DataStore.Known |> Seq.find (fun info -> info.IsNamed "cifar10")
              Expect.equal (info.TrainCount, info.TestCount, info.Classes) (50000, 10000, 10) "counts"
              Expect.equal [ for file in info.Files -> file.Bytes ] (List.replicate 6 30730000L) "lengths"
              Expect.all info.Files (fun file -> file.Sha256.Length = 64) "checksums"
          } ]
