/// How good a Boltzmann machine is: its likelihood beside that of independent units.
module internal GenDisc.Running.Truth

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined
open GenDisc.Running.Partition

/// Figures for the summary, by part of the data.
type Figures =
    { Train: Map<string, float>
      Validation: Map<string, float>
      Test: Map<string, float> }

let none =
    { Train = Map.empty
      Validation = Map.empty
      Test = Map.empty }

/// Whether a machine beats independent units by more than chance.
[<RequireQualifiedAccess>]
type private Verdict =
    | Below
    | Level
    | Above

let private verdict (advantage: Advantage) =
    let clear = 2.0 * advantage.StandardError

    if advantage.Mean < -clear then Verdict.Below
    elif advantage.Mean > clear then Verdict.Above
    else Verdict.Level

let private isBlackAndWhite (split: Split) =
    split.Data.DrawsPixels
    || split.Data.Pixels.Span.IndexOfAnyExcept(0uy, 255uy) < 0
       && split.Data.Values.Span.IndexOfAnyExcept(0.0f, 1.0f) < 0

/// What to do about a machine that learned nothing, by how it was trained.
let private advice (e: Experiment) =
    let phases =
        Loss.terms e.Loss
        |> List.tryPick (fun term ->
            match term with
            | Term.NegativePhase(phase, _) -> Some phase
            | _ -> None)

    match phases with
    | None when List.contains Term.Nll (Loss.terms e.Loss) -> "Train longer, or with a lower learning rate"
    | None -> "Its loss trains p(y|x) alone: add 0.01 * pcd 1 for a model of the data"
    | Some(NegativePhase.Contrastive _) -> "Lower the learning rate, train longer, or use pcd in place of cd"
    | Some _ -> "Lower the learning rate, take more steps of the chains, or train longer"

/// The loudest thing that a run can say.
let private warn (attention: Attention) (s: Subject) (partition: Partition) (advantage: Advantage) model units =
    let pixels =
        match s.Plan.Facts.Shape with
        | Image _ -> "pixels"
        | _ -> "units"

    let apart = Wording.fixedPoint (if abs advantage.Mean < 1.0 then 4 else 1)

    let unknown = trouble partition

    match unknown with
    | Some why ->
        attention.Warn
            $"{MachineWarnings.unknown}: {why}. Its log-likelihood may be far from {Wording.fixedPoint 1 model}. Train with a lower learning rate or smaller weights (weightDecay)"
    | None -> ()

    match verdict advantage with
    | Verdict.Below ->
        attention.Warn
            $"{MachineWarnings.worse} {pixels.ToUpperInvariant()}: log-probability {apart model} against {apart units} nats per test example. Its samples and features cannot be trusted. {advice s.Plan.Experiment}"
    | Verdict.Level when unknown.IsNone ->
        attention.Warn
            $"{MachineWarnings.level} {pixels}: {apart advantage.Mean} nats per test example apart, with a standard error of {apart advantage.StandardError}. {advice s.Plan.Experiment}"
    | Verdict.Level
    | Verdict.Above -> ()

let private kindWord (plan: Plan) =
    let block = plan.Experiment.Model.Blocks |> List.find Block.isMachine
    (Block.show block).Split(' ')[0]

let private thermodynamics (machine: EnergyMachine) =
    match machine with
    | fits when Thermodynamics.Fits fits ->
        let betas = [| for i in 1..30 -> 0.1 * float i |]

        [ "thermodynamics",
          Json.list
              [ for t in Thermodynamics.Curve(fits, betas) do
                    Json.object
                        [ "beta", Json.number t.Beta
                          "logZ", Json.number t.LogZ
                          "energy", Json.number t.Energy
                          "entropy", Json.number t.Entropy
                          "freeEnergy", Json.number t.FreeEnergy
                          "heatCapacity", Json.number t.HeatCapacity ] ] ]
    | _ -> []

let private histogram (s: Subject) machine train (test: Split) binarise =
    let counts values =
        Json.list (values |> Seq.map Json.integer)

    use own = states s machine train 1000

    let energies =
        EnergyHistogram.Of(machine, Figures.some 1000 test, own, 40, binarise)

    Json.object
        [ "edges", Json.list (energies.Edges |> Seq.map Json.number)
          "data", counts energies.Data
          "samples", counts energies.Samples ]

