/// log Z of a Boltzmann machine: exactly, or with error bars.
module internal GenDisc.Running.Partition

open System
open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Training.Boltzmann
open GenDisc.Running.Examined
open TorchSharp

/// What happens meanwhile, and how to stop it.
type Attention =
    {
        Note: string -> unit
        Warn: string -> unit
        /// A long piece of work, and the share of it that is done.
        Progress: string -> float -> unit
        Cancel: CancellationToken
    }

/// log Z, and how it was found.
type Partition =
    {
        LogZ: float
        Error: float
        /// Forward and reverse annealing; nothing where all states were summed.
        Annealed: (PartitionEstimate * PartitionEstimate) option
    }

    /// The larger of both estimates, which errs against the machine.
    member this.Cautious =
        match this.Annealed with
        | Some(_, backward) when Double.IsFinite backward.LogZ -> max this.LogZ backward.LogZ
        | _ -> this.LogZ

let private chains = 100
let private temperatures = 14500

/// Sweeps that take chains far from where they start.
let sweeps = 1000

let stream name = CounterStream(0L, name)

/// States of the machine's own: the chains that it kept, else the data, moved far from where they start.
let states (s: Subject) (machine: EnergyMachine) (train: Split) count =
    use scope = torch.NewDisposeScope()
    use _inference = torch.no_grad ()

    let start =
        match machine.Chains with
        | null ->
            use batch =
                Batches.Gather(train.Data, (Figures.some count train).Indices.ToArray(), s.Device)

            machine.StateOf(batch.X.flatten (1L), batch.Labels, stream "figures/start")
        | kept -> kept.narrow(0L, 0L, min (int64 count) kept.shape[0]).clone()

    let wanted =
        let times = (int64 count + start.shape[0] - 1L) / start.shape[0]
        (start.repeat [| times; 1L |]).narrow(0L, 0L, int64 count).contiguous()

    machine.Advance(wanted, sweeps, stream "figures/gibbs")
    wanted.MoveToOuterDisposeScope()

let private errorOf (e: PartitionEstimate) = max e.StandardError e.BootstrapError

/// What makes an estimate one that cannot be relied on; None when all is well.
let trouble (p: Partition) =
    match p.Annealed with
    | None -> None
    | Some(forward, backward) ->
        let apart = abs (forward.LogZ - backward.LogZ)
        let joint = sqrt (p.Error ** 2.0 + errorOf backward ** 2.0)

        if forward.EffectiveSampleSize < 0.1 * float forward.Chains then
            Some
                $"{Wording.fixedPoint 1 forward.EffectiveSampleSize} of {forward.Chains} chains carry all of the weight"
        elif not (forward.IsReliable && Double.IsFinite p.LogZ) then
            Some "its error has no bound"
        elif not (apart <= max 1.0 (3.0 * joint)) then
            Some $"annealing there and back differs by {Wording.fixedPoint 1 apart} nats"
        else
            None

let private annealed (s: Subject) (attention: Attention) (rbm: Rbm) (rates: BaseRates) (train: Split) =
    attention.Note
        $"estimating log Z by annealed importance sampling: {chains} chains, {Show.grouped temperatures} temperatures, there and back"

    let options = AisOptions(chains, temperatures)

    let progress half =
        Action<float>(fun share -> attention.Progress "estimating log Z" ((share + half) / 2.0))

    try
        let forward =
            AnnealedImportanceSampling.Estimate(rbm, rates, options, stream "ais", attention.Cancel, progress 0.0)

        use samples = states s rbm train chains

        let backward =
            ReverseAis.Estimate(rbm, rates, samples, options, stream "reverse-ais", 0, attention.Cancel, progress 1.0)

        Some
            { LogZ = forward.LogZ
              Error = errorOf forward
              Annealed = Some(forward, backward) }
    with :? OperationCanceledException ->
        attention.Warn "log Z was not estimated: the run was interrupted"
        None

/// None where it cannot be had: of a general machine with too many units.
let estimate s attention (machine: EnergyMachine) rates train =
    let exact logZ =
        Some
            { LogZ = logZ
              Error = 0.0
              Annealed = None }

    match machine with
    | :? Rbm as rbm when Enumeration.Fits rbm -> exact (Enumeration.LogPartition rbm)
    | :? Rbm as rbm -> annealed s attention rbm rates train
    | other when ExactBoltzmann.Fits other ->
        use scope = torch.NewDisposeScope()
        use _inference = torch.no_grad ()
        exact (ExactBoltzmann.LogPartition(other).ToDouble())
    | _ -> None

let json (p: Partition) =
    let estimate =
        match p.Annealed with
        | None ->
            [ "method", Json.text "enumeration"
              "low", Json.number p.LogZ
              "high", Json.number p.LogZ ]
        | Some(forward, backward) ->
            [ "method", Json.text "AIS"
              "low", Json.number forward.LogZLow
              "high", Json.number forward.LogZHigh
              "reverse", Json.number backward.LogZ
              "reverseError", Json.number (errorOf backward)
              "chains", Json.integer forward.Chains
              "temperatures", Json.integer forward.Temperatures
              "baseLogZ", Json.number forward.BaseLogZ
              "effectiveSampleSize", Json.number forward.EffectiveSampleSize
              "reliable", Json.truth (trouble p).IsNone ]

    Json.object ([ "value", Json.number p.LogZ; "standardError", Json.number p.Error ] @ estimate)

/// What log Z's three standard errors leave for a mean log-likelihood.
let bounds (p: Partition) (mean: float) =
    match p.Annealed with
    | Some(forward, _) -> mean + forward.LogZ - forward.LogZHigh, mean + forward.LogZ - forward.LogZLow
    | None -> mean, mean
