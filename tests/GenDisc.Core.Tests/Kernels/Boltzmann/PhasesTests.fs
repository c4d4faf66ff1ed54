module GenDisc.Core.Tests.Kernels.Boltzmann.PhasesTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

/// Loss, gradients and what chains are left by two steps.
let private twoSteps kernels (phase: NegativePhase) (machine: Rbm) (x: torch.Tensor) =
    if phase.KeptStates > 0 then
        machine.KeepChains(phase.KeptStates, RandomStream(5L, "chains"))

    let term = NegativePhaseTerm("negative", phase, [| machine |], stream 3L)
    use batch = batchWith x null

    let steps = [ for _ in 1..2 -> gradientsOf kernels term machine batch ]

    let chains =
        match machine.Chains with
        | null -> []
        | chains -> [ chains ]

    List.map fst steps, List.collect snd steps @ chains

let private sameAsTwin (phase: NegativePhase) visible hidden batch (draws: RandomStream) =
    let machine = binary visible hidden (int64 (draws.NextInt 1000))
    let twin = withoutKernels machine
    let x = bitsOf draws batch visible
    // The centred gradient is a difference of numbers much larger than itself.
    let tolerance = if phase.Gradient = GradientKind.Plain then 1e-5 else 1e-4
    let losses, results = twoSteps true phase machine x
    let losses', results' = twoSteps true phase twin x
    let losses'', results'' = twoSteps false phase (withoutKernels twin) x

    let agree (losses: float list) results (losses': float list) results' =
        List.forall2 (same 1e-5) losses losses'
        && List.forall2 (agrees tolerance) results results'

    agree losses results losses' results'
    && agree losses' results' losses'' results''

let private law name phase =
    sizedLaw name [ 1, 40; 1, 40; 1, 20 ] (fun sizes numbers ->
        sameAsTwin (phase sizes) sizes[0] sizes[1] sizes[2] numbers)

let private kinds =
    [ GradientKind.Plain; GradientKind.Centred; GradientKind.Enhanced ]

let tests =
    testList
        "Phases"
        [ for kind in kinds do
              law $"contrastive steps equal the twin's: {kind}" (fun _ ->
                  NegativePhase(NegativePhaseKind.Contrastive, 2, 0, kind))

              law $"persistent steps equal the twin's, with other numbers of chains than examples: {kind}" (fun sizes ->
                  NegativePhase(NegativePhaseKind.Persistent, 2, 1 + (sizes[0] * 7 + sizes[2]) % 23, kind))
          sizedLaw "sweeps equal the twin's at any temperature" [ 1, 70; 1, 70; 1, 90 ] (fun sizes numbers ->
              let machine = binary sizes[0] sizes[1] 1L
              let twin = withoutKernels machine
              let states = bitsOf numbers sizes[2] sizes[0]
              let other = states.clone ()
              let beta = numbers.NextDouble()
              let one, two = stream 1L, stream 1L
              machine.Advance(states, 3, one, beta)
              twin.Advance(other, 3, two, beta)
              allSame 0.0 states other && one.Position = two.Position)
          torchTest "a machine that is not finite shows it" (fun () ->
              let machine = binary 9 11 1L
              assign machine "visibleBias" (torch.full ([| 9L |], (nan).ToScalar()))
              use batch = batchWith (bitsOf (init 1L) 4 9) null
              let phase = phase NegativePhaseKind.Contrastive 1 0
              let term = NegativePhaseTerm("cd", phase, [| machine |], stream 1L)
              let loss, _ = gradientsOf true term machine batch
              Expect.isTrue (System.Double.IsNaN loss) "the loss")
          torchTest "takes float32 in row-major order only" (fun () ->
              let machine = binary 5 3 1L
              let parts = machine.Binary.Value
              let x = bitsOf (init 1L) 4 5
              Expect.isTrue (parts.Fits x) "these"
              Expect.isFalse (parts.Fits(x.``to`` torch.float64)) "float64"
              Expect.isFalse (parts.Fits((bitsOf (init 1L) 5 4).t())) "transposed"
              Expect.isFalse (parts.Fits(bitsOf (init 1L) 4 6)) "another width"
              Expect.isFalse (parts.Fits(torch.zeros (0L, 5L))) "no row"
              Expect.isFalse (withoutKernels(machine).Binary.HasValue) "kernels off"
              use real = machineOf (RbmOptions(5, 3, VisibleKind.Gaussian)) 1L
              Expect.isFalse real.Binary.HasValue "real units"
              use joint = machineOf (RbmOptions(5, 3, VisibleKind.Bernoulli, 2)) 1L
              Expect.isFalse joint.Binary.HasValue "classes")
          torchTest "nothing is recorded, and the batch stays as it is" (fun () ->
              let machine = binary 9 11 1L
              let x = bitsOf (init 1L) 4 9
              use batch = batchWith x null
              let phase = phase NegativePhaseKind.Contrastive 1 0
              let term = NegativePhaseTerm("cd", phase, [| machine |], stream 1L)
              let _, gradients = gradientsOf true term machine batch
              Expect.equal gradients.Length 3 "all parameters"
              Expect.isFalse (gradients |> List.exists _.requires_grad) "plain tensors"
              Expect.equal (numbers batch.X) (numbers x) "the data")
          testCase "a step of learning allocates less than 2 kB of managed memory" (fun () ->
              for kind in kinds do
                  for phase in
                      [ NegativePhase(NegativePhaseKind.Contrastive, 1, 0, kind)
                        NegativePhase(NegativePhaseKind.Persistent, 1, 16, kind) ] do
                      let machine = binary 20 30 1L

                      if phase.KeptStates > 0 then
                          machine.KeepChains(phase.KeptStates, init 1L)

                      use model = modelOf machine
                      let term = NegativePhaseTerm("negative", phase, [| machine |], stream 1L)

                      use learner =
                          new GenDisc.Core.Training.GradientLearner(
                              model,
                              [| always term |],
                              sgd 0.01,
                              System.Nullable(),
                              generator 1L
                          )

                      use x = (bitsOf (init 1L) 8 20).DetachFromDisposeScope()
                      use batch = batchWith x null
                      let tally = GenDisc.Core.Training.Tally()

                      let bytes =
                          allocated (fun () ->
                              learner.Step(batch, GenDisc.Core.Training.StepSettings(1, 1, 1.0), tally)
                              |> ignore)

                      Expect.isLessThan bytes 2048L $"bytes of {phase}") ]

/// The number of threads changes nothing but the products.
let threads =
    testCase "passes over units do not depend on the number of threads" (fun () ->
        expectSameOnThreads (fun () ->
            use _scope = torch.NewDisposeScope()
            let inputs = floats (init 1L) [ 37; 501 ]
            let bias = floats (init 2L) [ 501 ]
            let states = inputs.clone().DetachFromDisposeScope()

            let sum =
                Units.Both(inputs.Handle, bias.Handle, states.Handle, CounterStream(1L, "draws"))

            [ sum ], states))
