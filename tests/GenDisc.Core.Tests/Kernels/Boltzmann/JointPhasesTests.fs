module GenDisc.Core.Tests.Kernels.Boltzmann.JointPhasesTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private joint visible hidden classes seed =
    machineOf (RbmOptions(visible, hidden, VisibleKind.Bernoulli, classes)) seed

let private labelsOf (draws: RandomStream) n classes =
    torch.tensor (Array.init n (fun _ -> int64 (draws.NextInt classes)))

let private statesOf (draws: RandomStream) n visible classes =
    let labels = torch.nn.functional.one_hot (labelsOf draws n classes, int64 classes)
    torch.cat ([| bitsOf draws n visible; labels.``to`` torch.float32 |], 1L)

/// Loss and gradients of two steps of both losses, as a learner takes them, and what chains they leave.
let private twoSteps kernels (phase: NegativePhase) (machine: Rbm) (x: torch.Tensor) (labels: torch.Tensor) weight =
    if phase.KeptStates > 0 then
        machine.KeepChains(phase.KeptStates, RandomStream(5L, "chains"))

    let term = NegativePhaseTerm("negative", phase, [| machine |], stream 3L)
    use batch = batchWith x labels
    use model = modelOf machine
    use noise = generator 1L

    use objective =
        Objective.Of(
            [| WeightedTerm(CrossEntropyTerm(), (fun _ -> weight), weight)
               WeightedTerm(term, (fun _ -> 0.3), 0.3) |],
            kernels
        )

    let steps =
        [ for _ in 1..2 do
              let output = model.ForwardBatch(batch, noise)
              let loss = objective.Evaluate(output, batch, Nullable 1, true)
              objective.Backward()

              loss,
              [ for p in machine.parameters () ->
                    let gradient = (Unchecked.nonNull p.grad).clone()
                    p.grad <- null
                    gradient ] ]

    let chains =
        match machine.Chains with
        | null -> []
        | chains -> [ chains.clone () ]

    List.map fst steps, List.collect snd steps @ chains

let private sameAsTwin (phase: NegativePhase) (sizes: int list) weight (draws: RandomStream) =
    let machine = joint sizes[0] sizes[1] sizes[2] (int64 (draws.NextInt 1000))
    let twin = withoutKernels machine
    let x, labels = bitsOf draws sizes[3] sizes[0], labelsOf draws sizes[3] sizes[2]
    let losses, results = twoSteps true phase machine x labels weight
    let losses', results' = twoSteps false phase twin x labels weight

    // The centred gradient is a difference of numbers much larger than itself.
    let tolerance = if phase.Gradient = GradientKind.Plain then 1e-5 else 1e-4

    List.forall2 (same 1e-5) losses losses'
    && List.forall2 (agrees tolerance) results results'

let private law name phase =
    sizedLaw name [ 1, 25; 1, 25; 1, 12; 1, 12; 0, 1 ] (fun sizes numbers ->
        sameAsTwin (phase sizes) sizes (float sizes[4]) numbers)

let private learnerOf (machine: Rbm) terms =
    let model = modelOf machine
    model, new GradientLearner(model, terms, sgd 0.01, Nullable(), generator 1L)

