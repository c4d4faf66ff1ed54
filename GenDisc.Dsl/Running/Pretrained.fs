/// The trained models of experiments that stand inside another one.
module internal GenDisc.Running.Pretrained

open System.IO
open GenDisc
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open TorchSharp

let private planOf (plan: Plan) (declared: IDeclared) =
    plan.Dependencies |> List.find (fun inner -> declared.Equals inner.Experiment)

let private streams (plan: Plan) = Streams(int64 plan.Experiment.Seed)

/// Each was scaled by the examples that it was trained on itself.
let private scales (loader: Loader) (outer: Plan) (inner: Plan) =
    Option.map2
        (fun outside inside -> outside, inside)
        (loader.Scale outer.Experiment.Data (streams outer))
        (loader.Scale inner.Experiment.Data (streams inner))

/// Predictions of an ensemble's members are on the scales of their own targets.
let private targets (loader: Loader) (outer: Plan) (inner: Plan) =
    let scaling (plan: Plan) =
        (loader.Prepare plan.Experiment.Data (streams plan)).Splits.Train.Data.TargetScaling
        |> Option.ofObj

    if
        outer.Facts.Targets > 0
        && outer.Experiment.Model.Blocks |> List.exists _.IsEnsemble
    then
        Option.map2 (fun outside inside -> outside, inside) (scaling outer) (scaling inner)
    else
        None

/// The model of a plan before any training. Models inside it are so too: the file of a trained model holds theirs.
let rec private untrained (loader: Loader) (device: torch.Device) (plan: Plan) : Compile.Built =
    Compile.model plan (streams plan) device (fun declared ->
        let inner = planOf plan declared

        { Built = untrained loader device inner
          Scales = scales loader plan inner
          Targets = targets loader plan inner })

/// The model of a plan with the weights that its run left in `folder`.
let load (loader: Loader) (device: torch.Device) (plan: Plan) (folder: string) : Compile.Built =
    let built = untrained loader device plan

    try
        SafeTensors.Load(built.Model, Path.Combine(folder, "model.safetensors"))
        built
    with _ ->
        built.Model.Dispose()
        reraise ()

/// Builds the model of an experiment inside a plan with the weights that its run left, anew at each call: a module has
/// one place. `folder` tells where the run of an experiment directly inside the plan lies.
let find (loader: Loader) (folder: Experiment -> string) device (plan: Plan) (declared: IDeclared) : Compile.Inner =
    let inner = planOf plan declared
    let scales = scales loader plan inner

    { Built = load loader device inner (folder inner.Experiment)
      Scales = scales
      Targets = targets loader plan inner }
