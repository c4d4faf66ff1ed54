module GenDisc.Core.Tests.Evaluation.Physics.MachineObservablesTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private model = IsingOptions(3, 2.5)

let private sampling =
    MachineSampling(Chains = 200, Draws = 20, BurnIn = 200, Thinning = 4)

let private stream name = CounterStream(11L, name)
let private softplus x = log (1.0 + exp x)

let private machineOf (options: RbmOptions) =
    new Rbm(options, RandomStream(1L, "init"))

/// The restricted machine that is the model: a hidden unit for each bond, with cosh(w/2) = exp(2J/T), whose sum gives
/// 4J/T for two spins up and a slope that the biases take back.
let private exactMachine (model: IsingOptions) =
    let l, n = model.Size, model.Sites
    let k = model.Coupling / model.Temperature
    let w = 2.0 * Math.Acosh(exp (2.0 * k))
    let weight = Array2D.zeroCreate<float32> (2 * n) n

    for site in 0 .. n - 1 do
        let right = site / l * l + (site + 1) % l
        let below = (site + l) % n

        for bond, other in [ 2 * site, right; 2 * site + 1, below ] do
            weight[bond, site] <- weight[bond, site] + float32 w
            weight[bond, other] <- weight[bond, other] + float32 w

    let machine = machineOf (RbmOptions(n, 2 * n))
    use _ = torch.no_grad ()
    machine.Weight.copy_ (torch.tensor weight) |> ignore
    machine.HiddenBias.fill_ ((float32 -w).ToScalar()) |> ignore

    let bias =
        -4.0 * (2.0 * k + log 2.0 - softplus -w) + 2.0 * model.Field / model.Temperature

    machine.VisibleBias.fill_ ((float32 bias).ToScalar()) |> ignore
    machine

/// All states of so many units, a row each.
let private states n =
    torch.tensor (Array2D.init (1 <<< n) n (fun state unit -> float32 (state >>> unit &&& 1)))

/// What all states show, weighed by the machine's own probabilities at β.
let private enumerated (machine: EnergyMachine) (model: IsingOptions) beta =
    use all = states model.Sites
    use energies = machine.StateEnergy(all, beta)
    let p = energies.neg().softmax(0L).data<float32>().ToArray() |> Array.map float

    let spins =
        [| for state in 0 .. p.Length - 1 ->
               Array.init model.Sites (fun unit -> if state >>> unit &&& 1 = 1 then 1y else -1y) |]

    let mean (f: sbyte array -> float) =
        Array.fold2 (fun sum p s -> sum + p * f s) 0.0 p spins

    let energy (s: sbyte array) =
        IsingLattice.EnergyOf(ReadOnlySpan s, model)

    let magnetisation (s: sbyte array) =
        abs (float (IsingLattice.MagnetisationOf(ReadOnlySpan s)))

    let e, m = mean energy, mean magnetisation
    let variance f average = mean (fun s -> (f s - average) ** 2.0)
    let n, t = float model.Sites, model.Temperature / beta
    e / n, m / n, variance energy e / n / t / t, variance magnetisation m / n / t

let private expectNear (found: IsingObservables) (e, m, c, x) =
    for figure, expected in
        [ found.Energy, e
          found.Magnetisation, m
          found.SpecificHeat, c
          found.Susceptibility, x ] do
        Expect.isLessThan (abs (figure.Mean - expected)) (4.0 * figure.StandardError) $"{figure} against {expected}"

