/// What tests of training share.
module GenDisc.Core.Tests.Training.Fitting

open System.Threading
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building

/// Hears everything and keeps it; `onBatch` and `onEpoch` may act on it.
type Listener() =
    member val Batches = ResizeArray<int * int * float>()
    member val Epochs = ResizeArray<EpochReport>()
    member val Warnings = ResizeArray<string>()
    member val OnBatch: int -> int -> unit = (fun _ _ -> ()) with get, set
    member val OnEpoch: int -> unit = ignore with get, set

    interface ITrainingObserver with
        member this.BatchDone(epoch, batch, _, _, loss) =
            this.Batches.Add(epoch, batch, loss)
            this.OnBatch epoch batch

        member this.EpochDone report =
            this.Epochs.Add report
            this.OnEpoch report.Epoch

        member this.Warn message = this.Warnings.Add message

let constant epochs batch patience =
    TrainerOptions(epochs, batch, ConstantRate epochs, Option.toNullable patience)

/// Every term of the model, with a weight by name (0 when not given).
let weighted (weights: (string * float) list) model =
    let weightOf name =
        weights
        |> List.tryFind (fst >> (=) name)
        |> Option.map snd
        |> Option.defaultValue 0.0

    [| for term in LossTerm.ApplicableTo model do
           WeightedTerm(term, (fun _ -> weightOf term.Name), weightOf term.Name) |]

let adam rate =
    OptimiserOptions(OptimiserKind.Adam, rate)

let learner (model: HybridModel) terms options clip seed =
    new GradientLearner(model, terms, options, Option.toNullable clip, generator seed)

let fit options (listener: Listener) (learner: ILearner) (splits: Splits) seed cancel =
    Trainer(options, listener).Fit(learner, splits, Streams seed, torch.CPU, cancel)

let uncancelled = CancellationToken.None

let hybridWeights = [ "reconstruction", 0.1; "kl", 0.1; "crossEntropy", 1.0 ]
