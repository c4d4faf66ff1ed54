/// Small machines, their data and everything about them by enumeration.
module GenDisc.Core.Tests.Training.Boltzmann.Machines

open System
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building

/// With parameters of some size, so that there is something to learn and to correlate.
let machineOf (options: RbmOptions) seed =
    let machine = new Rbm(options, init seed)
    let stream = RandomStream(seed, "parameters")
    use _constant = torch.no_grad ()

    for p in machine.parameters () do
        let values =
            torch.tensor(Array.map (fun g -> float32 (0.7 * g)) (gaussians stream (int (p.numel ())))).reshape(p.shape)

        p.copy_ values |> ignore

    machine

let binary visible hidden seed =
    machineOf (RbmOptions(visible, hidden)) seed

/// The same machine by tensor operations alone.
let withoutKernels (machine: Rbm) =
    let options = machine.Options

    let twin =
        new Rbm(
            RbmOptions(options.Visible, options.Hidden, options.Kind, options.Classes, options.LearnsVariance, false),
            init 1L
        )

    use _constant = torch.no_grad ()

    for own, other in Seq.zip (twin.parameters ()) (machine.parameters ()) do
        own.copy_ other |> ignore

    twin

let modelOf (machine: EnergyMachine) =
    new HybridModel([| (MachineStage machine :> Stage) |])

/// n rows of bits, float32.
let bitsOf (stream: RandomStream) n width =
    torch.tensor(Array.init (n * width) (fun _ -> float32 (stream.NextInt 2))).reshape(int64 n, int64 width)

/// A batch that owns copies of its tensors.
let batchWith (x: torch.Tensor) (labels: torch.Tensor | null) =
    let owned (t: torch.Tensor) = t.clone().DetachFromDisposeScope()

    new Batch(
        owned x,
        (match labels with
         | null -> null
         | labels -> owned labels),
        null
    )

let stream seed = CounterStream(seed, "negative")

let phase kind steps chains =
    NegativePhase(kind, steps, chains, GradientKind.Plain)

let outputOf (machine: EnergyMachine) (x: torch.Tensor) =
    ModelOutput(Representation = x, Machine = machine, Visible = x)

let always term = WeightedTerm(term, (fun _ -> 1.0), 1.0)

let sgd rate =
    OptimiserOptions(OptimiserKind.Sgd, rate)

/// The gradients that a step learns by, of every parameter in turn, which are then dropped.
let gradientsOf kernels (term: LossTerm) (machine: EnergyMachine) (batch: Batch) =
    use objective = Objective.Of([| always term |], kernels)
    let output = outputOf machine batch.X
    let loss = objective.Evaluate(output, batch, Nullable 1, true)
    objective.Backward()

    let gradients =
        [ for p in machine.parameters () do
              match p.grad with
              | null -> ()
              | gradient ->
                  gradient.clone ()
                  p.grad <- null ]

    loss, gradients

/// Every row of so many bits, float64.
let rows width =
    torch
        .tensor(Array.init ((1 <<< width) * width) (fun i -> float ((i / width >>> (i % width)) &&& 1)))
        .reshape(int64 (1 <<< width), int64 width)
