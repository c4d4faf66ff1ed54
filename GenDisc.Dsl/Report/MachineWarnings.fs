/// How a run's warnings about a Boltzmann machine begin. Its report has banners of its own for them.
module internal GenDisc.Reporting.MachineWarnings

open System

let unknown = "LOG Z OF THE MACHINE IS NOT KNOWN"
let worse = "THE MACHINE IS WORSE THAN INDEPENDENT"
let level = "the machine is no better than independent"

/// Whether a warning is one of these.
let isOne (warning: string) =
    [ unknown; worse; level ]
    |> List.exists (fun start -> warning.StartsWith(start, StringComparison.Ordinal))
