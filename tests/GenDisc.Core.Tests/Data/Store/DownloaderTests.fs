module GenDisc.Core.Tests.Data.Store.DownloaderTests

open System
open System.Collections.Concurrent
open System.Collections.Immutable
open System.IO
open System.Net
open System.Net.Sockets
open System.Security.Cryptography
open System.Threading
open System.Threading.Tasks
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles
open GenDisc.Core.Tests.Data.Store.LocalServer

let private content = idx [ 20; 28; 28 ] (noise 1 (20 * 784))
let private packed = gzip content

let private sha (bytes: byte array) =
    Convert.ToHexStringLower(SHA256.HashData bytes)

/// A dataset of one file at each of the given mirrors.
let private infoAt (mirrors: string list) =
    let urls = [ for mirror in mirrors -> mirror + "images.gz" ].ToImmutableArray()
    let file = RemoteFile("images", sha content, content.LongLength, urls)
    DatasetInfo("d", "", [ 1 ].ToImmutableArray(), [ "a" ].ToImmutableArray(), 20, 1, [ file ].ToImmutableArray())

let private options cache =
    DataStoreOptions(
        null,
        cache,
        StallTimeout = TimeSpan.FromSeconds 10.0,
        Attempts = 3,
        Backoff = TimeSpan.FromMilliseconds 1.0
    )

let private getWith options mirrors progress cancel =
    DataStore(options, null, [ infoAt mirrors ]).Get("d", progress, cancel)
    |> ignore

let private get cache mirrors =
    getWith (options cache) mirrors null CancellationToken.None

let private stored cache = Path.Combine(cache, "d", "images.gz")

/// The file is there, whole, and nothing else but the lock.
let private isFetched cache (bytes: byte array) =
    Expect.equal (File.ReadAllBytes(stored cache)) bytes "the file's bytes"

    let names =
        Directory.GetFiles(Path.Combine(cache, "d"))
        |> Array.map Path.GetFileName
        |> Array.sort

    Expect.equal names [| ".lock"; "images.gz" |] "nothing is left over"

/// Fetches from a server and checks the file; gives the requests that it took.
let private fetchFrom handle =
    inFolder (fun cache ->
        use server = new Server(handle)
        get cache [ server.Url ]
        isFetched cache packed
        server.Requests)

let private failure handle parts =
    inFolder (fun cache ->
        use server = new Server(handle)
        let places = [ server.Url + "images.gz"; Path.Combine(cache, "d") ]
        userError (parts @ places) (fun () -> get cache [ server.Url ]) |> ignore
        Expect.isFalse (File.Exists(stored cache)) "no file under the final name"
        server.Requests.Length, File.Exists(stored cache + ".part"))

/// Leaves behind what a killed download would.
let private leavePart cache (server: Server) (bytes: byte array) (version: string) =
    Directory.CreateDirectory(Path.Combine(cache, "d")) |> ignore
    File.WriteAllBytes(stored cache + ".part", bytes)
    File.WriteAllLines(stored cache + ".part.from", [ server.Url + "images.gz"; version ])

let private cutAt bytes answer = { answer with Cut = Some bytes }

let private unusedPort () =
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    $"http://{listener.LocalEndpoint}/"

