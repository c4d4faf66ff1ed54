module GenDisc.Core.Tests.Training.Boltzmann.LikelihoodGradientTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private visible = 4
let private hidden = 3

/// Data of which some states are much more frequent than others.
let private examples =
    [| for row in [ 0b0011; 0b0011; 0b0011; 0b1100; 0b1100; 0b1111; 0b0110; 0b0000 ] ->
           [| for i in 0 .. visible - 1 -> float ((row >>> i) &&& 1) |] |]

/// Mean log p(v) of the examples by summing exp(−E(v, h)) over all states, from the definition of E.
let private logLikelihood (parameters: float array) =
    let weight j i = parameters[j * visible + i]
    let b i = parameters[hidden * visible + i]

    let c j =
        parameters[hidden * visible + visible + j]

    let bit state i = float ((state >>> i) &&& 1)

    let minusEnergy (v: int -> float) h =
        Seq.sum
            [ for i in 0 .. visible - 1 do
                  yield b i * v i

              for j in 0 .. hidden - 1 do
                  yield c j * bit h j

                  for i in 0 .. visible - 1 do
                      yield bit h j * weight j i * v i ]

    let unnormalised v =
        Seq.sumBy (minusEnergy v >> exp) [ 0 .. (1 <<< hidden) - 1 ]

    let z = Seq.sumBy (fun v -> unnormalised (bit v)) [ 0 .. (1 <<< visible) - 1 ]
    examples |> Array.averageBy (fun v -> log (unnormalised (Array.get v) / z))

let private machine () = binary visible hidden 7L

/// In the order of the machine's parameters: W, b, c.
let private flat (tensors: torch.Tensor seq) =
    [| for t in tensors do
           yield! numbers t |]

let private data () =
    tensorOf [ examples.Length; visible ] (Array.concat examples)

/// ∂/∂θ of −mean log p by automatic differentiation of free energies over all states of the visible units.
let private exact (machine: Rbm) =
    machine.``to`` torch.float64 |> ignore
    let all = machine.StateEnergy(rows visible)
    let loss = machine.DataEnergy(data (), null).mean() + all.neg().logsumexp 0L
    loss.backward ()

    flat
        [ for p in machine.parameters () do
              let gradient = Unchecked.nonNull p.grad
              gradient.clone ()
              p.grad <- null ]

/// The gradient's expectation when states are k sweeps from the data, by the enumerated transition matrix.
let private expected (machine: Rbm) sweeps =
    machine.``to`` torch.float64 |> ignore
    let states = rows visible

    let transition =
        use _constant = torch.no_grad ()
        let given = machine.HiddenLogits(states).sigmoid()
        let all = rows hidden

        let probability (p: torch.Tensor) (of': torch.Tensor) =
            // [from, to]
            let p, x = p.unsqueeze 1L, of'.unsqueeze 0L
            (p * x + (1.0.ToScalar() - p) * (1.0.ToScalar() - x)).prod 2L

        (probability given all).matmul(probability (machine.VisibleLogits(all).sigmoid()) states)

    let mutable distribution =
        (data().unsqueeze(1L).eq(states.unsqueeze 0L)).all(2L).``to``(torch.float64).mean [| 0L |]

    for _ in 1..sweeps do
        distribution <- distribution.matmul transition

    let loss =
        machine.DataEnergy(data (), null).mean()
        - (machine.StateEnergy states * distribution).sum()

    loss.backward ()

    flat
        [ for p in machine.parameters () do
              let gradient = Unchecked.nonNull p.grad
              gradient.clone ()
              p.grad <- null ]

let private distance (a: float array) (b: float array) =
    Array.fold2 (fun worst x y -> max worst (abs (x - y))) 0.0 a b

let tests =
    testList
        "the gradient of the likelihood"
        [ torchTest "is that of energies, as finite differences of the enumerated likelihood have it" (fun () ->
              let machine = machine ()
              let gradient = exact machine
              let at = flat (Seq.cast<torch.Tensor>(machine.parameters ()))
              let step = 1e-5

              let differences =
                  at
                  |> Array.mapi (fun i value ->
                      let moved by =
                          logLikelihood (Array.updateAt i (value + by) at)

                      -(moved step - moved -step) / (2.0 * step))

              Expect.isGreaterThan (Array.max (Array.map abs gradient)) 0.05 "something to measure"
              Expect.isLessThan (distance gradient differences) 1e-8 "gradient")
          torchTest "is the limit of contrastive divergence's expectation" (fun () ->
              let machine = machine ()
              let exact = exact machine

              let errors =
                  [ for k in [ 1; 2; 4; 8; 16; 64 ] -> distance (expected machine k) exact ]

              Expect.isGreaterThan errors.Head 0.01 "one sweep is biased"
              Expect.isTrue (List.pairwise errors |> List.forall (fun (a, b) -> b < a)) $"falling: {errors}"
              Expect.isLessThan (List.last errors) 1e-4 "at last")
          torchTest "contrastive steps have that expectation, by kernels and without" (fun () ->
              let copies = 4000L
              use batch = batchWith (data().``to``(torch.float32).repeat [| copies; 1L |]) null

              for sweeps in [ 1; 3 ] do
                  let machine = machine ()
                  let wanted = expected machine sweeps
                  machine.``to`` torch.float32 |> ignore

                  for kernels in [ true; false ] do
                      let term =
                          NegativePhaseTerm(
                              "cd",
                              phase NegativePhaseKind.Contrastive sweeps 0,
                              [| machine |],
                              stream (int64 sweeps)
                          )

                      let _, gradients = gradientsOf kernels term machine batch
                      // A mean over 32,000 draws of numbers in [0, 1]: five standard errors at most.
                      Expect.isLessThan
                          (distance (flat gradients) wanted)
                          (5.0 * 0.5 / sqrt 32000.0)
                          $"{sweeps}, {kernels}") ]
