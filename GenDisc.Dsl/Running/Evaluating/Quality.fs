/// How good what a model draws is: samples against held-out examples, in the features of a trained classifier or, of vectors
/// and series, number by number.
module internal GenDisc.Running.Quality

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Augmentation
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined
open TorchSharp

/// Samples at most, and at least where they are dear.
let private most, private fewest = 2000, 300

/// Operations that drawing may take, for the table and for each curve: about a minute of a laptop's.
let private affordable = 2.5e12

/// Samples of each point of a curve at most.
let private curvePoints = 500

let private neighbours = 5
let private pairsShown = 16

/// Numbers of one example up to which whole examples are compared without a judge.
let private widest = 256

let private stream name = RandomStream(0L, "quality/" + name)

/// What is measured in.
type private Space =
    { Judge: (Plan * Compile.Inner) option
      Read: Split -> Recognition }

let private numbers (split: Split) =
    let values = [| for place in 0 .. split.Count - 1 -> split.Example place |]
    let rows = torch.tensor(Array.concat values).reshape(int64 split.Count, -1L)
    new Recognition(rows, Array.zeroCreate split.Count, Array.create split.Count nan)

type private Measured =
    { Frechet: float
      FrechetInterval: Interval
      Mmd: KernelDistance
      P: float
      Manifold: NearestManifold
      Intervals: Collections.Generic.IReadOnlyDictionary<string, Interval> }

let private measure (real: Recognition) (drawn: Recognition) =
    let a, b = real.Features, drawn.Features
    let manifold = NearestManifold.Of(a, b, neighbours)

    { Frechet = FrechetDistance.Of(a, b)
      FrechetInterval = FrechetDistance.IntervalOf(a, b, stream "frechet")
      Mmd = KernelDistance.Of(a, b, stream "kernel")
      P = KernelTest.Of(a, b, stream "permutations").PValue
      Manifold = manifold
      Intervals = manifold.Intervals(stream "manifold") }

let private figures (m: Measured) =
    [ "frechet", m.Frechet
      "mmd", m.Mmd.Value
      "mmdP", m.P
      "precision", m.Manifold.Precision
      "recall", m.Manifold.Recall
      "density", m.Manifold.Density
      "coverage", m.Manifold.Coverage ]

let private pair (low: float) (high: float) =
    Json.list [ Json.number low; Json.number high ]

let private told (m: Measured) =
    Json.object
        [ "figures", Json.numbers (Map.ofList (figures m))
          "intervals",
          Json.object
              [ "frechet", pair m.FrechetInterval.Low m.FrechetInterval.High
                "mmd", pair (m.Mmd.Value - 1.96 * m.Mmd.Error) (m.Mmd.Value + 1.96 * m.Mmd.Error)
                for KeyValue(name, i) in m.Intervals do
                    name, pair i.Low i.High ] ]

let private affordableOf (plan: Plan) looks limit =
    let each = float plan.Flops * looks
    int (min (float limit) (max (float fewest) (affordable / max 1.0 each)))

/// Labels to ask for: as often as the real examples have them, or as many of each where these are hidden.
let private asked (facts: Facts) (real: Split) =
    if facts.Classes = 0 then Array.zeroCreate real.Count
    elif real.Data.HidesLabels then Augmented.labels facts.Classes real.Count
    else real.Indices.ToArray() |> Array.map (fun row -> real.Data.Labels.Span[row])

