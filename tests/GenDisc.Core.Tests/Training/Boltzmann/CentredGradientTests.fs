module GenDisc.Core.Tests.Training.Boltzmann.CentredGradientTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

/// Gradients by the parameters' names, in float64.
let private gradients kind (machine: Rbm) (data: torch.Tensor) (states: torch.Tensor) =
    let difference = machine.StateEnergy data - machine.StateEnergy(states).mean()

    let difference =
        if kind = GradientKind.Plain then
            difference
        else
            CentredGradient.Of(machine, difference, data, states, kind)

    difference.mean().backward()

    Map.ofList
        [ for struct (name, p) in machine.named_parameters () do
              let gradient = Unchecked.nonNull p.grad
              name, gradient.clone ()
              p.grad <- null ]

/// The machine that gives the same probabilities when a unit's 0 and 1 change their names.
let private renamed (machine: Rbm) (change: Map<string, torch.Tensor> -> Map<string, torch.Tensor>) =
    let other = withoutKernels machine
    other.``to`` torch.float64 |> ignore

    let parameters =
        Map.ofSeq [ for struct (name, p) in machine.named_parameters () -> name, p.detach().clone() ]

    for KeyValue(name, values) in change parameters do
        assign other name values

    other

/// What renaming a visible unit does to parameters; being linear in them, it does the same to changes of them.
let private flipVisible unit (parameters: Map<string, torch.Tensor>) =
    let weight, b, c =
        parameters["weight"].clone(), parameters["visibleBias"].clone(), parameters["hiddenBias"]

    let column = weight.narrow(1, unit, 1L).clone()
    weight.narrow(1, unit, 1L).neg_() |> ignore
    b.narrow(0, unit, 1L).neg_() |> ignore

    parameters
    |> Map.add "weight" weight
    |> Map.add "visibleBias" b
    |> Map.add "hiddenBias" (c + column.squeeze 1L)

let private flipHidden unit (parameters: Map<string, torch.Tensor>) =
    let weight, b, c =
        parameters["weight"].clone(), parameters["visibleBias"], parameters["hiddenBias"].clone()

    let row = weight.narrow(0, unit, 1L).clone()
    weight.narrow(0, unit, 1L).neg_() |> ignore
    c.narrow(0, unit, 1L).neg_() |> ignore

    let flipped =
        parameters
        |> Map.add "weight" weight
        |> Map.add "visibleBias" (b + row.squeeze 0L)
        |> Map.add "hiddenBias" c

    match Map.tryFind "classWeight" parameters with
    | None -> flipped
    | Some classWeight ->
        let classWeight = classWeight.clone ()
        let row = classWeight.narrow(0, unit, 1L).clone()
        classWeight.narrow(0, unit, 1L).neg_() |> ignore

        flipped
        |> Map.add "classWeight" classWeight
        |> Map.add "classBias" (parameters["classBias"] + row.squeeze 0L)

let private alike (a: Map<string, torch.Tensor>) (b: Map<string, torch.Tensor>) =
    a |> Map.forall (fun name t -> allClose 1e-9 (numbers t) (numbers b[name]))

let private kinds = [ GradientKind.Centred; GradientKind.Enhanced ]

let private doubleMachine options seed =
    let machine = machineOf options seed
    machine.``to`` torch.float64 |> ignore
    machine

let private statesOf (machine: Rbm) (draws: RandomStream) n =
    let visible =
        match machine.Options.Kind with
        | VisibleKind.Gaussian -> doubled (floats draws [ n; machine.Visible ])
        | _ -> doubled (bitsOf draws n machine.Visible)

    match machine.Classes with
    | 0 -> visible
    | classes ->
        let labels = torch.tensor (Array.init n (fun _ -> int64 (draws.NextInt classes)))

        torch.cat (
            [| visible
               torch.nn.functional.one_hot(labels, int64 classes).``to`` torch.float64 |],
            1L
        )

let private options (kind: VisibleKind) classes visible hidden =
    RbmOptions(visible, hidden, kind, classes, (kind = VisibleKind.Gaussian))

