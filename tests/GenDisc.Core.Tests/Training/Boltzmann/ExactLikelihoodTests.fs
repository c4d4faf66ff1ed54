module GenDisc.Core.Tests.Training.Boltzmann.ExactLikelihoodTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Models.Boltzmann.Machines

let private outputOf machine (visible: torch.Tensor) =
    ModelOutput(Representation = visible, Machine = machine, Visible = visible)

let private unlabelled (v: torch.Tensor) =
    Batches.Gather(
        Dataset.OfPixels(
            "none",
            [ 1 ],
            ReadOnlyMemory(Array.zeroCreate (int (v.size 0))),
            ReadOnlyMemory(Array.zeroCreate (int (v.size 0))),
            [ "a" ]
        ),
        ReadOnlySpan [| 0 .. int (v.size 0) - 1 |],
        torch.CPU
    )

let private nll (machine: EnergyMachine) (visible: torch.Tensor) =
    use batch = unlabelled visible
    ExactLikelihoodTerm().PerExample(outputOf machine visible, batch)

/// The mean of ∂E over weighted states.
let private meanSlope (machine: EnergyMachine) (states: float array array) (p: float array) =
    gradients machine (fun () -> (machine.StateEnergy(rows states) * torch.tensor p).sum())

/// Examples with two pairs of pixels that tend to agree: 64 of them in all their proportions.
let private pairs =
    let often =
        [ [| 0.0; 0.0 |], 3; [| 1.0; 1.0 |], 3; [| 0.0; 1.0 |], 1; [| 1.0; 0.0 |], 1 ]

    [| for a, n in often do
           for b, m in often do
               for _ in 1 .. n * m do
                   Array.append a b |]

let private pairsEntropy =
    -2.0 * (2.0 * 0.375 * log 0.375 + 2.0 * 0.125 * log 0.125)

let private descend steps (rate: float) (machine: EnergyMachine) loss =
    for _ in 1..steps do
        use _scope = torch.NewDisposeScope()
        machine.zero_grad ()
        (loss (): torch.Tensor).mean().backward()
        use _ = torch.no_grad ()

        for p in machine.parameters () do
            p.sub_ (Unchecked.nonNull p.grad * torch.tensor rate) |> ignore

let private moments (states: float array array) (p: float array) =
    [| for i in 0..3 do
           for k in 0..i do
               Array.fold2 (fun s p (v: float array) -> s + p * v[i] * v[k]) 0.0 p states |]

let tests =
    testList
        "ExactLikelihoodTerm"
        [ torchLaw "the gradient is that of finite differences" (fun batch width random ->
              let width = min width 3
              let v = rows (patterns random batch width)

              [ doubleRbm (RbmOptions(width, 1 + random.NextInt 2)) 0.8 random :> EnergyMachine
                doubleRbm (RbmOptions(width, 2, VisibleKind.Gaussian)) 0.8 random
                doubleGeneral (BoltzmannOptions(width, random.NextInt 3)) 0.8 random ]
              |> List.forall (fun machine ->
                  let f () = (nll machine v).sum()
                  allClose 1e-6 (differences machine f) (gradients machine f)))
          torchLaw "the gradient is ⟨∂E⟩ of the data less ⟨∂E⟩ of the machine" (fun batch width random ->
              let v = patterns random batch width
              let hidden = 1 + random.NextInt 3
              let restricted = doubleRbm (RbmOptions(width, hidden)) 0.8 random
              let general = doubleGeneral (BoltzmannOptions(width, hidden)) 0.8 random
              let visible, joint = statesOf width, statesOf (width + hidden)

              let weights (machine: EnergyMachine) states =
                  numbers (machine.StateEnergy(rows states)) |> Array.map (~-)

              let agrees machine data model =
                  allClose
                      1e-8
                      (Array.map2 (-) data model)
                      (gradients machine (fun () -> (nll machine (rows v)).mean()))

              let posterior =
                  [| for v in v do
                         let states = statesOf hidden |> Array.map (Array.append v)

                         yield!
                             Array.zip states (weights general states |> normalised)
                             |> Array.map (fun (s, p) -> s, p / float batch) |]

              agrees
                  restricted
                  (meanSlope restricted v (Array.create batch (1.0 / float batch)))
                  (meanSlope restricted visible (weights restricted visible |> normalised))
              && agrees
                  general
                  (meanSlope general (Array.map fst posterior) (Array.map snd posterior))
                  (meanSlope general joint (weights general joint |> normalised)))
          torchTest "with classes it is −log p(v, y)" (fun () ->
              let data = pixels 6
              use batch = Batches.Gather(data, ReadOnlySpan [| 0..5 |], torch.CPU)
              use machine = doubleRbm (RbmOptions(features, 3, Classes = classes)) 0.5 (init 1L)
              let x = batch.X.round().``to`` torch.float64
              let labels = numbers (Unchecked.nonNull batch.Labels) |> Array.map int
              let logZ = restrictedLogZ 1.0 machine

              let expected =
                  Array.map2
                      (fun v label ->
                          logZ
                          - (statesOf 3
                             |> Array.map (fun h -> -(rbmEnergy machine v (one classes label) h))
                             |> logSum))
                      (chunks features x)
                      labels

              let found = ExactLikelihoodTerm().PerExample(outputOf machine x, batch)
              Expect.isTrue (allClose 1e-8 expected (numbers found)) "values")
          torchTest "a model without a machine has nothing for it" (fun () ->
              let v = torch.zeros (2, 3)
              use batch = unlabelled v

              let f () =
                  ExactLikelihoodTerm().PerExample(ModelOutput(Representation = v), batch)
                  |> ignore

              Expect.stringContains (Expect.throwsC f _.Message) "nll" "named")
          torchTest "a fully visible machine learns the entropy and the second moments of its data" (fun () ->
              use machine = new BoltzmannMachine(BoltzmannOptions(4, 0), init 1L)
              let v = single32 (rows pairs)
              let before = single ((nll machine v).mean())
              descend 300 1.0 machine (fun () -> nll machine v)
              let after = single ((nll machine v).mean())
              Expect.isLessThan (abs (before - 4.0 * log 2.0)) 0.02 "it starts near a uniform distribution"
              Expect.isLessThan (abs (after - pairsEntropy)) 1e-4 "entropy"
              let data = moments pairs (Array.create 64 (1.0 / 64.0))

              let model =
                  moments (statesOf 4) (numbers ((-(ExactBoltzmann.Energies machine)).softmax 0L))

              Expect.isTrue (Array.forall2 (fun a b -> abs (a - b) < 1e-3) data model) "moments")
          torchTest "a hidden unit learns what pairs of pixels cannot tell" (fun () ->
              // Even parity of three pixels: every pair is independent, so that pairs alone stay at log 8.
              let even = statesOf 3 |> Array.filter (fun v -> Array.sum v % 2.0 = 0.0)
              let v = single32 (rows even)

              let learned hidden =
                  use machine = generalOf (BoltzmannOptions(3, hidden)) 1.0 (init 5L)
                  descend 500 1.0 machine (fun () -> nll machine v)
                  single ((nll machine v).mean())

              Expect.isLessThan (abs (learned 0 - log 8.0)) 1e-3 "pairs"
              Expect.isLessThan (learned 2) (log 4.0 + 0.3) "with hidden units near to the entropy") ]
