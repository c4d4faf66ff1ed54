namespace GenDisc

[<RequireQualifiedAccess>]
type Optimizer =
    | Adam of rate: float
    | AdamW of rate: float
    | Sgd of rate: float * momentum: float

/// Factor on the learning rate over the epochs.
[<RequireQualifiedAccess>]
type Schedule =
    | Constant
    /// Half a cosine from 1 to 0 over all epochs.
    | Cosine
    /// Times `factor` after every `every` epochs.
    | Step of every: int * factor: float

/// How a model is trained.
type Training =
    {
        Optimizer: Optimizer
        Epochs: int
        Batch: int
        Schedule: Schedule
        /// Epochs over which the rate first grows in a straight line from 0 (0: none).
        WarmUp: int
        /// Largest global gradient norm.
        Clip: float option
        WeightDecay: float
        /// Stop when the validation loss has not improved for this many epochs, and restore the best weights.
        Patience: int option
    }
