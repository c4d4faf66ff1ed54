/// `gendisc run` and `gendisc check`: a script under the host.
module GenDisc.Cli.RunCommand

open System
open System.IO
open System.Threading
open GenDisc
open GenDisc.Core.Runtime

/// Compiles and runs a script under these options. Raises what the script raises, ScriptError if it does not compile.
let private underHost (script: string) (arguments: string list) (options: HostOptions) =
    let cache = Path.Combine(Settings.cacheFolder Settings.environment, "scripts")

    match ScriptHost.prepare cache AppContext.BaseDirectory script with
    | Error messages -> raise (ScriptError messages)
    | Ok(entry, warnings) ->
        warnings |> List.iter (Diagnostic.render >> Console.Error.WriteLine)

        try
            Host.using options (fun () -> ScriptHost.execute entry script arguments)
        with e ->
            raise (ScriptStopped(List.map snd entry.Sources, e))

let private device (name: string option) =
    match name with
    | None -> "cpu"
    | Some name when
        name = "cpu"
        || name = "cuda"
        || name.StartsWith("cuda:", StringComparison.Ordinal)
        ->
        name
    | Some name -> raise (UsageError("unknown device '" + name + "': use cpu, cuda or cuda:N", "gendisc run --help"))

/// A variable that is no number is wrong usage as much as a flag that is none.
let private threads (flag: int option) =
    try
        Settings.threads flag Settings.environment
    with :? UserError as e ->
        raise (UsageError(e.Message, "gendisc run --help"))

let private kernels (choice: string) =
    match choice with
    | "on" -> true
    | "off" -> false
    | other -> raise (UsageError($"--kernels is '{other}', but must be on or off", "gendisc run --help"))

/// Runs a script with its progress on display, stopped by Ctrl-C.
let private shown (script: string) (json: bool) (options: HostOptions) (work: HostOptions -> Reflection.Assembly) =
    use progress = Display.create json
    use interrupt = new Interrupt(progress.Say, progress.Dispose)
    let silent = ref true

    let tell (event: RunEvent) =
        silent.Value <- false

        interrupt.Stopping <-
            match event with
            | RunEvent.Finished _ -> None
            | RunEvent.JobFinished(_, jobs)
            | RunEvent.JobFailed(_, _, jobs) when jobs.Ended = jobs.Total -> None
            | RunEvent.Fetching _ -> Some "stopping…"
            | _ -> Some "stopping after this batch…"

        progress.Tell event

    let assembly =
        work
            { options with
                Cancel = interrupt.Token
                Tell = tell }

    if silent.Value then
        progress.Say(ScriptFile.nothingRan script (ScriptFile.declared assembly))

    if interrupt.Token.IsCancellationRequested then
        ExitCode.Interrupted
    else
        ExitCode.Done

/// `gendisc run FILE`
let run (arguments: string list) =
    let own, forScript = Arguments.splitScript arguments
    let parsed = Arguments.parse<RunArguments> "run" Help.run own
    let script = ScriptFile.find "run" (parsed.TryGetResult RunArguments.File)
    let atLeastOne = Arguments.atLeast "run"

    let options =
        { CheckOnly = false
          Runs = Arguments.runsFolder "run" (parsed.TryGetResult RunArguments.Runs)
          Data = Settings.dataFolder (parsed.TryGetResult RunArguments.Data) Settings.environment
          Seed = parsed.TryGetResult Seed
          Epochs = parsed.TryGetResult Epochs |> atLeastOne "--epochs" 1
          Threads = parsed.TryGetResult Threads |> atLeastOne "--threads" 1 |> threads
          Device = device (parsed.TryGetResult Device)
          Kernels = parsed.TryGetResult Kernels |> Option.map kernels
          Fresh = parsed.Contains Fresh
          Full = parsed.Contains RunArguments.Full
          Child = None
          Lane = None
          Cancel = CancellationToken.None
          Tell = ignore }

    let work options = underHost script forScript options

    if LaneProcess.wanted () then
        LaneProcess.serving options (work >> ignore)
        ExitCode.Done
    else
        let lanes = options.Threads |> Option.defaultValue Environment.ProcessorCount
        // several processes would have to share the memory of a graphics card
        let child =
            if options.Device = "cpu" then
                LaneProcess.start lanes ("run" :: arguments)
            else
                None

        shown script (parsed.Contains RunArguments.Json) { options with Child = child } work

/// `gendisc check FILE`
let check (arguments: string list) =
    let own, forScript = Arguments.splitScript arguments
    let parsed = Arguments.parse<CheckArguments> "check" Help.check own
    let script = ScriptFile.find "check" (parsed.TryGetResult CheckArguments.File)
    let planned = Collections.Generic.HashSet<string>()
    // only data that must be read before they are checked need a display
    let display = lazy (Display.create false)
    let begun = ref false

    let line (text: string) =
        begun.Value <- true
        Console.Out.WriteLine text

    /// The first line of a paragraph.
    let heading (text: string) =
        if begun.Value then
            line ""

        line text

    let tell (event: RunEvent) =
        match event with
        | RunEvent.Planned(plan, id, _) when planned.Add id ->
            let name = plan.Experiment.Name
            heading name
            line (String('═', name.Length))
            line (Explain.plan plan)
            line ("run id: " + id)
        | RunEvent.Planned _ -> ()
        | RunEvent.Note text -> heading text
        | RunEvent.Warning text -> line ("warning: " + text)
        | RunEvent.Fetching _ -> display.Value.Tell event
        | _ -> ()

    let options =
        { CheckOnly = true
          Runs = Settings.runsFolder None Settings.environment
          Data = Settings.dataFolder None Settings.environment
          Seed = None
          Epochs = None
          Threads = None
          Device = "cpu"
          Kernels = None
          Fresh = false
          Full = parsed.Contains CheckArguments.Full
          Child = None
          Lane = None
          Cancel = CancellationToken.None
          Tell = tell }

    try
        let assembly = underHost script forScript options

        if planned.Count = 0 then
            line (ScriptFile.nothingRan script (ScriptFile.declared assembly))

        ExitCode.Done
    finally
        if display.IsValueCreated then
            display.Value.Dispose()
