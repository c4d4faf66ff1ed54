/// What `figures/` holds about models that are energies. Not opened with the namespace: Core has such names, too.
module internal GenDisc.Reporting.EnergyFiles

open System

/// A figure by part of the data.
type BySplit =
    { Train: float option
      Validation: float option
      Test: float option }

/// Counts of several kinds of examples over the same edges.
type Energies =
    { Edges: float[]
      Groups: (string * float[]) list }

/// A mean and its standard error, if it has one.
type Estimate = { Mean: float; Error: float option }

/// The logarithm of a machine's partition function, in nats.
type LogZ =
    {
        Method: string
        /// NaN where an estimate came to no number.
        Value: float
        Low: float option
        High: float option
        StandardError: float option
        /// From reverse AIS: in expectation not below log Z, as AIS is in expectation not above it, if it starts from
        /// exact samples.
        Reverse: float option
        ReverseError: float option
        Chains: int64 option
        Temperatures: int64 option
        /// Of the model of independent units that AIS starts from.
        BaseRate: float option
        /// Of the weights, in chains.
        EffectiveSampleSize: float option
        /// What the run itself says about the estimate.
        Reliable: bool option
    }

    member this.IsEstimate = this.Method <> "enumeration"

    /// Whether the error of an estimate has no end on a side.
    member this.IsUnbounded = this.Method = "AIS" && (this.Low.IsNone || this.High.IsNone)

    /// Whether what follows from the value cannot be relied on.
    member this.IsUnreliable =
        this.IsEstimate && (this.Reliable = Some false || this.IsUnbounded)

    /// Of forward and reverse AIS together.
    member this.JointError =
        match this.StandardError, this.ReverseError with
        | Some a, Some b -> Some(sqrt (a * a + b * b))
        | _ -> None

    /// How far reverse AIS lies below forward AIS where no errors explain it, which exact samples rule out.
    member this.Crossed =
        match this.Reverse, this.JointError with
        | Some reverse, Some error when this.Value - reverse > 3.0 * error -> Some(this.Value - reverse)
        | _ -> None

/// Mean log-probability of an example, in nats.
type LogLikelihood =
    {
        Splits: BySplit
        /// Of the test mean, from the finite test set.
        StandardError: float option
        /// Bounds of the test mean, from the error of log Z.
        Low: float option
        High: float option
        /// Whether the figures are bounds from below.
        IsLowerBound: bool
    }

/// How a machine stands to units that know nothing of each other.
[<RequireQualifiedAccess>]
type Standing =
    | Below
    /// No clear difference.
    | Level
    | Above
    | Unknown

/// Mean free energies of data, in nats.
type FreeEnergy =
    {
        Train: float option
        Validation: float option
        /// Of the difference of the two.
        StandardError: float option
    }

/// The mean log weight of AIS at an inverse temperature and its spread over the chains, in nats.
type AisPoint =
    { Beta: float
      Mean: float
      Spread: float }

/// A machine at an inverse temperature, in nats.
type Thermal =
    { Beta: float
      Energy: float
      Entropy: float
      FreeEnergy: float
      HeatCapacity: float }

/// figures/boltzmann.json.
type BoltzmannFile =
    {
        Kind: string
        /// Of how many machines the model is made; the file is about the first.
        Of: int64 option
        Visible: int64 option
        Hidden: int64 option
        LogZ: LogZ option
        Likelihood: LogLikelihood option
        /// Log-probability under units that know nothing of each other.
        Independent: BySplit
        Uniform: float option
        /// In older files.
        Below: bool
        Verdict: string option
        /// Of the log-probabilities of test examples by the machine and by independent units.
        Difference: Estimate option
        FreeEnergy: FreeEnergy option
        Pseudo: BySplit option
        Trajectory: AisPoint[]
        Energies: Energies option
        Thermodynamics: Thermal[]
    }

    /// What the machine is called.
    member this.Name =
        match this.Kind with
        | "rbm" -> "restricted Boltzmann machine"
        | "gaussianRbm"
        | "unitGaussianRbm" -> "Gaussian–Bernoulli restricted Boltzmann machine"
        | "classRbm" -> "classification restricted Boltzmann machine"
        | "dbn" -> "deep belief network"
        | _ -> "Boltzmann machine"

    /// Log-probabilities of test data by the machine and by independent units.
    member this.Compared =
        match this.Likelihood |> Option.bind _.Splits.Test, this.Independent.Test with
        | Some own, Some naive -> Some(own, naive)
        | _ -> None

    member this.IsLowerBound = this.Likelihood |> Option.exists _.IsLowerBound

    /// By the run's own word, or else by its figures. A bound from below that lies low tells nothing.
    member this.Standing =
        let low = if this.IsLowerBound then Standing.Unknown else Standing.Below

        match this.Verdict, this.Compared with
        | Some "below", _ -> low
        | Some "level", _ -> Standing.Level
        | Some "above", _ -> Standing.Above
        | _ when this.Below -> low
        | _, Some(own, naive) when own < naive -> low
        | _, Some(own, naive) when own > naive -> Standing.Above
        | _, Some _ -> Standing.Level
        | _, None -> Standing.Unknown

    member this.IsUnreliable = this.LogZ |> Option.exists _.IsUnreliable

    /// Whether the model holds machines that the file is not about.
    member this.IsFirst = this.Of |> Option.exists (fun n -> n > 1L)

/// figures/chains.json: what the columns of chains.png are.
type ChainsFile =
    { Sweeps: int64 list; Rows: int option }

/// Per spin, the magnetisation without its sign.
type Observables =
    { Energy: Estimate option
      Magnetisation: Estimate option
      SpecificHeat: Estimate option
      Susceptibility: Estimate option }

/// Observables over temperature, by rising temperature.
type ObservedCurve = (float * Observables) list

/// figures/ising.json.
type IsingFile =
    {
        Size: int option
        Temperature: float option
        Coupling: float option
        Field: float option
        Model: Observables
        Sampler: Observables
        Exact: Observables
        Curve: ObservedCurve
        /// Of the infinite lattice.
        Onsager: ObservedCurve
        /// The trained machine at other temperatures.
        Knob: ObservedCurve
    }

    /// Where the infinite lattice without a field changes phase: 2 J / ln(1 + √2) (Onsager 1944).
    member this.Critical =
        match this.Coupling, this.Field with
        | Some j, Some 0.0 when j > 0.0 -> Some(2.0 * j / Math.Log(1.0 + sqrt 2.0))
        | _ -> None

/// What was done when training was about to diverge.
type Remedy =
    { Epoch: int64 option
      Step: int64 option
      What: string
      Why: string }

/// figures/energy.json.
type EnergyFile =
    {
        Energies: Energies option
        /// Step, mean energy of data, mean energy of samples.
        History: (float * float * float)[]
        /// None where it is not recorded whether there were any.
        Remedies: Remedy list option
        SgldSteps: int64 option
    }
