/// What a trained model shows of itself, written into the run folder's `figures/` for the report to draw.
module internal GenDisc.Running.Figures

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Reporting
open TorchSharp

/// What figures are drawn from.
type Subject =
    {
        /// Has a bottleneck, or is told classes.
        Model: HybridModel
        Test: Split
        Shape: Shape
        Streams: Streams
        Device: torch.Device
        /// The path of a figure's file by its name.
        File: string -> string
    }

let private columns = 10
let private mostClasses = 20
let private latentPoints = 2000
let private planePoints = 1000

let point (x: float) (y: float) =
    Json.list [ Json.number (Math.Round(x, 4)); Json.number (Math.Round(y, 4)) ]

let points (rows: float32[][]) =
    Json.list
        [ for row in rows do
              point (float row[0]) (float row[1]) ]

let labels (values: int seq) =
    Json.list (values |> Seq.map (int64 >> Json.integer))

/// At most `most` examples of a split, drawn at random but the same each time: data sets are often sorted or dealt
/// out by class.
let some most (split: Split) =
    let rows = split.Indices.ToArray()
    RandomStream(0L, "figures").Shuffle<int>(rows.AsSpan())
    let kept = rows |> Array.truncate most |> Array.sort
    Split(split.Data, kept)

/// The first `perClass` examples of every class, class by class.
let private ofEveryClass perClass (split: Split) =
    let labels = split.Data.Labels

    split.Indices.ToArray()
    |> Array.groupBy (fun i -> labels.Span[i])
    |> Array.sortBy fst
    |> Array.collect (snd >> Array.truncate perClass)

let private withGenerator (s: Subject) (f: torch.Generator -> 'a) =
    use generator = s.Streams.Sampling s.Device
    f generator

let private reconstructions s (rows: int array) =
    use batch = Batches.Gather(s.Test.Data, rows, s.Device)

    if s.Model.GeneratesClasses then
        Pictures.ClassReconstructions(s.Model, batch).ToTuple()
    else
        withGenerator s (fun noise -> Pictures.Reconstructions(s.Model, batch, noise).ToTuple())

/// Draws from the prior of z, so many, or one of each of these classes; none of an autoencoder.
let private samples s count (classes: int seq) =
    withGenerator s (fun noise ->
        match s.Model.Bottleneck with
        | null -> Pictures.ClassSamples(s.Model, classes |> Seq.map int64 |> Array.ofSeq, noise)
        | bottleneck when bottleneck.Options.Variational -> Pictures.PriorSamples(s.Model, count, noise, s.Device)
        | _ -> [||])

let private images s shape =
    let rows =
        if s.Test.Data.Classes > 0 then
            ofEveryClass (max 1 (2 * columns / s.Test.Data.Classes)) s.Test
        else
            (some (2 * columns) s.Test).Indices.ToArray()

    let originals, copies = reconstructions s rows
    Mosaic.pairs (s.File "reconstructions.png") columns shape originals copies

    // one row of each class
    let classes =
        Seq.init (min mostClasses s.Test.Data.Classes) id
        |> Seq.collect (Seq.replicate columns)

    let drawn = samples s (8 * columns) classes

    if drawn.Length > 0 then
        Mosaic.write (s.File "samples.png") columns shape drawn

let private plane s =
    let shown = some planePoints s.Test
    let originals, copies = reconstructions s (shown.Indices.ToArray())

    let classes =
        [ for i in shown.Indices.ToArray() do
              s.Test.Data.Labels.Span[i] ]

    Json.object
        [ "data", points originals
          "labels", labels classes
          "samples", points (samples s planePoints classes)
          "reconstructions", points copies ]
    |> Json.line
    |> Atomic.writeText (s.File "plane.json")

let private latents s =
    let means, classes =
        withGenerator s (fun noise -> Pictures.Latents(s.Model, some latentPoints s.Test, noise, s.Device).ToTuple())

    use means = means
    let latent = int means.shape[1]

    let way, explained, projected =
        if latent > 2 then
            let found = PrincipalComponents.OfRows means
            "posterior means, principal components", List.ofArray found.Explained, found.Points
        else
            let values =
                means.data<float32>().ToArray() |> Array.map float |> Array.chunkBySize latent
            // one latent dimension is drawn along a line
            "posterior means",
            [],
            values
            |> Array.map (fun row -> [| row[0]; Array.last row * float (latent - 1) |])

    Json.object
        [ "method", Json.text way
          "explained", Json.list (explained |> Seq.map Json.number)
          "points",
          Json.list
              [ for p in projected do
                    point p[0] p[1] ]
          "labels", labels classes ]
    |> Json.line
    |> Atomic.writeText (s.File "latent.json")

/// Everything that a model with a bottleneck, or one that is told classes, can show.
let write (s: Subject) =
    match s.Shape with
    | Image(c, h, w) when c = 1 || c = 3 -> images s (c, h, w)
    | Vector 2 -> plane s
    | _ -> ()

    if s.Model.M2 |> isNull then
        latents s
