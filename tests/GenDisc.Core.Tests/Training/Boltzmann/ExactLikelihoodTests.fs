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

let private one classes label =
    Array.init classes (fun k -> if k = label then 1.0 else 0.0)

let private labelsOf (machine: Rbm) =
    if machine.Classes = 0 then
        [| [||] |]
    else
        Array.init machine.Classes (one machine.Classes)

/// log Z(β) by the definition of the energy, over all units.
let private restricted beta (machine: Rbm) =
    let energy = rbmEnergy machine

    [| for v in statesOf machine.Visible do
           for y in labelsOf machine do
               for h in statesOf machine.Hidden do
                   yield -beta * energy v y h |]
    |> logSum

let private general beta (machine: BoltzmannMachine) =
    let parts = parts machine

    statesOf machine.StateSize
    |> Array.map (fun s -> -beta * energy parts s)
    |> logSum

let private anyRestricted visible hidden (random: RandomStream) =
    let classes = if random.NextInt 2 = 0 then 0 else 3
    doubleRbm (RbmOptions(visible, hidden, Classes = classes)) 0.8 random

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
        [ torchLaw "log Z of restricted machines is that of plain enumeration, at every β" (fun visible hidden random ->
              use machine = anyRestricted visible (min hidden 5) random

              betas
              |> List.forall (fun beta ->
                  close 1e-8 (restricted beta machine) (single (ExactBoltzmann.LogPartition(machine, beta)))))
          torchLaw "log Z of general machines is that of plain enumeration, at every β" (fun visible hidden random ->
              use machine =
                  doubleGeneral (BoltzmannOptions(visible, min (hidden - 1) 4)) 0.8 random

              betas
              |> List.forall (fun beta ->
                  close 1e-10 (general beta machine) (single (ExactBoltzmann.LogPartition(machine, beta)))))
          torchTest "at β 0 every state counts as one" (fun () ->
              let at (machine: EnergyMachine) =
                  single (ExactBoltzmann.LogPartition(machine, 0.0))

              Expect.floatClose Accuracy.high (at (doubleRbm (RbmOptions(5, 4)) 1.0 (init 1L))) (9.0 * log 2.0) "2⁹"

              Expect.floatClose
                  Accuracy.high
                  (at (doubleRbm (RbmOptions(4, 6, Classes = 3)) 1.0 (init 1L)))
                  (10.0 * log 2.0 + log 3.0)
                  "2¹⁰ · 3"

              Expect.floatClose
                  Accuracy.high
                  (at (doubleGeneral (BoltzmannOptions(5, 4)) 1.0 (init 1L)))
                  (9.0 * log 2.0)
                  "2⁹")
          torchTest "log Z of real units is the integral of exp(−β F)" (fun () ->
              use machine = doubleRbm (RbmOptions(1, 3, VisibleKind.Gaussian, 2)) 0.8 (init 1L)
              let step = 1e-3
              let grid = [| for i in -20000 .. 20000 -> [| float i * step |] |]

              for beta in [ 0.5; 1.0; 1.7 ] do
                  let terms =
                      [| for y in [ [| 1.0; 0.0 |]; [| 0.0; 1.0 |] ] do
                             yield!
                                 numbers (
                                     machine.StateEnergy(rows (grid |> Array.map (fun v -> Array.append v y)), beta)
                                 )
                                 |> Array.map (~-) |]

                  let integral = logSum terms + log step
                  let found = single (ExactBoltzmann.LogPartition(machine, beta))
                  Expect.isLessThan (abs (found - integral)) 1e-8 $"β {beta}")
          torchLaw "probabilities of all data sum to 1" (fun visible hidden random ->
              let states = rows (statesOf visible)

              [ anyRestricted visible hidden random :> EnergyMachine
                doubleGeneral (BoltzmannOptions(visible, hidden - 1)) 0.8 random ]
              |> List.forall (fun machine ->
                  let energies =
                      match machine with
                      | :? BoltzmannMachine as general -> ExactBoltzmann.FreeEnergy(general, states)
                      | other -> other.DataEnergy(states, null)

                  close 1e-8 0.0 (logSum (numbers (-energies - ExactBoltzmann.LogPartition machine)))))
          torchLaw "energies and probabilities of a general machine come in order" (fun visible hidden random ->
              use machine =
                  doubleGeneral (BoltzmannOptions(visible, min (hidden - 1) 3)) 0.8 random

              let parts = parts machine
              let expected = statesOf machine.StateSize |> Array.map (energy parts)

              allClose 1e-12 expected (numbers (ExactBoltzmann.Energies machine))
              && betas
                 |> List.forall (fun beta ->
                     allClose
                         1e-12
                         (expected |> Array.map (fun e -> -beta * e) |> normalised)
                         (numbers (ExactBoltzmann.Probabilities(machine, beta)))))
          torchLaw "the free energy sums hidden units out" (fun batch width random ->
              use machine = doubleGeneral (BoltzmannOptions(width, random.NextInt 5)) 0.8 random
              let v = patterns random batch width
              let parts = parts machine

              let expected v =
                  -(statesOf machine.Hidden
                    |> Array.map (fun h -> -(energy parts (Array.append v h)))
                    |> logSum)

              allClose 1e-10 (Array.map expected v) (numbers (ExactBoltzmann.FreeEnergy(machine, rows v))))
          torchLaw "the gradient is that of finite differences" (fun batch width random ->
              let width = min width 3
              let v = rows (patterns random batch width)

              [ doubleRbm (RbmOptions(width, 1 + random.NextInt 2)) 0.8 random :> EnergyMachine
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
          torchTest "in blocks, value and gradient of independent units are exact" (fun () ->
              // 2¹⁷ hidden states of 30 units each are enumerated in several blocks.
              use machine = new Rbm(RbmOptions(30, 17), init 1L)
              assign machine "weight" (torch.zeros (17L, 30L))
              let random = init 2L

              for name, n in [ "visibleBias", 30; "hiddenBias", 17 ] do
                  assign machine name (single32 (torch.tensor (gaussians random n)))

              let b, c = numbers machine.VisibleBias, numbers machine.HiddenBias
              let softplus = Array.sumBy (fun x -> log (1.0 + exp x))
              let found = ExactBoltzmann.LogPartition machine
              Expect.isLessThan (abs (single found - softplus b - softplus c)) 1e-4 "log Z"
              use _ = torch.no_grad ()
              Expect.equal (single (ExactBoltzmann.LogPartition machine)) (single found) "without a gradient"
              use _ = torch.enable_grad ()
              let slopes = gradients machine (fun () -> ExactBoltzmann.LogPartition machine)
              let p, q = Array.map sigmoid b, Array.map sigmoid c

              let expected =
                  [| for struct (name, _) in machine.named_parameters () do
                         match name with
                         | "weight" ->
                             for q in q do
                                 for p in p do
                                     p * q
                         | "visibleBias" -> yield! p
                         | _ -> yield! q |]

              Expect.isTrue (allClose 1e-4 expected slopes) "its gradient: means of the units")
          torchTest "with classes it is −log p(v, y)" (fun () ->
              let data = pixels 6
              use batch = Batches.Gather(data, ReadOnlySpan [| 0..5 |], torch.CPU)
              use machine = doubleRbm (RbmOptions(features, 3, Classes = classes)) 0.5 (init 1L)
              let x = batch.X.round().``to`` torch.float64
              let labels = numbers (Unchecked.nonNull batch.Labels) |> Array.map int
              let logZ = restricted 1.0 machine

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
          torchTest "fits what can be enumerated, and says so of the rest" (fun () ->
              let fits options =
                  ExactLikelihoodTerm.Fits(new Rbm(options, init 1L))

              Expect.isTrue (fits (RbmOptions(784, 20))) "few hidden"
              Expect.isTrue (fits (RbmOptions(20, 500))) "few visible"
              Expect.isFalse (fits (RbmOptions(21, 21))) "neither"
              Expect.isFalse (fits (RbmOptions(4, 21, VisibleKind.Gaussian))) "real units are not enumerated"

              let general v h =
                  ExactLikelihoodTerm.Fits(new BoltzmannMachine(BoltzmannOptions(v, h), init 1L))

              Expect.isTrue (general 12 8) "20 in all"
              Expect.isFalse (general 12 9) "21 in all"
              use large = new Rbm(RbmOptions(30, 21), init 1L)
              let e = Expect.throwsC (fun () -> nll large (torch.zeros (2, 30)) |> ignore) id
              Expect.isTrue (e :? UserError) "the user's"
              Expect.stringContains e.Message "30 visible and 21 hidden" "which"
              use big = new BoltzmannMachine(BoltzmannOptions(18, 3), init 1L)

              for f in
                  [ fun () -> ExactBoltzmann.Energies big
                    fun () -> ExactBoltzmann.FreeEnergy(big, torch.zeros (1, 18)) ] do
                  Expect.throwsT<UserError> (fun () -> f () |> ignore) "as everywhere")
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
              let model = moments (statesOf 4) (numbers (ExactBoltzmann.Probabilities machine))
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
