/// The side of the process that performs runs for another.
module internal GenDisc.Running.LaneServer

open System
open System.Diagnostics
open System.Threading
open GenDisc

/// The plan whose run is in hand.
let private inHand = AsyncLocal<Plan option>()

/// What such a process tells while a run is in hand, as messages; its displays stay dark.
let tell (lane: Lane) : RunEvent -> unit =
    // every batch would be more than anyone reads
    let interval = Stopwatch.Frequency / 2L
    let mutable last = 0L

    let isDue () =
        let now = Stopwatch.GetTimestamp()

        if now - last >= interval then
            last <- now
            true
        else
            false

    fun event ->
        match inHand.Value with
        | None -> ()
        | Some plan when LaneMessages.isWorthALine plan event ->
            let isMoving =
                match event with
                | RunEvent.Fetching(_, received, total) -> not (total > 0L && received >= total)
                | _ -> false

            if not isMoving || isDue () then
                lane.Answer(LaneMessages.answer (LaneMessages.Told event))
        | Some _ ->
            match LaneMessages.moved event with
            | Some(at, share) when isDue () -> lane.Answer(LaneMessages.answer (LaneMessages.Moved(at, share)))
            | _ -> ()

let private performed (perform: Plan -> RunResult) (plan: Plan) (id: string) =
    inHand.Value <- Some plan

    try
        try
            LaneMessages.Done(id, (perform plan).Reused)
        with
        | :? RunInterrupted
        | :? OperationCanceledException -> LaneMessages.Interrupted id
        | :? GenDisc.Core.Runtime.UserError as e -> LaneMessages.Failed(id, e)
        | e ->
            // nobody foresaw it, so its place is of interest, which only this process knows
            eprintfn "%O" e
            LaneMessages.Failed(id, Exception($"{e.GetType().Name}: {e.Message}", e))
    finally
        inHand.Value <- None

/// Performs what is asked for of these plans and what they are built on, until the batch is over; then answers like
/// the process that asked: what failed by its reason, the rest from the run folders, None for what was never run.
let serve (lane: Lane) (runs: string) (perform: Plan -> RunResult) (plans: Plan list) =
    let known =
        Jobs.ofPlans (fun _ -> false) plans
        |> List.map (fun job -> job.Id, job.Plan)
        |> Map.ofList

    let rec answerUntilOver () =
        match LaneMessages.tryRequest (lane.Next()) with
        | Some(LaneMessages.Next failures) -> failures
        | None -> answerUntilOver ()
        | Some(LaneMessages.Run(id, fresh)) ->
            let answer =
                match Map.tryFind id known with
                | None -> LaneMessages.Unknown id
                | Some plan ->
                    if fresh then
                        Host.renew id

                    // so that it is known to serve, whatever befalls it now
                    lane.Answer(LaneMessages.answer (LaneMessages.Moved("", 0.0)))
                    performed perform plan id

            lane.Answer(LaneMessages.answer answer)
            answerUntilOver ()

    let failures = answerUntilOver ()

    [ for plan in plans do
          let id = Jobs.idOf plan

          match Map.tryFind id failures with
          | Some e -> Some(Error e)
          | None -> RunFolder.TryFinished(runs, id) |> Option.map Ok ]
