namespace GenDisc

open System.Collections.Concurrent
open System.Threading

/// How far several runs are that belong together.
type JobsProgress =
    {
        Total: int
        /// With or without success, or reused.
        Ended: int
        /// Names of those under way, each with how far it is: `hybrid epoch 2 of 5`.
        Running: string list
        /// Seconds until all have ended, once there is something to go by.
        Remaining: float option
    }

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
    /// One of several runs has moved on.
    | Jobs of JobsProgress
    /// One of several runs has finished, or was found finished.
    | JobFinished of RunResult * JobsProgress
    /// One of several runs has failed for this reason.
    | JobFailed of id: string * message: string * JobsProgress

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
        /// The full protocol instead of the small default budget, where a script knows both.
        Full: bool
        /// How runs that do not depend on each other get processes of their own; None: they run here, one by one.
        Child: ChildStart option
        /// Set in such a process: who hands out its work.
        Lane: Lane option
        Cancel: CancellationToken
        Tell: RunEvent -> unit
    }

/// The user asked to stop; what there was has been written.
type RunInterrupted(folder: string) =
    inherit GenDisc.Core.Runtime.UserError($"interrupted; what was done so far is in {folder}")
    member _.Folder = folder

/// The host of the current script: AsyncLocal, so that concurrent scripts in one process do not see each other's.
module Host =
    type private State =
        {
            Options: HostOptions
            /// Ids of runs, each with whether it has been trained under this host (true) or must be (false).
            Known: ConcurrentDictionary<string, bool>
            /// Of every batch of independent runs so far: what failed, by id.
            Batches: ResizeArray<Map<string, exn>>
        }

    let private current = AsyncLocal<State option>()

    /// The surrounding host, or None in plain F# Interactive.
    let tryCurrent () = current.Value |> Option.map _.Options

    /// Remembers that the run of this id has just been trained.
    let internal trained id =
        current.Value |> Option.iter (fun state -> state.Known[id] <- true)

    /// Asks that the run of this id be trained though it may be finished.
    let internal renew id =
        current.Value |> Option.iter (fun state -> state.Known[id] <- false)

    /// Whether a finished run of this id is good enough under these options.
    let internal mayReuse (options: HostOptions) id =
        match current.Value with
        | Some state ->
            match state.Known.TryGetValue id with
            | true, trained -> trained
            | _ -> not options.Fresh
        | None -> not options.Fresh

    /// What failed in every batch of independent runs under this host, to be added to; of its own where there is none.
    let internal batches () =
        match current.Value with
        | Some state -> state.Batches
        | None -> ResizeArray()

    /// Runs `f` with these options as its host.
    let using (options: HostOptions) (f: unit -> 'a) : 'a =
        let before = current.Value

        current.Value <-
            Some
                { Options = options
                  Known = ConcurrentDictionary()
                  Batches = ResizeArray() }

        try
            f ()
        finally
            current.Value <- before
