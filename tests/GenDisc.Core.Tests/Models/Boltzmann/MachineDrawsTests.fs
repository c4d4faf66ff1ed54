/// Examples that machines draw, of a class and of none.
module GenDisc.Core.Tests.Models.Boltzmann.MachineDrawsTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines

let private rates visible =
    BaseRates(10, Array.create visible 0.5, Array.create visible 0.25)

let private stream () = CounterStream(5L, "draws")

/// Class 0 switches the hidden unit on, which switches all visible units on; class 1 switches all off.
let private switch () =
    let rbm =
        new Rbm(RbmOptions(3, 1, VisibleKind.Bernoulli, 2), RandomStream(1L, "init"))

    fill rbm.Weight [| 20.0; 20.0; 20.0 |]
    fill rbm.VisibleBias [| -10.0; -10.0; -10.0 |]
    fill rbm.HiddenBias [| -30.0 |]
    fill (nonNull rbm.ClassWeight) [| 60.0; -60.0 |]
    rbm

let tests =
    testSequenced
    <| testList
        "MachineDraws"
        [ testCase "what is drawn has the class asked for" (fun () ->
              use _scope = torch.NewDisposeScope()
              let rbm = switch ()
              let labels = torch.tensor [| 0L; 1L; 1L; 0L |]
              let found = MachineDraws.OfClasses(rbm, labels, rates 3, 5, stream ())

              let expected =
                  [| for on in [ 1.0; 0.0; 0.0; 1.0 ] -> [| on; on; on |] |] |> Array.concat

              Expect.isTrue (allClose 1e-3 expected (numbers found)) "means")
          testCase "p(v | y) by counting, of a machine of moderate couplings" (fun () ->
              use _scope = torch.NewDisposeScope()
              let rbm = machine VisibleKind.Bernoulli 2 3 2 0.8 (RandomStream(4L, "machine"))
              let energy = energy rbm
              let chains = 20000

              for y in 0..1 do
                  // E[E[v | h̄(v, y)]] over p(v | y), exactly as the pictures of a chain are made
                  let weights =
                      [| for v in states 3 do
                             v, states 2 |> Array.sumBy (fun h -> exp (-(energy v h y))) |]

                  let total = weights |> Array.sumBy snd
                  let labels = torch.tensor (Array.create chains (int64 y))

                  let found =
                      MachineDraws.OfClasses(rbm, labels, rates 3, 20, stream ()).mean([| 0L |])

                  let expected =
                      [| for v, w in weights do
                             let state =
                                 torch.tensor (Array.append v (Array.init 2 (fun c -> if c = y then 1.0 else 0.0)))

                             numbers (rbm.VisibleMean(state.to_type(torch.float32).unsqueeze 0L))
                             |> Array.map ((*) (w / total)) |]
                      |> Array.reduce (Array.map2 (+))

                  Expect.isTrue (allClose 0.01 expected (numbers found)) $"class {y}")
          testCase "without classes, and of real units" (fun () ->
              use _scope = torch.NewDisposeScope()

              for kind in [ VisibleKind.Bernoulli; VisibleKind.Gaussian ] do
                  let rbm = machine kind 0 3 2 0.0 (RandomStream(4L, "machine"))
                  fill rbm.VisibleBias [| 1.0; 0.0; -2.0 |]

                  let expected =
                      if kind = VisibleKind.Gaussian then
                          [| 1.0; 0.0; -2.0 |]
                      else
                          [| 1.0; 0.0; -2.0 |] |> Array.map (fun b -> 1.0 / (1.0 + exp -b))

                  let found = MachineDraws.Of(rbm, 2, rates 3, 3, stream ())
                  Expect.equal found.shape [| 2L; 3L |] "shape"
                  Expect.isTrue (allClose 1e-6 (Array.append expected expected) (numbers found)) "means")
          testCase "the same draws from the same stream" (fun () ->
              use _scope = torch.NewDisposeScope()
              let rbm = binary 6 4 1.0 (RandomStream(4L, "machine"))

              let draw () =
                  numbers (MachineDraws.Of(rbm, 5, rates 6, 10, stream ()))

              Expect.equal (draw ()) (draw ()) "bits")
          testCase "misuse" (fun () ->
              use _scope = torch.NewDisposeScope()
              let rbm = binary 6 4 1.0 (RandomStream(4L, "machine"))
              let labels = torch.tensor [| 0L; 0L |]
              Expect.throwsT<UserError> (fun () -> MachineDraws.Of(rbm, 2, rates 5, 1, stream ()) |> ignore) "rates"

              Expect.throwsT<InvalidOperationException>
                  (fun () -> MachineDraws.OfClasses(rbm, labels, rates 6, 1, stream ()) |> ignore)
                  "no classes"

              use cancel = new CancellationTokenSource()
              cancel.Cancel()

              Expect.throwsT<OperationCanceledException>
                  (fun () -> MachineDraws.Of(rbm, 2, rates 6, 1, stream (), cancel.Token) |> ignore)
                  "cancelled")
          testCase "no tensor is left behind" (fun () ->
              let rbm = switch ()
              use labels = torch.tensor [| 0L; 0L |]
              let before = liveTensors ()
              (MachineDraws.OfClasses(rbm, labels, rates 3, 2, stream ())).Dispose()
              Expect.equal torch.Tensor.TotalCount before "tensors"
              rbm.Dispose()) ]
