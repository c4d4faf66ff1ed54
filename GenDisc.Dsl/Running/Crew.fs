namespace GenDisc.Running

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.ComponentModel
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// Performs runs that do not depend on each other: in processes of their own, as many at once as may compute; or here,
/// one by one. Threads of one process will not do: a collection that one sets off finalises scalars which TorchSharp has
/// just handed to native code under another.
type internal Crew(tell: RunEvent -> unit) =
    let children = ResizeArray<LaneChild>()
    let inbox = new BlockingCollection<LaneChild * LaneNews>()
    let mutable started = 0
    let mutable canStart = true
    let mutable here: (Board * Jobs.Job) option = None
    let mutable hearing = false
    /// Jobs that other processes do not know, since the script declares something else each time it runs.
    let unknown = Queue<Jobs.Job>()

    let goAlone (why: string) =
        if canStart then
            canStart <- false
            tell (RunEvent.Note $"runs go one by one from here: {why}")

    let dismiss (child: LaneChild) =
        children.Remove child |> ignore
        (child :> IDisposable).Dispose()

    let tryStart (start: ChildStart) =
        try
            started <- started + 1
            let child = new LaneChild(start, started, inbox)
            children.Add child
            child.Listen()
            Some child
        with
        | :? Win32Exception
        | :? IOException
        | :? InvalidOperationException as e ->
            goAlone $"no other process can be started ({e.Message})"
            None

    let fromFolder (options: HostOptions) (result: RunResult) =
        match RunFolder.TryFinished(options.Runs, result.Id) with
        | Some written -> { written with Reused = result.Reused }
        | None -> result

    /// In this process, with one tensor thread like in any other, and answered from the run folder like there.
    let performHere (options: HostOptions) (perform: Plan -> RunResult) (batch: Batch) (job: Jobs.Job) =
        if not job.Finished then
            batch.Board.Begin job

        here <- Some(batch.Board, job)
        // a script whose runs are all there need not wait for the tensor library
        let threads = if job.Finished then 0 else TorchRuntime.UseThreads(Nullable())

        let result =
            try
                if threads > 1 then
                    TorchRuntime.UseThreads(Nullable 1) |> ignore

                try
                    Ok(fromFolder options (perform job.Plan))
                with
                | :? RunInterrupted
                | :? OperationCanceledException -> reraise ()
                | e -> Error e
            finally
                here <- None

                if threads > 1 then
                    TorchRuntime.UseThreads(Nullable threads) |> ignore

        batch.Record(job, result)

    let give (options: HostOptions) (past: ResizeArray<Map<string, exn>>) (batch: Batch) (child: LaneChild) job =
        for number in child.Batches .. past.Count - 1 do
            child.Send(LaneMessages.Next past[number])

        child.Batches <- past.Count
        child.Job <- Some job
        batch.Board.Begin job
        child.Send(LaneMessages.Run(job.Id, not (Host.mayReuse options job.Id)))

    let answered (options: HostOptions) (batch: Batch) (child: LaneChild) (job: Jobs.Job) answer =
        child.Serves <- true

        match answer with
        | LaneMessages.Moved(at, share) -> batch.Board.Moved(job.Id, at, share)
        | LaneMessages.Told event -> batch.Board.Hear(job, event)
        | LaneMessages.Interrupted _ ->
            child.Job <- None

            if not options.Cancel.IsCancellationRequested then
                batch.Record(
                    job,
                    Error(UserError $"{job.Id} was stopped, though nobody asked for it; run the script again")
                )
        | LaneMessages.Done(_, reused) ->
            child.Job <- None

            if not reused then
                Host.trained job.Id

            match RunFolder.TryFinished(options.Runs, job.Id) with
            | Some run -> batch.Record(job, Ok { run with Reused = reused })
            | None -> batch.Record(job, Error(UserError $"{job.Id} has finished, but its run folder cannot be read"))
        | LaneMessages.Failed(_, why) ->
            child.Job <- None
            batch.Record(job, Error why)
        | LaneMessages.Unknown _ ->
            child.Job <- None
            unknown.Enqueue job

    let gone
        (options: HostOptions)
        (batch: Batch)
        (retried: HashSet<string>)
        (child: LaneChild)
        code
        (lastWords: string)
        =
        dismiss child

        match child.Job with
        | Some _ when options.Cancel.IsCancellationRequested -> ()
        | Some job when not child.Serves ->
            let last = lastWords.Split('\n') |> Array.last
            goAlone ($"a process for them ended at once with exit code {Show.integer code}. {last}".TrimEnd())
            batch.PutBack job
        | Some job when retried.Add job.Id -> batch.PutBack job
        | Some job ->
            let message =
                $"{job.Id}: the process that performed it ended with exit code {Show.integer code}, and so did another one.\n{lastWords}"

            batch.Record(job, Error(UserError(message.TrimEnd())))
        | None -> ()

    /// In other processes as long as there are such; what cannot be done there is left.
    let spread (start: ChildStart) lanes (options: HostOptions) past (batch: Batch) =
        let retried = HashSet<string>()
        let stopping = ref false
        let isBusy () = children.Exists(_.Job.IsSome)

        let tryFree () =
            match children |> Seq.tryFind _.Job.IsNone with
            | Some idle -> Some idle
            | None when canStart && children.Count < lanes -> tryStart start
            | None -> None

        let rec assign () =
            if not stopping.Value then
                match batch.TryTake() with
                | None -> ()
                | Some job ->
                    match tryFree () with
                    | None -> batch.PutBack job
                    | Some child ->
                        give options past batch child job
                        assign ()

        assign ()

        while isBusy () do
            let mutable news = Unchecked.defaultof<_>

            // so often it is looked whether the user asked to stop
            if inbox.TryTake(&news, 100) then
                match news with
                | child, Gone(code, lastWords) -> gone options batch retried child code lastWords
                | child, Answered answer ->
                    child.Job |> Option.iter (fun job -> answered options batch child job answer)

            if options.Cancel.IsCancellationRequested && not stopping.Value then
                stopping.Value <- true

                for child in children do
                    child.Stop()

            assign ()

        if stopping.Value then
            raise (RunInterrupted(Path.GetFullPath options.Runs))

    /// Tells of several runs as it is, and of those in this process in short while one of several is in hand: their board
    /// hears of it, and what the board has to say comes here again.
    member _.Tell(event: RunEvent) =
        match here with
        | Some(board, job) when not hearing ->
            hearing <- true

            try
                board.Hear(job, event)
            finally
                hearing <- false
        | _ -> tell event

    /// Performs the jobs of a batch. `past` is what failed in each batch before it. Raises only what tells that the user
    /// asked to stop.
    member _.Perform(options: HostOptions, perform: Plan -> RunResult, past, batch: Batch) =
        let finished = batch.Jobs |> List.filter _.Finished
        finished |> List.iter (performHere options perform batch)

        if not finished.IsEmpty then
            let many (n: int) =
                if n = 1 then "1 run was" else $"{Show.integer n} runs were"

            tell (RunEvent.Note $"{many finished.Length} done before and reused (--fresh trains again)")

        options.Cancel.ThrowIfCancellationRequested()

        match options.Child with
        | Some start when min start.Lanes batch.Left > 1 -> spread start (min start.Lanes batch.Left) options past batch
        | _ -> ()

        let rec here () =
            let next =
                match unknown.TryDequeue() with
                | true, job -> Some job
                | _ -> batch.TryTake()

            match next with
            | None -> ()
            | Some job ->
                options.Cancel.ThrowIfCancellationRequested()
                performHere options perform batch job
                here ()

        here ()

    interface IDisposable with
        /// The inbox stays, for the last words of those who leave.
        member _.Dispose() =
            List.ofSeq children |> List.iter dismiss
