/// Small models and data that several tests share.
module GenDisc.Core.Tests.Models.Samples

open System
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let features = 6
let latent = 2
let classes = 3

let bottleneck variational inputs (stream: RandomStream) =
    new Bottleneck(
        BottleneckOptions(inputs, latent, variational),
        nets [],
        nets [ new Affine(latent, 8, stream); Pure.Tanh(); new Affine(8, features, stream) ],
        new BernoulliLikelihood(),
        stream
    )

let trunk (stream: RandomStream) =
    TrunkStage(new Chain(nets [ new Affine(features, 8, stream); Pure.Tanh() ])): Stage

let classifier inputs (stream: RandomStream) =
    ClassifierStage(new Chain(nets [ new Affine(inputs, classes, stream) ])): Stage

/// dense 8 >> tanh >> vae 2 >> classifier [], on vectors of 6 in [0, 1].
let hybrid seed =
    let stream = init seed

    new HybridModel(
        [| trunk stream
           BottleneckStage(bottleneck true 8 stream)
           classifier latent stream |]
    )

/// dense 8 >> tanh >> cvae 2, on vectors of 6 in [0, 1].
let conditional seed =
    let stream = init seed

    let decoder =
        nets
            [ new Affine(latent + classes, 8, stream)
              Pure.Tanh()
              new Affine(8, features, stream) ]

    let told =
        new ConditionalBottleneck(
            ConditionalOptions(8, latent, 7, classes),
            nets [],
            decoder,
            new BernoulliLikelihood(),
            stream
        )

    new HybridModel([| trunk stream; ConditionalStage told |])

let m2Options inputs =
    M2Options(inputs, latent, [| 8 |], classes)

/// m2 2 [8], on vectors of 6 in [0, 1].
let semi seed =
    let m2 =
        new M2(m2Options features, [| int64 features |], new BernoulliLikelihood(), init seed)

    new HybridModel([| M2Stage m2 |])

/// dense 8 >> tanh >> batchNorm >> classifier [].
let normalised seed =
    let stream = init seed

    new HybridModel(
        [| trunk stream
           TrunkStage(new Chain(nets [ Normalisation.Batch(8, images = false) ]))
           classifier 8 stream |]
    )

/// n pixel vectors of three overlapping classes.
let pixels n =
    let stream = RandomStream(11L, "samples")
    let labels = Array.init n (fun i -> i % classes)

    let bytes =
        [| for label in labels do
               for j in 0 .. features - 1 do
                   let level = if j / 2 = label then 170.0 else 80.0
                   byte (Math.Clamp(level + 40.0 * stream.NextGaussian(), 0.0, 255.0)) |]

    Dataset.OfPixels("samples", [ features ], ReadOnlyMemory bytes, ReadOnlyMemory labels, [ "a"; "b"; "c" ])

let rowsOf first last = ReadOnlyMemory [| first..last |]

let private split (data: Dataset) =
    let n = data.Count
    let a, b = n * 5 / 8, n * 3 / 4
    Splits(Split(data, rowsOf 0 (a - 1)), Split(data, rowsOf a (b - 1)), Split(data, rowsOf b (n - 1)))

/// Of n examples: five eighths to train on, an eighth to validate and a quarter to test with.
let splitsOf n = split (pixels n)

/// The first n examples as a batch.
let batchOf n =
    Batches.Gather(pixels n, ReadOnlySpan [| 0 .. n - 1 |], torch.CPU)

let steps = 5

/// recurrent 4, bidirectional >> last >> classifier [], on sequences of 5 steps of 2 features.
let recurrent kind lengths seed =
    let stream = init seed

    new HybridModel(
        [| TrunkStage(new Chain(nets [ new Recurrent(kind, 2, 4, true, stream, lengths); new LastState(4, lengths) ]))
           classifier 8 stream |],
        lengths
    )

/// n sequences of 1 to 5 steps: the class is in the sign of the values and in the length.
let sequencesOf n =
    let stream = RandomStream(12L, "sequences")
    let labels = Array.init n (fun i -> i % classes)

    let lengths =
        labels |> Array.map (fun label -> 1 + label + stream.NextInt(steps - label))

    let values =
        [| for label, length in Array.zip labels lengths do
               for step in 1..steps do
                   for _ in 1..2 do
                       let value = float label - 1.0 + 0.5 * stream.NextGaussian()
                       if step <= length then float32 value else 0.0f |]

    Dataset.OfSequences(
        "sequences",
        steps,
        2,
        ReadOnlyMemory values,
        ReadOnlyMemory lengths,
        ReadOnlyMemory labels,
        [ "a"; "b"; "c" ]
    )

let sequenceSplits n = split (sequencesOf n)

/// The first n sequences as a batch.
let sequenceBatch n =
    Batches.Gather(sequencesOf n, ReadOnlySpan [| 0 .. n - 1 |], torch.CPU)
