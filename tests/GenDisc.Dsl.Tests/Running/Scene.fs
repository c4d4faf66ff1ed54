/// What tests of running share: a place to run in, and a small experiment.
module GenDisc.Dsl.Tests.Running.Scene

open System
open System.IO
open System.Threading
open Expecto
open GenDisc
open GenDisc.Core.Runtime

/// A runs folder that lives as long as the test, and what a run under it tells.
type Scene() =
    let runs = Directory.CreateTempSubdirectory("gendisc-run-").FullName
    let events = ResizeArray<RunEvent>()
    let cancel = new CancellationTokenSource()

    member _.Runs = runs
    member _.Events = List.ofSeq events
    member _.Cancel() = cancel.Cancel()

    member val Data: string option = None with get, set
    member val OnEvent: RunEvent -> unit = ignore with get, set

    member this.Options =
        { CheckOnly = false
          Runs = runs
          Data = this.Data
          Seed = None
          Epochs = None
          Threads = Some 1
          Device = "cpu"
          Kernels = None
          Fresh = false
          Full = false
          Child = None
          Lane = None
          Cancel = cancel.Token
          Tell =
            fun event ->
                events.Add event
                this.OnEvent event }

    member this.Run(experiment: Experiment) =
        Host.using this.Options (fun () -> run experiment)

    member this.RunFresh(experiment: Experiment) =
        Host.using { this.Options with Fresh = true } (fun () -> run experiment)

    interface IDisposable with
        member _.Dispose() =
            cancel.Dispose()
            Directory.Delete(runs, true)

let toy =
    { Name = "toy"
      Data = moons |> take 256
      Model = model (dense 16 >> relu >> vae 2 >> classifier [ 8 ])
      Loss = elbo + 5.0 * crossEntropy
      Training = adam 3e-3 |> epochs 2 |> batch 64
      Seed = 1 }

/// An autoencoder to stand inside another experiment.
let inner =
    { toy with
        Name = "inner"
        Model = model (dense 8 >> relu >> autoencoder 3)
        Loss = reconstruction
        Training = toy.Training |> epochs 1 }

/// A classifier built on what `c` says.
let over c =
    { inner with
        Name = "outer"
        Model = model c
        Loss = crossEntropy }

let bytes (result: RunResult) name =
    File.ReadAllBytes(Path.Combine(result.Folder, name))

let files folder =
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
    |> Array.map (fun f -> Path.GetRelativePath(folder, f).Replace('\\', '/'))
    |> Array.sort
    |> List.ofArray

/// The figures of a folder that do not depend on the clock.
let figures (result: RunResult) =
    result.Train, result.Validation, result.Test

let failure (f: unit -> RunResult) =
    try
        f () |> ignore
        failtest "an error was expected"
    with :? UserError as e ->
        e
