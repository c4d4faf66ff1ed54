/// What several test files share: temporary folders, cultures, and `gendisc` as a process of its own.
module GenDisc.Cli.Tests.Support

open System
open System.Diagnostics
open System.Globalization
open System.IO
open GenDisc

/// A folder that lives as long as the test.
type TempFolder() =
    let path = Directory.CreateTempSubdirectory("gendisc-test-").FullName
    member _.Path = path
    member _.File(name: string) = Path.Combine(path, name)

    member this.Write(name: string, text: string) =
        let file = this.File name
        Directory.CreateDirectory(string (Path.GetDirectoryName file)) |> ignore
        File.WriteAllText(file, text)
        file

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

let underCulture (name: string) (f: unit -> 'a) =
    let before = CultureInfo.CurrentCulture
    CultureInfo.CurrentCulture <- CultureInfo.GetCultureInfo name

    try
        f ()
    finally
        CultureInfo.CurrentCulture <- before

let metrics (values: (string * float) list) : Metrics = { Values = Map.ofList values }

let result: RunResult =
    { Id = "hybrid-0a1b2c3d"
      Name = "hybrid"
      Folder = "runs/hybrid-0a1b2c3d"
      Status = Status.Done
      Train = metrics [ "loss", 11.5; "accuracy", 0.98125 ]
      Validation = metrics [ "loss", 12.25; "accuracy", nan ]
      Test = metrics [ "loss", 12.0; "accuracy", 0.965; "elbo", -108.75 ]
      Seconds = 22.5
      ExamplesPerSecond = 12034.5
      Reused = false }

let epochRecord: EpochRecord =
    { Epoch = 2
      Seconds = 4.4
      ExamplesPerSecond = 12034.5
      LearningRate = 1e-3
      Weights = Map.empty
      Train = metrics [ "loss", 0.3; "accuracy", 0.97; "elbo", -100.25; "kl", 20.0 ]
      Validation = metrics [ "loss", 0.5; "accuracy", 0.96; "elbo", -101.5; "kl", 20.0 ] }

/// The top folder of the repository.
let repository =
    let rec up (folder: DirectoryInfo) =
        if File.Exists(Path.Combine(folder.FullName, "GenDisc.sln")) then
            folder.FullName
        else
            match folder.Parent with
            | null -> failwith "GenDisc.sln is in no folder above the tests"
            | parent -> up parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// The tool as built: its own output folder (`bin/Release/net10.0/`), of the configuration of these tests.
let toolFolder =
    let below =
        Path.GetRelativePath(Path.Combine(repository, "tests", "GenDisc.Cli.Tests"), AppContext.BaseDirectory)

    Path.Combine(repository, "GenDisc.Cli", below)

/// How a process ended.
type Ended =
    { Code: int
      Out: string
      Error: string }

/// `dotnet` with these arguments, without the variables that would lead it to this machine's data and runs.
let dotnet (folder: string) (variables: (string * string) list) (arguments: string list) =
    let info =
        ProcessStartInfo(
            "dotnet",
            arguments,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    for name in [ "GENDISC_DATA"; "GENDISC_RUNS"; "GENDISC_THREADS" ] do
        info.Environment.Remove name |> ignore

    for name, value in variables do
        info.Environment[name] <- value

    match Process.Start info with
    | null -> failwith "dotnet does not start"
    | p -> p

let start (cache: string) (folder: string) (variables: (string * string) list) (arguments: string list) =
    dotnet folder (("XDG_CACHE_HOME", cache) :: variables) (Path.Combine(toolFolder, "gendisc.dll") :: arguments)

/// Waits for a process; one that hangs is killed and fails the test.
let finish (p: Process) =
    let out = p.StandardOutput.ReadToEndAsync()
    let error = p.StandardError.ReadToEndAsync()

    if not (p.WaitForExit 120_000) then
        p.Kill true
        failwith "gendisc did not end within two minutes"

    { Code = p.ExitCode
      Out = out.Result
      Error = error.Result }

let gendisc (cache: string) (folder: string) (variables: (string * string) list) (arguments: string list) =
    use p = start cache folder variables arguments
    finish p
