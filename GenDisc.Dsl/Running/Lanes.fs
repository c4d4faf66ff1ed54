/// Runs that do not depend on each other.
module internal GenDisc.Running.Lanes

open System
open GenDisc

/// Work whose runs are told of in short and train with one tensor thread each, however many there are at once.
let within (work: HostOptions -> 'a) (options: HostOptions) : 'a = work { options with Threads = Some 1 }

let private isStop (e: exn) =
    match e with
    | :? RunInterrupted
    | :? OperationCanceledException -> true
    | _ -> false

/// Every plan's run in the order of the plans, or why it failed. Raises only what tells that the user asked to stop.
let attempt (options: HostOptions) (perform: Plan -> RunResult) (plans: Plan list) : Result<RunResult, exn> list =
    [ for plan in plans do
          options.Cancel.ThrowIfCancellationRequested()

          try
              Ok(perform plan)
          with e when not (isStop e) ->
              Error e ]

/// Every plan's run, in the order of the plans. Raises what the first of them to fail raised.
let all (options: HostOptions) (perform: Plan -> RunResult) (plans: Plan list) : RunResult list =
    [ for plan in plans do
          options.Cancel.ThrowIfCancellationRequested()
          perform plan ]
