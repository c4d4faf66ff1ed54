module GenDisc.Core.Tests.Training.Energy.EnergyMemoryTests

open Expecto
open TorchSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Training
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Energy.Energies

// Sequenced: live tensors are those of the whole process.
let alone =
    testSequenced
    <| testList
        "memory of energy training"
        [ test "is flat over steps, copies and remedies included" {
              use model = energetic 1L
              let watch = EnergyWatch(LargestGap = 0.02, Patience = 5, MostRemedies = 100)
              use learner = energyLearner model (adam 1e-3) brief watch 1L
              use batch = batchOf 20
              use noise = generator 1L

              let steps n =
                  for i in 1..n do
                      step learner batch i |> ignore
                      learner.Evaluate(batch, noise, Tally())

                  learner.TakeNotices().Count, torch.Tensor.TotalCount

              steps 60 |> ignore
              liveTensors () |> ignore
              let _, before = steps 60
              let remedies, after = steps 60
              Expect.isGreaterThan remedies 0 "some"
              // A copy of the model, of four tensors, may be in hand or not.
              Expect.contains [ -4L; 0L; 4L ] (after - before) "live tensors"
          }
          test "a learner leaves no tensor behind" {
              use model = energetic 1L

              let once () =
                  use learner = energyLearner model (adam 1e-3) brief null 1L

                  fit (constant 2 16 (Some 1)) (Listener()) learner (splitsOf 64) 1L uncancelled
                  |> ignore

                  EnergySamples.Draw(learner.Sampler, 10, 3) |> ignore
                  EnergySamples.DrawOf(learner.Sampler, 1, 10, 3) |> ignore

              once ()
              let before = liveTensors ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "live tensors, nothing collected between"
          } ]
