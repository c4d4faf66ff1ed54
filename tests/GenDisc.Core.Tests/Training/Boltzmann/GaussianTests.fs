module GenDisc.Core.Tests.Training.Boltzmann.GaussianTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private side = 14

let private isBorder i =
    let row, column = i / side, i % side
    row < 4 || row >= 10 || column < 4 || column >= 10

/// One of two grey patterns within a border that never changes.
let private pictures n =
    let random = RandomStream(1L, "pictures")

    let picture () =
        let first = random.NextInt 2 = 0

        Array.init (side * side) (fun i ->
            if isBorder i then 0.0f
            else if (i % side < 7) = first then float32 (random.Uniform(0.7, 1.0))
            else float32 (random.Uniform(0.0, 0.3)))

    let values = Array.concat (Array.init n (fun _ -> picture ()))

    Dataset.OfValues("pictures", [ side * side ], values, Array.zeroCreate<int> n, [ "only" ])
    |> Split.All

let private trained split options =
    let rates = BaseRates.Of split

    let machine = new Rbm(RbmOptions(rates.Visible, 16, VisibleKind.Gaussian), init 1L)

    machine.StartFrom rates
    use model = modelOf machine
    let cd = phase NegativePhaseKind.Contrastive 1 0
    let term = NegativePhaseTerm("negative", cd, [| machine |], stream 2L)
    use learner = learner model [| always term |] options None 1L
    let nothing = Split(split.Data, ReadOnlyMemory.Empty)

    fit (constant 3 10 None) (Listener()) learner (Splits(split, nothing, split)) 1L uncancelled
    |> ignore

    let variances = numbers (Unchecked.nonNull machine.LogVariance) |> Array.map exp
    Enumeration.LogProbability(machine, split), variances, rates

let tests =
    testList
        "Gaussian machines"
        [ torchTest "pictures with pixels that never change are learned" (fun () ->
              let split = pictures 1000

              for name, options in [ "sgd", sgd 0.01; "adam", adam 1e-3 ] do
                  let found, variances, rates = trained split options
                  let baseline = IndependentPixels.LogProbability(rates, VisibleKind.Gaussian, split)
                  Expect.isTrue (Double.IsFinite found) name
                  Expect.isGreaterThan found (baseline + 1.0) $"{name}: better than pixel by pixel"

                  for i, variance in Array.indexed variances do
                      Expect.isGreaterThan variance (0.9999 * rates.LeastVariance) $"{name}: the floor"

                      if isBorder i then
                          Expect.isLessThan variance (1.01 * rates.LeastVariance) $"{name}: at the floor")
          torchTest "gradients of means are scaled by their variance, others are not" (fun () ->
              let machine = machineOf (RbmOptions(3, 2, VisibleKind.Gaussian)) 1L

              for p in machine.parameters () do
                  p.grad <- torch.ones_like p

              machine.ScaleGradients()
              let variances = numbers (Unchecked.nonNull machine.LogVariance) |> Array.map exp

              let gradient (p: Modules.Parameter | null) =
                  numbers (Unchecked.nonNull (Unchecked.nonNull p).grad)

              Expect.isTrue (allClose 1e-6 variances (gradient machine.VisibleBias)) "b"
              Expect.isTrue (allClose 1e-6 (Array.append variances variances) (gradient machine.Weight)) "W"
              Expect.equal (gradient machine.HiddenBias) [| 1.0; 1.0 |] "c"
              Expect.equal (gradient machine.LogVariance) [| 1.0; 1.0; 1.0 |] "log σ²") ]
