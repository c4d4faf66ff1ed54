module GenDisc.Core.Tests.Training.Boltzmann.TemperingTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private visible = 2
let private chains = 20000

/// p(v) at β of every state of the visible units.
let private distribution (machine: Rbm) beta =
    numbers (machine.StateEnergy((rows visible).``to`` torch.float32, beta).neg().softmax 0L)

let private drawn (stream: RandomStream) (p: float array) =
    let cumulative = Array.scan (+) 0.0 p |> Array.tail

    Array.init chains (fun _ ->
        let u = stream.NextDouble()
        min (p.Length - 1) (Array.findIndex (fun c -> u < c || c >= 1.0 - 1e-6) cumulative))

/// Pearson's χ² of states of all replicas against their product distribution.
let private chiSquare (expected: float array) (states: int array) =
    let counts = Array.zeroCreate<float> expected.Length

    for state in states do
        counts[state] <- counts[state] + 1.0

    Array.map2 (fun p n -> (n - p * float chains) ** 2.0 / (p * float chains)) expected counts
    |> Array.sum

let tests =
    testList
        "Tempering"
        [ torchTest "leaves the joint distribution of three replicas as it is" (fun () ->
              let replicas = 3
              let machine = binary visible 2 11L
              assign machine "weight" (torch.tensor([| 3.0f; -3.0f; 2.0f; 2.5f |]).reshape(2L, 2L))
              let betas = [ for r in 0 .. replicas - 1 -> Tempering.BetaOf(machine, r, replicas) ]
              Expect.equal betas [ 1.0; 0.5; 0.0 ] "evenly from 1 to 0"
              let each = betas |> List.map (distribution machine)
              let stream = RandomStream(1L, "start")

              let bits =
                  [| for p in each do
                         for state in drawn stream p do
                             for i in 0 .. visible - 1 -> float32 ((state >>> i) &&& 1) |]

              let states = torch.tensor(bits).reshape(int64 (replicas * chains), int64 visible)

              let joint =
                  [| for a in each[0] do
                         for b in each[1] do
                             for c in each[2] -> a * b * c |]

              let code () =
                  let values = numbers states

                  let state r chain =
                      let at = (r * chains + chain) * visible
                      int values[at] + 2 * int values[at + 1]

                  Array.init chains (fun chain -> (state 0 chain * 4 + state 1 chain) * 4 + state 2 chain)

              // 63 degrees of freedom: more than 103.4 comes once in a thousand.
              Expect.isLessThan (chiSquare joint (code ())) 103.4 "at the start"
              let draws = CounterStream(1L, "draws")

              for update in 1..4 do
                  Tempering.Advance(machine, states, replicas, draws)
                  Expect.isLessThan (chiSquare joint (code ())) 103.4 $"after update {update}"

              // The test would see replicas that change places regardless of their energies.
              let swapped =
                  torch.cat (
                      [| states.narrow (0, int64 chains, int64 chains)
                         states.narrow (0, 0L, int64 chains)
                         states.narrow (0, 2L * int64 chains, int64 chains) |],
                      0L
                  )

              states.copy_ swapped |> ignore
              Expect.isGreaterThan (chiSquare joint (code ())) 1000.0 "a wrong swap")
          torchTest "replicas do change places" (fun () ->
              // Without weights, sweeps at β = 1 set every unit to 1 and those at 0 toss coins.
              let machine = binary 1 1 1L
              let states = torch.tensor([| 1.0f; 0.0f |]).reshape(2L, 1L)

              for name, value in [ "weight", 0.0f; "hiddenBias", 0.0f; "visibleBias", 0.0f ] do
                  assign machine name (torch.tensor ([| value |]))

              // All energies are equal: every swap is accepted.
              let before = numbers states
              let twin = states.clone ()
              let one, two = stream 1L, stream 1L
              machine.Advance(twin.narrow (0, 0L, 1L), 1, one, 1.0)
              machine.Advance(twin.narrow (0, 1L, 1L), 1, one, 0.0)
              Tempering.Advance(machine, states, 2, two)
              Expect.equal (numbers states) (Array.rev (numbers twin)) "changed places"
              Expect.equal before [| 1.0; 0.0 |] "as given")
          torchTest "real units end above β = 0, where they have no distribution" (fun () ->
              let machine = machineOf (RbmOptions(2, 2, VisibleKind.Gaussian)) 1L
              let betas = [ for r in 0..3 -> Tempering.BetaOf(machine, r, 4) ]
              Expect.equal betas [ 1.0; 0.75; 0.5; 0.25 ] "β"
              let states = torch.zeros (8L, 2L)
              Tempering.Advance(machine, states, 4, stream 1L)
              Expect.isTrue (states.isfinite().all().ToBoolean()) "finite") ]
