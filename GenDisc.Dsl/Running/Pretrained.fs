/// The trained models of experiments that stand inside another one.
module internal GenDisc.Running.Pretrained

open System.IO
open GenDisc
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open TorchSharp

/// The model of a plan with the weights that its run left; `folder` tells where an experiment's run lies.
let rec private load (folder: Experiment -> string) (device: torch.Device) (plan: Plan) : Compile.Built =
    let built =
        Compile.model plan (Streams(int64 plan.Experiment.Seed)) device (find folder device plan)

    SafeTensors.Load(built.Model, Path.Combine(folder plan.Experiment, "model.safetensors"))
    built

/// Builds the model of an experiment inside a plan, anew at each call: a module has one place.
and find folder device (plan: Plan) (declared: IDeclared) : Compile.Built =
    plan.Dependencies
    |> List.find (fun inner -> declared.Equals inner.Experiment)
    |> load folder device