let tests =
    testList
        "Downloader"
        [ test "fetches, reports progress, and is not asked again" {
              inFolder (fun cache ->
                  use server = new Server(fun _ -> file None packed)
                  let reports = ConcurrentQueue<FetchProgress>()

                  let progress =
                      { new IProgress<FetchProgress> with
                          member _.Report report = reports.Enqueue report }

                  for _ in 1..2 do
                      getWith (options cache) [ server.Url ] progress CancellationToken.None

                  isFetched cache packed
                  Expect.equal server.Requests.Length 1 "one request"
                  let last = Seq.last reports

                  Expect.equal
                      (last.File, last.Received, last.Total)
                      ("images", packed.LongLength, packed.LongLength)
                      "progress"

                  Expect.isTrue
                      (reports |> Seq.pairwise |> Seq.forall (fun (a, b) -> a.Received <= b.Received))
                      "it only grows")
          }
          test "a slow server is waited for" {
              let slow request =
                  { file None packed request with
                      Pause = TimeSpan.FromMilliseconds 5.0 }

              Expect.equal (fetchFrom (fun _ -> slow)).Length 1 "one request"
          }
          test "an unpacked file is taken as well" {
              inFolder (fun cache ->
                  use server = new Server(fun _ -> file None content)
                  get cache [ server.Url ]
                  isFetched cache content)
          }
          test "a broken download goes on where it stopped" {
              for tag in [ None; Some "\"v1\"" ] do
                  let requests =
                      fetchFrom (fun nth request ->
                          let whole = file tag packed request
                          if nth = 0 then cutAt 5000 whole else whole)

                  Expect.equal (List.map rangeStart requests) [ None; Some 5000 ] "asked for the rest"
                  Expect.equal (requests[1].Headers.TryFind "if-range") tag "of the same version"
          }
          test "a later run goes on where a killed one stopped" {
              inFolder (fun cache ->
                  use server = new Server(fun _ -> file (Some "\"v1\"") packed)
                  leavePart cache server packed[..6999] "\"v1\""
                  get cache [ server.Url ]
                  isFetched cache packed
                  Expect.equal (List.map rangeStart server.Requests) [ Some 7000 ] "asked for the rest")
          }
          test "a server without Range sends all again" {
              let requests =
                  fetchFrom (fun nth _ ->
                      let whole = answer 200 [] packed
                      if nth = 0 then cutAt 5000 whole else whole)

              Expect.equal requests.Length 2 "two requests"
          }
          test "a file that changed meanwhile is fetched anew" {
              inFolder (fun cache ->
                  use server = new Server(fun _ -> file (Some "\"v2\"") packed)
                  leavePart cache server (noise 9 5000) "\"v1\""
                  get cache [ server.Url ]
                  isFetched cache packed)
          }
          test "without versions, halves of two files are noticed and fetched anew" {
              inFolder (fun cache ->
                  use server = new Server(fun _ -> file None packed)
                  leavePart cache server (noise 9 5000) ""
                  get cache [ server.Url ]
                  isFetched cache packed

                  Expect.equal
                      (List.map rangeStart server.Requests)
                      [ Some 5000; None ]
                      "the second time from the start")
          }
          test "416: complete already, or too long" {
              for left in [ packed; Array.append packed [| 1uy; 2uy |] ] do
                  inFolder (fun cache ->
                      use server = new Server(fun _ -> file None packed)
                      leavePart cache server left ""
                      get cache [ server.Url ]
                      isFetched cache packed)
          }
          test "a part from another mirror is not continued" {
              inFolder (fun cache ->
                  use one = new Server(fun _ _ -> notFound)
                  use two = new Server(fun _ -> file None packed)
                  leavePart cache one (noise 9 5000) ""
                  get cache [ one.Url; two.Url ]
                  isFetched cache packed
                  Expect.equal (List.map rangeStart two.Requests) [ None ] "from the start")
          }
          test "wrong bytes are deleted and another mirror asked" {
              inFolder (fun cache ->
                  use wrong = new Server(fun _ -> file None (gzip (noise 5 5000)))
                  use right = new Server(fun _ -> file None packed)
                  get cache [ wrong.Url; right.Url ]
                  isFetched cache packed

                  Expect.equal
                      (wrong.Requests.Length, right.Requests.Length)
                      (1, 1)
                      "a whole wrong file is not retried")
          }
          test "wrong bytes alone: the message has both checksums" {
              let other = noise 5 5000

              let outcome =
                  failure (fun _ -> file None (gzip other)) [ sha other; sha content; "deleted" ]

              Expect.equal outcome (1, false) "one request, nothing kept"
          }
          test "damaged gzip is deleted" {
              let broken = Array.mapi (fun i b -> if i = 3000 then b ^^^ 0xffuy else b) packed
              Expect.equal (failure (fun _ -> file None broken) [ "deleted" ]) (1, false) "one request, nothing kept"
          }
          test "404 is not retried" { Expect.equal (failure (fun _ _ -> notFound) [ "404" ]) (1, false) "one request" }
          test "503 is retried, a bounded number of times" {
              let requests =
                  fetchFrom (fun nth request -> if nth < 2 then answer 503 [] [||] else file None packed request)

              Expect.equal requests.Length 3 "the third one answers"
              Expect.equal (failure (fun _ _ -> answer 503 [] [||]) [ "503"; "3 attempts" ]) (3, false) "three requests"
          }
          test "a silent server is given up and the next one asked" {
              inFolder (fun cache ->
                  use silent =
                      new Server(fun _ request ->
                          { file None packed request with
                              Stall = Some 2000 })

                  use right = new Server(fun _ -> file None packed)

                  let impatient =
                      DataStoreOptions(null, cache, StallTimeout = TimeSpan.FromSeconds 0.5, Attempts = 1)

                  userError [ "sent nothing for 0.5 s" ] (fun () ->
                      getWith impatient [ silent.Url ] null CancellationToken.None)
                  |> ignore

                  Expect.equal (FileInfo(stored cache + ".part").Length) 2000L "what came is kept"
                  getWith impatient [ silent.Url; right.Url ] null CancellationToken.None
                  isFetched cache packed)
          }
          test "a server that sends more than the file can hold" {
              let outcome =
                  failure (fun _ -> file None (noise 1 200_000)) [ "more than the file can hold" ]

              Expect.equal outcome (1, false) "one request, nothing kept"
          }
          test "offline: one message" {
              inFolder (fun cache ->
                  let mirrors = [ unusedPort (); unusedPort () ]
                  let urls = [ for mirror in mirrors -> mirror + "images.gz" ]

                  let message =
                      userError (Path.Combine(cache, "d") :: urls) (fun () -> get cache mirrors)

                  Expect.stringContains message "Fetch" "says what to do")
          }
          test "cancellation stops at once and keeps what came" {
              inFolder (fun cache ->
                  use server =
                      new Server(fun _ request ->
                          { file None packed request with
                              Stall = Some 3000 })

                  use cancel = new CancellationTokenSource()

                  let progress =
                      { new IProgress<FetchProgress> with
                          member _.Report report =
                              if report.Received >= 3000L then
                                  cancel.Cancel() }

                  Expect.throwsT<OperationCanceledException>
                      (fun () ->
                          try
                              getWith (options cache) [ server.Url ] progress cancel.Token
                          with :? OperationCanceledException ->
                              raise (OperationCanceledException()))
                      "cancelled"

                  Expect.equal (FileInfo(stored cache + ".part").Length) 3000L "what came is kept")
          }
          test "stores that fetch the same file at once do not disturb each other" {
              inFolder (fun cache ->
                  let slow request =
                      { file None packed request with
                          Pause = TimeSpan.FromMilliseconds 2.0 }

                  use server = new Server(fun _ -> slow)
                  let all = [| for _ in 1..4 -> Task.Run(fun () -> get cache [ server.Url ]) |]
                  Task.WaitAll all
                  isFetched cache packed
                  Expect.equal server.Requests.Length 1 "one fetched, the others waited")
          }
          test "a cache that cannot be written" {
              inFolder (fun folder ->
                  let cache = write folder "cache" [||]
                  use server = new Server(fun _ -> file None packed)

                  userError [ cache; "cannot be written" ] (fun () -> get cache [ server.Url ])
                  |> ignore)
          } ]
