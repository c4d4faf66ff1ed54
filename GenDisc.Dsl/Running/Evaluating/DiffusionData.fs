/// Where a diffusion model starts.
module internal GenDisc.Running.DiffusionData

open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open TorchSharp

/// Training examples that the scale is taken from, at most.
let private most = 10000

/// What the diffusion model of `model` reads of examples; belongs to the caller's dispose scope.
let read (model: HybridModel) (device: torch.Device) (split: Split) =
    use _scope = torch.NewDisposeScope()
    use _inference = torch.no_grad ()

    let parts =
        [| for batch in Batches.Sequential(split, Trainer.EvaluationBatch, device) do
               use batch = batch
               model.ReadByDiffusion(batch.X).clone() |]

    (torch.cat parts).MoveToOuterDisposeScope()

/// Takes the scale of what the model reads from training examples, before training.
let start (model: HybridModel) (streams: Streams) (device: torch.Device) (train: Split) =
    match model.Diffusion with
    | null -> ()
    | diffusion when diffusion.Options.UnitInterval -> ()
    | diffusion ->
        use _scope = torch.NewDisposeScope()
        model.eval ()
        diffusion.StartFrom(read model device (train.Sample(most, streams.Monitor)))
