/// Random classifications that several tests share.
module GenDisc.Core.Tests.Evaluation.Drawn

open System.Collections.Generic
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime

/// 95 % intervals of figures of drawn examples, which are named one by one.
let oneByOne count (figures: int array -> IReadOnlyDictionary<string, float>) stream resamples =
    let named (weights: int array) (_: int) =
        figures (weights |> Array.indexed |> Array.collect (fun (i, n) -> Array.replicate n i))

    Bootstrap.OfWeights(count, named, stream, resamples, 0.95)

/// A law over a stream of numbers.
let law name (check: RandomStream -> bool) =
    let seeds = Gen.choose (0, 1000000) |> Arb.fromGen
    testProperty name (Prop.forAll seeds (fun seed -> check (RandomStream(int64 seed, "law"))))

/// Between low and high, both included.
let between low high (stream: RandomStream) = low + stream.NextInt(high - low + 1)

/// Logits that know something of their labels, and the labels.
let logits n classes (stream: RandomStream) =
    let labels = Array.init n (fun _ -> stream.NextInt classes)

    labels
    |> Array.map (fun label ->
        Array.init classes (fun k -> float32 (stream.NextGaussian() + if k = label then 1.0 else 0.0))),
    labels

let softmax (row: float array) =
    let powers = row |> Array.map exp
    powers |> Array.map (fun p -> p / Array.sum powers)

let probabilities n classes stream =
    let rows, labels = logits n classes stream
    Array.map (Array.map float >> softmax) rows, labels

/// The area under the ROC curve from its definition: all pairs.
let aurocOfPairs (inside: float array) (outside: float array) =
    Array.allPairs inside outside
    |> Array.averageBy (fun (a, b) ->
        if a > b then 1.0
        elif a = b then 0.5
        else 0.0)
