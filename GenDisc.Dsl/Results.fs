namespace GenDisc

/// Named figures of one split. `Elbo` is the bound itself: nats per example, higher is better.
type Metrics =
    { Values: Map<string, float> }

    /// A figure by name; NaN where the model has none of that name.
    member this.Item(name: string) =
        Map.tryFind name this.Values |> Option.defaultValue nan

    member this.Loss = this["loss"]
    member this.Accuracy = this["accuracy"]
    member this.CrossEntropy = this["crossEntropy"]
    member this.Elbo = this["elbo"]
    member this.Reconstruction = this["reconstruction"]
    member this.Kl = this["kl"]
    member this.Mse = this["mse"]

/// One line of `metrics.jsonl`.
type EpochRecord =
    {
        /// Counted from 1.
        Epoch: int
        Seconds: float
        ExamplesPerSecond: float
        LearningRate: float
        /// Weight of every loss term in this epoch.
        Weights: Map<string, float>
        Train: Metrics
        Validation: Metrics
    }

[<RequireQualifiedAccess>]
type Status =
    | Done
    | Interrupted
    | Failed

/// What `run` answers, and what `result.json` holds in short.
type RunResult =
    {
        Id: string
        Name: string
        Folder: string
        Status: Status
        Train: Metrics
        Validation: Metrics
        Test: Metrics
        /// Wall time of training alone.
        Seconds: float
        ExamplesPerSecond: float
        /// True when an earlier run of the same declaration was found and nothing was trained.
        Reused: bool
    }
