/// A learner whose losses are given, for tests of the loop around it.
module GenDisc.Core.Tests.Training.Scripted

open System
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

/// Learns nothing: its bias is the epoch of the last step, its validation losses are given.
type Scripted(losses: float list, smallest: int) =
    let net = new Affine(1, 1, init 1L)
    let mutable evaluations = 0
    member val Steps = ResizeArray<StepSettings * int>()
    member _.LastEpoch = single (net.state_dict()["bias"])

    interface ILearner with
        member _.SmallestBatch = smallest
        member _.Module = net
        member _.Unreached = [||]
        member _.Rate = 0.5

        member _.WeightsAt epoch =
            dict [ "kl", float epoch ] |> Collections.Generic.Dictionary :> _

        member this.Step(batch, settings, tally) =
            this.Steps.Add(settings, batch.Count)
            assign net "bias" (torch.tensor [| float32 settings.Epoch |])
            tally.Add("loss", 1.0, 1L)
            1.0

        member _.Evaluate(_, _, tally, _) =
            tally.Add("loss", losses[evaluations], 1L)
            evaluations <- evaluations + 1

        member _.Dispose() = net.Dispose()

let unvalidated n =
    let s = splitsOf n
    Splits(s.Train, Split(s.Train.Data, ReadOnlyMemory.Empty), s.Test)
