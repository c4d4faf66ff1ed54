namespace GenDisc.Cli

open System
open System.Diagnostics
open GenDisc
open Spectre.Console

/// A moving status line, and above it one line per epoch that stays.
type internal LiveProgress(terminal: Terminal) =
    /// At most this often, so that showing costs nothing beside training.
    static let interval = Stopwatch.Frequency / 10L

    let mutable lastShown = 0L
    let mutable trainingSince = 0L
    let mutable firstBatch = 0
    let savedOut = Console.Out
    let savedError = Console.Error

    let isDue () =
        let now = Stopwatch.GetTimestamp()

        if now - lastShown >= interval then
            lastShown <- now
            true
        else
            false

    let show (parts: StatusLine.Parts) =
        let escape (s: string) = Markup.Escape s

        terminal.ShowStatus(
            "[bold]"
            + escape parts.Head
            + "[/][green]"
            + escape parts.Done
            + "[/][grey]"
            + escape parts.Rest
            + "[/]"
            + escape parts.Tail
        )

    let say (style: string) (text: string) =
        terminal.Permanent(fun console -> console.MarkupLine("[" + style + "]" + Markup.Escape text + "[/]"))

    /// From the pace since training began, validation included.
    let remaining (epoch: int) (epochs: int) (batch: int) (batches: int) =
        let step = (epoch - 1) * batches + batch

        if trainingSince = 0L then
            trainingSince <- Stopwatch.GetTimestamp()
            firstBatch <- step
            None
        elif step <= firstBatch then
            None
        else
            let elapsed = Stopwatch.GetElapsedTime(trainingSince).TotalSeconds
            Some(elapsed / float (step - firstBatch) * float (epochs * batches - step))

    /// How far several runs are, in the columns that there are.
    let several (jobs: JobsProgress) =
        let text = Wording.jobs jobs
        let width = terminal.Width - 1

        if text.Length <= width then
            text
        else
            text.Substring(0, max 0 (width - 1)) + "…"

    /// A rule under the header; each column is padded by 1 on either side. What does not fit so goes without.
    let table (result: RunResult) (console: IAnsiConsole) =
        let rows = Outcome.rows result
        let plain = Wording.table rows
        let widest = 0 :: (plain |> List.map _.Length) |> List.max

        match rows with
        | header :: rows when widest + 4 <= terminal.Width ->
            let table = Table()
            table.Border <- TableBorder.Simple

            header
            |> List.iteri (fun i name ->
                let column = TableColumn(Markup.Escape name)
                table.AddColumn(if i = 0 then column else column.RightAligned()) |> ignore)

            for row in rows do
                table.AddRow(row |> List.map Markup.Escape |> Array.ofList) |> ignore

            console.Write table
        | _ -> plain |> List.iter console.WriteLine

    let exiting = EventHandler(fun _ _ -> terminal.ClearStatus())

    do
        Console.SetOut(new PassingWriter(terminal, savedOut))

        if not Console.IsErrorRedirected then
            Console.SetError(new PassingWriter(terminal, savedError))

        // a script may call `exit`
        AppDomain.CurrentDomain.ProcessExit.AddHandler exiting

    interface RunDisplay with
        member _.Say text = say "yellow" text

        member _.Tell event =
            match event with
            | RunEvent.Batch(epoch, epochs, batch, batches, examplesPerSecond, loss) ->
                if isDue () then
                    { StatusLine.Epoch = epoch
                      StatusLine.Epochs = epochs
                      StatusLine.Batch = batch
                      StatusLine.Batches = batches
                      StatusLine.ExamplesPerSecond = examplesPerSecond
                      StatusLine.Loss = loss
                      StatusLine.Remaining = remaining epoch epochs batch batches }
                    |> StatusLine.training terminal.Unicode (terminal.Width - 1)
                    |> show
            | RunEvent.Fetching(file, received, total) ->
                if total > 0L && received >= total then
                    say "grey" (Wording.reading file received total).Did
                elif isDue () then
                    StatusLine.reading terminal.Unicode (terminal.Width - 1) file received total
                    |> show
            | RunEvent.Planned(plan, id, _) ->
                trainingSince <- 0L
                say "bold" (plan.Experiment.Name + ": run " + id)
            | RunEvent.Epoch(record, epochs) ->
                say "default" (Wording.epoch (terminal.Width - 1) record epochs)

                if record.Epoch = epochs then
                    terminal.ShowStatus "[grey]evaluating and writing the report…[/]"
            | RunEvent.Working(what, share) ->
                if isDue () then
                    terminal.ShowStatus $"[grey]{Markup.Escape what}… {Wording.fixedPoint 0 (100.0 * share)} %%[/]"
            | RunEvent.Jobs jobs -> terminal.ShowStatus(Markup.Escape(several jobs))
            | RunEvent.JobFinished(result, _) when result.Reused -> ()
            | RunEvent.JobFinished(result, jobs) -> say "default" (Outcome.brief result { jobs with Running = [] })
            | RunEvent.JobFailed(id, message, jobs) ->
                say "yellow" (Outcome.failure id message { jobs with Running = [] })
            | RunEvent.Note text -> say "grey" text
            | RunEvent.Warning text -> say "yellow" ("warning: " + text)
            | RunEvent.Finished result ->
                trainingSince <- 0L
                say "bold" (Outcome.headline result)
                terminal.Permanent(table result)

                Outcome.report result.Folder
                |> Option.iter (fun path -> say "default" ("report: " + path))

        member _.Dispose() =
            terminal.ClearStatus()
            Console.SetOut savedOut
            Console.SetError savedError
            AppDomain.CurrentDomain.ProcessExit.RemoveHandler exiting

/// Chooses how to show progress.
module internal Display =
    let private live () =
        let output = AnsiConsoleOutput Console.Out
        let console = AnsiConsole.Create(AnsiConsoleSettings(Out = output))

        if console.Profile.Capabilities.Ansi then
            Some(new LiveProgress(Terminal(Console.Out, console)) :> RunDisplay)
        else
            None

    /// Live on a terminal, plain lines elsewhere; with `json`, stdout is kept for the JSON lines, so the script's own
    /// output goes to stderr too.
    let create (json: bool) : RunDisplay =
        if json then
            let stdout = Console.Out
            Console.SetOut Console.Error
            new JsonProgress(stdout, Console.Error)
        else
            let dumb = (Environment.GetEnvironmentVariable "TERM" = "dumb")

            // Spectre is only loaded where it is used
            match Console.IsOutputRedirected || dumb with
            | true -> new PlainDisplay(Console.Out)
            | false -> live () |> Option.defaultWith (fun () -> new PlainDisplay(Console.Out))
