module GenDisc.Core.Tests.Training.Boltzmann.NegativePhaseTermTests

open System
open System.IO
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private contrastive = phase NegativePhaseKind.Contrastive 2 0
let private persistent = phase NegativePhaseKind.Persistent 2 5
let private tempered = phase NegativePhaseKind.Tempered 3 5
let private phases = [ contrastive; persistent; tempered ]

let private width = 6

/// A machine with the chains that learning asks for, in a model with a learner of its own.
type private Trained(phase: NegativePhase, kernels: bool, ?classes: int) =
    let options =
        RbmOptions(width, 4, VisibleKind.Bernoulli, defaultArg classes 0, true, kernels)

    let machine = machineOf options 3L

    do
        if phase.KeptStates > 0 then
            machine.KeepChains(phase.KeptStates, RandomStream(4L, "chains"))

    let model = modelOf machine

    let terms =
        [| always (NegativePhaseTerm("negative", phase, [| machine |], stream 6L))
           for term in LossTerm.ApplicableTo model do
               WeightedTerm(term, (fun _ -> 0.0), 0.0) |]

    let learner =
        new GradientLearner(model, terms, sgd 0.1, Nullable(), generator 1L, kernels)

    member _.Machine = machine
    member _.Model = model

    member _.Step(batch: Batch) =
        let tally = Tally()
        learner.Step(batch, StepSettings(1, 1, 1.0), tally) |> ignore
        tally.Means()

    member _.Evaluate(batch: Batch) =
        let tally = Tally()
        use noise = generator 9L
        learner.Evaluate(batch, noise, tally)
        tally.Means()

    interface IDisposable with
        member _.Dispose() =
            learner.Dispose()
            model.Dispose()

let private batches n =
    let draws = RandomStream(8L, "data")

    [ for _ in 1..n -> batchWith (bitsOf draws 7 width) (torch.tensor (Array.init 7 (fun _ -> int64 (draws.NextInt 3)))) ]

let private chains (machine: EnergyMachine) = Unchecked.nonNull machine.Chains

/// The gradient of the mean energy of data less that of states, from sums over units.
let private byHand (machine: Rbm) (data: torch.Tensor) (states: torch.Tensor) =
    use _constant = torch.no_grad ()

    let on (v: torch.Tensor) =
        (v.matmul (machine.Weight.t ()) + machine.HiddenBias).sigmoid()

    let share (v: torch.Tensor) = (1.0 / float (v.size 0)).ToScalar()
    let products v = (on v).t().matmul(v) * share v

    [ products states - products data
      states.mean [| 0L |] - data.mean [| 0L |]
      (on states).mean [| 0L |] - (on data).mean [| 0L |] ]