let tests =
    testList
        "JointPhases"
        [ law "contrastive steps equal the twin's, beside a classifier's loss and alone" (fun _ ->
              phase NegativePhaseKind.Contrastive 2 0)
          law "persistent steps equal the twin's, with other numbers of chains than examples" (fun sizes ->
              phase NegativePhaseKind.Persistent 2 (1 + (sizes[0] * 7 + sizes[3]) % 23))
          // No step of their own, but its parts: logits and sweeps by kernels below tensor operations.
          law "tempered steps equal the twin's" (fun _ -> phase NegativePhaseKind.Tempered 2 3)
          for kind in [ GradientKind.Centred; GradientKind.Enhanced ] do
              law $"steps of another gradient equal the twin's: {kind}" (fun _ ->
                  NegativePhase(NegativePhaseKind.Persistent, 1, 5, kind))
          sizedLaw "sweeps equal the twin's at any temperature" [ 1, 30; 1, 30; 1, 20; 1, 20 ] (fun sizes numbers ->
              let machine = joint sizes[0] sizes[1] sizes[2] 1L
              let twin = withoutKernels machine
              let states = statesOf numbers sizes[3] sizes[0] sizes[2]
              let other = states.clone ()
              let beta = numbers.NextDouble()
              let one, two = stream 1L, stream 1L
              machine.Advance(states, 3, one, beta)
              twin.Advance(other, 3, two, beta)
              allSame 0.0 states other && one.Position = two.Position)
          sizedLaw "draws of classes equal the twin's" [ 1, 40; 1, 20 ] (fun sizes numbers ->
              let logits, bias = floats numbers sizes, floats numbers [ sizes[1] ]
              let one, two = stream 1L, stream 1L
              let expected = UnitDraws.Categorical((logits + bias).mul_(0.7.ToScalar()), two)
              OneHot.Draw(logits.Handle, bias.Handle, 0.7, one)
              allSame 0.0 logits expected && one.Position = two.Position)
          torchTest "classes are drawn with their probabilities" (fun () ->
              let logits = torch.zeros (40000L, 3L)
              let bias = torch.tensor [| 0.0f; log 2.0f; log 5.0f |]
              OneHot.Draw(logits.Handle, bias.Handle, 1.0, stream 1L)
              Expect.all (numbers (logits.sum 1L)) (fun n -> n = 1.0) "one of them"

              for rate, p in Array.zip (numbers (logits.mean [| 0L |])) [| 0.125; 0.25; 0.625 |] do
                  Expect.isLessThan (abs (rate - p)) 0.01 $"{p}, within four standard errors")
          torchTest "draws of classes meet undefined and infinite logits as the twin's do" (fun () ->
              for odd in [ nan; infinity; -infinity ] do
                  for place in 0..4 do
                      let logits = floats (init 1L) [ 1; 5 ]
                      logits[0L, int64 place] <- torch.tensor (float32 odd)
                      let expected = UnitDraws.Categorical(logits, stream 1L)
                      OneHot.Draw(logits.Handle, (torch.zeros 5L).Handle, 1.0, stream 1L)
                      Expect.equal (numbers logits) (numbers expected) $"{odd} at {place}")
          torchTest "a machine that is not finite shows it" (fun () ->
              for name in [ "weight"; "visibleBias"; "hiddenBias"; "classWeight"; "classBias" ] do
                  let machine = joint 9 11 3 1L
                  let parameter = machine.get_parameter name |> Unchecked.nonNull
                  assign machine name (torch.full (parameter.shape, nan.ToScalar()))
                  use batch = batchWith (bitsOf (init 1L) 4 9) (labelsOf (init 1L) 4 3)
                  let phase = phase NegativePhaseKind.Contrastive 1 0
                  let term = NegativePhaseTerm("cd", phase, [| machine |], stream 1L)
                  let loss, _ = gradientsOf true term machine batch
                  Expect.isTrue (Double.IsNaN loss) name)
          torchTest "frozen weights get no gradient, and the others their own" (fun () ->
              for frozen in [ [ "weight"; "hiddenBias" ]; [ "weight" ]; [ "classWeight"; "visibleBias" ] ] do
                  let machine = joint 9 11 3 1L
                  let twin = withoutKernels machine

                  for each in [ machine; twin ] do
                      for name in frozen do
                          (Unchecked.nonNull (each.get_parameter name)).requires_grad <- false

                  use batch = batchWith (bitsOf (init 1L) 4 9) (labelsOf (init 1L) 4 3)

                  let gradients kernels (machine: Rbm) =
                      let phase = phase NegativePhaseKind.Contrastive 1 0
                      let term = NegativePhaseTerm("cd", phase, [| machine |], stream 1L)
                      snd (gradientsOf kernels term machine batch)

                  let own, other = gradients true machine, gradients false twin
                  Expect.equal own.Length (5 - frozen.Length) $"{frozen}"
                  Expect.isTrue (List.forall2 (agrees 1e-5) own other) $"{frozen}")
          torchTest "a label that is no class is refused" (fun () ->
              for label in [ -1L; 3L ] do
                  let machine = joint 9 11 3 1L
                  use batch = batchWith (bitsOf (init 1L) 1 9) (torch.tensor [| label |])
                  let phase = phase NegativePhaseKind.Contrastive 1 0
                  let term = NegativePhaseTerm("cd", phase, [| machine |], stream 1L)

                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> gradientsOf true term machine batch |> ignore)
                      $"{label}")
          torchTest "takes float32 in row-major order only" (fun () ->
              let machine = joint 5 3 2 1L
              let parts = machine.Joint.Value
              let states = statesOf (init 1L) 4 5 2
              let x, labels = bitsOf (init 1L) 4 5, labelsOf (init 1L) 4 2
              Expect.isTrue (parts.Fits states && parts.Fits(x, labels)) "these"
              Expect.isFalse (parts.Fits(doubled states)) "float64"
              Expect.isFalse (parts.Fits((bitsOf (init 1L) 7 4).t())) "transposed"
              Expect.isFalse (parts.Fits x) "states without classes"
              Expect.isFalse (parts.Fits(torch.zeros (0L, 7L))) "no row"
              Expect.isFalse (parts.Fits(states, labels)) "data with classes"
              Expect.isFalse (parts.Fits(x, labels.``to`` torch.int32)) "labels of int32"
              Expect.isFalse (parts.Fits(x, labels.narrow (0, 0, 3))) "too few labels"
              Expect.isFalse (withoutKernels(machine).Joint.HasValue) "kernels off"
              Expect.isFalse ((binary 5 3 1L).Joint.HasValue) "no classes"
              use real = machineOf (RbmOptions(5, 3, VisibleKind.Gaussian, 2)) 1L
              Expect.isFalse real.Joint.HasValue "real units")
          torchTest "logits of hidden units are shared only where the machine reads data" (fun () ->
              let machine = joint 5 3 2 1L
              use model = modelOf machine
              use noise = generator 1L
              let x = bitsOf (init 1L) 4 5
              Expect.isNotNull (model.Forward(x, noise)).HiddenLogits "data"
              Expect.isNull (model.Forward(x.requires_grad_ true, noise)).HiddenLogits "what learns too")
          testCase "a step of learning allocates less than 2 kB of managed memory" (fun () ->
              for phase in
                  [ phase NegativePhaseKind.Contrastive 1 0
                    phase NegativePhaseKind.Persistent 1 16 ] do
                  let machine = joint 20 30 5 1L

                  if phase.KeptStates > 0 then
                      machine.KeepChains(phase.KeptStates, init 1L)

                  let term = NegativePhaseTerm("negative", phase, [| machine |], stream 1L)

                  let model, learner =
                      learnerOf machine [| always (CrossEntropyTerm()); always term |]

                  use _ = model
                  use _ = learner
                  use x = (bitsOf (init 1L) 8 20).DetachFromDisposeScope()
                  use labels = (labelsOf (init 1L) 8 5).DetachFromDisposeScope()
                  use batch = batchWith x labels
                  let tally = Tally()

                  let bytes =
                      allocated (fun () -> learner.Step(batch, StepSettings(1, 1, 1.0), tally) |> ignore)

                  Expect.isLessThan bytes 2048L $"bytes of {phase}") ]

/// The number of threads changes nothing.
let threads =
    torchTest "draws of classes do not depend on the number of threads" (fun () ->
        let given = floats (init 1L) [ 1000; 11 ]
        let bias = floats (init 2L) [ 11 ]

        expectSameOnThreads (fun () ->
            let states = given.clone ()
            OneHot.Draw(states.Handle, bias.Handle, 1.0, CounterStream(1L, "draws"))
            [], states))
