/// From a checked plan to what trains its model. Nothing here decides anything.
module internal GenDisc.CompileTraining

open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open TorchSharp
// Last, so that Augmentation is the language's own.
open GenDisc

/// Every term that measures the model, with the loss's weights; terms outside the loss weigh 0 and are only reported.
let terms (loss: Loss) (own: LossTerm list) (model: HybridModel) =
    let byName weights =
        weights
        |> Map.toSeq
        |> Seq.map (fun (term, weight) -> Term.name term, weight)
        |> Map.ofSeq

    let weightOf name weights =
        byName weights |> Map.tryFind name |> Option.defaultValue 0.0

    let final = Loss.final loss

    let named = own |> List.map _.Name |> Set.ofList

    let others =
        LossTerm.ApplicableTo model
        |> Seq.filter (fun term -> not (named.Contains term.Name))

    [| for term in Seq.append own others do
           // Asked at every step: the normal form of an epoch is worked out once.
           let known = System.Collections.Generic.Dictionary<int, float>()

           let at epoch =
               match known.TryGetValue epoch with
               | true, weight -> weight
               | _ ->
                   let weight = weightOf term.Name (Loss.weights epoch loss)
                   known[epoch] <- weight
                   weight

           WeightedTerm(term, at, weightOf term.Name final) |]

let private optimiser (training: Training) =
    let decay = training.WeightDecay

    match training.Optimizer with
    | Optimizer.Adam rate -> OptimiserOptions(OptimiserKind.Adam, rate, 0.0, decay)
    | Optimizer.AdamW rate -> OptimiserOptions(OptimiserKind.AdamW, rate, 0.0, decay)
    | Optimizer.Sgd(rate, momentum) -> OptimiserOptions(OptimiserKind.Sgd, rate, momentum, decay)

/// What drives the model's training.
let learner (plan: Plan) (model: HybridModel) (streams: Streams) (device: torch.Device) : ILearner =
    let experiment = plan.Experiment

    let own =
        CompileMachines.ownTerms experiment plan.Facts model streams device
        @ CompileDiffusion.terms (Loss.terms experiment.Loss)

    let terms = terms experiment.Loss own model

    let learner =
        new GradientLearner(
            model,
            terms,
            optimiser experiment.Training,
            Option.toNullable experiment.Training.Clip,
            streams.Noise device,
            experiment.Training.Kernels
        )

    CompileMachines.watched learner terms

let augmenter (data: Data) : Augmenter | null =
    match data.Augment with
    | [] -> null
    | steps ->
        Augmenter
            [| for step in steps do
                   match step with
                   | Augmentation.Shift pixels -> GenDisc.Core.Data.Shift pixels :> GenDisc.Core.Data.Augmentation
                   | Augmentation.Flip -> Flip()
                   | Augmentation.Rotate degrees -> Rotate degrees
                   | Augmentation.Crop padding -> Crop padding
                   | Augmentation.CutOut size -> CutOut size |]

let trainerOptions (data: Data) (training: Training) =
    let schedule: RateSchedule =
        match training.Schedule with
        | Schedule.Constant -> ConstantRate(training.Epochs, training.WarmUp)
        | Schedule.Cosine -> CosineRate(training.Epochs, training.WarmUp)
        | Schedule.Step(every, factor) -> StepRate(training.Epochs, every, factor, training.WarmUp)

    TrainerOptions(
        training.Epochs,
        training.Batch,
        schedule,
        Option.toNullable training.Patience,
        augmenter data,
        Option.toNullable training.Average,
        training.Kernels
    )
