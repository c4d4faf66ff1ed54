/// One experiment from plan to run folder.
module internal GenDisc.Running.Train

open System
open System.Diagnostics
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Reporting

/// A script that runs the experiment again under `gendisc run`, from anywhere.
let private script experiment =
    $"open GenDisc\n\n{Experiment.show experiment}\n|> run\n|> ignore\n"

let private empty: Metrics = { Values = Map.empty }

/// Trains, evaluates, draws and writes. Raises what training raises, after writing down how far it came. `folderOf`
/// tells where the runs of experiments inside this one lie.
let run (options: HostOptions) (loader: Loader) (plan: Plan) (id: string) (folderOf: Experiment -> string) : RunResult =
    let experiment = plan.Experiment
    let clock = Stopwatch.StartNew()
    let started = DateTimeOffset.UtcNow
    let streams = Streams(int64 experiment.Seed)
    let cut = loader.Prepare experiment.Data streams
    Leaks.refuse loader plan
    TorchRuntime.UseThreads(Option.toNullable options.Threads) |> ignore
    let device = TorchRuntime.Device options.Device
    let trained = Pretrained.find loader folderOf device plan
    use preparer = new Preparer(plan, cut.Splits.Train, trained, device, options.Cancel)
    let prepared, preparedTests = Preparing.all preparer experiment.Data cut

    let augmented =
        Augmented.add
            loader
            preparer
            trained
            device
            plan
            streams
            prepared.Splits
            (fun what share -> options.Tell(RunEvent.Working(what, share)))
            options.Cancel

    let splits = augmented |> Option.map _.Splits |> Option.defaultValue prepared.Splits

    use folder = RunFolder.Open(options.Runs, id)
    let recorder = Recorder(folder, experiment.Training.Epochs, options.Tell)
    Atomic.writeText (folder.File "experiment.fsx") (script experiment)
    Atomic.writeText (folder.File "plan.json") (PlanJson.write plan)
    recorder.Log $"run {id} on {splits.Train.Count} training examples"

    let build () =
        (Compile.model plan streams device trained).Model

    use model = build ()

    use learner = CompileTraining.learner plan model streams device

    let result status (train, validation, test) (outcome: TrainingOutcome option) =
        { Id = id
          Name = experiment.Name
          Folder = folder.Path
          Status = status
          Train = train
          Validation = validation
          Test = test
          Seconds = outcome |> Option.map _.Seconds |> Option.defaultValue nan
          ExamplesPerSecond = outcome |> Option.map _.ExamplesPerSecond |> Option.defaultValue nan
          Reused = false }

    let writeResult (result: RunResult) message (outcome: TrainingOutcome option) confusion =
        ResultFile.write
            (folder.File "result.json")
            result
            { Plan = plan
              Message = message
              Started = started
              TotalSeconds = clock.Elapsed.TotalSeconds
              Epochs = outcome |> Option.map _.Epochs.Count |> Option.defaultValue 0
              BestEpoch = outcome |> Option.map _.BestEpoch |> Option.defaultValue 0
              Classes = List.ofSeq splits.Train.Data.ClassNames
              Confusion = confusion
              Environment = RunEnvironment.of' options experiment.Training
              Data = loader.Behind plan
              Counts =
                [ "train", splits.Train.Count
                  if splits.Train.Data.HidesLabels then
                      // of real examples
                      "labelled", prepared.Splits.Train.Labelled
                  match augmented with
                  | Some a -> "generated", a.Generated.Count
                  | None -> ()
                  "validation", splits.Validation.Count
                  "test", splits.Test.Count ]
              Warnings = recorder.Warnings }

    MachineData.start model streams device splits.Train
    DiffusionData.start model streams device splits.Train

    let fit () =
        if model.IsEnsemble then
            let word = "nothing to train: the members of the ensemble are trained already"
            recorder.Log word
            options.Tell(RunEvent.Note word)
            TrainingOutcome([||], 0, false, false, 0.0, nan)
        else
            Trainer(CompileTraining.trainerOptions experiment.Data experiment.Training, recorder)
                .Fit(learner, splits, streams, device, options.Cancel)

    let outcome =
        try
            fit ()
        with :? DivergedException as e ->
            recorder.Log e.Message
            writeResult (result Status.Failed (empty, empty, empty) None) (Some e.Message) None None
            Report.write folder.Path |> ignore
            raise (UserError($"{e.Message}\nWhat was done before is in {folder.Settle Status.Failed}", e))

    let figureFile name =
        folder.File(IO.Path.Combine("figures", name))

    // before anything else can go wrong
    Atomic.write (folder.File "model.safetensors") (fun stream ->
        SafeTensors.Save(model, stream, dict [ "gendisc", id ] |> Collections.Generic.Dictionary))

    let subject: Examined.Subject =
        { Plan = plan
          Model = model
          Learner = learner
          Streams = streams
          Device = device
          File = figureFile }

    let train = Examined.split subject "train" splits.Train

    let validation =
        if splits.Validation.Count = 0 then
            None
        else
            Some(Examined.split subject "validation" splits.Validation)

    let test = Examined.split subject "test" splits.Test

    let attention: Partition.Attention =
        { Note = RunEvent.Note >> options.Tell
          Warn = recorder.Warn
          Progress = fun what share -> options.Tell(RunEvent.Working(what, share))
          Cancel = options.Cancel }

    let truth = Truth.write subject attention splits train validation test

    MachineLooks.write subject splits
    Denoised.write subject attention splits (DenoisedChecks.averaging outcome)
    let bounds = Bounds.write subject options.Cancel splits
    let likelihood = DiffusionBounds.write subject attention splits.Test

    let rival () : DiffusionClasses.Rival option =
        experiment.Data.Judge
        |> Option.map (fun declared ->
            { Name = declared.Name
              Model = (trained declared).Built.Model })

    let told = DiffusionClasses.write subject attention splits rival

    let added (more: Map<string, float>) (figures: Map<string, float>) : Metrics =
        { Values = Map.fold (fun all name value -> Map.add name value all) figures more }

    let preparation =
        PreparedLooks.write figureFile experiment.Data cut.Splits.Test preparedTests

    let retraining: Honesty.Retraining =
        { Build = build
          Tell = options.Tell
          Warn = recorder.Warn
          Cancel = options.Cancel }

    let honest =
        match augmented with
        | Some a -> Honesty.write subject retraining a
        | None -> Map.empty

    let quality =
        // what a model draws are means, which grey pixels are too; a diffusion model draws pixels as it has seen them
        if experiment.Data.Binarised && isNull model.Diffusion then
            Preparing.grey preparer (Leaks.examples loader experiment)
        else
            prepared.Splits
        |> Quality.write subject retraining trained

    let figures =
        (TestFigures.write loader options.Cancel subject { prepared with Splits = splits } validation test
         |> added truth.Test)
            .Values
        |> Map.foldBack Map.add bounds.Test
        |> Map.foldBack Map.add preparation
        |> Map.foldBack Map.add likelihood
        |> Map.foldBack Map.add told.Figures
        |> Map.foldBack Map.add quality
        |> added honest

    if
        isNull model.Diffusion
        && (model.GeneratesClasses || not (isNull model.Bottleneck))
    then
        Figures.write
            { Model = model
              Test = splits.Test
              Shape = plan.Facts.Shape
              Streams = streams
              Device = device
              File = figureFile }

    // or while log Z was estimated
    let stopped = outcome.Interrupted || options.Cancel.IsCancellationRequested
    let status = if stopped then Status.Interrupted else Status.Done

    let validated: Metrics =
        validation
        |> Option.map (fun v -> added bounds.Validation (added truth.Validation v.Figures).Values)
        |> Option.defaultValue empty

    let final =
        result status (added truth.Train train.Figures, validated, figures) (Some outcome)

    let message =
        if outcome.Interrupted then
            Some $"interrupted after {outcome.Epochs.Count} of {experiment.Training.Epochs} epochs"
        elif stopped then
            Some "interrupted while the trained model was measured"
        elif outcome.StoppedEarly then
            Some $"stopped early: best validation loss at epoch {outcome.BestEpoch}"
        else
            None

    recorder.Log(message |> Option.defaultValue "done")

    writeResult
        final
        message
        (Some outcome)
        (if model.IsClassifier then Some(test.Confusion.Rows()) else told.Confusion)

    Report.write folder.Path |> ignore

    let settled =
        { final with
            Folder = folder.Settle status }

    if stopped then
        options.Tell(RunEvent.Finished settled)
        raise (RunInterrupted settled.Folder)

    settled
