/// Whether generated training examples may be trusted: copies of what the generators have seen, classes that they miss,
/// and what a model learns from them alone.
module internal GenDisc.Running.Honesty

open System
open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Augmentation
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Reporting
open GenDisc.Running.Leaks
open GenDisc.Running.Augmented
open GenDisc.Running.Examined

let private pairsShown = 8
let private columns = 10
let private planePoints = 1000

/// What a model learns from is trained anew with.
type Retraining =
    {
        /// The experiment's model before any training.
        Build: unit -> HybridModel
        Tell: RunEvent -> unit
        Warn: string -> unit
        Cancel: CancellationToken
    }

let private median (values: float[]) =
    match Array.sort values with
    | [||] -> nan
    | sorted -> (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0

let private least (values: float[]) =
    if values.Length = 0 then nan else Array.min values

/// Validation, or without one the test part, which no generator has seen either.
let private heldOut (a: Augmented) =
    if a.Grey.Validation.Count > 0 then
        "validation", a.Grey.Validation
    else
        "test", a.Grey.Test

let private memorisation (a: Augmented) (source: Source) =
    let _, held = heldOut a
    Memorisation.Of(source.Generated, source.Training, held, RandomStream(0L, "memorisation"))

let private generator (a: Augmented) (source: Source) (m: Memorisation) =
    let distances name (values: float[]) =
        name,
        Json.object
            [ "min", Json.number (least values)
              "median", Json.number (median values)
              "within", Json.number (m.ShareWithin values) ]

    Json.object
        [ "name", Json.text source.Name
          "perClass", Json.truth source.PerClass
          "count", Json.integer (int64 source.Count)
          "training", Json.integer (int64 source.Training.Count)
          "unlabelled", Json.integer (int64 (source.Training.Count - source.Training.Labelled))
          "shared",
          Json.list
              [ for s in source.Shared do
                    Json.object
                        [ "part", Json.text s.Part
                          "known", Json.integer (int64 s.Known)
                          "own", Json.integer (int64 s.Own)
                          "count", Json.integer (int64 s.Count) ] ]
          "memorisation",
          Json.object
              [ "examined", Json.integer (int64 m.Generated.Count)
                "against", Json.text (fst (heldOut a))
                "equal", Json.integer (int64 m.Equal)
                "closer", Json.number m.Closer
                distances "toTraining" m.ToTraining
                distances "toHeldOut" m.ToHeldOut
                "threshold", Json.number m.Threshold
                "copies", Json.number m.Copies
                "exact", Json.integer (int64 m.ExactCopies)
                "closest",
                Json.list
                    [ for i in m.Closest pairsShown do
                          Json.number m.Nearest[i].Distance ] ] ]

/// As many of each class as every class has, at most a row of them.
let private shown (generated: Split) =
    let labels = generated.Data.Labels

    let classes =
        [| 0 .. generated.Count - 1 |]
        |> Array.groupBy (fun place -> labels.Span[generated.Indices.Span[place]])
        |> Array.sortBy fst

    let each =
        classes
        |> Array.map (fun (_, places) -> places.Length)
        |> Array.min
        |> min columns

    each,
    [| for _, places in classes do
           for place in Array.truncate each places do
               generated.Example place |]

let private pictures (s: Subject) (a: Augmented) (found: (Source * Memorisation) list) =
    match List.ofSeq a.Splits.Train.Data.ExampleShape with
    | [ 1 | 3 as c; h; w ] ->
        let each, examples = shown a.Generated
        Mosaic.write (s.File "generated.png") each (c, h, w) examples

        let pairs =
            [| for source, m in found do
                   for i in m.Closest pairsShown do
                       if m.Nearest[i].Place >= 0 then
                           m.Generated.Example i, source.Training.Example m.Nearest[i].Place |]

        Mosaic.pairs (s.File "closest.png") pairsShown (c, h, w) (Array.map fst pairs) (Array.map snd pairs)
    | _ -> ()

/// Points of generated examples of two numbers, with their classes.
let private plane (a: Augmented) =
    let some = a.Generated.Sample(planePoints, RandomStream(0L, "figures"))

    if a.Splits.Train.Data.ExampleSize = 2 then
        [ "points",
          Json.list
              [ for place in 0 .. some.Count - 1 do
                    let x = some.Example place
                    Figures.point (float x[0]) (float x[1]) ]
          "labels",
          Json.list
              [ for row in some.Indices.ToArray() do
                    Json.integer (int64 some.Data.Labels.Span[row]) ] ]
    else
        []

/// The trained classifier on what was drawn: asked classes by told ones.
let private balance (s: Subject) (a: Augmented) =
    if not s.Model.IsClassifier then
        [], Map.empty
    else
        let confusion = (split s "generated" a.Generated).Confusion
        let rows = confusion.Rows()
        let agreement = float confusion.Correct / float (rows |> Array.sumBy Array.sum)

        [ "agreement", Json.number agreement
          "classes",
          Json.list
              [ for i, row in Array.indexed rows do
                    let asked = Array.sum row

                    Json.object
                        [ "asked", Json.integer asked
                          "told", Json.integer (rows |> Array.sumBy (fun r -> r[i]))
                          "agreement", Json.number (float row[i] / float asked) ] ] ],
        Map.ofList [ "generatedAgreement", agreement ]

/// Why a model cannot learn from generated examples alone: none of its own to learn, or parts that have learnt from real
/// ones already. None where it can.
let hindrance (experiment: Experiment) =
    let blocks = Block.everyBlock experiment.Model.Blocks

    if blocks |> List.exists _.IsEnsemble then Some "ensemble"
    elif blocks |> List.exists _.IsEncoder then Some "pretrained"
    else None

/// A model of this plan, trained anew as it says on some examples: its accuracy on others. None where training ends early.
let learnt what (plan: Plan) (streams: Streams) device (r: Retraining) (splits: Splits) =
    let epochs = plan.Experiment.Training.Epochs

    // without validation examples there is nothing to stop early by
    let training =
        if splits.Validation.Count > 0 then
            plan.Experiment.Training
        else
            { plan.Experiment.Training with
                Patience = None }

    let quiet =
        { new ITrainingObserver with
            member _.BatchDone(_, _, _, _, _) = ()

            member _.EpochDone report =
                r.Tell(RunEvent.Working(what, float report.Epoch / float epochs))

            member _.Warn _ = () }

    try
        use model = r.Build()
        use learner = CompileTraining.learner plan model streams device
        MachineData.start model streams device splits.Train
        DiffusionData.start model streams device splits.Train

        let outcome =
            Trainer(CompileTraining.trainerOptions plan.Experiment.Data training, quiet)
                .Fit(learner, splits, streams, device, r.Cancel)

        if outcome.Interrupted then
            None
        else
            let means =
                Trainer.Evaluate(learner, splits.Test, streams.Evaluation("test", device), device)

            Some means["accuracy"]
    with :? UserError as e ->
        r.Warn $"{what} failed: {e.Message}"
        None

/// The same model, trained alike on generated examples alone and tested on real ones (TSTR; Esteban, Hyland and Rätsch
/// 2017). None where it is no classifier, cannot do so, or training ends early.
let private alone (s: Subject) (r: Retraining) (a: Augmented) =
    if
        not s.Model.IsClassifier
        || (hindrance s.Plan.Experiment).IsSome
        || r.Cancel.IsCancellationRequested
    then
        None
    else
        Splits(a.Generated, a.Splits.Validation, a.Splits.Test)
        |> learnt "learning from generated examples alone" s.Plan s.Streams s.Device r

/// Writes `augmentation.json`, `generated.png` and `closest.png`; answers with the figures for the summary.
let write (s: Subject) (r: Retraining) (a: Augmented) : Map<string, float> =
    let found = [ for source in a.Sources -> source, memorisation a source ]
    let members, agreement = balance s a
    let tstr = alone s r a

    // of all that was looked at
    let examined = found |> List.sumBy (fun (_, m) -> m.Generated.Count)

    let memorised =
        (found |> List.sumBy (fun (_, m) -> m.Copies * float m.Generated.Count))
        / float examined

    pictures s a found

    Json.object
        [ "real", Json.integer (int64 a.Grey.Train.Count)
          "generated", Json.integer (int64 a.Generated.Count)
          "generators",
          Json.list
              [ for source, m in found do
                    generator a source m ]
          "tstr", Json.number (Option.defaultValue nan tstr)
          "tstrLeftOut", Json.text (Option.defaultValue "" (hindrance s.Plan.Experiment))
          yield! members
          yield! plane a ]
    |> Json.line
    |> Atomic.writeText (s.File "augmentation.json")

    Map.ofList
        [ "memorisedShare", memorised
          yield! Map.toList agreement
          match tstr with
          | Some accuracy -> "tstrAccuracy", accuracy
          | None -> () ]
