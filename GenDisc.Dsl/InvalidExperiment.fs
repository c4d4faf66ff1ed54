namespace GenDisc

/// A declaration that cannot be run. The message is the whole explanation.
type InvalidExperiment(message: string) =
    inherit GenDisc.Core.Runtime.UserError(message)
