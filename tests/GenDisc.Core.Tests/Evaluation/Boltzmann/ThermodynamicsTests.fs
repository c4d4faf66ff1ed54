module GenDisc.Core.Tests.Evaluation.Boltzmann.ThermodynamicsTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines
open GenDisc.Core.Tests.Evaluation.Drawn
open GenDisc.Core.Tests.Modules.Building

let private at (energies: float array) beta =
    Thermodynamics.Of(ReadOnlySpan energies, beta)

let private probabilities energies beta =
    softmax (energies |> Array.map (fun e -> -beta * e))

let private machineLaw name (check: Rbm -> float -> bool) =
    law name (fun stream ->
        use _scope = torch.NewDisposeScope()
        let classes = if stream.NextInt 2 = 0 then 0 else between 1 3 stream

        use rbm =
            machine VisibleKind.Bernoulli classes (between 1 5 stream) (between 1 5 stream) 1.0 stream

        check rbm (stream.Uniform(0.05, 4.0)))

let tests =
    testList
        "Thermodynamics"
        [ testCase "two levels have Schottky's heat capacity" (fun () ->
              for beta in [ 0.0; 0.1; 1.0; 5.0; 40.0 ] do
                  let t = at [| -1.0; 2.0 |] beta
                  let x = 3.0 * beta
                  let up = 1.0 / (1.0 + exp x)
                  Expect.isTrue (close 1e-14 (beta + log (1.0 + exp -x)) t.LogZ) "log Z"
                  Expect.isTrue (close 1e-14 (-1.0 + 3.0 * up) t.Energy) "U"
                  Expect.isTrue (close 1e-14 (x * x * up * (1.0 - up)) t.HeatCapacity) "C")
          testCase "at β = 0 all states are alike, in the cold only the ground states are left" (fun () ->
              let energies = [| 3.0; -2.0; 5.0; -2.0; 0.0 |]
              let hot, cold = at energies 0.0, at energies 1e6
              Expect.isTrue (close 1e-15 (log 5.0) hot.Entropy && close 1e-15 (log 5.0) hot.LogZ) "log 5"
              Expect.isTrue (close 1e-15 0.8 hot.Energy) "mean"
              Expect.equal (hot.HeatCapacity, hot.FreeEnergy) (0.0, -infinity) "no finite temperature"
              Expect.isTrue (close 1e-15 (log 2.0) cold.Entropy) "log 2"
              Expect.equal (cold.Energy, cold.HeatCapacity) (-2.0, 0.0) "ground state")
          testCase "where the zero of energy lies changes neither entropy nor heat capacity" (fun () ->
              let energies = [| 0.0; 0.5; 1.5; 1.5 |]
              let here, far = at energies 2.0, at (energies |> Array.map ((+) -1048576.0)) 2.0
              Expect.equal (far.Entropy, far.HeatCapacity) (here.Entropy, here.HeatCapacity) "same"
              Expect.isTrue (close 1e-12 (here.FreeEnergy - 1048576.0) far.FreeEnergy) "shifted")
          testCase "states that cannot be do not count" (fun () ->
              Expect.equal (at [| 1.0; infinity; 2.0 |] 0.7) (at [| 1.0; 2.0 |] 0.7) "left out"
              Expect.equal (at [| 1.0; infinity; 2.0 |] 0.0) (at [| 1.0; 2.0 |] 0.0) "at β = 0 too")
          machineLaw "F = U − TS, S = −Σ p log p, U = −∂ log Z/∂β and C = ∂U/∂T to 1e-6" (fun rbm beta ->
              let energies = Thermodynamics.Energies rbm
              let t = Thermodynamics.Of(rbm, beta)
              let p = probabilities energies beta
              let entropy = -(p |> Array.sumBy (fun p -> if p > 0.0 then p * log p else 0.0))
              let mean = Array.map2 (*) p energies |> Array.sum
              let h = 1e-4 * beta
              let warmer, colder = at energies (beta - h), at energies (beta + h)
              let slope = (warmer.LogZ - colder.LogZ) / (2.0 * h)

              let capacity =
                  (warmer.Energy - colder.Energy) / (1.0 / (beta - h) - 1.0 / (beta + h))

              close 1e-12 t.FreeEnergy (t.Energy - t.Entropy / beta)
              && close 1e-12 entropy t.Entropy
              && close 1e-12 mean t.Energy
              && close 1e-6 slope t.Energy
              && close 1e-6 capacity t.HeatCapacity)
          machineLaw
              "energies are those of the definition, in their order, and log Z that of enumeration"
              (fun rbm beta ->
                  let energy = energy rbm

                  let expected =
                      [| for v in states rbm.Visible do
                             for h in states rbm.Hidden do
                                 for y in classesOf rbm -> energy v h y |]

                  allClose 1e-12 expected (Thermodynamics.Energies rbm)
                  && close 1e-12 (Enumeration.LogPartition(rbm, beta)) (Thermodynamics.Of(rbm, beta)).LogZ)
          torchTest "a curve over temperatures is each of them" (fun () ->
              use rbm = binary 4 3 1.0 (RandomStream(1L, "curve"))
              let betas = [| 0.0; 0.5; 1.0; 2.0 |]
              let curve = Thermodynamics.Curve(rbm, betas)
              Expect.equal (List.ofSeq curve) [ for b in betas -> Thermodynamics.Of(rbm, b) ] "point by point"
              let entropies = curve |> Seq.map _.Entropy |> List.ofSeq
              Expect.equal entropies (List.sortDescending entropies) "entropy falls with β")
          torchTest "of a general machine, all couplings counted" (fun () ->
              let random = RandomStream(2L, "general")
              use machine = new BoltzmannMachine(BoltzmannOptions(4, 3), random)

              for parameter in machine.parameters () do
                  fillNormal 1.0 random parameter

              let energies = numbers (machine.StateEnergy(tensorOfRows (states 7)))
              Expect.isTrue (allClose 1e-6 energies (Thermodynamics.Energies machine)) "state by state"

              for beta in [ 0.0; 0.5; 2.0 ] do
                  let t = Thermodynamics.Of(machine, beta)
                  let logs = energies |> Array.map (fun e -> -beta * e)
                  let p = logs |> Array.map (fun l -> exp (l - logSum logs))
                  Expect.floatClose Accuracy.medium t.LogZ (logSum logs) "log Z"
                  Expect.floatClose Accuracy.medium t.Energy (Array.map2 (*) p energies |> Array.sum) "U"

              let curve = Thermodynamics.Curve(machine, [| 0.5; 1.0 |])
              Expect.equal curve[1] (Thermodynamics.Of(machine, 1.0)) "a curve"
              use twenty = new BoltzmannMachine(BoltzmannOptions(12, 8), random)
              Expect.isTrue (Thermodynamics.Fits twenty) "a million states"
              use more = new BoltzmannMachine(BoltzmannOptions(21, 0), random)
              Expect.isFalse (Thermodynamics.Fits more) "two million"
              userError [ "21 visible" ] (fun () -> Thermodynamics.Of(more, 1.0)) |> ignore)
          torchTest "too many states, real units and impossible temperatures are refused" (fun () ->
              use large = binary 11 10 0.1 (RandomStream(1L, "large"))

              userError [ "11 visible"; "10 hidden" ] (fun () -> Thermodynamics.Of(large, 1.0))
              |> ignore

              use classes = machine VisibleKind.Bernoulli 2 10 10 0.1 (RandomStream(1L, "large"))
              Expect.isFalse (Thermodynamics.Fits classes) "twice as many"
              use real = machine VisibleKind.Gaussian 0 2 2 0.1 (RandomStream(1L, "real"))
              userError [ "{0, 1}" ] (fun () -> Thermodynamics.Of(real, 1.0)) |> ignore

              for beta in [ -1.0; nan; infinity ] do
                  Expect.throwsT<ArgumentOutOfRangeException> (fun () -> at [| 0.0 |] beta |> ignore) "temperature"

              for energies in [ [||]; [| infinity |]; [| nan; 1.0 |] ] do
                  Expect.throwsT<ArgumentException> (fun () -> at energies 1.0 |> ignore) "energies") ]
