/// `gendisc run` as one of several processes: how the first starts others, and how those find themselves one of them.
module internal GenDisc.Cli.LaneProcess

open System
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open System.Text
open GenDisc

/// This program again, with these arguments of its own: by `dotnet` where that runs it, else by its executable.
let start (lanes: int) (arguments: string list) : ChildStart option =
    let dll =
        match Assembly.GetEntryAssembly() with
        | null -> ""
        | entry -> entry.Location

    match Environment.ProcessPath with
    | null -> None
    | program ->
        let isMuxer =
            String.Equals(Path.GetFileNameWithoutExtension program, "dotnet", StringComparison.OrdinalIgnoreCase)

        if isMuxer && dll = "" then
            None
        else
            Some
                { Program = program
                  CommandLine = if isMuxer then dll :: arguments else arguments
                  WorkingFolder = Directory.GetCurrentDirectory()
                  Lanes = lanes }

/// Whether another process started this one to perform runs. Forgotten at once, so that what the script starts is none.
let wanted () =
    let asked = (Settings.environment LaneWords.Variable).IsSome

    if asked then
        Environment.SetEnvironmentVariable(LaneWords.Variable, null)

    asked

let private leave () =
    // an orderly exit would take libtorch apart under the thread that computes with it
    if not (OperatingSystem.IsWindows()) then
        Native.exitAtOnce ExitCode.Interrupted

    exit ExitCode.Interrupted

/// Performs runs for the process at the other end of stdin and stdout, which the script does not get to see.
let serving (options: HostOptions) (work: HostOptions -> unit) =
    let encoding = UTF8Encoding false
    let requests = new StreamReader(Console.OpenStandardInput(), encoding)

    let answers =
        new StreamWriter(Console.OpenStandardOutput(), encoding, NewLine = "\n")

    Console.SetIn TextReader.Null
    Console.SetOut TextWriter.Null
    // a terminal sends Ctrl-C to all of its processes; the first one says what comes of it
    use _deaf =
        PosixSignalRegistration.Create(PosixSignal.SIGINT, fun context -> context.Cancel <- true)

    use lane = new Lane(requests, answers, leave)

    work
        { options with
            Threads = Some 1
            Fresh = false
            Child = None
            Lane = Some lane
            Cancel = lane.Token
            Tell = GenDisc.Running.LaneServer.tell lane }
