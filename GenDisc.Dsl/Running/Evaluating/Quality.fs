/// How good what a model draws is: samples against held-out examples, in the features of a trained classifier or, of vectors
/// and series, number by number.
module internal GenDisc.Running.Quality

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Augmentation
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined
open GenDisc.Running.QualityMeasures

/// Samples at most.
let private most = 2000

let private pairsShown = 16

/// Numbers of one example up to which whole examples are compared without a judge.
let private widest = 256

/// Accuracy below which the features of a judge say little.
let private good = 0.9

/// Labels to ask for: as often as the real examples have them, or as many of each where these are hidden.
let private asked (facts: Facts) (real: Split) =
    if facts.Classes = 0 then Array.zeroCreate real.Count
    elif real.Data.HidesLabels then Augmented.labels facts.Classes real.Count
    else real.Indices.ToArray() |> Array.map (fun row -> real.Data.Labels.Span[row])

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

/// Operations that drawing may take: a few minutes of a laptop's. Generous, since the Fréchet distance depends on how many
/// samples there are, and only those of as many can be compared.
let private affordable = 4e13

/// Samples that may be drawn, and no more than there are examples of either part.
let private count (s: Subject) (splits: Splits) =
    let looks =
        match s.Model.Diffusion with
        | null -> 1.0
        | d ->
            // a guided step looks twice
            let each = if d.IsConditional && d.Options.Guidance <> 1.0 then 2.0 else 1.0
            each * float (min d.Options.Sampler.Steps d.Schedule.Steps)

    min (affordableOf affordable s.Plan looks most) (min splits.Test.Count splits.Train.Count)

/// Windows of a series that share no step: neighbours are all but the same, and no test could count them as two.
let private apart (s: Subject) (split: Split) =
    let data = s.Plan.Experiment.Data

    if Data.isSeries data then
        let history, _ = Data.window data
        let rows = split.Indices.ToArray()
        Split(split.Data, ReadOnlyMemory [| for i in 0..history .. rows.Length - 1 -> rows[i] |])
    else
        split

let private isNumeric (facts: Facts) =
    not facts.Shape.IsImage
    && not facts.Varies
    && (Shape.dimensions facts.Shape |> List.fold (*) 1) <= widest

/// Who judged, and how good it is.
let private judgeTold (facts: Facts) (judge: Plan option) (real: Recognition) (test: Split) =
    let text (f: Experiment -> string) =
        judge
        |> Option.map (fun p -> f p.Experiment)
        |> Option.defaultValue ""
        |> Json.text

    let accuracy =
        if judge.IsSome && not test.Data.HidesLabels then
            real.Right(asked facts test) |> Array.average
        else
            nan

    accuracy,
    [ "judge", text _.Name
      "run", text Experiment.id
      "source", text Experiment.show
      "judgeAccuracy", Json.number accuracy ]

/// What the judge tells of samples beside real examples.
let private balance (facts: Facts) (real: Recognition) (mine: Recognition) =
    let counted, expected = mine.Counts facts.Classes, real.Counts facts.Classes

    [ "balanceP", Json.number (ClassBalance.Of(counted, expected)).PValue
      "classes",
      Json.list
          [ for c in 0 .. facts.Classes - 1 do
                Json.object
                    [ "drawn", Json.integer (int64 counted[c])
                      "real", Json.integer (int64 expected[c]) ] ] ]

let private judged
    (s: Subject)
    (r: Honesty.Retraining)
    (space: Space)
    (splits: Splits)
    (reference: Split, test: Split, labels: int[])
    (drawn: Split)
    =
    let facts = s.Plan.Facts
    use real = space.Read test
    use other = space.Read reference
    use mine = space.Read drawn
    r.Tell(RunEvent.Working("comparing samples with test examples", 0.0))
    let found, floor = measure real mine, measure real other
    let judge = space.Judge |> Option.map fst
    let accuracy, who = judgeTold facts judge real test

    if accuracy < good then
        r.Warn
            $"the judge tells only {Show.number (Math.Round(100.0 * accuracy, 1))} %% of the test examples right: its features say little about samples"

    let conditional = Drawing.asksClasses s.Model

    let recognised =
        [ if judge.IsSome then
              if conditional then
                  "recognised", Array.average (mine.Right labels)

              "confidence", Array.average mine.Confidence ]

    let learnt =
        match judge with
        | Some plan when conditional -> synthetic s r plan reference drawn splits.Test
        | _ -> None

    let m = pictures s splits.Train drawn splits.Test

    Json.object
        [ yield! who
          "samples", Json.integer (int64 drawn.Count)
          "width", Json.integer real.Features.shape[1]
          "found", told found
          "reference", told floor
          "recognised", Json.numbers (Map.ofList recognised)
          if judge.IsSome then
              let sure = Means.IntervalOf(mine.Confidence, stream "confidence")
              "confidenceInterval", pair sure.Low sure.High
              "realConfidence", Json.number (Array.average real.Confidence)
              yield! balance facts real mine
          "closer", Json.number m.Closer
          "copies", Json.number m.Copies
          "exact", Json.integer (int64 m.ExactCopies)
          match learnt with
          | Some(fake, true') ->
              "tstr", Json.number fake
              "trtr", Json.number true'
              "tested", Json.integer (int64 splits.Test.Count)
          | None -> ()
          yield! QualityCurves.read s r space real test labels ]
    |> Json.line
    |> Atomic.writeText (s.File "quality.json")

    [ yield! figures found
      yield! recognised
      match learnt with
      // where examples were added to training, the name says what the model itself learns from these
      | Some(fake, _) when s.Plan.Experiment.Data.Generated.IsEmpty -> "tstrAccuracy", fake
      | _ -> () ]

/// Writes `quality.json` and `neighbours.png`; answers with the figures for the summary. `splits` are grey where the
/// experiment draws pixels black and white. Nothing is written of images without a judge, nor when cancelled.
let write
    (s: Subject)
    (r: Honesty.Retraining)
    (trained: IDeclared -> Compile.Inner)
    (splits: Splits)
    : Map<string, float> =
    let splits = Splits(apart s splits.Train, splits.Validation, apart s splits.Test)
    let facts, declared = s.Plan.Facts, s.Plan.Experiment.Data.Judge
    let n = count s splits

    if
        not (Drawing.draws s.Model)
        || n <= neighbours
        || (declared.IsNone && not (isNumeric facts))
        || r.Cancel.IsCancellationRequested
    then
        Map.empty
    else
        let judge =
            declared
            |> Option.map (fun by ->
                s.Plan.Dependencies |> List.find (fun inner -> by.Equals inner.Experiment), trained by)

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
                | Some drawn -> Map.ofList (judged s r space splits (reference, test, labels) drawn)
            with :? OperationCanceledException ->
                Map.empty
        finally
            judge |> Option.iter (fun (_, inner) -> inner.Built.Model.Dispose())
