namespace GenDisc.Reporting

/// A test figure over the seeds; NaN where the file holds no number.
type internal StudyFigure =
    {
        Mean: float
        Deviation: float
        /// Ends of the 95 % interval of the mean.
        Low: float
        High: float
        Count: int
        /// One for each seed, in their order; NaN where a seed has none.
        Values: float[]
    }

type internal StudyContrast =
    {
        Difference: float
        Low: float
        High: float
        BootstrapLow: float
        BootstrapHigh: float
        P: float
        Adjusted: float
        Effect: float
        Test: string
        /// `better`, `worse`, `none` or `untested`.
        Verdict: string
    }

type internal StudyRun =
    { Seed: int64 option
      Id: string
      Folder: string
      Seconds: float
      Reused: bool }

/// Accuracy under one corruption at one level.
type internal StudyLevel =
    { Corruption: string
      Level: float
      Mean: float
      Low: float
      High: float }

type internal StudyEntry =
    {
        Name: string
        Labels: int64 option
        Weight: float option
        Source: string
        /// Parts of the declaration, experiments inside by name; "" where it is not told.
        Data: string
        Model: string
        Loss: string
        Training: string
        Parameters: int64 option
        Flops: int64 option
        TrainingFlops: float
        Seconds: float
        Epochs: float
        Figures: Map<string, StudyFigure>
        Contrast: StudyContrast option
        OnFront: bool
        Runs: StudyRun list
        Robustness: StudyLevel list
    }

    /// What tells this row from every other one of its study.
    member this.Title =
        match this.Labels, this.Weight with
        | Some n, _ -> $"{this.Name}, {Html.Number.count n} labels"
        | None, Some w -> $"weight {Html.Number.plain w}"
        | None, None -> this.Name

/// What study.json holds.
type internal StudyFile =
    {
        Id: string
        Question: string
        /// `comparison`, `labelCurve` or `pareto`.
        Kind: string
        Metric: string
        Seeds: int64 list
        EqualCompute: bool
        Source: string
        Script: string
        Started: string option
        Seconds: float
        /// Of everything that the machine did meanwhile; NaN where it did not tell.
        Joules: float
        Environment: (string * string) list
        DataTitle: string
        Training: int64 option
        Validation: int64 option
        Test: int64 option
        Family: int64 option
        Front: string list
        Rows: StudyEntry list
        Statements: string list
        Limits: string list
    }

    /// Names of the rows, each once, in their order.
    member this.Names = this.Rows |> List.map _.Name |> List.distinct

    /// Whether all rows have one seed only.
    member this.OneSeed =
        this.Seeds.Length = 1
        || (this.Seeds.IsEmpty && this.Rows |> List.forall (fun row -> row.Runs.Length <= 1))

/// The file and what the run folders of its rows add to it.
type internal StudyFolder =
    {
        File: StudyFile
        /// The first readable run of each row, in the order of the rows.
        Runs: RunFolder option list
        /// What could not be read, for the reader of the report.
        Notes: string list
    }

    /// Each name once, with its first row and the first readable run of any of its rows.
    member this.Models =
        List.zip this.File.Rows this.Runs
        |> List.groupBy (fun (row, _) -> row.Name)
        |> List.map (fun (_, members) -> fst members.Head, members |> List.tryPick snd)

    /// A run that stands for what all have in common: units and data.
    member this.AnyRun = this.Runs |> List.tryPick id
