/// A web server in the test's own process that behaves as badly as the test asks.
module GenDisc.Core.Tests.Data.Store.LocalServer

open System
open System.Collections.Concurrent
open System.IO
open System.Net
open System.Net.Sockets
open System.Text
open System.Threading

type Request =
    { Path: string
      Headers: Map<string, string> }

type Answer =
    {
        Status: int
        Headers: (string * string) list
        Body: byte array
        /// Bytes after which the connection is cut.
        Cut: int option
        /// Bytes after which nothing more is sent for a long time.
        Stall: int option
        /// Pause after each kilobyte.
        Pause: TimeSpan
    }

let answer status headers body =
    { Status = status
      Headers = headers
      Body = body
      Cut = None
      Stall = None
      Pause = TimeSpan.Zero }

let notFound = answer 404 [] "nothing here"B

/// First byte that the request asks for.
let rangeStart (request: Request) =
    request.Headers.TryFind "range"
    |> Option.map (fun range -> int (range.Replace("bytes=", "").TrimEnd '-'))

/// A file from a server that honours Range and, if it has a tag, If-Range.
let file (tag: string option) (body: byte array) (request: Request) =
    let headers = [ for tag in Option.toList tag -> "ETag", tag ]

    match rangeStart request, request.Headers.TryFind "if-range" with
    | Some start, _ when start >= body.Length -> answer 416 [ "Content-Range", $"bytes */{body.Length}" ] [||]
    | Some start, condition when condition.IsNone || condition = tag ->
        answer 206 (("Content-Range", $"bytes {start}-{body.Length - 1}/{body.Length}") :: headers) body[start..]
    | _ -> answer 200 headers body

type Server(handle: int -> Request -> Answer) =
    let listener = new TcpListener(IPAddress.Loopback, 0)
    let stop = new CancellationTokenSource()
    let requests = ConcurrentQueue<Request>()

    let read (stream: Stream) =
        let reader = new StreamReader(stream, Encoding.ASCII)

        match reader.ReadLine() with
        | null -> None
        | first ->
            let headers =
                Seq.initInfinite (fun _ -> reader.ReadLine())
                |> Seq.takeWhile (fun line -> not (String.IsNullOrEmpty line))
                |> Seq.map (fun line -> (nonNull line).Split(": ", 2))
                |> Seq.map (fun pair -> pair[0].ToLowerInvariant(), pair[1])
                |> Map.ofSeq

            Some
                { Path = first.Split(' ')[1]
                  Headers = headers }

    let send (stream: Stream) answer =
        let head =
            StringBuilder()
                .Append($"HTTP/1.1 {answer.Status} -\r\nConnection: close\r\nContent-Length: {answer.Body.Length}\r\n")

        for name, value in answer.Headers do
            head.Append($"{name}: {value}\r\n") |> ignore

        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString())))
        let until = defaultArg answer.Cut (defaultArg answer.Stall answer.Body.Length)

        for piece in Array.chunkBySize 1024 (Array.truncate until answer.Body) do
            stream.Write(ReadOnlySpan piece)

            if answer.Pause > TimeSpan.Zero then
                Thread.Sleep answer.Pause

        if answer.Stall.IsSome then
            stop.Token.WaitHandle.WaitOne 30000 |> ignore

    let serve (client: TcpClient) =
        try
            use client = client
            use stream = client.GetStream()

            match read stream with
            | None -> ()
            | Some request ->
                let nth = requests.Count
                requests.Enqueue request
                send stream (handle nth request)
        with
        | :? IOException
        | :? SocketException
        | :? InvalidOperationException -> () // the client left

    let accept () =
        try
            while true do
                let client = listener.AcceptTcpClient()
                Thread((fun () -> serve client), IsBackground = true).Start()
        with
        | :? SocketException
        | :? InvalidOperationException -> () // stopped, while waiting or before

    do
        listener.Start()
        Thread(accept, IsBackground = true).Start()

    member _.Url = $"http://{listener.LocalEndpoint}/"
    member _.Requests = List.ofSeq requests

    interface IDisposable with
        member _.Dispose() =
            stop.Cancel()
            listener.Stop()
