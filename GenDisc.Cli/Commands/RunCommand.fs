/// `gendisc run` and `gendisc check`: a script under the host.
module GenDisc.Cli.RunCommand

open System
open System.IO
open GenDisc

/// Absolute path of a script that can be read; raises UsageError with what is wrong instead.
let private scriptPath (command: string) (file: string option) =
    let help = $"gendisc {command} --help"

    match file with
    | None -> raise (UsageError($"{command} needs a script, as in: gendisc {command} quickstart.fsx", help))
    | Some file ->
        let path = Path.GetFullPath file

        if Directory.Exists path then
            raise (UsageError($"{file} is a folder; give a script (.fsx)", help))
        elif not (File.Exists path) then
            raise (UsageError($"there is no file {file}", help))
        elif not (String.Equals(Path.GetExtension path, ".fsx", StringComparison.OrdinalIgnoreCase)) then
            raise (UsageError($"{file} is not an F# script: its name must end with .fsx", help))
        else
            try
                File.OpenRead(path).Dispose()
                path
            with e ->
                raise (UsageError($"{file} cannot be read: {e.Message}", help))

let run (arguments: string list) =
    let own, forScript = Arguments.splitScript arguments
    let parsed = Arguments.parse<RunArguments> "run" [ "gendisc run quickstart.fsx" ] own
    let script = scriptPath "run" (parsed.TryGetResult RunArguments.File)
    let cache = Path.Combine(Settings.cacheFolder Settings.environment, "scripts")

    match ScriptHost.prepare cache AppContext.BaseDirectory script with
    | Error messages -> raise (ScriptError messages)
    | Ok(entry, warnings) ->
        for warning in warnings do
            eprintfn "%s" (Diagnostic.render warning)

        ScriptHost.execute entry script forScript
        ExitCode.Done
