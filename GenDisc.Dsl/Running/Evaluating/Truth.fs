/// How good a Boltzmann machine is: its likelihood, exactly or with error bars, beside that of independent units.
module internal GenDisc.Running.Truth

open System
open System.Globalization
open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Running.Examined
open TorchSharp

/// What happens meanwhile, and how to stop it.
type Attention =
    { Note: string -> unit
      Warn: string -> unit
      Cancel: CancellationToken }

/// Figures for the summary, by part of the data.
type Figures =
    { Train: Map<string, float>
      Validation: Map<string, float>
      Test: Map<string, float> }

let none =
    { Train = Map.empty
      Validation = Map.empty
      Test = Map.empty }

/// log Z, and how it was found.
type private Partition =
    {
        LogZ: float
        Error: float
        /// Forward and reverse annealing; nothing where all states were summed.
        Annealed: (PartitionEstimate * PartitionEstimate) option
    }

let private chains = 100
let private temperatures = 14500
let private reverseSweeps = 1000

let private stream name = CounterStream(0L, name)

/// States of the machine's own: the chains that it kept, else the data, moved far from where they start.
let states (s: Subject) (machine: EnergyMachine) (train: Split) count sweeps =
    use scope = torch.NewDisposeScope()
    use _inference = torch.no_grad ()

    let start =
        match machine.Chains with
        | null ->
            use batch =
                Batches.Gather(train.Data, (Figures.some count train).Indices.ToArray(), s.Device)

            machine.StateOf(batch.X.flatten (1L), batch.Labels, stream "figures/start")
        | kept -> kept.narrow(0L, 0L, min (int64 count) kept.shape[0]).clone ()

    let wanted =
        let times = (int64 count + start.shape[0] - 1L) / start.shape[0]
        (start.repeat [| times; 1L |]).narrow(0L, 0L, int64 count).contiguous ()

    machine.Advance(wanted, sweeps, stream "figures/gibbs")
    wanted.MoveToOuterDisposeScope()

let private annealed (s: Subject) (attention: Attention) (rbm: Rbm) (rates: BaseRates) (train: Split) =
    attention.Note
        $"estimating log Z by annealed importance sampling: {chains} chains, {Show.grouped temperatures} temperatures, there and back"

    let options = AisOptions(chains, int temperatures)

    try
        let forward =
            AnnealedImportanceSampling.Estimate(rbm, rates, options, stream "ais", attention.Cancel)

        use samples = states s rbm train chains reverseSweeps
        let backward = ReverseAis.Estimate(rbm, rates, samples, options, stream "reverse-ais", 0, attention.Cancel)

        Some
            { LogZ = forward.LogZ
              Error = max forward.StandardError forward.BootstrapError
              Annealed = Some(forward, backward) }
    with :? OperationCanceledException ->
        attention.Warn "log Z was not estimated: the run was interrupted"
        None

let private partition s attention (machine: EnergyMachine) rates train =
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

let private isBlackAndWhite (split: Split) =
    split.Data.DrawsPixels
    || split.Data.Pixels.ToArray() |> Array.forall (fun p -> p = 0uy || p = 255uy)
       && split.Data.Values.ToArray() |> Array.forall (fun x -> x = 0.0f || x = 1.0f)

let private partitionJson (p: Partition) =
    let estimate =
        match p.Annealed with
        | None -> [ "method", Json.text "enumeration"; "low", Json.number p.LogZ; "high", Json.number p.LogZ ]
        | Some(forward, backward) ->
            [ "method", Json.text "AIS"
              "low", Json.number forward.LogZLow
              "high", Json.number forward.LogZHigh
              "reverse", Json.number backward.LogZ
              "reverseError", Json.number (max backward.StandardError backward.BootstrapError)
              "chains", Json.integer forward.Chains
              "temperatures", Json.integer forward.Temperatures
              "baseLogZ", Json.number forward.BaseLogZ
              "effectiveSampleSize", Json.number forward.EffectiveSampleSize ]

    Json.object (
        [ "value", Json.number p.LogZ; "standardError", Json.number p.Error ]
        @ estimate
    )

let private decimals (x: float) =
    x.ToString("F1", CultureInfo.InvariantCulture)

/// The loudest thing that a run can say.
let private warn (attention: Attention) (model: float) (independent: float) =
    attention.Warn
        $"THE MACHINE IS WORSE THAN INDEPENDENT PIXELS: log-probability {decimals model} against {decimals independent} nats per test example. Its samples and features cannot be trusted. Lower the learning rate, train longer, or use pcd in place of cd"

let private kindWord (plan: Plan) =
    let block = plan.Experiment.Model.Blocks |> List.find Block.isMachine
    (Block.show block).Split(' ')[0]

let private thermodynamics (machine: EnergyMachine) =
    match machine with
    | :? Rbm as rbm when Thermodynamics.Fits rbm && rbm.Options.Kind = VisibleKind.Bernoulli ->
        let betas = [| for i in 1..30 -> 0.1 * float i |]

        [ "thermodynamics",
          Json.list
              [ for t in Thermodynamics.Curve(rbm, betas) do
                    Json.object
                        [ "beta", Json.number t.Beta
                          "logZ", Json.number t.LogZ
                          "energy", Json.number t.Energy
                          "entropy", Json.number t.Entropy
                          "freeEnergy", Json.number t.FreeEnergy
                          "heatCapacity", Json.number t.HeatCapacity ] ] ]
    | _ -> []

