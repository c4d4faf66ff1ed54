/// A class-conditional diffusion model as a classifier, beside one that was trained to be one.
module internal GenDisc.Running.DiffusionClasses

open System
open System.Diagnostics
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Running.Examined
open TorchSharp

/// Examples that show where classes are told apart best.
let private pilots = 32

/// Validation examples that a temperature is fitted on: a share of as many as are told apart, and no fewer than this.
let private share, fewest = 5, 100

/// A classifier that was trained beside, by name; the examples are on the scale of its own.
type Rival = { Name: string; Model: HybridModel }

/// Figures for the summary, and the test examples by their class and the one they were taken for.
type Found =
    { Figures: Map<string, float>
      Confusion: int64[][] option }

let private none =
    { Figures = Map.empty
      Confusion = None }

/// Logits and labels of a split from logits that are known already, row by row.
let private examined (s: Subject) (split: Split) (logits: Batch -> int -> torch.Tensor) : Examined =
    let confusion = ConfusionMatrix split.Data.Classes
    let classes = ClassPredictions()
    let mutable first = 0

    for batch in Batches.Sequential(split, Trainer.EvaluationBatch, s.Device) do
        use batch = batch
        use _scope = torch.NewDisposeScope()
        use _inference = torch.no_grad ()
        let found = logits batch first
        let output = ModelOutput(Representation = found, Logits = found)
        classes.Add(output, batch)
        confusion.Add(output, batch)
        first <- first + batch.Count

    { Split = split
      Figures = Map.empty
      Confusion = confusion
      Classes = classes
      Targets = Predictions()
      Posterior = Bayesian.PosteriorPredictive() }

let private read (s: Subject) (model: DiffusionModel) (split: Split) =
    model.ToScale(DiffusionData.read s.Model s.Device split)

/// The examples with what they were taken for, scores divided by a temperature.
let private judged (s: Subject) (split: Split) (verdicts: ClassVerdicts) (temperature: float) =
    examined s split (fun batch first ->
        let rows = Array.sub verdicts.Scores first batch.Count |> Array.concat
        (torch.tensor (rows, device = s.Device) / temperature.ToScalar()).view(int64 batch.Count, -1L))

let private hits (e: Examined) =
    Array.map2
        (fun (logits: float32[]) label -> Array.IndexOf(logits, Array.max logits) = label)
        e.Classes.Logits
        e.Classes.Labels

let private parametersOf (model: torch.nn.Module) =
    model.parameters () |> Seq.sumBy _.numel()

/// A line of the table, scores divided by a temperature; `sure`: whether they give probabilities.
let private row name parameters seconds sure temperature (e: Examined) =
    let scores =
        ClassificationScores.Of(e.Classes.Probabilities temperature, e.Classes.Labels)

    Json.object
        [ "name", Json.text name
          "accuracy", Json.number scores.Accuracy
          if sure then
              "ece", Json.number scores.Ece
              "logLoss", Json.number scores.LogLoss
          "parameters", Json.integer parameters
          "secondsPerExample", Json.number seconds ]

/// The temperature that validation examples give, whatever the size of the scores; none of too few of them, or where all
/// are right and no temperature is best.
let private fitted (validation: Examined) =
    let n = validation.Classes.Labels.Length
    let logits = validation.Classes.Logits

    if n < Calibration.FewestExamples || validation.Confusion.Correct = int64 n then
        None
    else
        let spread =
            logits
            |> Array.averageBy (fun row -> Array.averageBy float row |> (-) (float (Array.max row)))
            |> max (float Single.Epsilon)

        let scaled = logits |> Array.map (Array.map (fun z -> z / float32 spread))
        Some(spread * Calibration.Temperature(scaled, validation.Classes.Labels), n)

/// The other classifier on the same examples, scaled on the same validation examples.
let private beside (s: Subject) (validation: Split option) (test: Split) (own: Examined) (rival: Rival) =
    rival.Model.eval ()
    use noise = s.Streams.Evaluation("test", s.Device)

    let read split =
        examined s split (fun batch _ ->
            match rival.Model.ForwardBatch(batch, noise).Logits with
            | null -> invalidOp $"{rival.Name} is no classifier"
            | logits -> logits)

    let clock = Stopwatch.StartNew()
    let found = read test
    let seconds = clock.Elapsed.TotalSeconds / float test.Count

    let temperature =
        validation
        |> Option.bind (read >> fitted)
        |> Option.map fst
        |> Option.defaultValue 1.0

    let mcnemar = McNemar.Of(hits own, hits found)

    [ row rival.Name (parametersOf rival.Model) seconds validation.IsSome temperature found ],
    [ "ownAlone", Json.integer (int64 mcnemar.More)
      "rivalAlone", Json.integer (int64 mcnemar.Less)
      "pValue", Json.number mcnemar.PValue ],
    [ "judgeAccuracy", float found.Confusion.Correct / float test.Count ]

