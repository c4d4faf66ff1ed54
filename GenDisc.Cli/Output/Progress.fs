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

module internal Outcome =
    /// The line above the table of a run that ended.
    let headline (result: RunResult) =
        match result.Status with
        | Status.Done when result.Reused ->
            result.Id + ": done before, reused (--fresh trains again)"
        | Status.Done ->
            let rate = Text.count result.ExamplesPerSecond + " examples/s"
            result.Id + ": done in " + Text.duration result.Seconds + ", " + rate
        | Status.Interrupted -> result.Id + ": interrupted after " + Text.duration result.Seconds
        | Status.Failed -> result.Id + ": failed"

    let splits (result: RunResult) =
        [ "train", result.Train; "validation", result.Validation; "test", result.Test ]

    /// Path of the report as the user would type it; None where there is none.
    let report (folder: string) =
        let path = Path.Combine(folder, "report.html")
        if File.Exists path then Some(Diagnostic.displayPath (Path.GetFullPath path)) else None

/// Lines only: for pipes, files and dumb terminals. One line per epoch, nothing per batch.
type PlainProgress(writer: TextWriter) =
    let mutable fetching = ""

    let line (text: string) =
        writer.WriteLine text
        writer.Flush()

    interface RunDisplay with
        member _.Say text = line text

        member _.Tell event =
            match event with
            | RunEvent.Batch _ -> ()
            | RunEvent.Planned(plan, id, _) -> line (plan.Experiment.Name + ": run " + id)
            | RunEvent.Fetching(file, received, total) ->
                if file <> fetching then
                    fetching <- file
                    line ("fetching " + file + (if total > 0L then " (" + Text.bytes total + ")" else ""))
                elif total > 0L && received >= total then
                    fetching <- ""
                    line ("fetched " + file)
            | RunEvent.Epoch(record, epochs) -> line (Text.epoch Int32.MaxValue record epochs)
            | RunEvent.Note text -> line text
            | RunEvent.Warning text -> line ("warning: " + text)
            | RunEvent.Finished result ->
                line (Outcome.headline result)
                Text.metricRows (Outcome.splits result) |> Text.table |> List.iter line
                Outcome.report result.Folder |> Option.iter (fun path -> line ("report: " + path))

        member _.Dispose() = writer.Flush()

/// JSON lines on one writer, everything else as plain lines on another.
type JsonProgress(json: TextWriter, messages: TextWriter) =
    let plain: RunDisplay = new PlainProgress(messages)

    interface RunDisplay with
        member _.Say text = plain.Say text

        member _.Tell event =
            plain.Tell event

            match event with
            | RunEvent.Finished result when result.Status = Status.Done ->
                json.WriteLine(Json.result result)
                json.Flush()
            | _ -> ()

        member _.Dispose() = plain.Dispose()
