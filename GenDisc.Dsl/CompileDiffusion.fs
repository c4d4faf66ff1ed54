/// Diffusion models as Core objects.
module internal GenDisc.CompileDiffusion

open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Diffusion
open GenDisc

let private schedule (d: Diffusion) =
    match d.Schedule with
    | NoiseSchedule.Linear steps -> GenDisc.Core.Models.Diffusion.NoiseSchedule.Linear steps
    | NoiseSchedule.Cosine steps -> GenDisc.Core.Models.Diffusion.NoiseSchedule.Cosine steps

let private target (d: Diffusion) =
    match d.Prediction with
    | Prediction.Noise -> DiffusionTarget.Noise
    | Prediction.Data -> DiffusionTarget.Data
    | Prediction.Velocity -> DiffusionTarget.Velocity

/// A way from noise to examples.
let sampler (s: Sampler) : DiffusionSampler =
    match s with
    | Sampler.Ddpm steps -> Ddpm steps
    | Sampler.Ddim(steps, eta) -> Ddim(steps, eta)
    | Sampler.DpmSolver steps -> DpmSolver steps

let private network (stage: DiffusionStage) (init: RandomStream) kernels : DenoisingNetwork =
    let attention, classes = stage.Declared.Attention, stage.Classes

    match stage.Declared.Denoiser, stage.Shape with
    | Denoiser.Mlp widths, shape -> new ResidualMlp(Shape.size shape, Array.ofList widths, classes, init, kernels)
    | Denoiser.Unet width, Image(c, h, w) -> new UNet(UNetOptions(c, h, w, width, attention, classes), init, kernels)
    | Denoiser.Unet width, Sequence(steps, features) ->
        new UNet1d(UNet1dOptions(steps, features, width, attention, classes), init, kernels)
    | Denoiser.Unet _, Vector size -> invalidOp $"a U-Net over vectors of {size} numbers"

/// The model of a stage.
let model (stage: DiffusionStage) (init: RandomStream) kernels =
    let sides = Shape.dimensions stage.Shape |> List.map int64 |> Array.ofList

    new DiffusionModel(
        network stage init kernels,
        schedule stage.Declared,
        DiffusionOptions(
            sides,
            target stage.Declared,
            stage.Classes,
            stage.UnitInterval,
            sampler stage.Declared.Sampler,
            stage.Declared.Guidance
        )
    )

/// The loss, if it is one of these terms.
let terms (loss: Term list) : LossTerm list =
    [ for term in loss do
          match term with
          | Term.Denoising limit -> DenoisingTerm(Option.toNullable limit)
          | _ -> () ]
