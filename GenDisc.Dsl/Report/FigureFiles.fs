namespace GenDisc.Reporting

open System

/// The examples whose confidence lies between two bounds.
type internal Bin =
    {
        Low: float
        High: float
        Count: int64
        /// Mean confidence and share classified correctly, both in [0, 1].
        Confidence: float
        Accuracy: float
    }

type internal Reliability =
    {
        Before: Bin list
        After: Bin list
        Temperature: float option
        EceBefore: float option
        EceAfter: float option
        LogLossBefore: float option
        LogLossAfter: float option
        FittedOn: string option
        /// Examples that the temperature was fitted on.
        FittedCount: int64 option
    }

/// A test example that was taken for another class, with its values by feature if it is a sequence.
type internal Mistake =
    { Truth: int
      Predicted: int
      Confidence: float option
      Values: float[][] }

type internal ClassCurve =
    { Class: int
      Points: (float * float)[] }

/// figures/evaluation.json.
type internal EvaluationFile =
    {
        /// 95 % intervals by the name of the metric without its split.
        Intervals: Map<string, float * float>
        Resamples: int64 option
        /// Areas under the ROC and the precision–recall curve, in the order of the classes.
        ClassAreas: (float option * float option) list
        TopK: (int * float) list
        Roc: ClassCurve list
        PrecisionRecall: ClassCurve list
        Reliability: Reliability option
        Mistakes: Mistake list
    }

/// An example sequence: its values by feature and time step.
type internal SequenceExample =
    { Class: int option; Values: float[][] }

/// figures/features.json: what the first learned layer of the head reads of test examples.
type internal FeaturesFile =
    {
        /// Numbers of one example.
        Dimension: int option
        Labels: int[]
        /// First targets of a regression, in its own units.
        Targets: float[]
        Pca: (float * float)[]
        Explained: float list
        Tsne: (float * float)[]
        Perplexity: float option
        Iterations: int64 option
    }

type internal Errors =
    { Name: string
      Mse: float option
      Rmse: float option
      Mae: float option
      Mase: float option
      R2: float option }

type internal LjungBox =
    { Lags: int
      Statistic: float
      P: float }

/// figures/regression.json.
type internal RegressionFile =
    {
        Baselines: Errors list
        /// Of a forecast that no model can beat on average.
        Limit: Errors option
        Model: Errors option
        /// Whether training saw standardised targets; figures in this file are in the targets' own units all the same.
        Standardised: bool
        /// Fitted values and residuals.
        Fitted: (float * float)[]
        /// One more edge than counts.
        Edges: float[]
        Counts: float[]
        /// Autocorrelation from lag 1 on, and the half-width of its 95 % band.
        Acf: float[]
        Band: float option
        LjungBox: LjungBox option
    }

    /// The best baseline's name, the measure, and by which share of its error the model's error is smaller.
    member this.Margin =
        let compare (measure: string, error: Errors -> float option) =
            let positive e =
                error e |> Option.filter (fun x -> Double.IsFinite x && x > 0.0)

            let naive =
                this.Baselines
                |> List.choose (fun b -> positive b |> Option.map (fun x -> b.Name, x))

            match this.Model |> Option.bind error |> Option.filter Double.IsFinite, naive with
            | Some own, _ :: _ ->
                let name, best = List.minBy snd naive
                Some(name, measure, 1.0 - own / best)
            | _ -> None

        [ "root mean squared error", _.Rmse
          "mean absolute error", _.Mae
          "mean squared error", _.Mse ]
        |> List.tryPick compare

type internal Track =
    { Column: int
      Steps: float[]
      Truth: float[]
      Prediction: float[] }

/// figures/forecast.json.
type internal ForecastFile =
    {
        Columns: string list
        Unit: string
        History: int option
        Horizon: int option
        /// Truth and one-step forecasts over the test part.
        Series: Track list
        /// The end of what comes before the test part.
        Before: Track list
        /// Forecasts that go on from forecasts.
        Rollout: Track list
        /// Error by lead time, from lead 1 on.
        RolloutRmse: float[]
    }

    member this.ColumnName column =
        List.tryItem column this.Columns
        |> Option.defaultWith (fun () -> $"column {column + 1}")

/// figures/preparation.json: what was done to every example before the model saw it.
type internal PreparationFile =
    {
        /// Test examples.
        Examples: int64 option
        /// Each step, with the mean squared error per number that it leaves against the examples as they were.
        Steps: (string * float option) list
        /// Whether pixels were drawn black and white after all steps.
        Binarised: bool
        /// What the rows of the picture show: "original", "corrupted", "restored".
        Shown: string list
    }

type internal OutsideScore =
    { Name: string
      Auroc: float option
      Low: float option
      High: float option
      Fpr95: float option
      Edges: float[]
      InsideCounts: float[]
      OutsideCounts: float[] }

/// figures/outOfDistribution.json.
type internal OutsideFile =
    { Against: string
      Inside: int64 option
      Outside: int64 option
      Scores: OutsideScore list }

/// Accuracy over the share of examples that is rejected, by what orders them.
type internal RejectionCurve =
    { Name: string
      Points: (float * float)[] }

/// figures/posterior.json: predictive entropies of a model with several predictions for each example.
type internal PosteriorFile =
    { Members: int option
      Edges: float[]
      Right: float[]
      Wrong: float[]
      Rejection: RejectionCurve list }

/// figures/bound.json: the importance-weighted bound of a vae over the number of samples.
type internal BoundFile =
    {
        Examples: int64 option
        Samples: int option
        EffectiveSamples: float option
        /// Samples, value and standard error.
        Curve: (float * float * float)[]
    }
