namespace GenDisc.Running

open System
open System.Collections.Generic
open System.Threading
open GenDisc.Core.Data
open GenDisc.Core.Data.Corrupting
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open TorchSharp
open GenDisc

module internal Corruptions =
    /// As Core does it.
    let core corruption : GenDisc.Core.Data.Corrupting.Corruption =
        match corruption with
        | Corruption.Noise deviation -> GaussianNoise deviation
        | Corruption.Blur deviation -> GaussianBlur deviation
        | Corruption.Turn degrees -> Rotation degrees
        | Corruption.Missing rate -> MissingPixels rate

    /// Not the experiment's: all seeds, and all rows of a study, see the same examples corrupted in the same way.
    let seed = 0L

/// Does to examples what a plan's data say, in their order. `find` gives the trained models that restore.
type internal Preparer
    (plan: Plan, training: Split, find: IDeclared -> Compile.Inner, device: torch.Device, cancel: CancellationToken) =
    let steps = Array.ofList plan.Experiment.Data.Prepared
    let models = Dictionary<int, HybridModel>()
    let starts = Dictionary<int, float32[]>()

    /// Enough for means of what is seen.
    let sample =
        lazy (training.Sample(1000, RandomStream(Corruptions.seed, "infill/start")))

    let model i declared =
        match models.TryGetValue i with
        | true, found -> found
        | _ ->
            let found = (find declared).Built.Model
            models[i] <- found
            found

    /// Deviation of the noise that stands right before the i-th step, as far as the model of `inner` has not seen such noise
    /// itself; 0 where there is none.
    let noise i (inner: IDeclared) =
        let added prepared =
            [ for preparation in prepared do
                  match preparation with
                  | Preparation.Corrupt(Corruption.Noise deviation) -> deviation
                  | _ -> () ]

        match inner with
        | :? Experiment as trained when (added trained.Data.Prepared).IsEmpty ->
            steps
            |> Seq.truncate i
            |> Seq.rev
            |> Seq.takeWhile (fun step -> not (added [ step ]).IsEmpty)
            |> Seq.toList
            |> added
            |> List.sumBy (fun deviation -> deviation * deviation)
            |> sqrt
        | _ -> 0.0

    let mask (data: Dataset) (seen: bool[] option) =
        seen
        |> Option.defaultWith (fun () -> Array.create (data.Count * data.ExampleSize) true)

    /// The i-th step, on data with what is seen of them (None: all of it).
    let rec step part (rows: ReadOnlyMemory<int>) (data: Dataset, seen: bool[] option) i =
        cancel.ThrowIfCancellationRequested()

        match steps[i] with
        | Preparation.Corrupt corruption ->
            let kind, stream = Corruptions.core corruption, $"{part}/{i}"
            let changed = Corrupter.Corrupt(data, rows.Span, kind, Corruptions.seed, stream)

            match kind with
            | :? MissingPixels as missing ->
                let left = Corrupter.Seen(data, rows.Span, missing, Corruptions.seed, stream)

                match seen with
                | None -> changed, Some left
                | Some earlier -> changed, Some(Array.map2 (&&) earlier left)
            | _ -> changed, seen
        | Preparation.Reconstruct declared ->
            Restoration.Reconstruct(model i declared, data, rows, device, cancel, noise i declared), seen
        | Preparation.Infill declared ->
            let filled =
                Restoration.Infill(
                    model i declared,
                    data,
                    rows,
                    mask data seen,
                    start i,
                    device,
                    cancel,
                    $"{part}/{i}"
                )

            filled, None

    and before count part (split: Split) =
        List.fold (step part split.Indices) (split.Data, None) [ 0 .. count - 1 ]

    /// Where the i-th step, which fills in, starts from: means of what is seen of training examples.
    and start i =
        match starts.TryGetValue i with
        | true, found -> found
        | _ ->
            let split = sample.Value
            let data, seen = before i "train" split
            let found = Restoration.SeenMeans(data, split.Indices.Span, mask data seen)
            starts[i] <- found
            found

    member _.Steps = steps

    /// The examples after the first so many steps; the others of the dataset stay as they are. What becomes of one depends
    /// on the part and its row alone.
    member _.After (count: int) (part: string) (split: Split) : Split =
        Split(fst (before count part split), split.Indices)

    /// The examples after each step, with its number of steps.
    member _.Each (part: string) (split: Split) : Split list =
        [ 0 .. steps.Length - 1 ]
        |> List.scan (step part split.Indices) (split.Data, None)
        |> List.tail
        |> List.map (fun (data, _) -> Split(data, split.Indices))

    /// The examples after all steps.
    member this.All (part: string) (split: Split) = this.After steps.Length part split

    /// A test part after all steps, drawn black and white where the data say so.
    member this.Test (part: string) (split: Split) =
        let prepared = this.All part split

        if plan.Experiment.Data.Binarised then
            Splits(prepared, prepared, prepared).Binarised().Test
        else
            prepared

    interface IDisposable with
        member _.Dispose() =
            for KeyValue(_, model) in models do
                model.Dispose()

/// What preparation makes of an experiment's data.
module internal Preparing =
    /// Training and validation share their dataset as a rule: then both are prepared at once.
    let private both (preparer: Preparer) (train: Split) (validation: Split) =
        if Object.ReferenceEquals(train.Data, validation.Data) then
            let rows = Array.append (train.Indices.ToArray()) (validation.Indices.ToArray())
            let prepared = preparer.All "train" (Split(train.Data, rows))
            Split(prepared.Data, train.Indices), Split(prepared.Data, validation.Indices)
        else
            preparer.All "train" train, preparer.All "train" validation

    /// All parts prepared, no pixels drawn.
    let grey (preparer: Preparer) (cut: Splits) : Splits =
        let train, validation = both preparer cut.Train cut.Validation
        Splits(train, validation, preparer.All "test" cut.Test)

    /// Data cut for an experiment, prepared, with the test part after each step, for figures. Preparation comes first, and
    /// pixels are drawn black and white after it.
    let all (preparer: Preparer) (data: Data) (cut: Prepared) : Prepared * Split list =
        if preparer.Steps.Length = 0 then
            cut, []
        else
            let train, validation = both preparer cut.Splits.Train cut.Splits.Validation
            let tests = preparer.Each "test" cut.Splits.Test
            let splits = Splits(train, validation, List.last tests)

            { cut with
                Splits = (if data.Binarised then splits.Binarised() else splits)
                Scale = preparer.Test "against" },
            tests

    /// Data that a model is asked to find strange, with the corruptions that they are declared with.
    let strange (other: Data) (split: Split) : Split =
        let corrupt (data: Dataset) (i, preparation) =
            match preparation with
            | Preparation.Corrupt corruption ->
                let kind, stream = Corruptions.core corruption, $"strange/{i}"
                Corrupter.Corrupt(data, split.Indices.Span, kind, Corruptions.seed, stream)
            | Preparation.Reconstruct _
            | Preparation.Infill _ -> data

        Split(List.fold corrupt split.Data (List.indexed other.Prepared), split.Indices)
