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

    /// The text for the user. `sources` are the script's files; `debug` adds the stack trace.
    let describe (debug: bool) (sources: string list) (wrapped: exn) =
        let e = unwrap wrapped

        let text =
            match e with
            | :? ScriptError as s -> s.Messages |> List.map Diagnostic.render |> String.concat "\n"
            | :? UsageError as u -> $"gendisc: {u.Message}\n  hint: {u.Help}"
            | :? UserError -> e.Message
            | :? OperationCanceledException -> "interrupted"
            | _ ->
                let what = $"{e.GetType().Name}: {e.Message}"

                match place sources e with
                | Some(file, line) ->
                    $"{Diagnostic.displayPath file}:{line}: error: {what}\n  {line} | {sourceLine file line}"
                | None -> $"error: {what}"

        match e with
        | _ when debug -> $"{text}\n{wrapped.GetType().FullName}: {wrapped.Message}\n{wrapped.StackTrace}" + (if isNull wrapped.InnerException then "" else $"\n{wrapped.InnerException}")
        | :? ScriptError
        | :? UsageError
        | :? UserError
        | :? OperationCanceledException -> text
        | _ -> text + "\n  hint: --debug shows the stack trace"