let tests =
    testList
        "CentredGradient"
        [ for kind in kinds do
              for classes in [ 0; 3 ] do
                  sizedLaw
                      $"does not ask which value of a visible unit is called 1: {kind}, {classes} classes"
                      [ 1, 6; 1, 5; 1, 8; 1, 8 ]
                      (fun sizes draws ->
                          let machine =
                              doubleMachine (options VisibleKind.Bernoulli classes sizes[0] sizes[1]) 3L

                          let data, states = statesOf machine draws sizes[2], statesOf machine draws sizes[3]
                          let unit = int64 (draws.NextInt sizes[0])

                          let flipped (t: torch.Tensor) =
                              let t = t.clone ()
                              let column = t.narrow (1, unit, 1L)
                              column.copy_ (1.0.ToScalar() - column.clone ()) |> ignore
                              t

                          let other = renamed machine (flipVisible unit)
                          let moved = gradients kind other (flipped data) (flipped states)
                          alike (flipVisible unit (gradients kind machine data states)) moved)

              for name, visibleKind, classes in
                  [ "bits", VisibleKind.Bernoulli, 0
                    "bits and classes", VisibleKind.Bernoulli, 3
                    "real units", VisibleKind.Gaussian, 0 ] do
                  sizedLaw
                      $"does not ask which value of a hidden unit is called 1: {kind}, {name}"
                      [ 1, 6; 1, 5; 1, 8; 1, 8 ]
                      (fun sizes draws ->
                          let machine = doubleMachine (options visibleKind classes sizes[0] sizes[1]) 3L
                          let data, states = statesOf machine draws sizes[2], statesOf machine draws sizes[3]
                          let unit = int64 (draws.NextInt sizes[1])
                          let other = renamed machine (flipHidden unit)
                          // log σ² keeps its plain gradient, which does ask.
                          let moved = gradients kind other data states |> Map.remove "logVariance"

                          let own =
                              gradients kind machine data states
                              |> Map.remove "logVariance"
                              |> flipHidden unit

                          alike own moved)
          torchTest "the plain gradient does ask" (fun () ->
              let draws = init 5L
              let machine = doubleMachine (RbmOptions(4, 3)) 3L
              let data, states = statesOf machine draws 6, statesOf machine draws 6
              let plain = gradients GradientKind.Plain
              let moved = plain (renamed machine (flipHidden 1L)) data states
              Expect.isFalse (alike (flipHidden 1L (plain machine data states)) moved) "which")
          torchTest "is the plain gradient where all units are 0 in the mean" (fun () ->
              let machine = doubleMachine (RbmOptions(4, 3)) 3L
              // Then hidden units are off for any data, and for these the visible ones are.
              assign machine "hiddenBias" (torch.full ([| 3L |], (-60.0).ToScalar(), torch.float64))
              let data = torch.zeros ([| 5L; 4L |], torch.float64)
              let states = statesOf machine (init 5L) 6
              let centred = gradients GradientKind.Centred machine data states
              let plain = gradients GradientKind.Plain machine data states
              Expect.isTrue (alike plain centred) "gradients"
              Expect.exists (numbers plain["visibleBias"]) (fun g -> abs g > 0.1) "something to compare")
          torchTest "is the difference of covariances where the middle is the offset" (fun () ->
              // Cho, Raiko and Ilin 2011: W learns from Cov(v, h) under the data less that under the states.
              let machine = doubleMachine (RbmOptions(4, 3)) 3L
              let data, states = statesOf machine (init 1L) 7, statesOf machine (init 2L) 7

              let covariance (v: torch.Tensor) =
                  let h = machine.HiddenLogits(v).sigmoid().detach()

                  h.t().matmul(v) / 7.0.ToScalar()
                  - torch.outer (h.mean [| 0L |], v.mean [| 0L |])

              let expected = covariance states - covariance data
              let found = (gradients GradientKind.Enhanced machine data states)["weight"]
              Expect.isTrue (allClose 1e-12 (numbers expected) (numbers found)) "W")
          torchTest "the value stays that of the plain gradient" (fun () ->
              let machine = doubleMachine (RbmOptions(4, 3)) 3L
              let data, states = statesOf machine (init 1L) 7, statesOf machine (init 2L) 7
              let difference = machine.StateEnergy data - machine.StateEnergy(states).mean()

              for kind in kinds do
                  let other = CentredGradient.Of(machine, difference, data, states, kind)
                  Expect.equal (numbers other) (numbers difference) $"{kind}") ]
