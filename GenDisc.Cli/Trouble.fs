namespace GenDisc.Cli

open System
open System.Diagnostics
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// The command line is wrong: exit code 2, the message, and where to read more.
type UsageError(message: string, help: string) =
    inherit Exception(message)
    /// The command that explains: `gendisc run --help`.
    member _.Help = help

/// The script does not compile: exit code 2.
type ScriptError(messages: Diagnostic list) =
    inherit Exception("the script does not compile")
    member _.Messages = messages

/// What a running script threw, with the script's source files.
type ScriptStopped(sources: string list, inner: exn) =
    inherit Exception(inner.Message, inner)
    member _.Sources = sources

[<RequireQualifiedAccess>]
module ExitCode =
    [<Literal>]
    let Done = 0

    [<Literal>]
    let Failed = 1

    [<Literal>]
    let Invalid = 2

    [<Literal>]
    let Interrupted = 130

/// What the user reads when something goes wrong.
module Trouble =
    /// The exception that tells what happened, without the wrappers of static initialisers, reflection and tasks.
    let rec unwrap (e: exn) =
        match e, e.InnerException with
        | :? ScriptStopped, (NonNull inner)
        | :? TypeInitializationException, (NonNull inner)
        | :? Reflection.TargetInvocationException, (NonNull inner) -> unwrap inner
        | :? AggregateException as many, (NonNull inner) when many.InnerExceptions.Count = 1 -> unwrap inner
        | _ -> e

    let exitCode (e: exn) =
        match unwrap e with
        | :? RunInterrupted
        | :? OperationCanceledException -> ExitCode.Interrupted
        | :? InvalidExperiment
        | :? UsageError
        | :? ScriptError -> ExitCode.Invalid
        | _ -> ExitCode.Failed

    /// The innermost place in one of the script's own files.
    let private place (sources: string list) (e: exn) =
        let frames = StackTrace(e, true).GetFrames()

        frames
        |> Array.tryPick (fun frame ->
            match frame.GetFileName() with
            | NonNull file when List.contains file sources && frame.GetFileLineNumber() > 0 ->
                Some(file, frame.GetFileLineNumber())
            | _ -> None)

    let private sourceLine (file: string) (line: int) =
        try
            File.ReadLines file |> Seq.item (line - 1) |> _.Trim() |> Diagnostic.printable
        with
        | :? IOException
        | :? UnauthorizedAccessException
        | :? ArgumentException -> ""

    /// The tensor library appends the frames of its own C++ code to a message, which tell a script's author nothing.
    let private withoutNativeFrames (message: string) =
        let isFrame (line: string) =
            let line = line.TrimStart()

            line.StartsWith("Exception raised from", StringComparison.Ordinal)
            || line.StartsWith("frame #", StringComparison.Ordinal)

        String.Join("\n", message.Split '\n' |> Array.takeWhile (isFrame >> not)).TrimEnd()

    /// What the user reads. `debug` is whether to show the stack trace; None where the command has no --debug.
    let describe (debug: bool option) (thrown: exn) =
        let traced = (debug = Some true)

        let sources =
            match thrown with
            | :? ScriptStopped as s -> s.Sources
            | _ -> []

        let e = unwrap thrown

        let text, explainsItself =
            match e with
            | :? ScriptError as s -> Diagnostic.renderAll s.Messages, true
            | :? UsageError as u -> "gendisc: " + u.Message + "\n  hint: " + u.Help, true
            | :? UserError -> e.Message, true
            | :? OperationCanceledException -> "interrupted", true
            | _ ->
                let message = if traced then e.Message else withoutNativeFrames e.Message
                let what = e.GetType().Name + ": " + message

                match place sources e with
                | Some(file, line) ->
                    let number = string line
                    let source = sourceLine file line
                    $"{Wording.path file}:{number}: error: {what}\n  {number} | {source}", false
                | None -> "error: " + what, false

        if traced then
            // UserError prints as its message alone, so the trace is asked for
            $"{text}\n{e.GetType().FullName}\n{e.StackTrace}\n{e.InnerException}".TrimEnd()
        elif explainsItself || debug.IsNone then
            text
        else
            text + "\n  hint: --debug shows the stack trace"
