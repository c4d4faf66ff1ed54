module GenDisc.Cli.Program

open System
open GenDisc
open GenDisc.Cli

let private unknown (word: string) =
    let hint =
        if word.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase) then
            "gendisc run " + word
        else
            "gendisc --help"

    let kind = if word.StartsWith '-' then "option" else "command"
    raise (UsageError("unknown " + kind + " '" + word + "'", hint))

let private command (arguments: string list) =
    match arguments with
    | []
    | ("--help" | "-h" | "help") :: _ ->
        Console.Out.Write(Help.overview Version.text)
        ExitCode.Done
    | "--version" :: _ ->
        Console.Out.WriteLine("gendisc " + Version.text)
        ExitCode.Done
    | "run" :: rest -> RunCommand.run rest
    | "check" :: rest -> RunCommand.check rest
    | "list" :: rest -> ListCommand.list rest
    | "show" :: rest -> ListCommand.show rest
    | "data" :: rest -> DataCommand.run rest
    | "new" :: rest -> NewCommand.run rest
    | word :: _ -> unknown word

[<EntryPoint>]
let main args =
    let arguments = List.ofArray args

    try
        command arguments
    with
    | :? HelpAsked as help ->
        Console.Out.Write help.Message
        ExitCode.Done
    | e ->
        let debug =
            match fst (Arguments.splitScript arguments) with
            | ("run" | "check") :: own -> Some(List.contains "--debug" own)
            | _ -> None

        Console.Error.WriteLine(Trouble.describe debug e: string)
        Trouble.exitCode e
