namespace GenDisc

open System
open GenDisc.Running

/// What stands behind `run`: from a declaration to plans, and from plans to run folders.
module internal Runner =
    /// Settings under plain F# Interactive, where no CLI stands around the script.
    let alone () =
        { CheckOnly = false
          Runs = Settings.runsFolder None Settings.environment
          Data = Settings.dataFolder None Settings.environment
          Seed = None
          Epochs = None
          Threads = Settings.threads None Settings.environment
          Device = "cpu"
          Kernels = None
          Fresh = false
          Full = Budget.asked ()
          Child = None
          Lane = None
          Cancel = Threading.CancellationToken.None
          Tell = PlainProgress(Console.Out).Tell }

    /// The experiment as the host's options make it, those inside it too.
    let rec overridden (options: HostOptions) (e: Experiment) =
        let e =
            Experiment.mapInner (overridden { options with Seed = None }) e
            |> match options.Seed with
               | Some seed -> StudyRows.seeded seed
               | None -> id

        { e with
            Training =
                { e.Training with
                    Epochs = defaultArg options.Epochs e.Training.Epochs
                    Kernels = defaultArg options.Kernels e.Training.Kernels } }

    let private nothing (plan: Plan) id folder =
        let none: Metrics = { Values = Map.empty }

        { Id = id
          Name = plan.Experiment.Name
          Folder = folder
          Status = Status.Done
          Train = none
          Validation = none
          Test = none
          Seconds = nan
          ExamplesPerSecond = nan
          Reused = false }

    /// An earlier run, with what a kill kept it from writing.
    let private reused (options: HostOptions) (result: RunResult) =
        if not (IO.File.Exists(IO.Path.Combine(result.Folder, "report.html"))) then
            GenDisc.Reporting.Report.write result.Folder |> ignore

        match options.Threads, ResultFile.tryThreads result.Folder with
        | Some asked, Some had when asked <> had ->
            options.Tell(
                RunEvent.Note
                    $"{result.Id} was trained with {had} threads, not {asked}, which may change the last digits; --fresh trains it again"
            )
        | _ -> ()

        result

    let private trained options loader plan id folderOf =
        try
            Train.run options loader plan id folderOf
        with :? Runtime.InteropServices.ExternalException as e when
            e.Message.Contains("not enough memory", StringComparison.Ordinal)
            || e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ->
            raise (
                GenDisc.Core.Runtime.UserError(
                    $"{id} needs more memory than there is: {plan.Parameters} parameters, batch {plan.Experiment.Training.Batch}.\nUse a smaller batch, narrower blocks, or fewer channels.",
                    e
                )
            )

    /// Whether a plan stands on files of the user's own, which may change under the same name.
    let rec usersFiles (plan: Plan) =
        [ plan.Experiment.Data; yield! Option.toList plan.Experiment.Data.Against ]
        |> List.exists (fun data -> (Data.facts data).IsNone)
        || List.exists usersFiles plan.Dependencies

    /// Whether an earlier run saw the same data.
    let private sameData (options: HostOptions) (loader: Loader) (plan: Plan) (earlier: RunResult) =
        if not (usersFiles plan) then
            true
        else
            let now = loader.Behind plan |> List.map _.Sha256
            let same = ResultFile.tryChecksums earlier.Folder = Some now

            if not same then
                options.Tell(
                    RunEvent.Note
                        $"{earlier.Id} was trained on other data than {Data.show plan.Experiment.Data} holds now; it is trained again"
                )

            same

    /// Said of an experiment before the run of one inside it.
    let comesFirst (outer: Plan) (inner: Plan) =
        $"{outer.Experiment.Name} is built on {inner.Experiment.Name}, which comes first"

    /// Runs a checked experiment, those inside it first where their results are needed.
    let rec perform (options: HostOptions) (loader: Loader) (plan: Plan) : RunResult =
        let experiment = plan.Experiment
        let id = Experiment.id experiment
        let folder = RunFolder.PathOf(options.Runs, id)

        let inner () =
            plan.Dependencies
            |> List.map (fun dependency ->
                options.Tell(RunEvent.Note(comesFirst plan dependency))
                Experiment.id dependency.Experiment, perform options loader dependency)
            |> Map.ofList

        if options.CheckOnly then
            inner () |> ignore
            options.Tell(RunEvent.Planned(plan, id, folder))
            nothing plan id folder
        else
            let earlier =
                if Host.mayReuse options id then
                    RunFolder.TryFinished(options.Runs, id)
                    |> Option.filter (sameData options loader plan)
                else
                    None

            let result =
                match earlier with
                | Some result ->
                    options.Tell(RunEvent.Planned(plan, id, folder))
                    reused options result
                | None ->
                    let found = inner ()
                    // one inside may have been asked to stop when it had trained already
                    options.Cancel.ThrowIfCancellationRequested()
                    options.Tell(RunEvent.Planned(plan, id, folder))
                    let result = trained options loader plan id (fun e -> found[Experiment.id e].Folder)
                    Host.trained id
                    result

            options.Tell(RunEvent.Finished result)
            result

    /// The plan of an experiment under the host's options. Raises InvalidExperiment with all its problems explained.
    let planned options (loader: Loader) (experiment: Experiment) =
        let experiment = overridden options experiment

        match Check.using loader.Facts experiment with
        | Error problems -> raise (InvalidExperiment(Explain.problems experiment problems))
        | Ok plan -> plan

    let private checkedAndRun options (loader: Loader) (experiment: Experiment) =
        planned options loader experiment |> perform options loader

    let one (experiment: Experiment) (options: HostOptions) =
        checkedAndRun options (Loader options) experiment

    let private checkSeeds (seeds: int list) =
        let twice = seeds |> List.countBy id |> List.tryFind (fun (_, count) -> count > 1)

        match seeds, twice with
        | [], _ -> raise (InvalidExperiment "runSeeds expects at least one seed\nhint: write runSeeds [ 1; 2; 3 ]")
        | _, Some(seed, _) ->
            raise (
                InvalidExperiment
                    $"runSeeds expects each seed once, but got {Show.integer seed} again\nhint: a seed gives the same run each time; write another"
            )
        | _, None -> ()

    let seeds (seeds: int list) (experiment: Experiment) (options: HostOptions) : SeedsResult =
        checkSeeds seeds

        match options.Seed with
        | Some seed -> options.Tell(RunEvent.Note $"runSeeds has seeds of its own; seed {seed} is not used")
        | None -> ()

        let options = { options with Seed = None }
        let loader = Loader options
        // What generators draw must come of the examples that the seed draws: those of one seed have one of their own.
        let moved seed =
            let generated (g: Generated) =
                match g.By with
                | :? Experiment as by ->
                    { g with
                        By = StudyRows.followed seed experiment by }
                | _ -> g

            { experiment with
                Seed = seed
                Data =
                    { experiment.Data with
                        Generated = experiment.Data.Generated |> List.map generated } }

        // Each is checked before the first is trained.
        let plans = [ for seed in seeds -> planned options loader (moved seed) ]
        let asked = if options.CheckOnly then [ plans.Head ] else plans
        let runs = [ for plan in asked -> perform options loader plan ]

        let figures = SeedsTable.figures runs

        if not options.CheckOnly then
            for line in SeedsTable.lines experiment.Name seeds figures do
                options.Tell(RunEvent.Note line)

        { Runs = runs; Test = figures }

    let temperatures (temperatures: float list) (experiment: Experiment) (options: HostOptions) : TemperaturesResult =
        Temperatures.check temperatures experiment
        let loader = Loader options

        // Each is checked before the first is trained.
        let plans =
            [ for t in temperatures -> t, planned options loader (Temperatures.at t experiment) ]

        let asked = if options.CheckOnly then [ plans.Head ] else plans
        let runs = [ for t, plan in asked -> t, perform options loader plan ]

        if options.CheckOnly then
            { Runs = runs; Page = None }
        else
            let page, lines =
                Temperatures.write options.Runs temperatures (overridden options experiment) runs

            for line in lines do
                options.Tell(RunEvent.Note line)

            { Runs = runs; Page = Some page }

    /// `dotnet fsi script.fsx` has a script among its arguments; an interactive session or an editor has not.
    let private scriptUnderFsi () =
        Environment.GetCommandLineArgs()
        |> Array.exists (fun a -> a.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase))

    /// Under the host around the script. Without one nobody else turns a user's mistake into a message and an exit code.
    let hosted (work: HostOptions -> 'a) : 'a =
        match Host.tryCurrent () with
        | Some options -> work options
        | None ->
            try
                work (alone ())
            with :? GenDisc.Core.Runtime.UserError as e when scriptUnderFsi () ->
                eprintfn "%s" e.Message

                exit (
                    match e with
                    | :? InvalidExperiment -> 2
                    | :? RunInterrupted -> 130
                    | _ -> 1
                )
