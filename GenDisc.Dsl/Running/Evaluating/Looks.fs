/// What a model sees and what it makes of it: filters, features in two dimensions, augmented examples.
module internal GenDisc.Running.Looks

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined
open TorchSharp

/// t-SNE is quadratic in the number of points.
let private featurePoints = 800
let private perplexity = 30.0
let private iterations = 500
let private columns = 10

let private points (rows: float[][]) =
    Json.list
        [ for row in rows do
              Figures.point row[0] row[1] ]

/// In its own units.
let private firstTarget (data: Dataset) i =
    let target = float data.Targets.Span[i * data.TargetSize]

    match data.TargetScaling with
    | null -> target
    | scaling -> scaling.Undo(0, target)

let private features (s: Subject) (test: Split) =
    let shown = Figures.some featurePoints test

    let rows, labels =
        use noise = s.Streams.Sampling s.Device
        Features.Of(s.Model, shown, noise, s.Device).ToTuple()

    use rows = rows

    if rows.shape[0] >= 10L && rows.shape[1] >= 2L then
        let pca = PrincipalComponents.OfRows rows

        Json.object
            [ "dimension", Json.integer rows.shape[1]
              if labels.Length > 0 then
                  "labels", Json.list (labels |> Seq.map (int64 >> Json.integer))
              else
                  "values",
                  Json.list
                      [ for i in shown.Indices.ToArray() do
                            Json.number (firstTarget test.Data i) ]
              "pca",
              Json.object
                  [ "explained", Json.list (pca.Explained |> Seq.map Json.number)
                    "points", points pca.Points ]
              if rows.shape[1] > 2L then
                  "tsne",
                  Json.object
                      [ "perplexity", Json.number perplexity
                        "iterations", Json.integer (int64 iterations)
                        "points", points (TSne.Of(rows, perplexity, iterations)) ] ]
        |> Json.line
        |> Atomic.writeText (s.File "features.json")

let private filters (s: Subject) (test: Split) =
    let images, height, width, channels =
        Filters.FirstLayer(s.Model, Array.ofSeq test.Data.ExampleShape).ToTuple()

    if images.Length > 1 then
        Mosaic.write (s.File "filters.png") 16 (channels, height, width) images

/// Originals above what training saw of them.
let private augmented (s: Subject) (train: Split) (augmenter: Augmenter) =
    match List.ofSeq train.Data.ExampleShape with
    | [ 1 | 3 as c; h; w ] ->
        let rows = (Figures.some (2 * columns) train).Indices.ToArray()

        let values change =
            use batch = Batches.Gather(train.Data, rows, torch.CPU)

            if change then
                augmenter.Apply(batch, RandomStream(0L, "figures"))

            use flat = batch.X.flatten(1).contiguous()
            flat.data<float32>().ToArray() |> Array.chunkBySize train.Data.ExampleSize

        Mosaic.pairs (s.File "augmented.png") columns (c, h, w) (values false) (values true)
    | _ -> ()

/// Writes `features.json`, `filters.png` and `augmented.png`, as far as the model and its data have them.
let write (s: Subject) (splits: Splits) (augmenter: Augmenter | null) =
    // an ensemble has no features but its members', which show theirs
    if not s.Model.IsEnsemble then
        if s.Model.IsClassifier || s.Model.IsRegressor then
            features s splits.Test

        filters s splits.Test

    match augmenter with
    | null -> ()
    | augmenter -> augmented s splits.Train augmenter
