/// What a Boltzmann machine reads, and where it starts.
module internal GenDisc.Running.MachineData

open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open TorchSharp

/// The machine that a model's figures are about: its only one, or the first of several.
let tryMachine (model: HybridModel) = Seq.tryHead model.Machines

/// Examples as the first machine reads them: themselves, or what an encoder before it makes of them.
let read (model: HybridModel) (machine: EnergyMachine) (streams: Streams) (device: torch.Device) (split: Split) =
    if split.Count = 0 || not model.EncodesFirst then
        split
    else
        // in the first epoch it is the first machine's turn
        let epoch = model.Epoch
        model.Epoch <- 1
        let values = ResizeArray<float32>()
        use noise = streams.Evaluation("machine", device)
        model.eval ()

        for batch in Batches.Sequential(split, Trainer.EvaluationBatch, device) do
            use batch = batch
            use _scope = torch.NewDisposeScope()
            use _inference = torch.no_grad ()
            let visible = nonNull (model.ForwardBatch(batch, noise)).Visible
            values.AddRange(visible.to_type(torch.float32).cpu().contiguous().data<float32>().ToArray())

        model.Epoch <- epoch
        let shape, targets = [ machine.Visible ], Array.zeroCreate<float32> split.Count
        Split.All(Dataset.OfTargets(split.Data.Name, shape, values.ToArray(), 1, targets))

/// Sets visible biases to the data's base rates before training, so that hidden units need not learn them.
let start (model: HybridModel) (streams: Streams) (device: torch.Device) (train: Split) =
    match tryMachine model with
    | Some machine -> machine.StartFrom(BaseRates.Of(read model machine streams device train))
    | None -> ()
