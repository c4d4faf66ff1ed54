module GenDisc.Core.Tests.Training.Boltzmann.GaussianTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private side = 16

/// Bars of grey values within a border that never changes.
let private bars n =
    let random = RandomStream(1L, "bars")

    let image () =
        let on = Array.init 8 (fun _ -> random.NextDouble() < 0.3)

        Array.init (side * side) (fun i ->
            let row, column = i / side, i % side
            let inside = row >= 4 && row < 12 && column >= 4 && column < 12

            if inside && (on[row - 4] || on[column - 4]) then
                byte (200 + random.NextInt 56)
            else
                0uy)

    Dataset.OfPixels(
        "bars",
        [ 1; side; side ],
        ReadOnlyMemory(Array.concat (Array.init n (fun _ -> image ()))),
        ReadOnlyMemory(Array.zeroCreate<int> n),
        [ "bars" ]
    )

let private trained (split: Split) kind options seed =
    let rates = BaseRates.Of split

    let machine =
        new Rbm(RbmOptions(rates.Visible, 16, VisibleKind.Gaussian), init seed)

    machine.StartFrom rates
    if kind <> NegativePhaseKind.Contrastive then machine.KeepChains(64, init 3L)
    use model = new GenDisc.Core.Models.HybridModel([| GenDisc.Core.Models.TrunkStage(new GenDisc.Core.Modules.Chain(nets [ GenDisc.Core.Modules.Pure.Reshape [| int64 rates.Visible |] ])); GenDisc.Core.Models.MachineStage machine |])
    let term = NegativePhaseTerm("negative", phase kind 1 64, [| machine |], stream 2L)
    use learner = learner model [| always term |] options None 1L
    fit (constant 3 64 None) (Listener()) learner (Splits(split, Split(split.Data, ReadOnlyMemory [||]), split)) 1L uncancelled |> ignore
    let lv = numbers (Unchecked.nonNull machine.LogVariance)
    printfn "logvar %g %g" (Array.min lv) (Array.max lv)
    let p = Enumeration.LogProbability(machine, split)
    p, IndependentPixels.LogProbability(rates, VisibleKind.Gaussian, split)

let tests =
    testSequenced <| testList
        "Gaussian machines"
        [ for name, data in [ "bars", (fun () -> bars 1000 |> Split.All) ; "strokes", (fun () -> let d = StrokeDigits.Load() in Split(d.Train, ReadOnlyMemory [|0..999|])) ] do
            for kind in [ NegativePhaseKind.Contrastive; NegativePhaseKind.Persistent ] do
              for o, options in [ "sgd", sgd 0.01; "adam", adam 1e-3 ] do
                torchTest $"{name} {kind} {o}" (fun () ->
                  let s = data ()
                  let r = BaseRates.Of s
                  printfn "%s %A %s: mean var %g, %A" name kind o (Array.average r.Variance) (trained s kind options 1L)) ]
