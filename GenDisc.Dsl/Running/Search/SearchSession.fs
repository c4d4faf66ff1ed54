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

/// What stands in for a run that came to no result.
let private failed (plan: Plan) id folder : RunResult =
    let none: Metrics = { Values = Map.empty }

    { Id = id
      Name = plan.Experiment.Name
      Folder = folder
      Status = Status.Failed
      Train = none
      Validation = none
      Test = none
      Seconds = nan
      ExamplesPerSecond = nan
      Reused = false }

/// A run, or why it failed; one that diverged before, as it would again, is not tried again. Raises what interrupts.
let private attempt (options: HostOptions) perform (plan: Plan) : RunResult * string option =
    let id = Experiment.id plan.Experiment
    let folder = Path.GetFullPath(Path.Combine(options.Runs, id))
    let failed = failed plan id folder

    let before =
        match ResultFile.tryRead folder with
        | Some result when result.Status = Status.Failed && not options.Fresh -> ResultFile.tryMessage folder
        | _ -> None

    match before with
    | Some message -> failed, Some message
    | None ->
        try
            perform plan, None
        with :? UserError as e when not (e :? RunInterrupted) ->
            // what its result says, where it left one, is the same whenever it is asked
            failed, Some(ResultFile.tryMessage folder |> Option.defaultValue e.Message)

/// A search under way: its trials so far, its file and what it tells.
/// `plan` makes the plan of an experiment, and `perform` runs one.
type Session
    (
        start: SearchFile.Contents,
        options: HostOptions,
        plan: Experiment -> Plan,
        perform: HostOptions -> Plan -> RunResult
    ) =
    let folder = Path.GetFullPath(Path.Combine(options.Runs, start.Id))
    let gate = obj ()
    let mutable contents = start

    /// The choice must not be made by test figures, so that those of trials are not told.
    let quiet =
        { options with
            Tell =
                fun event ->
                    match event with
                    | RunEvent.Finished result ->
                        options.Tell(
                            RunEvent.Finished
                                { result with
                                    Test = { Values = Map.empty } }
                        )
                    | other -> options.Tell other }

    let tell = RunEvent.Note >> options.Tell

    let write () =
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

        let run (plan: Plan) =
            let one = known[Experiment.id plan.Experiment]
            let result, problem = attempt quiet (perform quiet) plan
            this.Record one (Some result) problem
            result

        let plans = asked |> List.choose (fun one -> Result.toOption one.Plan)
        let results = Lanes.all quiet run plans

        // whoever ran them may have known their results without asking
        for plan, result in List.zip plans results do
            this.Record known[Experiment.id plan.Experiment] (Some result) None

    /// The winner over fresh seeds.
    member this.Confirm (winner: Experiment) (seeds: int list) =
        let problems = Dictionary<string, string>()

        let run (plan: Plan) =
            let result, problem = attempt options (perform options) plan

            problem
            |> Option.iter (fun p -> lock problems (fun () -> problems[result.Id] <- p))

            result

        let plans = [ for seed in seeds -> plan { winner with Seed = seed } ]

        let runs = List.zip seeds (Lanes.all options run plans)
        let ended = runs |> List.filter (fun (_, run) -> run.Status = Status.Done)

        this.Write(fun c ->
            { c with
                Status = "done"
                Confirmed = ended
                Missing =
                    [ for seed, run in runs do
                          match problems.TryGetValue run.Id with
                          | true, problem -> seed, problem
                          | false, _ -> () ]
                Test = SeedsTable.figures (List.map snd ended) })

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
