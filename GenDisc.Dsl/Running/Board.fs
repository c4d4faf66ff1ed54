namespace GenDisc.Running

open System
open System.Collections.Generic
open System.Diagnostics
open GenDisc

/// Keeps count of several runs and tells of them in short.
type internal Board(tell: RunEvent -> unit, jobs: Jobs.Job list) =
    /// At most this often, so that showing costs nothing beside training.
    static let interval = Stopwatch.Frequency / 5L

    let total = jobs.Length
    let running = Dictionary<string, Jobs.Job * string * float>()
    let clock = Stopwatch()
    let mutable ended = 0
    let mutable reused = 0
    let mutable lastTold = 0L

    let remaining () =
        let performed = ended - reused

        if performed = 0 then
            None
        else
            let under = running.Values |> Seq.sumBy (fun (_, _, share) -> share)
            let pace = clock.Elapsed.TotalSeconds / (float performed + under)
            Some(pace * max 0.0 (float (total - ended) - under))

    let progress () =
        { Total = total
          Ended = ended
          Running =
            [ for job, at, _ in running.Values do
                  if at = "" then job.Label else job.Label + " " + at ]
          Remaining = remaining () }

    let show () =
        lastTold <- Stopwatch.GetTimestamp()
        tell (RunEvent.Jobs(progress ()))

    let ends (id: string) =
        ended <- ended + 1
        running.Remove id |> ignore

    /// A job starts, or starts again.
    member _.Begin(job: Jobs.Job) =
        clock.Start()
        running[job.Id] <- (job, "", 0.0)
        show ()

    member _.Moved(id: string, at: string, share: float) =
        match running.TryGetValue id with
        | true, (job, _, _) ->
            running[id] <- (job, at, Math.Clamp(share, 0.0, 1.0))

            if Stopwatch.GetTimestamp() - lastTold >= interval then
                show ()
        | _ -> ()

    /// What a job tells of itself.
    member this.Hear(job: Jobs.Job, event: RunEvent) =
        match event with
        | RunEvent.Note text when LaneMessages.isWorthALine job.Plan event ->
            tell (RunEvent.Note(job.Label + ": " + text))
        | RunEvent.Warning text -> tell (RunEvent.Warning(job.Label + ": " + text))
        | RunEvent.Fetching _ -> tell event
        | _ ->
            match LaneMessages.moved event with
            | Some(at, share) -> this.Moved(job.Id, at, share)
            | None -> ()

    /// A run was found finished.
    member _.Reused(result: RunResult) =
        reused <- reused + 1
        ends result.Id
        tell (RunEvent.JobFinished(result, progress ()))

    /// A job has led to a finished run.
    member _.Finished(result: RunResult) =
        ends result.Id
        tell (RunEvent.JobFinished(result, progress ()))

    member _.Failed(id: string, why: exn) =
        ends id
        tell (RunEvent.JobFailed(id, why.Message, progress ()))
