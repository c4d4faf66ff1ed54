module GenDisc.Core.Tests.Training.Boltzmann.MonitorTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private data n =
    let random = RandomStream(1L, "data")
    let values = Array.init (n * 5) (fun _ -> float32 (random.NextInt 2))
    let labels: int array = Array.init n (fun i -> i % 3)
    Dataset.OfValues("bits", [ 5 ], values, labels, [ "a"; "b"; "c" ])

let private part (data: Dataset) first count =
    Split(data, ReadOnlyMemory<int>(Array.init count (fun i -> first + i)))

let private termsOf model learnt =
    [| yield! Seq.map always learnt
       for term in LossTerm.ApplicableTo model do
           WeightedTerm(term, (fun _ -> 0.0), 0.0) |]

/// The report of two epochs, and mean free energies of the training and the validation part after them.
let private twoEpochs train validation =
    let data = data (train + validation)
    let machine = machineOf (RbmOptions(5, 3, VisibleKind.Bernoulli, 3)) 1L
    use model = modelOf machine

    let term =
        NegativePhaseTerm("cd", phase NegativePhaseKind.Contrastive 1 0, [| machine |], stream 1L)

    use learner = learner model (termsOf model [ term ]) (sgd 0.3) None 1L

    let splits = Splits(part data 0 train, part data train validation, part data 0 1)

    let listener = Listener()
    fit (constant 2 8 None) listener learner splits 1L uncancelled |> ignore

    let energy (split: Split) =
        if split.Count = 0 then
            nan
        else
            use batch = Batches.Gather(data, split.Indices.Span, torch.CPU)
            Array.average (numbers (machine.DataEnergy(batch.X, null)))

    List.ofSeq listener.Epochs, energy splits.Train, energy splits.Validation

let private unreached stages terms =
    use model = new HybridModel(stages)
    use learner = learner model (termsOf model (terms model)) (sgd 0.1) None 1L
    use batch = Batches.Gather(data 8, ReadOnlySpan [| 0..7 |], torch.CPU)
    learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore
    List.ofSeq learner.Unreached

let tests =
    testList
        "monitoring of machines"
        [ torchTest "both free energies of an epoch are those of the machine after it, without labels" (fun () ->
              for train, validation in [ 40, 40; 40, 60; 40, 0 ] do
                  let epochs, ofTrain, ofValidation = twoEpochs train validation
                  Expect.floatClose Accuracy.medium (epochs[1].Train["freeEnergy"]) ofTrain $"{validation}: train"

                  if validation > 0 then
                      Expect.floatClose
                          Accuracy.medium
                          (epochs[1].Validation["freeEnergy"])
                          ofValidation
                          $"{validation}: validation")
          torchTest "of many training examples as many as there are for validation, the same each time" (fun () ->
              let epochs, ofTrain, _ = twoEpochs 200 20
              let again, _, _ = twoEpochs 200 20
              let energies = epochs |> List.map (fun e -> e.Train["freeEnergy"])
              Expect.equal energies (again |> List.map (fun e -> e.Train["freeEnergy"])) "repeatable"
              Expect.isGreaterThan (abs (energies[1] - ofTrain)) 1e-4 "not of all"
              Expect.isLessThan (abs (energies[1] - ofTrain)) 1.0 "but close")
          torchTest "p(y | v) alone leaves nothing to learn for what only p(v) depends on" (fun () ->
              let joint () =
                  machineOf (RbmOptions(5, 3, VisibleKind.Bernoulli, 3)) 1L

              let head width =
                  ClassifierStage(new Chain(nets [ new Affine(width, 3, init 1L) ]))

              let crossEntropy _ : LossTerm list = [ CrossEntropyTerm() ]
              Expect.isEmpty (unreached [| (MachineStage(joint ()) :> Stage) |] crossEntropy) "of pairs"
              let general = new BoltzmannMachine(BoltzmannOptions(5, 2), init 1L)
              Expect.isEmpty (unreached [| (MachineStage general :> Stage); head 2 |] crossEntropy) "general"

              let idle _ : LossTerm list = [ ActivityTerm 0.1 ]

              Expect.equal
                  (unreached [| (MachineStage(binary 5 2 1L) :> Stage); head 2 |] idle)
                  [ "1_classifier.0.weight"; "1_classifier.0.bias" ]
                  "what should learn and does not is told")
          torchTest "where p(v) is learnt, all is to learn" (fun () ->
              let frozen = machineOf (RbmOptions(5, 3, VisibleKind.Bernoulli, 3)) 1L
              let nll _ : LossTerm list = [ ExactLikelihoodTerm() ]
              Expect.isEmpty (unreached [| (MachineStage frozen :> Stage) |] nll) "all is reached") ]
