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
            File.ReadLines file |> Seq.item (line - 1) |> _.Trim()
        with
        | :? IOException
        | :? UnauthorizedAccessException
        | :? ArgumentException -> ""

    /// What the user reads; `debug` adds the stack trace.
    let describe (debug: bool) (thrown: exn) =
        let sources =
            match thrown with
            | :? ScriptStopped as s -> s.Sources
            | _ -> []

        let e = unwrap thrown

        let text, explainsItself =
            match e with
            | :? ScriptError as s -> s.Messages |> List.map Diagnostic.render |> String.concat "\n", true
            | :? UsageError as u -> "gendisc: " + u.Message + "\n  hint: " + u.Help, true
            | :? UserError -> e.Message, true
            | :? OperationCanceledException -> "interrupted", true
            | _ ->
                let what = e.GetType().Name + ": " + e.Message

                match place sources e with
                | Some(file, line) ->
                    let number = string line
                    let source = sourceLine file line
                    $"{Wording.path file}:{number}: error: {what}\n  {number} | {source}", false
                | None -> "error: " + what, false

        if debug then
            // UserError prints as its message alone, so the trace is asked for
            $"{text}\n{e.GetType().FullName}\n{e.StackTrace}\n{e.InnerException}".TrimEnd()
        elif explainsItself then
            text
        else
            text + "\n  hint: --debug shows the stack trace"
