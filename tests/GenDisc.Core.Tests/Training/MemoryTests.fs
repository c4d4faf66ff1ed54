module GenDisc.Core.Tests.Training.MemoryTests

open System
open System.Diagnostics
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
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

let private resident () =
    GC.Collect()
    GC.WaitForPendingFinalizers()
    use self = Process.GetCurrentProcess()
    float self.WorkingSet64

// Sequenced: live tensors and resident memory are those of the whole process.
let tests =
    testSequenced
    <| testList
        "memory"
        [ test "is flat over 2,000 steps of a hybrid, validation and best weights included" {
              use model = hybrid 1L

              use learner =
                  learner model (weighted hybridWeights model) (adam 0.001) (Some 1.0) 1L
              // 40 batches an epoch: 20 epochs for the just-in-time compiler to settle, then 2,000 steps.
              let splits = splitsOf 1024
              let tensors = Array.zeroCreate<int64> 71
              let memory = Array.zeroCreate<float> 71

              let listener =
                  Listener(
                      OnEpoch =
                          fun epoch ->
                              // Before the garbage collector could hide a leak, but after it took what came before.
                              if epoch = 70 then
                                  tensors[70] <- torch.Tensor.TotalCount

                              if epoch = 20 || epoch = 70 then
                                  memory[epoch] <- resident ()

                              if epoch = 20 then
                                  tensors[20] <- torch.Tensor.TotalCount
                  )

              fit (constant 70 16 (Some 80)) listener learner splits 1L uncancelled |> ignore
              Expect.equal listener.Batches.Count 2800 "steps"
              Expect.equal tensors[70] tensors[20] "live tensors"
              Expect.isLessThan (memory[70] / memory[20]) 1.03 "resident memory"
          }
          test "is flat over steps of a recurrent model on sequences of several lengths" {
              let lengths = SequenceLengths()
              use model = recurrent RecurrentKind.Gru lengths 1L

              use learner =
                  learner model (weighted hybridWeights model) (adam 0.001) (Some 1.0) 1L

              use batch =
                  // Large enough to see a leak of one tensor of states a step: 0.8 MB.
                  let rows = Array.init 5000 (fun i -> i % 40)
                  Batches.Gather(sequencesOf 40, ReadOnlySpan rows, torch.CPU)

              let steps n =
                  for i in 1..n do
                      learner.Step(batch, StepSettings(1, i, 1.0), Tally()) |> ignore

                  torch.Tensor.TotalCount, resident ()

              let tensors, memory = steps 60
              let tensorsThen, memoryThen = steps 60
              Expect.equal tensorsThen tensors "live tensors"
              Expect.isLessThan (memoryThen - memory) 8e6 "resident memory"
          }
          for name, kind, classes in
              [ "CD", NegativePhaseKind.Contrastive, 0
                "PCD", NegativePhaseKind.Persistent, 0
                "tempering", NegativePhaseKind.Tempered, 0
                "PCD with classes", NegativePhaseKind.Persistent, 10 ] do
              for kernels in [ true; false ] do
                  test
                      $"""live tensors stay as many over steps and evaluations of {name}, kernels {if kernels then "on" else "off"}""" {
                      let machine =
                          new Rbm(RbmOptions(12, 7, Classes = classes, Kernels = kernels), RandomStream(1L, "init"))

                      let phase = NegativePhase(kind, 3, 16)

                      if phase.KeptStates > 0 then
                          machine.KeepChains(phase.KeptStates, RandomStream(1L, "chains"))

                      use model = new HybridModel([| (MachineStage machine :> Stage) |])

                      let terms: LossTerm seq =
                          Seq.append
                              [ NegativePhaseTerm("negative", phase, [| machine :> EnergyMachine |], Streams(1L).Gibbs) ]
                              (LossTerm.ApplicableTo model)

                      let weighted =
                          [| for term in terms ->
                                 let weight =
                                     if term.EvaluationOnly then 0.0
                                     elif term.Name = "crossEntropy" then 0.5
                                     else 1.0

                                 WeightedTerm(term, (fun _ -> weight), weight) |]

                      use learner =
                          learner model weighted (OptimiserOptions(OptimiserKind.Sgd, 0.01)) None 1L

                      use batch =
                          let pixels = Array.init (16 * 12) (fun i -> if i * 7 % 3 = 0 then 255uy else 0uy)
                          let labels = Array.init 16 (fun i -> i % 10)

                          let data =
                              Dataset.OfPixels(
                                  "bits",
                                  [ 12 ],
                                  ReadOnlyMemory pixels,
                                  ReadOnlyMemory labels,
                                  [ for i in 0..9 -> string i ]
                              )

                          Batches.Gather(data, ReadOnlySpan(Array.init 16 id), torch.CPU)

                      let some n =
                          for i in 1..n do
                              learner.Step(batch, StepSettings(1, i, 1.0), Tally()) |> ignore
                              use noise = new torch.Generator(1UL, torch.CPU)
                              learner.Evaluate(batch, noise, Tally())

                          torch.Tensor.TotalCount

                      let before = some 5
                      Expect.equal (some 20) before "live tensors"
                  }
          test "training a recurrent model leaves no tensor behind" {
              use model = recurrent RecurrentKind.Gru (SequenceLengths()) 1L

              let once () =
                  use learner = learner model (weighted hybridWeights model) (adam 0.001) None 1L

                  fit (constant 2 16 (Some 1)) (Listener()) learner (sequenceSplits 64) 1L uncancelled
                  |> ignore

                  use stream = new IO.MemoryStream()
                  SafeTensors.Save(model, stream)

              once ()
              let before = liveTensors ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "live tensors, nothing collected between"
          }
          test "training, evaluating and saving leave no tensor behind" {
              use model = normalised 1L

              let once () =
                  use learner = learner model (weighted hybridWeights model) (adam 0.001) None 1L

                  fit (constant 2 16 (Some 1)) (Listener()) learner (splitsOf 64) 1L uncancelled
                  |> ignore

                  use stream = new IO.MemoryStream()
                  SafeTensors.Save(model, stream)

              once ()
              let before = liveTensors ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "live tensors, nothing collected between"
          }
          test "a model takes its tensors with it" {
              let before = liveTensors ()
              let model = hybrid 1L
              let parameters = model.parameters () |> Seq.length
              model.Dispose()
              // TorchSharp never takes the tensor that a parameter was made of off its count, though it holds nothing.
              Expect.equal (torch.Tensor.TotalCount - before) (int64 parameters) "live tensors"
          } ]
