namespace GenDisc.Running

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Text
open System.Threading
open GenDisc

/// What comes from a process that performs runs.
type internal LaneNews =
    | Answered of LaneMessages.Answer
    /// It has ended: its exit code and the last lines of its standard error.
    | Gone of code: int * lastWords: string

/// A process that performs runs for this one. Its news arrive in `inbox`, from threads of their own. Raises what
/// Process.Start raises where it cannot be started. It ends when this process does, however that ends.
type internal LaneChild(start: ChildStart, number: int, inbox: BlockingCollection<LaneChild * LaneNews>) as this =
    [<Literal>]
    let KeptLines = 12

    let info =
        ProcessStartInfo(
            start.Program,
            start.CommandLine,
            WorkingDirectory = start.WorkingFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = UTF8Encoding false,
            StandardOutputEncoding = UTF8Encoding false,
            StandardErrorEncoding = UTF8Encoding false
        )

    do
        info.Environment[LaneWords.Variable] <- Show.integer number
        // of the tensor library, before it is asked for one thread, and of what else reads it
        info.Environment["OMP_NUM_THREADS"] <- "1"

    let child =
        match Process.Start info with
        | null -> invalidOp $"{start.Program} did not start a process of its own"
        | child -> child

    let words = Queue<string>()

    let rec eachLine (reader: StreamReader) (heard: string -> unit) =
        match reader.ReadLine() with
        | null -> ()
        | line ->
            heard line
            eachLine reader heard

    let background name (work: unit -> unit) =
        let thread = Thread(work, IsBackground = true, Name = name)
        thread.Start()
        thread

    let keep line =
        lock words (fun () ->
            words.Enqueue line

            if words.Count > KeptLines then
                words.Dequeue() |> ignore)

    let errors =
        background "gendisc lane errors" (fun () -> eachLine child.StandardError keep)

    let listen () =
        eachLine child.StandardOutput (fun line ->
            match LaneMessages.tryAnswer line with
            | Some answer -> inbox.Add((this, Answered answer))
            | None -> ())

        // a grandchild may hold its pipes open
        errors.Join 2000 |> ignore
        let code = if child.WaitForExit 2000 then child.ExitCode else -1
        let last = lock words (fun () -> String.Join("\n", words))
        inbox.Add((this, Gone(code, last)))

    let send (line: string) =
        try
            child.StandardInput.WriteLine line
            child.StandardInput.Flush()
        with :? IOException ->
            () // it is gone, which is told where its news are read

    member val Job: Jobs.Job option = None with get, set

    /// Batches it has been told the end of.
    member val Batches = 0 with get, set

    /// It has answered at least once.
    member val Serves = false with get, set

    /// Begins to listen.
    member _.Listen() =
        background "gendisc lane answers" listen |> ignore

    member _.Send(request: LaneMessages.Request) = send (LaneMessages.request request)

    /// Asks it to finish the batch in hand.
    member _.Stop() = send LaneWords.Stop

    interface IDisposable with
        /// It leaves as soon as nobody asks any more.
        member _.Dispose() =
            try
                child.StandardInput.Close()
            with :? IOException ->
                ()

            if not (child.WaitForExit 3000) then
                child.Kill()
                child.WaitForExit()
