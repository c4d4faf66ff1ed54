/// Distances between samples and held-out examples, and how sure they are.
module internal GenDisc.Running.QualityMeasures

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Runtime
open GenDisc.Running.Examined
open TorchSharp

/// Samples that a part of the figures is made of at least, where they are dear.
let private fewest = 300

/// Operations that drawing may take for a curve: about a minute of a laptop's.
let affordable = 2.5e12

/// Neighbours that the reach of an example is told by.
let neighbours = 5

let stream name = RandomStream(0L, "quality/" + name)

/// How many samples may be drawn by so many operations, of `limit`, where each takes so many looks of the model.
let affordableOf operations (plan: Plan) looks limit =
    let each = float plan.Flops * looks
    int (min (float limit) (max (float fewest) (operations / max 1.0 each)))

/// What is measured in: what a judge sees, or numbers.
type Space =
    { Judge: (Plan * Compile.Inner) option
      Read: Split -> Recognition }

/// Examples number by number, which no judge has looked at.
let numbers (split: Split) =
    let values = [| for place in 0 .. split.Count - 1 -> split.Example place |]
    let rows = torch.tensor(Array.concat values).reshape(int64 split.Count, -1L)
    new Recognition(rows, Array.zeroCreate split.Count, Array.create split.Count nan)

/// What is found of one set against another.
type Measured =
    { Frechet: float
      FrechetInterval: Interval
      Mmd: KernelDistance
      P: float
      Manifold: NearestManifold
      Intervals: Collections.Generic.IReadOnlyDictionary<string, Interval> }

/// Of samples against real examples.
let measure (real: Recognition) (drawn: Recognition) =
    let a, b = real.Features, drawn.Features
    let manifold = NearestManifold.Of(a, b, neighbours)

    { Frechet = FrechetDistance.Of(a, b)
      FrechetInterval = FrechetDistance.IntervalOf(a, b, stream "frechet")
      Mmd = KernelDistance.Of(a, b, stream "kernel")
      P = KernelTest.Of(a, b, stream "permutations").PValue
      Manifold = manifold
      Intervals = manifold.Intervals(stream "manifold") }

/// By name, as the summary has them.
let figures (m: Measured) =
    [ "frechet", m.Frechet
      "mmd", m.Mmd.Value
      "mmdP", m.P
      "precision", m.Manifold.Precision
      "recall", m.Manifold.Recall
      "density", m.Manifold.Density
      "coverage", m.Manifold.Coverage ]

/// Two ends.
let pair (low: float) (high: float) =
    Json.list [ Json.number low; Json.number high ]

/// As written in `quality.json`.
let told (m: Measured) =
    Json.object
        [ "figures", Json.numbers (Map.ofList (figures m))
          "intervals",
          Json.object
              [ "frechet", pair m.FrechetInterval.Low m.FrechetInterval.High
                "mmd", pair (m.Mmd.Value - 1.96 * m.Mmd.Error) (m.Mmd.Value + 1.96 * m.Mmd.Error)
                for KeyValue(name, i) in m.Intervals do
                    name, pair i.Low i.High ] ]
