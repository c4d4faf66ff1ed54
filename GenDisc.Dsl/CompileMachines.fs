/// Boltzmann machines and their losses as Core objects.
module internal GenDisc.CompileMachines

open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Training.Energy
open TorchSharp
open GenDisc

let private gradient kind =
    match kind with
    | MachineGradient.Plain -> GradientKind.Plain
    | MachineGradient.Centred -> GradientKind.Centred
    | MachineGradient.Enhanced -> GradientKind.Enhanced

/// As many chains are kept as a batch has examples.
let private phase (e: Experiment) (negative: GenDisc.NegativePhase) kind =
    let kindOf, steps =
        match negative with
        | NegativePhase.Contrastive k -> NegativePhaseKind.Contrastive, k
        | NegativePhase.Persistent k -> NegativePhaseKind.Persistent, k
        | NegativePhase.Tempered n -> NegativePhaseKind.Tempered, n

    GenDisc.Core.Training.Boltzmann.NegativePhase(kindOf, steps, e.Training.Batch, gradient kind)

let private terms (e: Experiment) = Loss.summands e.Loss |> List.map fst

/// A machine, with the chains that the loss keeps from step to step.
let machine (e: Experiment) (init: RandomStream) (m: Machine) : EnergyMachine =
    let kernels = e.Training.Kernels

    let rbm kind classes learned : EnergyMachine =
        new Rbm(RbmOptions(m.Visible, m.Hidden, kind, classes, learned, kernels), init)

    let built =
        match m.Kind with
        | MachineKind.Bernoulli -> rbm VisibleKind.Bernoulli 0 true
        | MachineKind.Gaussian learned -> rbm VisibleKind.Gaussian 0 learned
        | MachineKind.Classes classes -> rbm VisibleKind.Bernoulli classes true
        | MachineKind.General -> new BoltzmannMachine(BoltzmannOptions(m.Visible, m.Hidden, Kernels = kernels), init)

    for term in terms e do
        match term with
        | Term.NegativePhase(negative, kind) ->
            let states = (phase e negative kind).KeptStates

            if states > 0 then
                built.KeepChains(states, init)
        | _ -> ()

    built

/// The epochs in which a machine learns: an equal share for each of those that take turns.
let turn (e: Experiment) (m: Machine) =
    let startOf turn = turn * e.Training.Epochs / m.Turns

    let last =
        if m.Turn = m.Turns - 1 then System.Int32.MaxValue else startOf (m.Turn + 1)

    struct (startOf m.Turn + 1, last)

/// The terms of the loss that Core cannot know from the model alone.
let ownTerms
    (e: Experiment)
    (facts: Facts)
    (model: HybridModel)
    (streams: Streams)
    (device: torch.Device)
    : LossTerm list =
    let machines = Array.ofSeq model.Machines

    [ for term in terms e do
          match term with
          | Term.NegativePhase(negative, kind) ->
              NegativePhaseTerm(Term.name term, phase e negative kind, machines, streams.Gibbs)
          | Term.SparsityTarget target -> ActivityTerm target
          | Term.Importance samples -> ImportanceTerm(Unchecked.nonNull model.Bottleneck, samples)
          | Term.Nll -> ExactLikelihoodTerm()
          | Term.Energy ->
              let shape = Shape.dimensions facts.Shape |> Array.ofList

              let options =
                  SgldOptions(BufferSize = max 10000 e.Training.Batch, UnitInterval = facts.InUnitInterval)

              EnergyTerm(new SgldSampler(model, shape, options, streams.Langevin, device))
          | _ -> () ]

/// The learner that watches the energies of a model that has them.
let watched (learner: GradientLearner) (terms: WeightedTerm array) : ILearner =
    match
        terms
        |> Array.tryPick (fun t ->
            match t.Term with
            | :? EnergyTerm as energy -> Some energy
            | _ -> None)
    with
    | Some energy -> new EnergyLearner(learner, energy)
    | None -> learner
