/// The script named on the command line.
module GenDisc.Cli.ScriptFile

open System
open System.IO
open System.Reflection
open GenDisc

/// Absolute path of a script that can be read; raises UsageError with what is wrong instead.
let find (command: string) (file: string option) =
    let wrong message =
        raise (UsageError(message, "gendisc " + command + " --help"))

    match file with
    | None -> wrong ("which script? As in: gendisc " + command + " quickstart.fsx")
    | Some file ->
        let path = Path.GetFullPath file

        if Directory.Exists path then
            wrong (file + " is a folder; give a script (.fsx)")
        elif not (File.Exists path) then
            wrong ("there is no file " + file)
        elif not (String.Equals(Path.GetExtension path, ".fsx", StringComparison.OrdinalIgnoreCase)) then
            wrong (file + " is not an F# script: its name must end with .fsx")
        else
            try
                File.OpenRead(path).Dispose()
                path
            with
            | :? UnauthorizedAccessException
            | :? IOException as e -> wrong (file + " cannot be read: " + e.Message)

/// Names of the experiments that a compiled script binds at its top level.
let declared (script: Assembly) =
    [ for t in script.GetTypes() do
          for p in t.GetProperties(BindingFlags.Static ||| BindingFlags.Public ||| BindingFlags.NonPublic) do
              if p.PropertyType = typeof<Experiment> then
                  p.Name ]
    |> List.distinct

/// Said after a script that told of no experiment.
let nothingRan (script: string) (declared: string list) =
    let file = Wording.path script

    match declared with
    | [] -> "note: " + file + " runs no experiment"
    | [ name ] ->
        "note: "
        + file
        + " declares "
        + name
        + " but never runs it: end the script with `run "
        + name
        + "`"
    | first :: _ ->
        "note: "
        + file
        + " declares "
        + String.Join(", ", declared)
        + " but runs none of them: end the script with `run "
        + first
        + "`"