/// Fréchet distance over steps and over guidance, each with few samples.
let private curves
    (s: Subject)
    (r: Honesty.Retraining)
    (space: Space)
    (real: Recognition)
    (like: Split)
    (labels: int[])
    =
    match s.Model.Diffusion with
    | null -> []
    | diffusion ->
        let own = diffusion.Options

        let point what (sampler: DiffusionSampler) weight (labels: int[]) =
            let progress share =
                r.Tell(RunEvent.Working($"drawing samples: {what}", share))

            Drawing.diffused s r.Cancel progress "quality/curve" sampler weight labels
            |> Drawing.asSplit like labels
            |> Option.map (fun drawn ->
                use read = space.Read drawn
                FrechetDistance.Of(real.Features, read.Features), read.Right labels |> Array.average)

        let curve name (points: (float * (int[] -> (float * float) option)) list) looks =
            let some = Array.truncate (affordableOf s.Plan looks curvePoints) labels

            name,
            Json.object
                [ "samples", Json.integer (int64 some.Length)
                  "points",
                  Json.list
                      [ for x, found in points do
                            match found some with
                            | Some(frechet, right) ->
                                Json.object
                                    [ "x", Json.number x
                                      "frechet", Json.number frechet
                                      "recognised",
                                      Json.number (if space.Judge.IsSome && diffusion.IsConditional then right else nan) ]
                            | None -> () ] ]

        [ let steps =
              [ 5; 10; 20; 50 ] |> List.filter (fun n -> n <= diffusion.Schedule.Steps)

          if not steps.IsEmpty then
              let doubled = if own.Guidance = 0.0 || own.Guidance = 1.0 then 1.0 else 2.0

              curve
                  "steps"
                  [ for n in steps do
                        let sampler: DiffusionSampler =
                            match own.Sampler with
                            | :? Ddim as d -> Ddim(n, d.Eta)
                            | _ -> Ddim(n, 0.0)

                        float n, point $"{n} steps" sampler own.Guidance ]
                  (doubled * float (List.sum steps))

          if diffusion.IsConditional then
              let few = Ddim(min 20 diffusion.Schedule.Steps, 0.0)

              curve
                  "guidance"
                  [ for weight in [ 0.0; 1.0; 2.0; 4.0 ] -> weight, point $"guidance {Show.number weight}" few weight ]
                  (6.0 * float few.Steps) ]

/// Learning from samples alone and from as many real examples, by the judge's own recipe.
let private synthetic (s: Subject) (r: Honesty.Retraining) (judge: Plan) (real: Split) (drawn: Split) (test: Split) =
    if (Honesty.hindrance judge.Experiment).IsSome || real.Data.HidesLabels then
        None
    else
        let streams = Streams(int64 judge.Experiment.Seed)

        let learn what (train: Split) =
            let retraining =
                { r with
                    Build =
                        fun () ->
                            (Compile.model judge streams s.Device (fun e -> invalidOp $"{e.Name} stands inside")).Model }

            let none = Split(train.Data, ReadOnlyMemory.Empty)
            Honesty.learnt what judge streams s.Device retraining (Splits(train, none, test))

        match learn "learning from samples alone" drawn, learn "learning from as many real examples" real with
        | Some fake, Some true' -> Some(fake, true')
        | _ -> None

let private pictures (s: Subject) (training: Split) (drawn: Split) (heldOut: Split) =
    let m = Memorisation.Of(drawn, training, heldOut, stream "neighbours")

    match List.ofSeq training.Data.ExampleShape with
    | [ 1 | 3 as c; h; w ] ->
        let places = [| 0 .. min pairsShown m.Generated.Count - 1 |]

        Mosaic.pairs
            (s.File "neighbours.png")
            (pairsShown / 2)
            (c, h, w)
            (places |> Array.map m.Generated.Example)
            (places |> Array.map (fun i -> training.Example m.Nearest[i].Place))
    | _ -> ()

    m

