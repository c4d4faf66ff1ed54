module GenDisc.Core.Tests.Training.ModelStateTests

open Expecto
open TorchSharp
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let tests =
    testList
        "ModelState"
        [ torchTest "restores parameters and buffers bit for bit, from a copy" (fun () ->
              use model = normalised 1L
              use other = normalised 2L
              let before = bits model
              use state = ModelState.Capture model

              for KeyValue(name, value) in other.state_dict () do
                  assign model name value

              assign model "1_trunk.0.running_mean" (torch.ones 8L)
              Expect.notEqual (bits model) before "changed"
              state.Restore model
              Expect.equal (bits model) before "restored")
          torchTest "outlives the scope it was captured in" (fun () ->
              use model = normalised 1L
              let before = bits model

              let state =
                  use _scope = torch.NewDisposeScope()
                  ModelState.Capture model

              use state = state
              assign model "0_trunk.0.bias" (torch.zeros 8L)
              state.Restore model
              Expect.equal (bits model) before "restored") ]
