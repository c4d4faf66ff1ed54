namespace GenDisc

/// What a comparison with the first row says of a row, after correction for how many comparisons there are.
[<RequireQualifiedAccess>]
type Verdict =
    | Better
    | Worse
    | NoDifferenceDetected
    /// Too few runs to test.
    | NotTested

/// A row held against the first one of its study, seed by seed, by the figure that decides.
type Contrast =
    {
        /// Mean of this row less the first one's, in the figure's own unit.
        Difference: float
        /// Ends of its 95 % interval: Student's t over seeds; with one seed, bootstrap over the test examples they share.
        Low: float
        High: float
        /// Ends of the 95 % interval of the paired bootstrap over seeds (percentiles); NaN with one seed.
        BootstrapLow: float
        BootstrapHigh: float
        /// Two-sided: paired t-test over seeds, exact McNemar test with one seed; NaN where neither can be had.
        P: float
        /// The same after Holm's correction over all comparisons of the study.
        Adjusted: float
        /// Cohen's d_z of the paired differences over seeds (mean over deviation); with one seed NaN.
        Effect: float
        /// "paired t-test", "McNemar's test" or "none".
        Test: string
        Verdict: Verdict
    }

/// One row of a study at one number of labels or weight.
type StudyRow =
    {
        Name: string
        /// As it was run with the first seed.
        Experiment: Experiment
        /// Of a label curve.
        Labels: int option
        /// Of a Pareto front.
        Weight: float option
        /// In the order of the seeds; without those that failed.
        Runs: RunResult list
        /// The seeds of `Runs`.
        Seeds: int list
        /// Seeds whose run failed, and why.
        Missing: (int * string) list
        /// Test figures over the seeds.
        Test: Map<string, SeedFigure>
        /// None for the row that others are held against.
        Contrast: Contrast option
        Parameters: int64
        /// One pass forward over one example.
        Flops: int64
        /// Floating-point operations of the training, forward and back, and of what it is built on; mean over seeds.
        TrainingFlops: float
        /// Wall time of the training and of what it is built on; mean over seeds.
        Seconds: float
        /// Whether no other weight is better in one figure of the front and at least as good in all others.
        OnFront: bool
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

/// What a study answers: `result["hybrid"].["accuracy"].Mean`.
type StudyResult =
    {
        Id: string
        Question: string
        Folder: string
        /// The test figure that decided.
        Metric: string
        /// In the order of the study; of a label curve, all rows at one number of labels after another.
        Rows: StudyRow list
        /// What the numbers say, in sentences.
        Statements: string list
    }

    /// The first row of this name; of a study that was only checked it has no runs. Throws KeyNotFoundException where there
    /// is none.
    member this.Item(name: string) =
        match this.Rows |> List.tryFind (fun row -> row.Name = name) with
        | Some row -> row
        | None -> raise (System.Collections.Generic.KeyNotFoundException $"no row is called {name}")

    /// The row of this name at this number of labels.
    member this.TryAt(name: string, labels: int) =
        this.Rows
        |> List.tryFind (fun row -> row.Name = name && row.Labels = Some labels)
