namespace GenDisc

open System.Collections.Concurrent
open System.Threading

/// What happens during a run, for whoever displays it.
[<RequireQualifiedAccess>]
type RunEvent =
    /// The experiment is valid; this is its run id and its folder.
    | Planned of plan: Plan * id: string * folder: string
    /// Bytes of a file fetched so far; total is 0 when unknown.
    | Fetching of file: string * received: int64 * total: int64
    | Batch of epoch: int * epochs: int * batch: int * batches: int * examplesPerSecond: float * loss: float
    | Epoch of record: EpochRecord * epochs: int
    /// A long piece of work after training, and the share of it that is done, from 0 to 1.
    | Working of what: string * share: float
    | Note of string
    | Warning of string
    | Finished of RunResult

/// What a script's `run` finds around it.
type HostOptions =
    {
        /// Check and print the plan, train nothing.
        CheckOnly: bool
        Runs: string
        Data: string option
        Seed: int option
        Epochs: int option
        Threads: int option
        Device: string
        /// Train with hand-written kernels or without, whatever the experiment says.
        Kernels: bool option
        /// Train again even if a finished run of the same declaration exists, unless this host has trained it.
        Fresh: bool
        Cancel: CancellationToken
        Tell: RunEvent -> unit
    }

/// The user asked to stop; what there was has been written.
type RunInterrupted(folder: string) =
    inherit GenDisc.Core.Runtime.UserError($"interrupted; what was done so far is in {folder}")
    member _.Folder = folder

/// The host of the current script: AsyncLocal, so that concurrent scripts in one process do not see each other's.
module Host =
    /// Options, and ids of the runs trained under this host so far.
    let private current =
        AsyncLocal<(HostOptions * ConcurrentDictionary<string, unit>) option>()

    /// The surrounding host, or None in plain F# Interactive.
    let tryCurrent () = current.Value |> Option.map fst

    /// Remembers that the run of this id has just been trained.
    let internal trained id =
        current.Value |> Option.iter (fun (_, ids) -> ids[id] <- ())

    /// Whether the run of this id was trained under this host, so that it is fresh.
    let internal hasTrained id =
        current.Value |> Option.exists (fun (_, ids) -> ids.ContainsKey id)

    /// Runs `f` with these options as its host.
    let using (options: HostOptions) (f: unit -> 'a) : 'a =
        let before = current.Value
        current.Value <- Some(options, ConcurrentDictionary())

        try
            f ()
        finally
            current.Value <- before
