namespace GenDisc

open System
open System.Collections.Concurrent
open System.IO
open System.Threading

module internal LaneWords =
    /// The variable that makes a process one that performs runs for another; its value counts them from 1.
    [<Literal>]
    let Variable = "GENDISC_LANE"

    /// The request to finish the batch in hand, at any time.
    [<Literal>]
    let Stop = "stop"

/// How one more process is started that runs the same script with the same flags, and serves this one.
type ChildStart =
    {
        Program: string
        CommandLine: string list
        WorkingFolder: string
        /// Processes that may compute at once.
        Lanes: int
    }

/// The child's end of the two pipes between a process that hands out runs and one that performs them: a line is a
/// message. `leave` ends the process at once; it is called when the parent is gone.
type Lane(requests: TextReader, answers: TextWriter, leave: unit -> unit) =
    let stop = new CancellationTokenSource()
    let asked = new BlockingCollection<string>()
    let gate = obj ()

    let listen () =
        let mutable listening = true

        while listening do
            match requests.ReadLine() with
            | null ->
                listening <- false
                leave ()
            | LaneWords.Stop -> stop.Cancel()
            | line -> asked.Add line

    do Thread(listen, IsBackground = true, Name = "gendisc lane").Start()

    /// Cancelled by the parent's request to finish the batch in hand.
    member _.Token = stop.Token

    /// Waits for the next request. Throws OperationCanceledException once the lane is to stop.
    member _.Next() = asked.Take stop.Token

    /// Sends a line; one that cannot be sent is lost, and so is soon this process.
    member _.Answer(line: string) =
        lock gate (fun () ->
            try
                answers.WriteLine line
                answers.Flush()
            with :? IOException ->
                ())

    interface IDisposable with
        member _.Dispose() =
            stop.Dispose()
            asked.Dispose()
