/// Runs that do not depend on each other.
module internal GenDisc.Running.Lanes

open GenDisc

/// Every plan's run, in the order of the plans.
let all (options: HostOptions) (perform: Plan -> RunResult) (plans: Plan list) : RunResult list =
    [ for plan in plans do
          options.Cancel.ThrowIfCancellationRequested()
          perform plan ]
