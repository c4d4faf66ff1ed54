namespace GenDisc.Running

open System.Collections.Generic
open GenDisc

/// Runs asked for at once: what is left of them, and what the others came to. `onEnd` hears of each as it ends.
type internal Batch
    (jobs: Jobs.Job list, board: Board, stopAtFailure: bool, onEnd: Plan -> Result<RunResult, exn> -> unit) =
    let pending = ResizeArray(jobs |> List.filter (_.Finished >> not))
    let ended = Dictionary<string, Result<RunResult, exn>>()
    let mutable failed = false

    let record (job: Jobs.Job) (result: Result<RunResult, exn>) =
        ended[job.Id] <- result

        match result with
        | Ok run when run.Reused -> board.Reused run
        | Ok run -> board.Finished run
        | Error e ->
            failed <- true
            board.Failed(job.Id, e)

        onEnd job.Plan result

    /// Whatever is built on what failed fails for the same reason.
    let rec failBuiltOn () =
        let doomed =
            pending
            |> Seq.tryPick (fun job ->
                job.After
                |> List.tryPick (fun id ->
                    match ended.TryGetValue id with
                    | true, Error e -> Some(job, e)
                    | _ -> None))

        match doomed with
        | None -> ()
        | Some(job, e) ->
            pending.Remove job |> ignore
            record job (Error e)
            failBuiltOn ()

    member _.Jobs = jobs
    member _.Board = board

    /// Jobs that nobody has taken.
    member _.Left = if failed && stopAtFailure then 0 else pending.Count

    /// The first job that may start now.
    member this.TryTake() =
        failBuiltOn ()

        let isReady (job: Jobs.Job) =
            job.After |> List.forall ended.ContainsKey

        match pending |> Seq.tryFind isReady with
        | Some job when this.Left > 0 ->
            pending.Remove job |> ignore
            Some job
        | _ -> None

    /// Lets a job be taken again.
    member _.PutBack(job: Jobs.Job) = pending.Insert(0, job)

    member _.Record(job, result) = record job result

    /// What a job came to; None where it was never run.
    member _.TryResult(id: string) =
        match ended.TryGetValue id with
        | true, result -> Some result
        | _ -> None

    member _.Failures =
        Map.ofList
            [ for KeyValue(id, result) in ended do
                  match result with
                  | Error e -> id, e
                  | Ok _ -> () ]