/// Writes `boltzmann.json`; answers with the figures for the summary, and warns where the machine is no good.
let write (s: Subject) (attention: Attention) (splits: Splits) (train: Examined) (validation: Examined option) (test: Examined) =
    match MachineData.tryMachine s.Model with
    | None -> none
    | Some machine ->
        let read = MachineData.read s.Model machine s.Streams s.Device
        let trained, held, tested = read splits.Train, read splits.Validation, read splits.Test
        let kind = MachineData.kind machine
        let rates = BaseRates.Of trained
        let several = s.Model.TakesTurns

        let partition =
            if several then
                None
            else
                partition s attention machine rates trained

        // grey values are probabilities of being white: a likelihood is that of black and white ones
        let binarise (split: Split) =
            if kind = VisibleKind.Gaussian || isBlackAndWhite split then
                null
            else
                stream "binarised"

        let likelihood (split: Split) =
            partition
            |> Option.filter (fun _ -> split.Count > 0)
            |> Option.map (fun p -> LogLikelihood.Of(machine, split, p.LogZ, p.Error, binarise split))

        let independent (split: Split) =
            if split.Count = 0 then
                nan
            else
                IndependentPixels.LogProbability(rates, kind, split)

        let likelihoods = likelihood trained, likelihood held, likelihood tested
        let alone = independent trained, independent held, independent tested
        let three f (a, b, c) = [ "train", f a; "validation", f b; "test", f c ]

        let below =
            match likelihoods, alone with
            | (_, _, Some model), (_, _, units) when model.Mean < units ->
                warn attention model.Mean units
                true
            | _ -> false

        let examined name (e: Examined) =
            Map.tryFind name e.Figures |> Option.defaultValue nan

        let pseudo = examined "pseudoLikelihood"

        let gap =
            if held.Count < 2 || trained.Count < 2 then
                nan
            else
                FreeEnergyGap.Of(machine, trained, held, RandomStream(0L, "gap")).StandardError

        let energies =
            use own = states s machine trained 1000 reverseSweeps
            EnergyHistogram.Of(machine, Figures.some 1000 tested, own, 40, binarise tested)

        let counts values =
            Json.list (values |> Seq.map Json.integer)

        Json.object (
            [ "kind", Json.text (kindWord s.Plan)
              "visible", Json.integer machine.Visible
              "hidden", Json.integer machine.Hidden
              "logZ", partition |> Option.map partitionJson |> Option.defaultValue null
              "logLikelihood",
              match likelihoods with
              | _, _, Some model ->
                  // what log Z's three standard errors leave for the mean
                  let low, high =
                      match partition |> Option.bind _.Annealed with
                      | Some(forward, _) ->
                          model.Mean + forward.LogZ - forward.LogZHigh, model.Mean + forward.LogZ - forward.LogZLow
                      | None -> model.Mean, model.Mean

                  Json.object (
                      three (Option.map (fun (l: LogLikelihood) -> Json.number l.Mean) >> Option.defaultValue null) likelihoods
                      @ [ "standardError", Json.number model.SamplingError
                          "low", Json.number low
                          "high", Json.number high ]
                  )
              | _ -> null
              "independent", Json.object (three Json.number alone)
              "uniform",
              (if kind = VisibleKind.Bernoulli then
                   Json.number (-(float machine.Visible) * Math.Log 2.0)
               else
                   null)
              "below", Json.truth below
              "freeEnergy",
              Json.object
                  [ "train", Json.number (examined "freeEnergy" train)
                    "validation", Json.number (validation |> Option.map (examined "freeEnergy") |> Option.defaultValue nan)
                    "standardError", Json.number gap ]
              "pseudoLikelihood",
              (if Double.IsNaN(pseudo test) then
                   null
               else
                   Json.object
                       [ "train", Json.number (pseudo train)
                         "validation", Json.number (validation |> Option.map pseudo |> Option.defaultValue nan)
                         "test", Json.number (pseudo test) ])
              "trajectory",
              Json.list
                  [ for p in partition |> Option.bind _.Annealed |> Option.toList do
                        for point in (fst p).Trajectory do
                            Json.list [ Json.number point.Beta; Json.number point.Mean; Json.number point.Deviation ] ]
              "energies",
              Json.object
                  [ "edges", Json.list (energies.Edges |> Seq.map Json.number)
                    "data", counts energies.Data
                    "samples", counts energies.Samples ] ]
            @ (if several then [] else thermodynamics machine)
        )
        |> Json.line
        |> Atomic.writeText (s.File "boltzmann.json")

        let figures (likelihood: LogLikelihood option) (units: float) more =
            [ "logLikelihood", likelihood |> Option.map _.Mean |> Option.defaultValue nan
              "independentLogLikelihood", units ]
            @ more
            |> finite
            |> Map.ofList

        let first, second, third = likelihoods
        let a, b, c = alone

        { Train = figures first a []
          Validation = figures second b []
          Test =
            figures
                third
                c
                [ match partition with
                  | Some p ->
                      "logZ", p.LogZ
                      "logZError", p.Error

                      match p.Annealed with
                      | Some(forward, _) -> "baseLogZ", forward.BaseLogZ
                      | None -> ()
                  | None -> () ] }
