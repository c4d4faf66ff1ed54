namespace GenDisc.Running

open System
open System.IO
open System.Text.Json
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Data.Corrupting
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open TorchSharp

/// The accuracy of a trained classifier on test examples that were corrupted.
type internal RobustnessPoint =
    {
        /// "noise", "blur", "rotation" or "missing".
        Corruption: string
        /// Deviation, deviation in pixels, degrees or rate; at 0 examples are as they were.
        Level: float
        Accuracy: float
    }

/// What corruption beyond that of its own data does to a finished run.
module internal Robustness =
    /// Test examples that are looked at.
    let most = 2000

    let private kinds: (string * (float -> GenDisc.Core.Data.Corrupting.Corruption) * bool * float list) list =
        [ "noise", (fun level -> GaussianNoise level), false, [ 0.0; 0.1; 0.2; 0.3; 0.4; 0.5 ]
          "blur", (fun level -> GaussianBlur level), true, [ 0.0; 0.5; 1.0; 1.5; 2.0; 3.0 ]
          "rotation", (fun level -> Rotation level), true, [ 0.0; 10.0; 20.0; 30.0; 45.0; 60.0 ]
          "missing", (fun level -> MissingPixels level), false, [ 0.0; 0.1; 0.25; 0.5; 0.75 ] ]

    /// The test examples that are looked at, the same for every run on these data.
    let sample (loader: Loader) (data: Data) : Split =
        (loader.Strangers data).Stratified(most, RandomStream(Corruptions.seed, "robustness"))

    let private accuracy (model: HybridModel) (streams: Streams) (device: torch.Device) (split: Split) =
        let confusion = ConfusionMatrix split.Data.Classes
        use noise = streams.Evaluation("test", device)
        model.eval ()

        for batch in Batches.Sequential(split, Trainer.EvaluationBatch, device) do
            use batch = batch
            use _scope = torch.NewDisposeScope()
            use _inference = torch.no_grad ()
            confusion.Add(model.ForwardBatch(batch, noise), batch)

        float confusion.Correct / float split.Count

    let private measured (options: HostOptions) (loader: Loader) (plan: Plan) (runFolder: string) folderOf images =
        let data = plan.Experiment.Data
        let streams = Streams(int64 plan.Experiment.Seed)
        let device = TorchRuntime.Device options.Device
        use model = (Pretrained.load loader device plan runFolder).Model
        let training = (loader.Prepare data streams).Splits.Train
        let find = Pretrained.find loader folderOf device plan
        use preparer = new Preparer(plan, training, find, device, options.Cancel)
        let test = sample loader data

        [ if model.IsClassifier then
              for name, corruption, needsImages, levels in kinds do
                  if images || not needsImages then
                      for level in levels do
                          options.Cancel.ThrowIfCancellationRequested()

                          let corrupted =
                              Corrupter.Corrupt(
                                  test.Data,
                                  test.Indices.Span,
                                  corruption level,
                                  Corruptions.seed,
                                  $"robustness/{name}"
                              )

                          { Corruption = name
                            Level = level
                            Accuracy =
                              preparer.Test "test" (Split(corrupted, test.Indices))
                              |> accuracy model streams device } ]

    let private write (path: string) (points: RobustnessPoint list) =
        Json.object
            [ "points",
              Json.list
                  [ for point in points do
                        Json.object
                            [ "corruption", Json.text point.Corruption
                              "level", Json.number point.Level
                              "accuracy", Json.number point.Accuracy ] ] ]
        |> Json.line
        |> Atomic.writeText path

    /// What an earlier call left; None where there is nothing that can be read.
    let tryRead (path: string) : RobustnessPoint list option =
        try
            use document = JsonDocument.Parse(File.ReadAllText path)

            Some
                [ for point in document.RootElement.GetProperty("points").EnumerateArray() do
                      { Corruption = string (point.GetProperty("corruption").GetString())
                        Level = point.GetProperty("level").GetDouble()
                        Accuracy = point.GetProperty("accuracy").GetDouble() } ]
        with
        | :? JsonException
        | :? IOException
        | :? UnauthorizedAccessException
        | :? InvalidOperationException
        | :? Collections.Generic.KeyNotFoundException -> None

    /// Accuracy of the run in `runFolder` on at most 2,000 test examples at growing levels of noise, blur, rotation and
    /// missing numbers, of vectors noise and missing numbers alone; what its own data prepare comes after. None of it for
    /// what is no classifier of images or vectors. `folderOf` tells where the runs of experiments inside the plan lie. Kept
    /// in the folder as `figures/robustness.json`, which another call reads.
    let measure
        (options: HostOptions)
        (loader: Loader)
        (plan: Plan)
        (runFolder: string)
        (folderOf: Experiment -> string)
        : RobustnessPoint list =
        let data = plan.Experiment.Data

        match plan.Facts.Shape with
        | Image _
        | Vector _ when
            plan.Facts.Classes > 0
            && not (data.Source.IsTable || data.Source.IsClassTable)
            && plan.Experiment.Model.Blocks |> List.exists Block.classifies
            ->
            let path = Path.Combine(runFolder, "figures", "robustness.json")

            match tryRead path with
            | Some points -> points
            | None ->
                let points =
                    measured options loader plan runFolder folderOf plan.Facts.Shape.IsImage

                write path points
                points
        | _ -> []
