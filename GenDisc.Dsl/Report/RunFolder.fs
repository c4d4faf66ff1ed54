namespace GenDisc.Reporting

open GenDisc.Reporting.EnergyFiles

type internal PlanRow =
    { Block: string
      In: string
      Out: string
      Parameters: int64
      Flops: int64 }

type internal PlanTerm =
    { Name: string
      Weight: float option
      Schedule: string option }

type internal PlanFile =
    {
        Rows: PlanRow list
        Parameters: int64
        Flops: int64
        Loss: string option
        Terms: PlanTerm list
        Likelihood: string option
        Latent: int option
        Shape: int list
        Classes: int option
        Training: string option
        /// The diffusion model as it was declared.
        Written: string option
    }

    member private this.Has(word: string) =
        this.Rows
        |> List.exists (fun row -> row.Block.StartsWith(word, System.StringComparison.Ordinal))

    /// The diffusion model, if it is one.
    member this.Diffusion =
        match this.Written, this.Rows |> List.map _.Block with
        | Some written, blocks -> DiffusionFile.declared (blocks @ [ $"diffusion ({written})" ])
        | None, _ -> None

    /// Whether the model is model M2.
    member this.IsM2 = this.Has "m2 "

    /// Whether what encodes and decodes is told the class.
    member this.IsToldClasses = this.IsM2 || this.Has "cvae "

type internal EpochLine =
    { Epoch: int
      Seconds: float option
      LearningRate: float option
      Weights: Map<string, float>
      Train: Map<string, float>
      Validation: Map<string, float> }

type internal ResultFile =
    { Id: string
      Name: string
      Status: string
      Message: string option
      Seed: int64 option
      Started: string option
      Seconds: float option
      TotalSeconds: float option
      ExamplesPerSecond: float option
      Epochs: int option
      BestEpoch: int option
      Parameters: int64 option
      Flops: int64 option
      Metrics: Map<string, float>
      Classes: string list
      Confusion: int64[][]
      Environment: (string * string) list
      Data: (string * string * int64 option) list
      Counts: Map<string, int64>
      Warnings: string list }

type internal LatentFile =
    { Method: string
      Explained: float list
      Points: (float * float)[]
      Labels: int[] }

type internal PlaneFile =
    {
        Data: (float * float)[]
        Labels: int[]
        Samples: (float * float)[]
        /// Empty where samples are of no class.
        SampleLabels: int[]
        Reconstructions: (float * float)[]
    }

type internal PredictionsFile = { Truth: float[]; Prediction: float[] }

/// Everything a report may show. What is absent stays absent.
type internal RunFolder =
    {
        FolderName: string
        Source: string option
        Plan: PlanFile option
        Epochs: EpochLine list
        Result: ResultFile option
        Reconstructions: byte[] option
        Samples: byte[] option
        Latent: LatentFile option
        Plane: PlaneFile option
        Predictions: PredictionsFile option
        Evaluation: EvaluationFile option
        MistakesPicture: byte[] option
        MistakeSeries: Mistake list
        Sequences: SequenceExample list
        Preparation: PreparationFile option
        PreparationPicture: byte[] option
        Augmented: byte[] option
        Filters: byte[] option
        Features: FeaturesFile option
        Regression: RegressionFile option
        Forecast: ForecastFile option
        Outside: OutsideFile option
        Boltzmann: BoltzmannFile option
        Chains: ChainsFile option
        ChainsPicture: byte[] option
        Ising: IsingFile option
        Energy: EnergyFile option
        Augmentation: AugmentationFile option
        Generated: byte[] option
        Closest: byte[] option
        Quality: QualityFile option
        /// Samples above the training examples nearest to them.
        Neighbours: byte[] option
        Posterior: PosteriorFile option
        Bound: BoundFile option
        Diffusion: DiffusionFile option
        /// Examples on their way from noise: as a strip, and moving.
        Trajectory: byte[] option
        Film: byte[] option
        DiffusionClasses: DiffusionClassesFile option
        DiffusionBound: DiffusionBoundFile option
        /// What could not be read, for the reader of the report.
        Notes: string list
    }

    member this.Name =
        match this.Result with
        | Some result when result.Name <> "" -> result.Name
        | _ -> this.FolderName

    member this.Metric name =
        this.Result |> Option.bind (fun r -> Map.tryFind name r.Metrics)

    /// `image` or `example`: what figures in nats are counted per.
    member this.Unit =
        match this.Plan with
        | Some plan when plan.Shape.Length = 3 -> "image"
        | _ -> "example"

    /// The declared diffusion model, if it is one.
    member this.Denoiser = this.Plan |> Option.bind _.Diffusion

    /// Of how many test examples accuracy is, in words, where a diffusion model told only some of them apart.
    member this.OfThem =
        let tested = this.Result |> Option.bind (fun r -> Map.tryFind "test" r.Counts)

        match this.DiffusionClasses |> Option.bind _.Examples with
        | Some n when tested <> Some n -> $" of {n} of them"
        | _ -> ""

    /// Whether samples are states of an energy, not a decoder's means.
    member this.HasEnergy = this.Boltzmann.IsSome || this.Energy.IsSome

    /// Whether samples are drawn class by class.
    member this.DrawsClasses = this.Plan |> Option.exists _.IsToldClasses

    /// Whether the loss holds a difference of energies, which need not fall while the model gets better.
    member this.HasEnergyTerm =
        this.Plan
        |> Option.exists (fun plan ->
            plan.Terms
            |> List.exists (fun t -> List.contains t.Name [ "cd"; "pcd"; "tempering"; "energy" ]))

    /// Whether the model is an ensemble of trained models, with nothing to train itself.
    member this.IsEnsemble =
        match this.Plan with
        | Some { Rows = [ only ] } -> only.Block.StartsWith("ensemble ", System.StringComparison.Ordinal)
        | _ -> false

    /// The unit of a regression's targets.
    member this.TargetUnit = this.Forecast |> Option.map _.Unit |> Option.filter ((<>) "")

    /// Whether a regression was trained on standardised targets.
    member this.Standardised = this.Regression |> Option.exists _.Standardised

    /// Class names; numbers stand in where there are none.
    member this.ClassName label =
        this.Result
        |> Option.bind (fun r -> List.tryItem label r.Classes)
        |> Option.defaultWith (fun () -> GenDisc.Show.integer label)
