namespace GenDisc

/// Named figures of one split, each a member or, as all the others, by name: `result.Test["top5"]`. NaN stands for a
/// figure that the model or the split does not have; the test split has the most. Of a regression on standardised
/// targets (those of tables and series), the loss is in their units, and in an EpochRecord `mse` too.
type Metrics =
    { Values: Map<string, float> }

    /// A figure by name; NaN where the model has none of that name.
    member this.Item(name: string) =
        Map.tryFind name this.Values |> Option.defaultValue nan

    /// The experiment's loss: its terms' weighted sum, with squared errors in the units that training saw.
    member this.Loss = this["loss"]

    /// Share of examples whose class was told right, 0 to 1.
    member this.Accuracy = this["accuracy"]

    /// −log p(y|x), nats per example.
    member this.CrossEntropy = this["crossEntropy"]

    /// The bound itself: nats per example, higher is better.
    member this.Elbo = this["elbo"]

    /// −E_q[log p(x|z)], nats per example.
    member this.Reconstruction = this["reconstruction"]

    /// KL(q(z|x) ‖ p(z)), nats per example.
    member this.Kl = this["kl"]

    /// Mean squared error of a regression: in a RunResult in the square of the targets' own unit, in an EpochRecord in
    /// the units that training saw, which are the training targets' variance where they were standardised.
    member this.Mse = this["mse"]

    /// Root of `Mse`, in the targets' own unit.
    member this.Rmse = this["rmse"]

    /// Mean absolute error of a regression, in the targets' own unit.
    member this.Mae = this["mae"]

    /// Coefficient of determination: 1 is perfect, 0 as good as the mean, below 0 worse.
    member this.R2 = this["r2"]

    /// Mean absolute error of a forecast over that of the seasonal-naive one on the training segment; test only, no
    /// unit, below 1 is better than naive (Hyndman and Koehler 2006).
    member this.Mase = this["mase"]

    /// Mean −ln p of the true class, nats; test only.
    member this.LogLoss = this["logLoss"]

    /// Mean F1 over the classes, 0 to 1; test only.
    member this.MacroF1 = this["macroF1"]

    /// Area under the ROC curve, mean over the classes, 0 to 1; test only.
    member this.RocAuc = this["rocAuc"]

    /// Expected calibration error, 0 to 1 and lower is better, before any scaling; test only.
    member this.Ece = this["ece"]

    /// Mean Σₖ (pₖ − [k is true])², 0 to 2 and lower is better; test only.
    member this.Brier = this["brier"]

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

/// A test figure over the runs of several seeds.
type SeedFigure =
    {
        Mean: float
        /// Of the sample, with divisor n − 1; NaN for a single run.
        Deviation: float
        /// Lower end of the 95 % interval of the mean, by Student's t with n − 1 degrees of freedom; NaN for a single run.
        Low: float
        /// Upper end of the same interval.
        High: float
        /// Runs that have the figure.
        Count: int
    }

/// What `runSeeds` answers: `result["accuracy"].Mean`.
type SeedsResult =
    {
        /// In the order of the seeds.
        Runs: RunResult list
        Test: Map<string, SeedFigure>
    }

    /// A test figure by name; of NaN and count 0 where no run has one of that name.
    member this.Item(name: string) =
        Map.tryFind name this.Test
        |> Option.defaultValue
            { Mean = nan
              Deviation = nan
              Low = nan
              High = nan
              Count = 0 }

/// What `runTemperatures` answers: `result["isingEnergy"]` is a test figure over temperature.
type TemperaturesResult =
    {
        /// In the order asked for, each with its temperature.
        Runs: (float * RunResult) list
        /// Path of the page with all machines in one figure; None where nothing was trained.
        Page: string option
    }

    /// The temperatures, in the order asked for.
    member this.Temperatures = this.Runs |> List.map fst

    /// A test figure at each temperature, in the order asked for; NaN where a run has none of that name.
    member this.Item(name: string) =
        this.Runs |> List.map (fun (temperature, run) -> temperature, run.Test[name])

    /// The run at a temperature, if it was asked for.
    member this.TryRun(temperature: float) =
        this.Runs |> List.tryFind (fst >> (=) temperature) |> Option.map snd
