/// The chains that a machine keeps from step to step.
module GenDisc.Core.Tests.Training.Boltzmann.KeptChainsTests

open System
open Expecto
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private chains (machine: EnergyMachine) = Unchecked.nonNull machine.Chains

let tests =
    testList
        "KeptChains"
        [ torchTest "kept chains are bits, with one class each, and kept once" (fun () ->
              let machine = machineOf (RbmOptions(5, 2, VisibleKind.Bernoulli, 3)) 1L
              Expect.isNull machine.Chains "none at first"
              machine.KeepChains(50, init 1L)
              Expect.equal (chains machine).shape [| 50L; 8L |] "shape"
              let values = numbers (chains machine)
              Expect.all values (fun v -> v = 0.0 || v = 1.0) "bits"
              Expect.exists values ((=) 1.0) "some on"
              Expect.all (numbers ((chains machine).narrow(1, 5L, 3L).sum 1L)) ((=) 1.0) "one class"
              Expect.throwsT<InvalidOperationException> (fun () -> machine.KeepChains(50, init 1L)) "twice"

              Expect.throwsT<ArgumentOutOfRangeException>
                  (fun () -> binary (2) 2 1L |> _.KeepChains(0, init 1L))
                  "none")
          torchTest "more states than can be kept are refused" (fun () ->
              let machine = binary 100000 1 1L

              userError [ "30000 states"; "100000 units"; "fewer chains" ] (fun () ->
                  machine.KeepChains(30000, init 1L))
              |> ignore

              userError [ "70000 replicas of 70000 chains" ] (fun () ->
                  (phase NegativePhaseKind.Tempered 70000 70000).KeptStates)
              |> ignore) ]
