namespace GenDisc

open System

/// The word for what a quick look and the full protocol differ in, which `open GenDisc` brings into a script.
[<AutoOpen>]
module Budget =
    /// Whether `--full` is among the arguments behind the script of `dotnet fsi script.fsx --full`.
    let internal askedIn (commandLine: string list) =
        let isScript (a: string) =
            a.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase)

        commandLine |> List.skipWhile (isScript >> not) |> List.contains "--full"

    let internal asked () =
        askedIn (List.ofArray (Environment.GetCommandLineArgs()))

    /// The first, or the second under `--full`: `epochs (budget 3 30)`. For values of any type.
    let budget (small: 'a) (full: 'a) : 'a =
        let isFull =
            match Host.tryCurrent () with
            | Some host -> host.Full
            | None -> asked ()

        if isFull then full else small
