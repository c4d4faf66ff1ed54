/// `study.json`: what a study came to.
module internal GenDisc.Running.Studies.StudyFile

open System
open System.IO
open GenDisc
open GenDisc.Running

/// What `study.json` holds beyond a StudyResult.
type Details =
    {
        Study: Study
        Started: DateTimeOffset
        Seconds: float
        /// Of everything that the machine did meanwhile, where it tells.
        Joules: float option
        Environment: (string * Json.Node) list
        /// Title, then training, validation and test examples.
        Data: string * (string * int) list
        /// Comparisons that p-values are corrected over.
        Family: int
        Front: string list
        Limits: string list
        /// Of each row, in order.
        Robustness: RobustnessFigure list list
    }

/// Accuracy of a row's runs under a corruption.
and RobustnessFigure =
    { Corruption: string
      Level: float
      Figure: SeedFigure }

let private figure (values: float list) (f: SeedFigure) =
    Json.object
        [ "mean", Json.number f.Mean
          "deviation", Json.number f.Deviation
          "low", Json.number f.Low
          "high", Json.number f.High
          "count", Json.integer (int64 f.Count)
          "values", Json.list (values |> Seq.map Json.number) ]

let private verdict v =
    match v with
    | Verdict.Better -> "better"
    | Verdict.Worse -> "worse"
    | Verdict.NoDifferenceDetected -> "none"
    | Verdict.NotTested -> "untested"

let private contrast (c: Contrast option) : Json.Node =
    match c with
    | None -> null
    | Some c ->
        Json.object
            [ "difference", Json.number c.Difference
              "low", Json.number c.Low
              "high", Json.number c.High
              "bootstrapLow", Json.number c.BootstrapLow
              "bootstrapHigh", Json.number c.BootstrapHigh
              "p", Json.number c.P
              "adjusted", Json.number c.Adjusted
              "effect", Json.number c.Effect
              "test", Json.text c.Test
              "verdict", Json.text (verdict c.Verdict) ]

/// A part of a declaration, with the experiments inside by name.
let private brief (e: Experiment) (source: string) =
    Block.declared e.Model.Blocks @ Data.declared e.Data
    |> List.sortByDescending (fun (inner: IDeclared) -> inner.Source.Length)
    |> List.fold (fun (text: string) (inner: IDeclared) -> text.Replace(inner.Source, Show.name inner.Name)) source

let private row (robustness: RobustnessFigure list) (r: StudyRow) =
    Json.object
        [ "name", Json.text r.Name
          "labels",
          (match r.Labels with
           | Some n -> Json.integer (int64 n)
           | None -> null)
          "weight",
          (match r.Weight with
           | Some w -> Json.number w
           | None -> null)
          "source", Json.text (Experiment.show r.Experiment)
          "data", Json.text (brief r.Experiment (Data.show r.Experiment.Data))
          "model", Json.text (brief r.Experiment (Model.show r.Experiment.Model))
          "loss", Json.text (Loss.show r.Experiment.Loss)
          "training", Json.text (Training.show r.Experiment.Training)
          "parameters", Json.integer r.Parameters
          "flops", Json.integer r.Flops
          "trainingFlops", Json.number r.TrainingFlops
          "seconds", Json.number r.Seconds
          "epochs", Json.integer (int64 r.Experiment.Training.Epochs)
          "figures",
          Json.object
              [ for KeyValue(name, f) in r.Test do
                    name, figure [ for run in r.Runs -> run.Test[name] ] f ]
          "contrast", contrast r.Contrast
          "onFront", Json.truth r.OnFront
          "runs",
          Json.list
              [ for seed, run in List.zip r.Seeds r.Runs do
                    Json.object
                        [ "seed", Json.integer (int64 seed)
                          "id", Json.text run.Id
                          "folder", Json.text ("../" + run.Id)
                          "seconds", Json.number run.Seconds
                          "reused", Json.truth run.Reused ] ]
          "robustness",
          Json.list
              [ for f in robustness do
                    Json.object
                        [ "corruption", Json.text f.Corruption
                          "level", Json.number f.Level
                          "mean", Json.number f.Figure.Mean
                          "low", Json.number f.Figure.Low
                          "high", Json.number f.Figure.High ] ] ]

let private kind (study: Study) =
    match study.Kind with
    | StudyKind.Comparison -> "comparison"
    | StudyKind.LabelCurve _ -> "labelCurve"
    | StudyKind.Pareto _ -> "pareto"

/// A script that runs the study again under `gendisc run`, from anywhere.
let script (study: Study) =
    $"open GenDisc\n\n{Study.show study}\n|> run\n|> ignore\n"

let write (folder: string) (result: StudyResult) (d: Details) =
    let title, counts = d.Data

    Json.object
        [ "id", Json.text result.Id
          "question", Json.text result.Question
          "kind", Json.text (kind d.Study)
          "metric", Json.text result.Metric
          "seeds",
          Json.list (
              result.Rows
              |> List.collect _.Seeds
              |> List.distinct
              |> Seq.map (int64 >> Json.integer)
          )
          "equalCompute", Json.truth d.Study.EqualCompute
          "source", Json.text (Study.show d.Study)
          "script", Json.text (script d.Study)
          "started",
          Json.text (d.Started.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Globalization.CultureInfo.InvariantCulture))
          "seconds", Json.number d.Seconds
          "joules",
          (match d.Joules with
           | Some joules -> Json.number joules
           | None -> null)
          "environment", Json.object d.Environment
          "data",
          Json.object
              [ "title", Json.text title
                for name, count in counts do
                    name, Json.integer (int64 count) ]
          "family", Json.integer (int64 d.Family)
          "front", Json.list (d.Front |> Seq.map Json.text)
          "rows",
          Json.list
              [ for robustness, r in List.zip d.Robustness result.Rows do
                    row robustness r ]
          "statements", Json.list (result.Statements |> Seq.map Json.text)
          "limits", Json.list (d.Limits |> Seq.map Json.text) ]
    |> Json.indented
    |> Atomic.writeText (Path.Combine(folder, "study.json"))