let tests =
    testList
        "MachineObservables"
        [ test "a machine that is the model shows what the sum over states gives" {
              for model in [ model; IsingOptions(2, 2.0); IsingOptions(3, 2.5, 0.8, 0.2) ] do
                  use machine = exactMachine model
                  let exact = IsingExact.Of model
                  let e, m, c, x = enumerated machine model 1.0
                  Expect.floatClose { absolute = 1e-4; relative = 0.0 } e exact.EnergyPerSpin "the machine is the model"
                  Expect.floatClose { absolute = 1e-4; relative = 0.0 } x exact.Susceptibility "in all figures"
                  let found = MachineObservables.Of(machine, model, sampling, stream "exact")
                  Expect.equal found.Draws 4000 "draws"
                  Expect.equal found.Model model "model"
                  expectNear found (e, m, c, x)
          }
          test "temperature is a knob" {
              use machine = exactMachine model

              for beta in [ 0.5; 1.5 ] do
                  let found =
                      MachineObservables.Of(machine, model, MachineSampling(200, 20, 200, 4, beta), stream "beta")

                  expectNear found (enumerated machine model beta)
                  Expect.floatClose Accuracy.high found.Model.Temperature (2.5 / beta) "temperature"
          }
          test "chains start where they are told" {
              use machine = exactMachine (IsingOptions(3, 0.2))
              let still = MachineSampling(20, 2, 0, 1)
              use up = torch.ones (25L, 1L, 3L, 3L)
              let found = MachineObservables.Of(machine, model, still, stream "up", up)
              Expect.equal (found.Magnetisation.Mean, found.Energy.Mean) (1.0, -2.0) "a frozen machine stays"
              Expect.equal (up.sum().item<float32>()) 225f "the data are left alone"
          }
          test "a machine with classes and one in float64" {
              for options in [ RbmOptions(9, 4, Classes = 2); RbmOptions(9, 4) ] do
                  use machine = machineOf options

                  if options.Classes = 0 then
                      machine.``to`` (torch.float64) |> ignore

                  let found = MachineObservables.Of(machine, model, sampling, stream "coins")
                  // Weights near 0: coins, whose e is 0 and whose ⟨|M|⟩ of 9 is 9 C(8, 4)/2⁸.
                  Expect.isLessThan (abs found.Energy.Mean) (4.0 * found.Energy.StandardError + 0.01) "e"
                  Expect.floatClose { absolute = 0.02; relative = 0.0 } found.Magnetisation.Mean (70.0 / 256.0) "|m|"
          }
          test "the same for a stream of the same name" {
              use machine = exactMachine model
              let few = MachineSampling(20, 3, 5, 1)

              let take name =
                  MachineObservables.Of(machine, model, few, stream name)

              Expect.equal (take "a") (take "a") "same"
              Expect.notEqual (take "a") (take "b") "other"
          }
          test "no tensor is left" {
              use machine = exactMachine model

              let take () =
                  MachineObservables.Of(machine, model, MachineSampling(20, 3, 5, 1), stream "left")
                  |> ignore

              take ()
              let before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount
              take ()
              Expect.equal DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount before "live tensors"
          }
          test "hostile settings" {
              use machine = exactMachine model

              let refuse parts (sampling: MachineSampling) =
                  userError parts (fun () -> MachineObservables.Of(machine, model, sampling, stream "h"))
                  |> ignore

              refuse [ "chains"; "0" ] (MachineSampling(Chains = 0))
              refuse [ "draws"; "-1" ] (MachineSampling(Draws = -1))
              refuse [ "before"; "-5" ] (MachineSampling(BurnIn = -5))
              refuse [ "between"; "0" ] (MachineSampling(Thinning = 0))
              refuse [ "array" ] (MachineSampling(Chains = 1000000, Draws = 1000000))

              for beta in [ 0.0; -1.0; nan; infinity ] do
                  refuse [ "inverse temperature" ] (MachineSampling(Beta = beta))

              userError [ "9 visible"; "16 spins" ] (fun () ->
                  MachineObservables.Of(machine, IsingOptions(4, 2.0), sampling, stream "h"))
              |> ignore

              for shape in [ [| 3L; 9L |]; [| 200L; 8L |] ] do
                  use start = torch.zeros shape

                  userError [ "start" ] (fun () -> MachineObservables.Of(machine, model, sampling, stream "h", start))
                  |> ignore

              use gaussian = machineOf (RbmOptions(9, 4, VisibleKind.Gaussian))

              userError [ "neither up nor down" ] (fun () ->
                  MachineObservables.Of(gaussian, model, sampling, stream "h"))
              |> ignore

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      MachineObservables.Of(machine, model, sampling, stream "h", null, CancellationToken true)
                      |> ignore)
                  "cancelled"
          } ]
