namespace GenDisc

open System
open System.IO

/// What a run came to, in words and rows.
module internal Outcome =
    /// The line above the table of a run that ended.
    let headline (result: RunResult) =
        match result.Status with
        | Status.Done when result.Reused -> result.Id + ": done before, reused (--fresh trains again)"
        | Status.Done ->
            let rate =
                if Double.IsFinite result.ExamplesPerSecond then
                    ", " + Wording.count result.ExamplesPerSecond + " examples/s"
                else
                    ""

            result.Id + ": done in " + Wording.duration result.Seconds + rate
        | Status.Interrupted -> result.Id + ": interrupted after " + Wording.duration result.Seconds
        | Status.Failed -> result.Id + ": failed"

    /// One line for one of several runs: with its foremost test figure, and how far the others are.
    let brief (result: RunResult) (jobs: JobsProgress) =
        let figure =
            Wording.metricNames [ result.Test ]
            |> List.tryFind ((<>) "loss")
            |> Option.map (fun name -> ", test " + name + " " + Wording.metric name result.Test[name])
            |> Option.defaultValue ""

        result.Id
        + ": done in "
        + Wording.duration result.Seconds
        + figure
        + "; "
        + Wording.jobs jobs

    /// One line for one of several runs that failed.
    let failure (id: string) (message: string) (jobs: JobsProgress) =
        let reason = message.Split('\n')[0]
        id + ": failed: " + reason.TrimEnd '.' + "; " + Wording.jobs jobs

    let splits (result: RunResult) =
        [ "train", result.Train; "validation", result.Validation; "test", result.Test ]

    /// Rows of the table printed after a run, header first; none where there are no figures.
    let rows (result: RunResult) =
        match Wording.metricRows (Wording.brief (splits result)) with
        | [ _ ] -> []
        | rows -> rows

    /// Path of the report as the user would type it; None where there is none.
    let report (folder: string) =
        let path = Path.Combine(folder, "report.html")
        if File.Exists path then Some(Wording.path (Path.GetFullPath path)) else None

/// Lines only: for pipes, files and dumb terminals. One line per epoch, nothing per batch.
type internal PlainProgress(writer: TextWriter) =
    let mutable fetching = ""

    let line (text: string) =
        writer.WriteLine text
        writer.Flush()

    /// A line that stays.
    member _.Say text = line text

    member _.Tell event =
        match event with
        | RunEvent.Batch _
        | RunEvent.Jobs _
        | RunEvent.Working _ -> ()
        | RunEvent.Planned(plan, id, _) -> line (plan.Experiment.Name + ": run " + id)
        | RunEvent.Fetching(file, received, total) ->
            let now = Wording.reading file received total

            if file <> fetching then
                fetching <- file
                line (now.Doing + (if now.Whole = "" then "" else " (" + now.Whole + ")"))

            if total > 0L && received >= total then
                fetching <- ""
                line now.Did
        | RunEvent.Epoch(record, epochs) -> line (Wording.epoch Int32.MaxValue record epochs)
        | RunEvent.Note text -> line text
        | RunEvent.Warning text -> line ("warning: " + text)
        | RunEvent.JobFinished(result, _) when result.Reused -> ()
        | RunEvent.JobFinished(result, jobs) -> line (Outcome.brief result jobs)
        | RunEvent.JobFailed(id, message, jobs) -> line (Outcome.failure id message jobs)
        | RunEvent.Finished result ->
            line (Outcome.headline result)
            Outcome.rows result |> Wording.table |> List.iter line

            Outcome.report result.Folder
            |> Option.iter (fun path -> line ("report: " + path))
