module GenDisc.Core.Tests.Training.Boltzmann.ExactBoltzmannTests

open Expecto
open TorchSharp
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Boltzmann.Machines

let private general beta (machine: BoltzmannMachine) =
    let parts = parts machine

    statesOf machine.StateSize
    |> Array.map (fun s -> -beta * energy parts s)
    |> logSum

let private anyRestricted visible hidden (random: RandomStream) =
    let classes = if random.NextInt 2 = 0 then 0 else 3
    doubleRbm (RbmOptions(visible, hidden, Classes = classes)) 0.8 random

let tests =
    testList
        "ExactBoltzmann"
        [ torchLaw "log Z of restricted machines is that of plain enumeration, at every β" (fun visible hidden random ->
              use machine = anyRestricted visible (min hidden 5) random

              betas
              |> List.forall (fun beta ->
                  close 1e-8 (restrictedLogZ beta machine) (single (ExactBoltzmann.LogPartition(machine, beta)))))
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

              allClose 1e-12 expected (numbers (ExactBoltzmann.Energies machine)))
          torchLaw "the free energy sums hidden units out" (fun batch width random ->
              use machine = doubleGeneral (BoltzmannOptions(width, random.NextInt 5)) 0.8 random
              let v = patterns random batch width
              let parts = parts machine

              let expected v =
                  -(statesOf machine.Hidden
                    |> Array.map (fun h -> -(energy parts (Array.append v h)))
                    |> logSum)

              allClose 1e-10 (Array.map expected v) (numbers (ExactBoltzmann.FreeEnergy(machine, rows v))))
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
              let e = Expect.throwsC (fun () -> ExactBoltzmann.LogPartition large |> ignore) id
              Expect.isTrue (e :? UserError) "the user's"
              Expect.stringContains e.Message "30 visible and 21 hidden" "which"
              use big = new BoltzmannMachine(BoltzmannOptions(18, 3), init 1L)

              for f in
                  [ fun () -> ExactBoltzmann.Energies big
                    fun () -> ExactBoltzmann.FreeEnergy(big, torch.zeros (1, 18)) ] do
                  Expect.throwsT<UserError> (fun () -> f () |> ignore) "as everywhere") ]
