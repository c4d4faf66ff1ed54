/// Decoded pictures kept from one loading to the next, and by what they are known.
module GenDisc.Core.Tests.Data.Readers.PixelCacheTests

open System
open System.Collections.Concurrent
open System.IO
open System.Security.Cryptography
open System.Text
open System.Threading
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Data.Readers
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Readers.ImageFolderTests
open GenDisc.Core.Tests.Data.Readers.PictureFiles

let private cacheOf root =
    Directory.GetFiles(root, "*.pixels") |> Array.exactlyOne

/// How many pictures were decoded while loading.
let private decoded root (path: string) =
    let reports = ConcurrentQueue<FetchProgress>()

    let progress =
        { new IProgress<FetchProgress> with
            member _.Report report = reports.Enqueue report }

    let loaded = loadWith root None progress path
    loaded, List.ofSeq reports

let tests =
    testList
        "Cache of pictures"
        [ test "decoded once, until the source changes" {
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
          test "two directories that look alike do not share a cache" {
              inFolder (fun root ->
                  let time = DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc)

                  let directory name entries =
                      let folder = Path.Combine(root, name)
                      unpackTo folder entries

                      for file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
                          File.SetLastWriteTimeUtc(file, time)

                      folder

                  // Equal names, sizes and times, other pixels.
                  let entries head =
                      [ for i, (name, _) in List.indexed eight ->
                            let level = if i = 0 then head else byte i
                            name, bmp 3 2 (level, level, level) ]

                  let one, two = directory "one" (entries 0uy), directory "two" (entries 77uy)
                  let first, _ = decoded root one
                  let second, reports = decoded root two
                  Expect.equal reports.Length 1 "decoded"
                  Expect.contains (levels second.Train @ levels second.Test) (77, 0) "its own pictures"
                  Expect.notEqual second.Files[0].Sha256 first.Files[0].Sha256 "and another checksum")
          }
          test "the checksum of a directory is of names and contents, not of dates" {
              inFolder (fun root ->
                  let folder = Path.Combine(root, "pictures")
                  let file = Path.Combine(folder, "cat", "0.png")
                  unpackTo folder eight

                  let sha () =
                      (fst (decoded root folder)).Files[0].Sha256

                  let first = sha ()
                  Expect.equal (sha ()) first "from the cache"
                  File.SetLastWriteTimeUtc(file, DateTime(2001, 1, 1))
                  Expect.equal (sha ()) first "touched"
                  File.Move(file, Path.Combine(folder, "cat", "00.png"))
                  Expect.notEqual (sha ()) first "renamed"
                  File.Move(Path.Combine(folder, "cat", "00.png"), file)
                  File.WriteAllBytes(file, flat 3 2 78uy)
                  Expect.notEqual (sha ()) first "other pixels"
                  File.WriteAllBytes(file, snd eight.Head)
                  Expect.equal (sha ()) first "as before"

                  let zipped = write root "pictures.zip" (zip eight)
                  let expected = SHA256.HashData(File.ReadAllBytes zipped)

                  Expect.equal
                      (fst (decoded root zipped)).Files[0].Sha256
                      (Convert.ToHexStringLower expected)
                      "a zip has its own")
          }
          test "the checksum is of each picture once, also when colours turn up late and take a second pass" {
              inFolder (fun root ->
                  let folder = Path.Combine(root, "pictures")
                  let entries = among "dog/3.png" (png 3 2 3 (Array.init 18 byte)) |> List.sortBy fst
                  unpackTo folder entries

                  let content =
                      [| for name, bytes in entries do
                             yield! Encoding.UTF8.GetBytes $"{name}\000{bytes.Length}\000"
                             yield! bytes |]

                  let loaded, _ = decoded root folder
                  Expect.equal loaded.Train.ExampleShape[0] 3 "colours"

                  Expect.equal
                      loaded.Files[0]
                      (DataFile(
                          "pictures (pictures)",
                          Convert.ToHexStringLower(SHA256.HashData content),
                          entries |> List.sumBy (fun (_, bytes) -> int64 bytes.Length)
                      ))
                      "name, checksum, bytes")
          } ]