let tests =
    testList
        "NegativePhaseTerm"
        [ for kernels in [ true; false ] do
              torchTest $"no gradient passes through the states: kernels {kernels}" (fun () ->
                  for phase in [ persistent; tempered ] do
                      let machine =
                          machineOf (RbmOptions(width, 4, VisibleKind.Bernoulli, 0, true, kernels)) 3L

                      machine.KeepChains(phase.KeptStates, init 4L)
                      use batch = (batches 1).Head
                      let term = NegativePhaseTerm("negative", phase, [| machine |], stream 6L)
                      let loss, gradients = gradientsOf kernels term machine batch
                      let states = (chains machine).narrow(0, 0L, int64 phase.Chains)
                      Expect.isFalse (chains machine).requires_grad "states"
                      let expected = byHand machine batch.X states
                      Expect.isTrue (List.forall2 (agrees 1e-5) gradients expected) $"{phase.Kind}"

                      let value =
                          single (machine.DataEnergy(batch.X, null).mean())
                          - single (machine.StateEnergy(states).mean())

                      Expect.floatClose Accuracy.medium loss value "the value")

              torchTest $"looking at a model changes nothing about its training: kernels {kernels}" (fun () ->
                  for phase in phases do
                      use one = new Trained(phase, kernels)
                      use other = new Trained(phase, kernels)

                      for batch in batches 4 do
                          use batch = batch
                          let before = bits one.Model
                          let first = one.Evaluate batch
                          Expect.equal (bits one.Model) before "no tensor moves"
                          Expect.equal (Seq.toList (one.Evaluate batch)) (Seq.toList first) "the same figures again"
                          one.Step batch |> ignore
                          other.Step batch |> ignore

                      Expect.equal (bits one.Model) (bits other.Model) $"{phase.Kind}")

              torchTest
                  $"what is saved in the middle of training goes on as if never saved: kernels {kernels}"
                  (fun () ->
                      for phase in [ persistent; tempered ] do
                          let all = batches 8
                          use whole = new Trained(phase, kernels)

                          for batch in all do
                              whole.Step batch |> ignore

                          use half = new Trained(phase, kernels)

                          for batch in List.take 4 all do
                              half.Step batch |> ignore

                          use rest = new Trained(phase, kernels)

                          inFolder (fun folder ->
                              let path = Path.Combine(folder, "model.safetensors")

                              do
                                  use file = File.Create path
                                  SafeTensors.Save(half.Model, file)

                              SafeTensors.Load(rest.Model, path))

                          Expect.equal (bits rest.Model) (bits half.Model) "loaded"

                          for batch in List.skip 4 all do
                              rest.Step batch |> ignore

                          Expect.equal (bits rest.Model) (bits whole.Model) $"{phase.Kind}"

                          for batch in all do
                              batch.Dispose())

              torchTest $"training tells what it learns by, evaluation every figure: kernels {kernels}" (fun () ->
                  use trained = new Trained(contrastive, kernels)
                  use batch = (batches 1).Head
                  let energy = single (trained.Machine.DataEnergy(batch.X, null).mean())
                  let evaluated = trained.Evaluate batch
                  let figures = trained.Step batch
                  Expect.equal (List.ofSeq figures.Keys) [ "loss"; "negative" ] "training"

                  Expect.equal
                      (List.ofSeq evaluated.Keys)
                      [ "freeEnergy"; "loss"; "negative"; "pseudoLikelihood"; "reconstructionError" ]
                      "evaluation"

                  Expect.floatClose Accuracy.medium evaluated["freeEnergy"] energy "the same")
          torchTest "chains go on from batch to batch" (fun () ->
              let machine = binary width 4 3L
              machine.KeepChains(5, init 4L)
              let hand = (chains machine).clone()
              let draws = stream 6L
              let term = NegativePhaseTerm("pcd", persistent, [| machine |], stream 6L)

              for batch in batches 3 do
                  use batch = batch
                  gradientsOf true term machine batch |> ignore
                  machine.Advance(hand, 2, draws)
                  Expect.equal (numbers (chains machine)) (numbers hand) "as by hand")
          torchTest "a machine with classes learns from pairs" (fun () ->
              for phase in phases do
                  use trained = new Trained(phase, true, 3)
                  use batch = (batches 1).Head
                  let before = bits trained.Model
                  let figures = trained.Step batch
                  Expect.isTrue (figures.ContainsKey "accuracy") "a classifier"

                  for name in [ "classWeight"; "classBias"; "weight" ] do
                      Expect.isTrue
                          (List.exists2
                              (fun (key: string, a: byte array) (_, b) -> key.EndsWith name && a <> b)
                              before
                              (bits trained.Model))
                          $"{name} moves"

                  if phase.KeptStates > 0 then
                      let labels = (chains trained.Machine).narrow(1, int64 width, 3L).sum(1L)
                      Expect.all (numbers labels) ((=) 1.0) "one class each")
          torchTest "without its chains, or with too few, a term says so" (fun () ->
              use batch = (batches 1).Head

              for phase in [ persistent; tempered ] do
                  for kernels in [ true; false ] do
                      let machine = binary width 4 1L
                      let term = NegativePhaseTerm("pcd", phase, [| machine |], stream 1L)

                      let learn () =
                          gradientsOf kernels term machine batch |> ignore

                      Expect.throwsT<InvalidOperationException> learn "none"
                      machine.KeepChains(phase.KeptStates - 1, init 1L)
                      Expect.throwsT<InvalidOperationException> learn "too few"

                      Expect.throwsT<InvalidOperationException>
                          (fun () -> term.PerExample(outputOf machine batch.X, batch) |> ignore)
                          "in evaluation")
          torchTest "terms that make no sense are refused" (fun () ->
              let machine = binary width 4 1L

              let make kind steps chains () =
                  NegativePhaseTerm("x", phase kind steps chains, [| machine |], stream 1L)
                  |> ignore

              for kind, steps, chains in
                  [ NegativePhaseKind.Contrastive, 0, 0
                    NegativePhaseKind.Persistent, 1, 0
                    NegativePhaseKind.Tempered, 1, 5 ] do
                  Expect.throwsT<ArgumentOutOfRangeException> (make kind steps chains) $"{kind}"

              Expect.throwsT<ArgumentException>
                  (fun () -> NegativePhaseTerm("x", contrastive, [||], stream 1L) |> ignore)
                  "no machine"

              use model = modelOf machine

              Expect.throwsT<ArgumentException>
                  (fun () ->
                      new GradientLearner(model, [| always (FreeEnergyTerm()) |], sgd 0.1, Nullable(), generator 1L)
                      |> ignore)
                  "learning from a figure")
          torchTest
              "only the machine whose turn it is learns, and while it is no one's there is nothing to tell"
              (fun () ->
                  let lower, upper = binary width 4 1L, binary 4 3 2L

                  use model =
                      new HybridModel([| (MachineStage(lower, 1, 1) :> Stage); (MachineStage(upper, 2, 2) :> Stage) |])

                  let term = NegativePhaseTerm("cd", contrastive, [| lower; upper |], stream 1L)

                  let terms =
                      [| always term
                         for term in LossTerm.ApplicableTo model do
                             WeightedTerm(term, (fun _ -> 0.0), 0.0) |]

                  use learner = new GradientLearner(model, terms, sgd 0.1, Nullable(), generator 1L)
                  use batch = (batches 1).Head

                  let moved epoch =
                      let before = bits lower, bits upper
                      let tally = Tally()
                      learner.Step(batch, StepSettings(epoch, 1, 1.0), tally) |> ignore
                      (bits lower <> fst before, bits upper <> snd before), tally.Means().ContainsKey "cd"

                  Expect.equal (moved 1) ((true, false), true) "the lower one"
                  Expect.equal (moved 2) ((false, true), true) "the upper one"
                  Expect.equal (moved 3) ((false, false), false) "neither"
                  let tally = Tally()
                  use noise = generator 1L
                  learner.Evaluate(batch, noise, tally)
                  Expect.isFalse (tally.Means().ContainsKey "freeEnergy") "no figure of a machine")
          torchTest "chains go with the machine" (fun () ->
              let machine = binary width 4 1L
              machine.KeepChains(5, init 1L)
              let kept = chains machine
              machine.Dispose()
              Expect.isTrue kept.IsInvalid "disposed of") ]