/// Writes `boltzmann.json`; answers with the figures for the summary, and warns where the machine is no good. Of several
/// machines on top of each other the first is looked at, which alone has data to be compared with.
let write
    (s: Subject)
    (attention: Attention)
    (splits: Splits)
    (train: Examined)
    (validation: Examined option)
    (test: Examined)
    =
    match MachineData.tryMachine s.Model with
    | None -> none
    | Some machine ->
        let read = MachineData.read s.Model machine s.Streams s.Device

        let trained, held, tested =
            read splits.Train, read splits.Validation, read splits.Test

        let kind = machine.Kind
        let rates = BaseRates.Of trained
        let partition = estimate s attention machine rates trained

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

        let three f (a, b, c) =
            [ "train", f a; "validation", f b; "test", f c ]

        let advantage =
            partition
            |> Option.map (fun p -> Advantage.Of(machine, tested, p.Cautious, p.Error, rates, kind, binarise tested))

        match partition, advantage, likelihoods, alone with
        | Some p, Some found, (_, _, Some model), (_, _, units) -> warn attention s p found model.Mean units
        | _ -> ()

        let gap =
            if held.Count < 2 || trained.Count < 2 then
                None
            else
                Some(FreeEnergyGap.Of(machine, trained, held, RandomStream(0L, "gap")))

        // of several machines those of the last were examined
        let examined (e: Examined option) =
            if s.Model.TakesTurns then
                None
            else
                e |> Option.bind (fun e -> Map.tryFind "pseudoLikelihood" e.Figures)

        let optional f value : Json.Node =
            match value with
            | Some found -> f found
            | None -> null

        Json.object (
            [ "kind", Json.text (kindWord s.Plan)
              "of", Json.integer (int64 (Seq.length s.Model.Machines))
              "visible", Json.integer machine.Visible
              "hidden", Json.integer machine.Hidden
              "logZ", optional Partition.json partition
              "logLikelihood",
              (match partition, likelihoods with
               | Some p, (_, _, Some model) ->
                   let low, high = bounds p model.Mean

                   Json.object (
                       three (optional (fun (l: LogLikelihood) -> Json.number l.Mean)) likelihoods
                       @ [ "standardError", Json.number model.SamplingError
                           "lowerBound", Json.truth model.IsBound
                           "low", Json.number low
                           "high", Json.number high ]
                   )
               | _ -> null)
              "independent", Json.object (three Json.number alone)
              "uniform",
              (if kind = VisibleKind.Bernoulli then
                   Json.number (-(float machine.Visible) * Math.Log 2.0)
               else
                   null)
              match advantage with
              | Some found ->
                  "below", Json.truth ((verdict found).IsBelow)
                  "verdict", Json.text ((string (verdict found)).ToLowerInvariant())

                  "difference",
                  Json.object
                      [ "mean", Json.number found.Mean
                        "standardError", Json.number found.StandardError ]
              | None -> ()
              "freeEnergy",
              optional
                  (fun (g: FreeEnergyGap) ->
                      Json.object
                          [ "train", Json.number g.Train
                            "validation", Json.number g.Validation
                            "standardError", Json.number g.StandardError ])
                  gap
              "pseudoLikelihood",
              (match examined (Some test) with
               | Some value ->
                   Json.object
                       [ "train", optional Json.number (examined (Some train))
                         "validation", optional Json.number (examined validation)
                         "test", Json.number value ]
               | None -> null)
              "trajectory",
              Json.list
                  [ for p in partition |> Option.bind _.Annealed |> Option.toList do
                        for point in (fst p).Trajectory do
                            Json.list [ Json.number point.Beta; Json.number point.Mean; Json.number point.Deviation ] ]
              "energies", histogram s machine trained tested (binarise tested) ]
            @ thermodynamics machine
        )
        |> Json.line
        |> Atomic.writeText (s.File "boltzmann.json")

        let figures (likelihood: LogLikelihood option) (units: float) more =
            [ "logLikelihood", likelihood |> Option.map _.Mean |> Option.defaultValue nan
              "independentLogLikelihood", units ]
            @ more
            |> finite
            |> Map.ofList

        if s.Model.TakesTurns then
            none
        else
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
