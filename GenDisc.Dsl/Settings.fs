/// Where a run looks for data, writes its folder and how many threads it uses: a flag, else an environment variable,
/// else a default. Pure in the flag and in the environment it is given, so that `gendisc` and plain F# Interactive agree.
module GenDisc.Settings

open System
open System.Globalization
open System.IO
open GenDisc.Core.Data
open GenDisc.Core.Runtime

/// Looks a variable up; None where it is unset or empty.
type Lookup = string -> string option

/// The variables of this process.
let environment: Lookup =
    fun name ->
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

/// The user's cache folder for GenDisc: `$XDG_CACHE_HOME/gendisc` or `~/.cache/gendisc`; under Windows
/// `%LOCALAPPDATA%\gendisc`. A relative XDG_CACHE_HOME is ignored, as its specification asks.
let cacheFolder (lookup: Lookup) =
    let home () =
        lookup "HOME"
        |> Option.defaultWith (fun () -> Environment.GetFolderPath Environment.SpecialFolder.UserProfile)

    let root =
        if OperatingSystem.IsWindows() then
            lookup "LOCALAPPDATA"
            |> Option.defaultWith (fun () -> Environment.GetFolderPath Environment.SpecialFolder.LocalApplicationData)
        else
            match lookup "XDG_CACHE_HOME" with
            | Some folder when Path.IsPathFullyQualified folder -> folder
            | _ -> Path.Combine(home (), ".cache")

    Path.Combine((if Path.IsPathFullyQualified root then root else Path.GetTempPath()), "gendisc")

/// Where downloaded data is kept.
let dataCache (lookup: Lookup) =
    Path.Combine(cacheFolder lookup, "data")

/// The folder that the user says holds the data: `--data`, else GENDISC_DATA, else None (then `dataCache`).
let dataFolder (flag: string option) (lookup: Lookup) =
    flag |> Option.orElseWith (fun () -> lookup "GENDISC_DATA")

/// Folders in which a user's files are looked for, in this order.
let dataRoots (flag: string option) (lookup: Lookup) =
    Option.toList (dataFolder flag lookup) @ [ dataCache lookup ]

/// The data sets that can be loaded by name.
let datasets () = DataStore.Known

/// The store that looks in `dataFolder`, then in `dataCache`, and downloads into the latter.
let dataStore (flag: string option) (lookup: Lookup) =
    DataStore(DataStoreOptions(Option.toObj (dataFolder flag lookup), dataCache lookup))

/// What the store reports while it fetches, as a call of `report file received total` (bytes; total is 0 if unknown),
/// on the thread that fetches.
let fetching (report: string -> int64 -> int64 -> unit) =
    { new IProgress<FetchProgress> with
        member _.Report progress =
            report progress.File progress.Received progress.Total }

/// The folder of run folders: `--runs`, else GENDISC_RUNS, else `runs` in the current directory.
let runsFolder (flag: string option) (lookup: Lookup) =
    flag
    |> Option.orElseWith (fun () -> lookup "GENDISC_RUNS")
    |> Option.defaultValue "runs"

/// Threads of the tensor library: `--threads`, else GENDISC_THREADS, else None (the library's choice).
/// Raises UserError where GENDISC_THREADS is not a number from 1 up.
let threads (flag: int option) (lookup: Lookup) =
    match flag, lookup "GENDISC_THREADS" with
    | Some _, _ -> flag
    | None, None -> None
    | None, Some text ->
        match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, n when n >= 1 -> Some n
        | _ -> raise (UserError $"GENDISC_THREADS is '{text}', but must be a whole number from 1 up")
