module GenDisc.Core.Tests.Models.Boltzmann.MachineStageTests

open Expecto
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Models.Boltzmann.Machines

let private rbm visible hidden classes seed =
    rbmOf (RbmOptions(visible, hidden, Classes = classes)) 0.5 (init seed)

let private stage (machine: EnergyMachine) first last =
    MachineStage(machine, first, last): Stage

let private always machine = stage machine 1 System.Int32.MaxValue

let private x () =
    single32 (rows (patterns (init 9L) 4 features))

let private forward (model: HybridModel) x =
    use noise = generator 1L
    model.Forward(x, noise)

/// Names of parameters with a gradient.
let private moved (model: HybridModel) =
    [ for struct (name, p) in model.named_parameters () do
          if not (isNull p.grad) then
              name ]

/// Two machines, the second on the first one's features: a deep belief network.
let private deep heads =
    let a, b = rbm features 4 0 1L, rbm 4 3 0 2L
    new HybridModel([| stage a 1 2; stage b 3 5; yield! heads |]), a, b

let tests =
    testList
        "MachineStage"
        [ torchTest "a pass leaves the machine and what it reads, and heads read its features" (fun () ->
              let machine = rbm features 5 0 1L
              let head = new Affine(5, classes, init 2L)

              use model =
                  new HybridModel([| always machine; ClassifierStage(new Chain(nets [ head ])) |])

              let x = x ()
              let output = forward model x
              Expect.isTrue (obj.ReferenceEquals(output.Machine, machine)) "machine"
              Expect.equal (numbers (Unchecked.nonNull output.Visible)) (numbers x) "visible"
              Expect.equal (numbers output.Representation) (numbers (machine.Features x)) "features"
              let logits = numbers (Unchecked.nonNull output.Logits)
              Expect.equal logits (numbers (head.call (machine.Features x))) "logits"
              Expect.equal (numbers (model.Encode x)) (numbers (machine.Features x)) "and so does Encode"
              Expect.isTrue (model.IsClassifier && not model.TakesTurns) "kind")
          torchTest "a head's gradient reaches the machine; the machine's own stays in it" (fun () ->
              use model =
                  new HybridModel([| trunk (init 3L); always (rbm 8 5 0 1L); classifier 5 (init 2L) |])

              let output = forward model (x ())
              let visible = Unchecked.nonNull output.Visible
              Expect.isFalse visible.requires_grad "data for the machine"
              (Unchecked.nonNull output.Machine).DataEnergy(visible, null).sum().backward()

              Expect.equal
                  (moved model)
                  [ for p in [ "weight"; "visibleBias"; "hiddenBias" ] -> $"1_machine.{p}" ]
                  "its own"

              model.zero_grad ()
              (Unchecked.nonNull (forward model (x ())).Logits).sum().backward()
              Expect.contains (moved model) "1_machine.weight" "machine"
              Expect.contains (moved model) "0_trunk.0.weight" "and what is below")
          torchTest "with classes it is a head: logits of the exact p(y | v), the path as it was" (fun () ->
              let machine = rbm features 5 classes 1L
              use model = new HybridModel([| always machine |])
              let x = x ()
              let output = forward model x
              Expect.equal (numbers (Unchecked.nonNull output.Logits)) (numbers (machine.ClassLogits x)) "logits"
              Expect.equal (numbers output.Representation) (numbers x) "path"
              Expect.equal (numbers (model.Encode x)) (numbers x) "encoded"
              Expect.isTrue model.IsClassifier "kind"

              let terms = LossTerm.ApplicableTo model |> Seq.map _.Name |> List.ofSeq
              Expect.contains terms "crossEntropy" "measured as a classifier")
          torchTest "machines on top of each other take turns: only the one in hand gets a gradient" (fun () ->
              let model, a, b = deep []
              use model = model
              Expect.isTrue model.TakesTurns "two of them"

              for epoch, machine, names in [ 1, a, "0"; 2, a, "0"; 3, b, "1"; 5, b, "1" ] do
                  model.Epoch <- epoch
                  let output = forward model (x ())
                  Expect.isTrue (obj.ReferenceEquals(output.Machine, machine)) $"epoch {epoch}"
                  use batch = batchOf 4
                  ExactLikelihoodTerm().PerExample(output, batch).sum().backward()

                  Expect.equal
                      (moved model)
                      [ for p in [ "weight"; "visibleBias"; "hiddenBias" ] -> $"{names}_machine.{p}" ]
                      $"gradients of epoch {epoch}"

                  for p in model.parameters () do
                      p.grad <- null

              model.Epoch <- 3
              let visible = Unchecked.nonNull (forward model (x ())).Visible
              Expect.equal (numbers visible) (numbers (a.Features(x ()))) "the upper one reads features"

              Expect.equal
                  (numbers (model.Encode(x ())))
                  (numbers (b.Features(a.Features(x ()))))
                  "Encode goes through both")
          torchTest "when all turns are over no machine learns, and heads read the last one's features" (fun () ->
              let model, a, b = deep [ classifier 3 (init 4L) ]
              use model = model
              model.Epoch <- 6
              let output = forward model (x ())
              Expect.isNull output.Machine "no one's turn"
              Expect.isNull output.Visible "so nothing to read"
              Expect.equal (numbers output.Representation) (numbers (b.Features(a.Features(x ())))) "features"
              model.Epoch <- 1
              let early = forward model (x ())
              Expect.isTrue (obj.ReferenceEquals(early.Machine, a)) "the first"
              Expect.equal (numbers early.Representation) (numbers output.Representation) "heads read on all the same")
          torchTest "a general machine can stand in the same place" (fun () ->
              let machine = generalOf (BoltzmannOptions(features, 4)) 0.5 (init 1L)
              use model = new HybridModel([| always machine; classifier 4 (init 2L) |])
              let output = forward model (x ())
              Expect.equal (numbers output.Representation) (numbers (machine.Features(x ()))) "features"
              (Unchecked.nonNull output.Logits).sum().backward()

              Expect.equal
                  (moved model |> List.filter (fun n -> n.StartsWith "0_"))
                  [ "0_machine.weight"; "0_machine.hiddenBias"; "0_machine.hiddenCoupling" ]
                  "what features depend on") ]
