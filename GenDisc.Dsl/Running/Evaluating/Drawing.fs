/// Examples that a trained model of any kind draws to be judged.
module internal GenDisc.Running.Drawing

open System
open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Runtime
open GenDisc.Running.Examined
open TorchSharp

/// Examples that a diffusion model works on at once.
let private chunk = 250

/// Whether a model draws examples of its data: not representations, nor what an autoencoder would make of noise.
let draws (model: HybridModel) =
    let machines = Seq.length model.Machines

    let variational =
        match model.Bottleneck with
        | null -> false
        | bottleneck -> bottleneck.Options.Variational

    model.GeneratesClasses
    || not (isNull model.Diffusion)
    || variational
    || machines = 1 && not model.EncodesFirst

/// Whether it is asked for a class.
let asksClasses (model: HybridModel) =
    model.GeneratesClasses || model.Machines |> Seq.exists (fun m -> m.Classes > 0)

/// Examples by a diffusion model, by this sampler and weight of guidance.
let diffused (s: Subject) (cancel: CancellationToken) progress name (sampler: DiffusionSampler) weight (labels: int[]) =
    use _scope = torch.NewDisposeScope()
    use draws = s.Streams.Generated(name, s.Device)
    s.Model.eval ()

    let asked: torch.Tensor | null =
        if s.Model.GeneratesClasses then
            torch.tensor (Array.map int64 labels, device = s.Device)
        else
            null

    try
        s.Model.DiffuseBy(sampler, weight, labels.Length, asked, draws, progress, cancel, chunk)
        |> Augmented.numbers
    with :? UserError ->
        // numbers that are not finite are no samples
        [||]

/// Examples as the model is declared to draw them.
let examples (s: Subject) (cancel: CancellationToken) progress (train: Split) name (labels: int[]) =
    match s.Model.Diffusion with
    | null -> Augmented.sample s.Model (lazy (BaseRates.Of train)) s.Streams s.Device progress cancel name labels
    | diffusion -> diffused s cancel progress name diffusion.Options.Sampler diffusion.Options.Guidance labels

/// Drawn numbers as examples beside those of `like`; None where they are not of its size, or not finite.
let asSplit (like: Split) (labels: int[]) (values: float32[]) : Split option =
    let data = like.Data

    if
        values.Length <> labels.Length * data.ExampleSize
        || not (Array.forall Single.IsFinite values)
    then
        None
    elif data.Classes = 0 then
        let targets = Array.zeroCreate<float32> labels.Length
        Some(Split.All(Dataset.OfTargets(data.Name, List.ofSeq data.ExampleShape, values, 1, targets)))
    else
        let more = data.With(ReadOnlySpan values, ReadOnlySpan labels)
        Some(Split(more, ReadOnlyMemory [| data.Count .. more.Count - 1 |]))
