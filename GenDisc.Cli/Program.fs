module GenDisc.Cli.Program

open System
open GenDisc.Cli

[<EntryPoint>]
let main args =
    try
        match List.ofArray args with
        | "run" :: rest -> RunCommand.run rest
        | _ -> ExitCode.Done
    with
    | :? HelpAsked as help ->
        Console.Out.Write help.Message
        ExitCode.Done
    | e ->
        Console.Error.WriteLine(Trouble.describe false [] e)
        Trouble.exitCode e
