/// Energy classifiers that several tests share.
module GenDisc.Core.Tests.Training.Energy.Energies

open System
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

let energyHead inputs classes (stream: RandomStream) =
    ClassifierStage(new Chain(nets [ new Affine(inputs, classes, stream) ]), true): Stage

/// dense 16 >> relu >> energyClassifier, on vectors of 6.
let energetic seed =
    let stream = init seed

    new HybridModel(
        [| TrunkStage(new Chain(nets [ new Affine(features, 16, stream); Pure.Relu() ]))
           energyHead 16 classes stream |]
    )

/// One class and no hidden layer: E(x) = −w·x − b.
let linear inputs =
    new HybridModel([| energyHead inputs 1 (init 1L) |])

let stream seed = RandomStream(seed, "langevin")

/// Few and small chains.
let brief = SgldOptions(Steps = 5, BufferSize = 64)

let sampler (model: HybridModel) options seed =
    new SgldSampler(model, [ features ], options, stream seed)

/// Cross-entropy and the energy term, both of weight 1.
let energyTerms (term: EnergyTerm) =
    [| WeightedTerm(CrossEntropyTerm(), (fun _ -> 1.0), 1.0)
       WeightedTerm(term, (fun _ -> 1.0), 1.0) |]

let gradientLearner (model: HybridModel) term options kernels =
    new GradientLearner(model, energyTerms term, options, Nullable(), generator 1L, kernels)

/// Owns its sampler.
let energyLearner model options sgld (watch: EnergyWatch | null) seed =
    let term = EnergyTerm(sampler model sgld seed)
    new EnergyLearner(gradientLearner model term options true, term, watch)

/// The split's first examples as they lie.
let trainBatch (splits: Splits) n =
    Batches.Gather(splits.Train.Data, splits.Train.Indices.Span.Slice(0, n), torch.CPU)

let step (learner: ILearner) batch i =
    learner.Step(batch, StepSettings(1, i, 1.0), Tally())

/// One epoch on 160 examples in batches of 16.
