namespace GenDisc.Cli

open System
open System.IO
open GenDisc

/// Shows what a run tells. Disposing leaves the terminal as it was.
type RunDisplay =
    inherit IDisposable
    abstract Tell: RunEvent -> unit
    /// A line that stays.
    abstract Say: string -> unit

/// Lines only: for pipes, files and dumb terminals.
type PlainDisplay(writer: TextWriter) =
    let plain = PlainProgress writer

    interface RunDisplay with
        member _.Say text = plain.Say text
        member _.Tell event = plain.Tell event
        member _.Dispose() = writer.Flush()

/// JSON lines on one writer, everything else as plain lines on another.
type JsonProgress(json: TextWriter, messages: TextWriter) =
    let plain: RunDisplay = new PlainDisplay(messages)

    interface RunDisplay with
        member _.Say text = plain.Say text

        member _.Tell event =
            plain.Tell event

            match event with
            | RunEvent.JobFinished(result, _)
            | RunEvent.Finished result when result.Status = Status.Done ->
                json.WriteLine(Json.result result)
                json.Flush()
            | _ -> ()

        member _.Dispose() = plain.Dispose()