let private measure
    (s: Subject)
    (attention: Partition.Attention)
    (splits: Splits)
    (rival: unit -> Rival option)
    (model: DiffusionModel)
    count
    =
    use _scope = torch.NewDisposeScope()

    let some most (split: Split) =
        split.Stratified(most, RandomStream(0L, "figures"))

    let test = some count splits.Test

    // the finest differences of pixels hold no class, those of few numbers may
    let weighting =
        if model.Options.UnitInterval then
            ClassWeighting.Signal
        else
            ClassWeighting.Simple

    let options = DiffusionClassifierOptions(Weighting = weighting)
    let classifier = DiffusionClassifier(model, model.Options.Classes, options)
    use noise = s.Streams.Denoising("classes", s.Device)
    let held = if splits.Validation.Count > 0 then splits.Validation else splits.Train

    let steps =
        classifier.Pilot(read s model (some pilots held), noise, attention.Cancel)

    let tell what split =
        classifier.Classify(
            read s model split,
            steps,
            noise,
            attention.Progress $"telling {what} examples apart",
            attention.Cancel
        )

    let validation =
        if splits.Validation.Count < Calibration.FewestExamples then
            None
        else
            Some(some (max fewest (count / share)) splits.Validation)

    let scale =
        validation
        |> Option.bind (fun split -> fitted (judged s split (tell "validation" split) 1.0))

    let clock = Stopwatch.StartNew()
    let verdicts = tell "test" test
    let seconds = clock.Elapsed.TotalSeconds / float test.Count

    let own =
        judged s test verdicts (scale |> Option.map fst |> Option.defaultValue 1.0)

    let figures =
        match scale with
        | Some found -> Classification.write s (Classification.Sureness.Fitted found) own
        | None -> Classification.write s Classification.Sureness.Unknown own

    let others, comparison, beside =
        match rival () with
        | Some found ->
            use _model = found.Model
            beside s validation test own found
        | None -> [], [], []

    let looks = verdicts.Looks |> Array.averageBy float

    Json.object
        [ "examples", Json.integer (int64 test.Count)
          "classes", Json.integer (int64 model.Options.Classes)
          "most", Json.integer (int64 options.Most)
          "level", Json.number options.Level
          "weighting", Json.text (if weighting = ClassWeighting.Signal then "signal" else "noise")
          "looks", Json.number looks
          "validation", Json.integer (validation |> Option.map (_.Count >> int64) |> Option.defaultValue 0L)
          match scale with
          | Some(temperature, examples) ->
              "temperature", Json.number temperature
              "fittedOn", Json.integer (int64 examples)
          | None -> ()
          "draws",
          Json.list
              [ for number, those in verdicts.Draws |> Array.countBy id |> Array.sort do
                    Json.list [ Json.integer (int64 number); Json.integer (int64 those) ] ]
          "models",
          Json.list (
              row s.Plan.Experiment.Name (parametersOf s.Model) seconds scale.IsSome 1.0 own
              :: others
          )
          yield! comparison ]
    |> Json.line
    |> Atomic.writeText (s.File "diffusion-classes.json")

    { Figures =
        [ yield! Map.toSeq figures
          "accuracy", float own.Confusion.Correct / float test.Count
          "looksPerExample", looks
          match scale with
          | Some(temperature, _) -> "temperature", temperature
          | None -> ()
          yield! beside ]
        |> Map.ofSeq
      Confusion = Some(own.Confusion.Rows()) }

/// Writes `diffusion-classes.json` where classes are asked for, and the files of a classifier beside it; answers with nothing
/// where they are not, or where it is cancelled.
let write (s: Subject) (attention: Partition.Attention) (splits: Splits) (rival: unit -> Rival option) : Found =
    let asked =
        s.Plan.Experiment.Model.Blocks
        |> List.tryPick (function
            | Block.Diffusion d -> d.Classified
            | _ -> None)

    match asked, s.Model.Diffusion with
    | Some count, (NonNull model) when model.IsConditional && splits.Test.Labelled = splits.Test.Count ->
        s.Model.eval ()

        try
            measure s attention splits rival model count
        with :? OperationCanceledException ->
            none
    | _ -> none