/// Writes `quality.json` and `neighbours.png`; answers with the figures for the summary. `splits` are grey where the
/// experiment draws pixels black and white; `judgeRun` names the judge's run.
let write
    (s: Subject)
    (r: Honesty.Retraining)
    (trained: IDeclared -> Compile.Inner)
    (splits: Splits)
    : Map<string, float> =
    let experiment, facts = s.Plan.Experiment, s.Plan.Facts

    let n =
        min
            (affordableOf
                s.Plan
                (match s.Model.Diffusion with
                 | null -> 1.0
                 | d -> 2.0 * float d.Options.Sampler.Steps)
                most)
            (min splits.Test.Count splits.Train.Count)

    let numeric =
        not facts.Shape.IsImage
        && not facts.Varies
        && (Shape.dimensions facts.Shape |> List.fold (*) 1) <= widest

    let judge =
        experiment.Data.Judge
        |> Option.map (fun declared ->
            s.Plan.Dependencies |> List.find (fun inner -> declared.Equals inner.Experiment), trained declared)

    if
        not (Drawing.draws s.Model)
        || n <= neighbours
        || (judge.IsNone && not numeric)
        || r.Cancel.IsCancellationRequested
    then
        Map.empty
    else
        use noise = s.Streams.Evaluation("quality", s.Device)

        let space =
            { Judge = judge
              Read =
                match judge with
                | Some(_, inner) -> fun split -> Recognition.Of(inner.Built.Model, split, noise, s.Device, r.Cancel)
                | None -> numbers }

        try
            try
                let reference = splits.Train.Sample(n, stream "reference")
                let test = splits.Test.Sample(n, stream "test")
                let labels = asked facts reference

                let progress share =
                    r.Tell(RunEvent.Working("drawing samples to judge", share))

                match
                    Drawing.examples s r.Cancel progress splits.Train "quality" labels
                    |> Drawing.asSplit test labels
                with
                | None ->
                    r.Warn
                        "what the model draws could not be judged: it is of another size than the data, or not finite"

                    Map.empty
                | Some drawn ->
                    use real = space.Read test
                    use other = space.Read reference
                    use mine = space.Read drawn
                    r.Tell(RunEvent.Working("comparing samples with test examples", 0.0))
                    let found, floor = measure real mine, measure real other
                    let conditional = Drawing.asksClasses s.Model
                    let right = mine.Right labels

                    let recognised =
                        [ if judge.IsSome then
                              if conditional then
                                  "recognised", Array.average right

                              "confidence", Array.average mine.Confidence ]

                    let learnt =
                        match judge with
                        | Some(plan, _) when conditional -> synthetic s r plan reference drawn splits.Test
                        | _ -> None

                    let m = pictures s splits.Train drawn splits.Test

                    Json.object
                        [ "judge",
                          Json.text (judge |> Option.map (fun (p, _) -> p.Experiment.Name) |> Option.defaultValue "")
                          "run",
                          Json.text (
                              judge
                              |> Option.map (fun (p, _) -> Experiment.id p.Experiment)
                              |> Option.defaultValue ""
                          )
                          "source",
                          Json.text (
                              judge
                              |> Option.map (fun (p, _) -> Experiment.show p.Experiment)
                              |> Option.defaultValue ""
                          )
                          "judgeAccuracy",
                          Json.number (
                              if judge.IsSome && not test.Data.HidesLabels then
                                  real.Right(asked facts test) |> Array.average
                              else
                                  nan
                          )
                          "samples", Json.integer (int64 n)
                          "width", Json.integer real.Features.shape[1]
                          "found", told found
                          "reference", told floor
                          "recognised", Json.numbers (Map.ofList recognised)
                          if judge.IsSome then
                              let counted, expected = mine.Counts facts.Classes, real.Counts facts.Classes
                              let balance = ClassBalance.Of(counted, expected)
                              "balanceP", Json.number balance.PValue

                              "classes",
                              Json.list
                                  [ for c in 0 .. facts.Classes - 1 do
                                        Json.object
                                            [ "drawn", Json.integer (int64 counted[c])
                                              "real", Json.integer (int64 expected[c]) ] ]
                          "closer", Json.number m.Closer
                          "copies", Json.number m.Copies
                          "exact", Json.integer (int64 m.ExactCopies)
                          match learnt with
                          | Some(fake, true') ->
                              "tstr", Json.number fake
                              "trtr", Json.number true'
                          | None -> ()
                          yield! curves s r space real test labels ]
                    |> Json.line
                    |> Atomic.writeText (s.File "quality.json")

                    Map.ofList
                        [ yield! figures found
                          yield! recognised
                          match learnt with
                          | Some(fake, _) -> "tstrAccuracy", fake
                          | None -> () ]
            with :? OperationCanceledException ->
                Map.empty
        finally
            judge |> Option.iter (fun (_, inner) -> inner.Built.Model.Dispose())
