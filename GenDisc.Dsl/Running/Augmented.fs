/// Generated examples in the training part: drawn from trained generators that have seen the labels of the labelled examples
/// in use alone.
module internal GenDisc.Running.Augmented

open System
open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Running.Leaks
open TorchSharp

/// Examples at a time: chains and activations of more would take much memory.
let private most = 1000

/// What one generator adds, or one for each class.
type Source =
    {
        Name: string
        PerClass: bool
        Count: int
        /// What it has learnt from, as it saw it but never drawn black and white; of one for each class all together.
        Training: Split
        Shared: Shared list
        /// Rows of the training part's data.
        Generated: Split
    }

/// Training examples with those added to them.
type Augmented =
    {
        /// To learn from; validation and test are the very ones that they are without.
        Splits: Splits
        /// As the experiment would be without: prepared, of pixels that are drawn black and white the grey ones.
        Grey: Splits
        Sources: Source list
    }

    /// All that was added.
    member this.Generated =
        let rows = this.Sources |> List.map _.Generated.Indices.ToArray() |> Array.concat
        Split(this.Splits.Train.Data, rows)

/// As many of each class, the first classes one more; the classes in order.
let labels classes count =
    [| for label in 0 .. classes - 1 do
           for _ in 1 .. count / classes + (if label < count % classes then 1 else 0) do
               label |]

/// The numbers of a batch, row after row.
let numbers (rows: torch.Tensor) =
    let flat = rows.flatten(1L).to_type(torch.float32).cpu().contiguous()
    flat.data<float32>().ToArray()

/// What a trained model draws for these labels, in the units of its data. `progress` hears of the share that is done.
let sample
    (model: HybridModel)
    (rates: Lazy<BaseRates>)
    (streams: Streams)
    device
    (progress: float -> unit)
    cancel
    name
    (labels: int[])
    =
    use _inference = torch.no_grad ()
    use latents = streams.Generated(name, device)
    let states = streams.GeneratedStates name
    model.eval ()

    let total = float labels.Length

    labels
    |> Array.chunkBySize most
    |> Array.indexed
    |> Array.collect (fun (i, labels) ->
        (cancel: CancellationToken).ThrowIfCancellationRequested()
        use _scope = torch.NewDisposeScope()
        use asked = torch.tensor(Array.map int64 labels).``to``(device: torch.Device)

        let within share =
            progress ((float (i * most) + share * float labels.Length) / total)

        within 0.0

        match MachineData.tryMachine model, model.Bottleneck with
        | _ when not (isNull model.Diffusion) ->
            let told: torch.Tensor | null = if model.GeneratesClasses then asked else null
            numbers (model.Diffuse(labels.Length, told, latents, null, within, cancel))
        | Some(:? Rbm as joint), _ when joint.Classes > 0 ->
            numbers (MachineDraws.OfClasses(joint, asked, rates.Value, MachineDraws.Sweeps, states, cancel))
        | _ when model.GeneratesClasses -> numbers (model.Generate(Array.map int64 labels, latents))
        | Some machine, null ->
            numbers (MachineDraws.Of(machine, labels.Length, rates.Value, MachineDraws.Sweeps, states, cancel))
        | _ -> Pictures.PriorSamples(model, labels.Length, latents, device) |> Array.concat)

/// The training part with what generators add; None where the data name none. `preparer` does to examples what is done to
/// those of the experiment, and so to those of its generators; `trained` gives the model of a generator's run.
let add
    (loader: Loader)
    (preparer: Preparer)
    (trained: IDeclared -> Compile.Inner)
    (device: torch.Device)
    (plan: Plan)
    (streams: Streams)
    (splits: Splits)
    (progress: string -> float -> unit)
    (cancel: CancellationToken)
    : Augmented option =
    let experiment = plan.Experiment
    let classes = plan.Facts.Classes

    if experiment.Data.Generated.IsEmpty then
        None
    else
        let raw = examples loader experiment

        // before anything is drawn
        let behind =
            [ for generated in experiment.Data.Generated do
                  match generated.By with
                  | :? Experiment as by ->
                      let training = (examples loader by).Train
                      let shared = ofGenerator experiment.Name raw by.Name training
                      by.Name, preparer.All "train" training, shared
                  | other -> invalidOp $"{other.GetType()} is no experiment" ]

        let draws =
            [ for i, generated in List.indexed experiment.Data.Generated do
                  let asked = labels classes generated.Count

                  let generators = Experiment.generators classes generated

                  [ for label, by in List.indexed generators do
                        let told share =
                            progress
                                $"drawing examples from {by.Name}"
                                ((float label + share) / float generators.Length)

                        let name, asked =
                            if generated.PerClass then
                                $"{i}/{label}", asked |> Array.filter ((=) label)
                            else
                                string i, asked

                        let inner = trained by
                        use model = inner.Built.Model
                        let rates = lazy (BaseRates.Of(preparer.All "train" (examples loader by).Train))
                        sample model rates streams device told cancel name asked ]
                  |> Array.concat,
                  asked ]

        let before = splits.Train

        let data =
            before.Data.With(
                ReadOnlySpan(draws |> List.map fst |> Array.concat),
                ReadOnlySpan(draws |> List.map snd |> Array.concat)
            )

        let starts =
            draws
            |> List.scan (fun start (_, asked) -> start + asked.Length) before.Data.Count

        let sources =
            [ for (name, training, shared), generated, start in
                  List.zip3 behind experiment.Data.Generated (List.truncate behind.Length starts) do
                  { Name = name
                    PerClass = generated.PerClass
                    Count = generated.Count
                    Training = training
                    Shared = shared
                    Generated = Split(data, ReadOnlyMemory [| start .. start + generated.Count - 1 |]) } ]

        let rows =
            Array.append (before.Indices.ToArray()) [| before.Data.Count .. data.Count - 1 |]

        Some
            { Splits = Splits(Split(data, rows), splits.Validation, splits.Test)
              Grey = Preparing.grey preparer raw
              Sources = sources }
