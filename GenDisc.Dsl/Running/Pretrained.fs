/// The trained models of experiments that stand inside another one.
module internal GenDisc.Running.Pretrained

open System.IO
open GenDisc
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open TorchSharp

let private planOf (plan: Plan) (declared: IDeclared) =
    plan.Dependencies |> List.find (fun inner -> declared.Equals inner.Experiment)

/// The model of a plan before any training. Models inside it are so too: the file of a trained model holds theirs.
let rec private untrained (device: torch.Device) (plan: Plan) : Compile.Built =
    Compile.model plan (Streams(int64 plan.Experiment.Seed)) device (planOf plan >> untrained device)

/// Builds the model of an experiment inside a plan with the weights that its run left, anew at each call: a module has
/// one place. `folder` tells where the run of an experiment directly inside the plan lies.
let find (folder: Experiment -> string) device (plan: Plan) (declared: IDeclared) : Compile.Built =
    let inner = planOf plan declared
    let built = untrained device inner

    try
        SafeTensors.Load(built.Model, Path.Combine(folder inner.Experiment, "model.safetensors"))
        built
    with _ ->
        built.Model.Dispose()
        reraise ()
