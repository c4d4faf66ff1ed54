namespace GenDisc.Cli

open System
open System.IO
open Argu
open GenDisc

type RunArguments =
    | [<MainCommand; Unique>] File of file: string
    | [<Unique>] Data of dir: string
    | [<Unique>] Runs of dir: string
    | [<Unique>] Seed of n: int
    | [<Unique>] Epochs of n: int
    | [<Unique>] Threads of n: int
    | [<Unique>] Device of name: string
    | [<Unique>] Kernels of choice: string
    | [<Unique>] Full
    | [<Unique>] Fresh
    | [<Unique>] Json
    | [<Unique>] Debug

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the script (.fsx); what follows -- goes to the script as fsi.CommandLineArgs"
            | Data _ -> "folder with the data sets (default: GENDISC_DATA, else the user's cache folder)"
            | Runs _ -> "folder of the run folders (default: GENDISC_RUNS, else ./runs)"
            | Seed _ -> "seed instead of the experiment's own"
            | Epochs _ -> "epochs instead of the experiment's own"
            | Threads _ ->
                "threads of the tensor library; of a study or search, runs at once (default: GENDISC_THREADS, else all cores)"
            | Device _ -> "cpu, or cuda where the build has it"
            | Kernels _ ->
                "on, or off: train with libtorch's own operations only (default: as the experiment says, else on)"
            | Full -> "the full protocol instead of the small default budget, where the script says `budget small full`"
            | Fresh -> "train again even if this experiment has a finished run"
            | Json -> "one line of JSON per finished run on stdout, everything else on stderr"
            | Debug -> "show stack traces"

type CheckArguments =
    | [<MainCommand; Unique>] File of file: string
    | [<Unique>] Full
    | [<Unique>] Debug

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the script (.fsx)"
            | Full -> "check the full protocol instead of the small default budget"
            | Debug -> "show stack traces"

type ListArguments =
    | [<Unique>] Runs of dir: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Runs _ -> "folder of the run folders (default: GENDISC_RUNS, else ./runs)"
            | Json -> "one line of JSON per run, study or search"

type ShowArguments =
    | [<MainCommand; Unique>] Run of run: string
    | [<Unique>] Runs of dir: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Run _ -> "the id of a run, study or search, the beginning of one, or its folder"
            | Runs _ -> "folder of the run folders (default: GENDISC_RUNS, else ./runs)"

type DataArguments =
    | [<MainCommand; Unique>] Words of words: string list
    | [<Unique>] Data of dir: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Words _ -> "list, or get NAME"
            | Data _ -> "folder to look in first (default: GENDISC_DATA)"

type NewArguments =
    | [<MainCommand; Unique>] Name of name: string
    | [<Unique>] Series

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Name _ -> "name of the script, with or without .fsx"
            | Series -> "a forecast of a series, instead of a model of images"

/// Asked for by --help: the text to print, exit code 0.
type HelpAsked(text: string) =
    inherit Exception(text)

module Arguments =
    /// What follows the first `--` belongs to the script.
    let splitScript (arguments: string list) =
        match List.tryFindIndex ((=) "--") arguments with
        | Some i -> List.take i arguments, List.skip (i + 1) arguments
        | None -> arguments, []

    /// Argu's message is followed by its usage text; the first line says what is wrong.
    let private firstLine (message: string) =
        let line = (Array.head (message.Split(char 10))).Trim()

        if line.StartsWith("ERROR: ", StringComparison.Ordinal) then
            line.Substring 7
        else
            line

    /// Parses the arguments of one command. Raises UsageError, or HelpAsked with the usage and these examples.
    let parse<'T when 'T :> IArgParserTemplate> (command: string) (examples: string list) (arguments: string list) =
        let program = "gendisc " + command

        let parser =
            ArgumentParser.Create<'T>(programName = program, checkStructure = false)

        try
            parser.ParseCommandLine(Array.ofList arguments, ignoreMissing = false)
        with :? ArguParseException as e ->
            match e.ErrorCode with
            | ErrorCode.HelpText ->
                let lines = String.Join("\n", examples |> List.map (fun x -> "    " + x))
                raise (HelpAsked(parser.PrintUsage() + "\nEXAMPLES:\n\n" + lines + "\n"))
            | _ -> raise (UsageError(firstLine e.Message, program + " --help"))

    /// Raises UsageError unless the number is at least `least`.
    let atLeast (command: string) (flag: string) (least: int) (value: int option) =
        match value with
        | Some n when n < least ->
            raise (UsageError($"{flag} is {n}, but must be at least {least}", $"gendisc {command} --help"))
        | _ -> value

    /// The folder of run folders, which need not exist yet. Raises UsageError where it is a file.
    let runsFolder (command: string) (flag: string option) =
        let folder = Settings.runsFolder flag Settings.environment

        if File.Exists folder then
            raise (UsageError("the folder of the runs, " + folder + ", is a file", $"gendisc {command} --help"))

        folder
