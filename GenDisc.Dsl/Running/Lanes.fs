/// Runs that do not depend on each other, on the cores that there are. A script that asks for such runs is run once more
/// by every process that performs them: there it comes to the same batches in the same order, and each batch waits for
/// requests until the first process says that it is over.
module internal GenDisc.Running.Lanes

open System.Threading
open GenDisc

let private current = AsyncLocal<Crew option>()

/// Whether this process only performs runs for another one, which writes what they come to together.
let isChild (options: HostOptions) = options.Lane.IsSome

/// Work whose runs are told of in short and train with one tensor thread each, however many there are at once: so bits
/// do not depend on the number of cores. Its other processes end with it.
let within (work: HostOptions -> 'a) (options: HostOptions) : 'a =
    let options = { options with Threads = Some 1 }

    if options.CheckOnly || isChild options then
        work options
    else
        use crew = new Crew(options.Tell)
        let before = current.Value
        current.Value <- Some crew

        try
            work { options with Tell = crew.Tell }
        finally
            current.Value <- before

/// A finished run is there and certainly good enough.
let private isFinished (options: HostOptions) (plan: Plan) =
    let id = Jobs.idOf plan

    Host.mayReuse options id
    && not (Runner.usersFiles plan)
    && Option.isSome (RunFolder.TryFinished(options.Runs, id))

/// What each plan came to; None for those that a failure left no turn.
let private perform stopAtFailure onEnd (options: HostOptions) (performOne: Plan -> RunResult) (plans: Plan list) =
    match options.Lane with
    | Some lane -> LaneServer.serve lane options.Runs performOne plans
    | None when options.CheckOnly -> plans |> List.map (performOne >> Ok >> Some)
    | None ->
        let jobs = Jobs.ofPlans (isFinished options) plans
        let past = Host.batches ()

        let performBy (crew: Crew) tell =
            let asked = plans |> List.map Jobs.idOf |> set

            let ended plan result =
                if asked.Contains(Jobs.idOf plan) then
                    onEnd plan result

            let batch = Batch(jobs, Board(tell, jobs), stopAtFailure, ended)
            crew.Perform(options, performOne, past, batch)
            past.Add batch.Failures
            plans |> List.map (Jobs.idOf >> batch.TryResult)

        match current.Value with
        // by way of the options, whose owner may have something to keep to itself
        | Some crew -> performBy crew options.Tell
        | None ->
            use crew = new Crew(options.Tell)
            performBy crew options.Tell

/// As `attempt`; `onEnd` hears of every plan as soon as its run has ended, except in a process that only performs.
let attemptEach
    (onEnd: Plan -> Result<RunResult, exn> -> unit)
    (options: HostOptions)
    (performOne: Plan -> RunResult)
    (plans: Plan list)
    : Result<RunResult, exn> list =
    let gone (plan: Plan) =
        Error(GenDisc.Core.Runtime.UserError $"the run folder of {Jobs.idOf plan} has gone" :> exn)

    perform false onEnd options performOne plans
    |> List.map2 (fun plan -> Option.defaultWith (fun () -> gone plan)) plans

/// Every plan's run in the order of the plans, or why it failed. Raises only what tells that the user asked to stop.
/// `performOne` is called in any process, so that it should write run folders only.
let attempt (options: HostOptions) (performOne: Plan -> RunResult) (plans: Plan list) : Result<RunResult, exn> list =
    attemptEach (fun _ _ -> ()) options performOne plans

/// Every plan's run, in the order of the plans. The first failure lets those that are under way finish, and is raised.
let all (options: HostOptions) (performOne: Plan -> RunResult) (plans: Plan list) : RunResult list =
    let results = perform true (fun _ _ -> ()) options performOne plans

    let failure =
        results
        |> List.tryPick (function
            | Some(Error e) -> Some e
            | _ -> None)

    match failure with
    | Some e -> raise e
    | None -> results |> List.choose (Option.bind Result.toOption)
