module GenDisc.Core.Tests.Models.Boltzmann.GibbsLawsTests

open Expecto
open TorchSharp
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Boltzmann.Machines

/// p(state) at β by the machine's own energies.
let private stationary (machine: EnergyMachine) (states: float array array) beta =
    numbers (machine.StateEnergy(rows states, beta)) |> Array.map (~-) |> normalised

/// p of every state of independent units.
let private product (states: float array array) (p: float array) =
    states
    |> Array.map (Array.fold2 (fun all p s -> all * (if s = 1.0 then p else 1.0 - p)) 1.0 p)

/// p(h | v) and p(v | h) of all pairs by the machine's own logits.
let private conditionals (machine: Rbm) beta =
    let visible, hidden = statesOf machine.Visible, statesOf machine.Hidden

    let given (logits: torch.Tensor) width states =
        let p = (logits * torch.tensor (beta: float)).sigmoid()
        chunks width p |> Array.map (product states)

    given (machine.HiddenLogits(rows visible)) machine.Hidden hidden,
    given (machine.VisibleLogits(rows hidden)) machine.Visible visible

let private transition machine beta =
    let down, up = conditionals machine beta
    thenBy up down

let private bernoulli visible hidden = RbmOptions(visible, hidden)

/// Visible units and then a class, of which the state holds one unit each.
let private labelled (machine: Rbm) =
    let one label =
        Array.init machine.Classes (fun k -> if k = label then 1.0 else 0.0)

    [| for label in 0 .. machine.Classes - 1 do
           for v in statesOf machine.Visible do
               Array.append v (one label) |]

/// Chains from each of some states, and how far their next states are from a transition's probabilities.
let private expectAdvance (machine: EnergyMachine) beta (transition: float array array) starts what =
    let chains = 20000

    for start in starts do
        let states = statesOf machine.StateSize
        let state = repeated chains states[start]
        machine.Advance(state, 1, draws (int64 (start + 7)), beta)
        let found = countsOf machine.StateSize state
        Expect.isLessThan (abs (misfit transition[start] found)) unlikely $"{what}, from {start} at β {beta}"

let private couplings = 0.9

