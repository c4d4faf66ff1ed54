/// A search under way: its trials so far, its file, and what it tells.
module internal GenDisc.Running.SearchSession

open System
open System.Collections.Generic
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// A run of a trial that is going to be.
type Asked =
    {
        Proposal: Proposals.Proposal<Experiment>
        Rung: int
        Experiment: Experiment
        /// Or why there is none.
        Plan: Result<Plan, string>
    }

/// Less is better.
let value (goal: Goal) (t: Trial) =
    match t.Status with
    | TrialStatus.Done when goal.IsMaximise -> Some(-t.Validation)
    | TrialStatus.Done -> Some t.Validation
    | TrialStatus.Failed _ -> None

/// The best trial of the most epochs; of equals the first.
let private bestOf goal (trials: Trial list) =
    trials
    |> List.choose (fun t -> value goal t |> Option.map (fun v -> (-t.Rung, v, t.Index), t))
    |> List.sortBy fst
    |> List.tryHead
    |> Option.map snd

/// Why the run of a plan failed before, as it would again.
let private failedBefore (options: HostOptions) (plan: Plan) =
    let folder = RunFolder.PathOf(options.Runs, Experiment.id plan.Experiment)

    match ResultFile.tryRead folder with
    | Some result when result.Status = Status.Failed && not options.Fresh -> ResultFile.tryMessage folder
    | _ -> None

/// What a user's mistake is told as: what its result says, where it left one, is the same whenever it is asked.
let private told (options: HostOptions) (plan: Plan) (e: exn) =
    match e with
    | :? UserError ->
        ResultFile.tryMessage (RunFolder.PathOf(options.Runs, Experiment.id plan.Experiment))
        |> Option.defaultValue e.Message
    | _ -> raise e

/// A search under way: its trials so far, its file and what it tells.
/// `plan` makes the plan of an experiment, and `perform` runs one.
type Session
    (
        start: SearchFile.Contents,
        options: HostOptions,
        plan: Experiment -> Plan,
        perform: HostOptions -> Plan -> RunResult
    ) =
    let folder = RunFolder.PathOf(options.Runs, start.Id)
    let gate = obj ()
    let mutable contents = start

    let untested (result: RunResult) =
        { result with
            Test = { Values = Map.empty } }

    /// The choice must not be made by test figures, so that those of trials are not told.
    let quiet =
        { options with
            Tell =
                fun event ->
                    match event with
                    | RunEvent.Finished result -> options.Tell(RunEvent.Finished(untested result))
                    | RunEvent.JobFinished(result, jobs) -> options.Tell(RunEvent.JobFinished(untested result, jobs))
                    | other -> options.Tell other }

    let tell = RunEvent.Note >> options.Tell

    // a process that only performs runs leaves the file to the one that asked for them
    let write () =
        if not (Lanes.isChild options) then
            Directory.CreateDirectory folder |> ignore
            SearchFile.write folder contents

    member _.Folder = folder
    member _.Contents = contents
    member _.Tell lines = List.iter tell lines

    member _.Write(change: SearchFile.Contents -> SearchFile.Contents) =
        lock gate (fun () ->
            contents <- change contents
            write ())

    /// Writes the page; answers with its path.
    member _.Report() =
        if Lanes.isChild options then
            ""
        else
            lock gate (fun () -> GenDisc.Reporting.SearchPage.write folder)

    /// The plan of an experiment, or why it has none.
    member _.Planned(experiment: Experiment) =
        try
            Ok(plan experiment)
        with :? InvalidExperiment as e ->
            Error e.Message

    member private _.Record (asked: Asked) (result: RunResult option) (problem: string option) =
        lock gate (fun () ->
            let run = Experiment.id asked.Experiment

            if contents.Trials |> List.forall (fun t -> t.Run <> run) then
                let figure = start.Goal.Figure

                let validation =
                    result |> Option.map _.Validation[figure] |> Option.defaultValue nan

                let status =
                    match problem, result with
                    | Some problem, _ -> TrialStatus.Failed problem
                    | None, Some result when not (Double.IsFinite validation) ->
                        let has = result.Validation.Values |> Map.keys |> String.concat ", "
                        TrialStatus.Failed $"it has no validation {figure}, but {has}"
                    | _ -> TrialStatus.Done

                let trial =
                    { Index = asked.Proposal.Index
                      Choices = [ for d, pick in asked.Proposal.Choices -> d.Name, Domain.showPick d.Domain pick ]
                      Experiment = asked.Experiment
                      Run = run
                      Rung = asked.Rung
                      Validation = validation
                      Seconds = result |> Option.map _.Seconds |> Option.defaultValue nan
                      Status = status }

                let trials = contents.Trials @ [ trial ] |> List.sortBy (fun t -> t.Rung, t.Index)

                contents <-
                    { contents with
                        Trials = trials
                        Best = bestOf start.Goal trials }

                write ()
                let peers = trials |> List.filter (fun t -> t.Rung = asked.Rung)
                tell (SearchTold.trial contents (bestOf start.Goal peers) trial))

    /// Runs each; what fails is noted, and the others go on. Raises what interrupts.
    member this.Run(asked: Asked list) =
        let known = Dictionary<string, Asked>()

        for one in asked do
            match one.Plan with
            | Ok plan -> known[Experiment.id plan.Experiment] <- one
            | Error problem -> this.Record one None (Some problem)

        let ended (plan: Plan) (result: Result<RunResult, exn>) =
            let one = known[Experiment.id plan.Experiment]

            match result with
            | Ok result -> this.Record one (Some result) None
            | Error e -> this.Record one None (Some(told options plan e))

        let plans, past =
            [ for one in asked do
                  match one.Plan with
                  | Ok plan -> plan, failedBefore options plan
                  | Error _ -> () ]
            |> List.partition (snd >> Option.isNone)

        for plan, problem in past do
            this.Record known[Experiment.id plan.Experiment] None problem

        let plans = List.map fst plans
        let results = Lanes.attemptEach ended quiet (perform quiet) plans
        // a process that only performs hears of them here
        List.iter2 ended plans results

    /// The winner over fresh seeds.
    member this.Confirm (winner: Experiment) (seeds: int list) =
        let plans = [ for seed in seeds -> plan (StudyRows.seeded seed winner) ]
        let runs = Lanes.attempt options (perform options) plans

        this.Write(fun c ->
            { c with
                Status = "done"
                Confirmed =
                    [ for seed, run in List.zip seeds runs do
                          match run with
                          | Ok run -> seed, run
                          | Error _ -> () ]
                Missing =
                    [ for seed, plan, run in List.zip3 seeds plans runs do
                          match run with
                          | Ok _ -> ()
                          | Error e -> seed, told options plan e ]
                Test = SeedsTable.figures (runs |> List.choose Result.toOption) })

/// The winner's name; a trial's own is the experiment's with its number behind it.
let winnerOf (e: Experiment) = { e with Name = e.Name + "-best" }

let asked (session: Session) rung epochs (proposal: Proposals.Proposal<Experiment>) =
    let e = proposal.Value

    let experiment =
        match epochs with
        | None ->
            { e with
                Name = $"{e.Name}-t{proposal.Index}" }
        | Some epochs ->
            { e with
                Name = $"{e.Name}-t{proposal.Index}-e{epochs}"
                Training = { e.Training with Epochs = epochs } }

    { Proposal = proposal
      Rung = rung
      Experiment = experiment
      Plan =
        // a winner's name has to do before anything is trained
        if Experiment.hasSafeName e && not (Experiment.hasSafeName (winnerOf e)) then
            session.Planned(winnerOf e)
        else
            session.Planned experiment }