let tests =
    testList
        "Gibbs sampling"
        [ torchLaw
              "of a restricted machine is reversible and leaves p(v) as it is, at every β"
              (fun visible hidden random ->
                  use machine = doubleRbm (bernoulli visible hidden) couplings random

                  betas
                  |> List.forall (fun beta ->
                      let p, t = stationary machine (statesOf visible) beta, transition machine beta
                      invariant 1e-12 p t && reversible 1e-12 p t))
          torchLaw "of a restricted machine: each half obeys detailed balance in p(v, h)" (fun visible hidden random ->
              use machine = doubleRbm (bernoulli visible hidden) couplings random
              let vs, hs = statesOf visible, statesOf hidden
              let energy = rbmEnergy machine

              betas
              |> List.forall (fun beta ->
                  let down, up = conditionals machine beta

                  let joint =
                      vs
                      |> Array.collect (fun v -> hs |> Array.map (fun h -> -beta * energy v [||] h))
                      |> normalised
                      |> Array.chunkBySize hs.Length

                  // From (v, h) to (v, h') by p(h' | v), which does not depend on h; and the other way round.
                  let balanced (p: float array) (next: float array) =
                      reversible 1e-13 p (Array.create p.Length next)

                  Array.forall2 balanced joint down
                  && Array.forall2 balanced (Array.transpose joint) up))
          torchTest "of a restricted machine as done goes where the conditionals say" (fun () ->
              use machine = rbmOf (bernoulli 3 4) 1.0 (init 3L)
              let exact = doubleRbm (bernoulli 3 4) 1.0 (init 3L)

              for beta in betas do
                  expectAdvance machine beta (transition exact beta) [ 0; 3; 6 ] "restricted")
          torchTest "of several sweeps is the transition as often" (fun () ->
              use machine = rbmOf (bernoulli 3 4) 1.5 (init 4L)
              let once = transition (doubleRbm (bernoulli 3 4) 1.5 (init 4L)) 1.0
              let state = repeated 20000 [| 1.0; 0.0; 1.0 |]
              machine.Advance(state, 3, draws 1L)
              let thrice = once |> thenBy once |> thenBy once
              Expect.isLessThan (abs (misfit thrice[5] (countsOf 3 state))) unlikely "three sweeps"
              let before = numbers state
              machine.Advance(state, 0, draws 1L)
              Expect.equal (numbers state) before "none")
          torchTest "with classes leaves p(v, y) as it is" (fun () ->
              use machine = rbmOf (RbmOptions(2, 3, Classes = 3)) 1.0 (init 5L)
              let states = labelled machine

              for beta in [ 0.0; 1.0; 1.7 ] do
                  let p = stationary (machine.``to`` torch.float64) states beta
                  machine.``to`` torch.float32 |> ignore
                  // Chains in proportion to p: after sweeps they are so still.
                  let chains = p |> Array.map (fun p -> int (round (40000.0 * p)))

                  let state =
                      torch.cat
                          [| for i in 0 .. states.Length - 1 do
                                 if chains[i] > 0 then
                                     repeated chains[i] states[i] |]

                  machine.Advance(state, 2, draws 2L, beta)
                  let found = countsOf 5 state

                  let counted = states |> Array.map (fun s -> found[numberOf s])
                  Expect.equal (Array.sum counted) (Array.sum chains) "one class each"
                  // They started closer to p than chance would have it, and may be so still.
                  Expect.isLessThan (misfit p counted) unlikely $"β {beta}")
          torchLaw
              "of a general machine: each unit obeys detailed balance, a sweep leaves p(v, h) as it is"
              (fun visible hidden random ->
                  let hidden = min (hidden - 1) (6 - visible)
                  use machine = doubleGeneral (BoltzmannOptions(visible, hidden)) couplings random
                  let (_, bias) as parts = parts machine

                  betas
                  |> List.forall (fun beta ->
                      let p = stationary machine (statesOf (visible + hidden)) beta

                      (bias
                       |> Array.indexed
                       |> Array.forall (fun (unit, _) -> reversible 1e-13 p (unitUpdate parts beta unit)))
                      && invariant 1e-12 p (sweepOf machine beta)))
          torchTest "of a general machine as done goes where its units' conditionals say" (fun () ->
              for kernels in [ true; false ] do
                  use machine = generalOf (BoltzmannOptions(3, 2, Kernels = kernels)) 1.0 (init 6L)

                  for beta in betas do
                      expectAdvance machine beta (sweepOf machine beta) [ 0; 13; 30 ] $"kernels {kernels}")
          torchTest "of a general machine without couplings in a layer is that of a restricted one" (fun () ->
              use general = generalOf (BoltzmannOptions(3, 4)) 1.0 (init 7L)
              uncouple general
              use restricted = new Rbm(bernoulli 3 4, init 1L)
              assign restricted "weight" (Unchecked.nonNull general.Weight)
              assign restricted "visibleBias" general.VisibleBias
              assign restricted "hiddenBias" (Unchecked.nonNull general.HiddenBias)
              let exact = transition (restricted.``to`` torch.float64) 1.0
              let start = [| 1.0; 1.0; 0.0 |]
              let state = general.StateOf(repeated 20000 start, null, draws 3L)
              general.Advance(state, 1, draws 4L)
              let visible = state.narrow (1, 0, 3)
              Expect.isLessThan (abs (misfit exact[3] (countsOf 3 visible))) unlikely "one sweep"
              general.Advance(state, 1, draws 5L)
              let twice = thenBy exact exact
              Expect.isLessThan (abs (misfit twice[3] (countsOf 3 visible))) unlikely "another") ]
