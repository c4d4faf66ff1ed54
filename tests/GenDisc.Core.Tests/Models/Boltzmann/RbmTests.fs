module GenDisc.Core.Tests.Models.Boltzmann.RbmTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Boltzmann.Machines

/// A machine, its options drawn too: sometimes with classes, sometimes of real units.
let private any visible hidden (random: RandomStream) =
    let kind, classes =
        match random.NextInt 3 with
        | 0 -> VisibleKind.Bernoulli, 0
        | 1 -> VisibleKind.Bernoulli, 3
        | _ -> VisibleKind.Gaussian, 2

    doubleRbm (RbmOptions(visible, hidden, kind, classes)) 0.8 random

let private examples count (machine: Rbm) random =
    if machine.Options.Kind = VisibleKind.Gaussian then
        Array.init count (fun _ -> gaussians random machine.Visible)
    else
        patterns random count machine.Visible

/// −log Σ_h exp(−β E(v, y, h))
let private free beta (machine: Rbm) v y =
    let energy = rbmEnergy machine
    -(statesOf machine.Hidden |> Array.map (fun h -> -beta * energy v y h) |> logSum)

let private int64s (labels: int array) = torch.tensor (Array.map int64 labels)

/// For machines with classes.
let private labelled (machine: Rbm) (labels: int array) : torch.Tensor | null =
    if machine.Classes > 0 then int64s labels else null

/// A real-valued machine of 2 visible and 3 hidden units, and what a sweep from (0.5, −1) leads to.
let private gaussianSweep beta =
    let options = RbmOptions(2, 3, VisibleKind.Gaussian)
    use exact = doubleRbm options 0.7 (init 21L)
    let start = [| 0.5; -1.0 |]

    let p =
        statesOf 3
        |> Array.map (fun h -> -beta * rbmEnergy exact start [||] h)
        |> normalised

    let means = chunks 2 (exact.VisibleLogits(rows (statesOf 3)))

    let variance =
        numbers (Unchecked.nonNull exact.LogVariance)
        |> Array.map (fun l -> exp l / beta)

    let mean =
        Array.init 2 (fun i -> Array.fold2 (fun s p (m: float array) -> s + p * m[i]) 0.0 p means)

    let spread =
        Array.init 2 (fun i ->
            variance[i]
            + Array.fold2 (fun s p (m: float array) -> s + p * (m[i] - mean[i]) ** 2.0) 0.0 p means)

    let state = repeated 40000 start
    use machine = rbmOf options 0.7 (init 21L)
    machine.Advance(state, 1, draws 1L, beta)
    mean, spread, state

let tests =
    testList
        "Rbm"
        [ torchLaw "free energies are −log Σ_h exp(−β E), of every kind" (fun batch width random ->
              let machine = any width (1 + random.NextInt 4) random
              let v = examples batch machine random
              let y = Array.init batch (fun _ -> random.NextInt(max 1 machine.Classes))
              let labels = labelsOf machine
              let states = Array.map2 (fun v y -> Array.append v labels[y]) v y

              let atEvery =
                  betas
                  |> List.forall (fun beta ->
                      allClose
                          1e-8
                          (Array.map2 (fun v y -> free beta machine v labels[y]) v y)
                          (numbers (machine.StateEnergy(rows states, beta))))

              let joint = numbers (machine.DataEnergy(rows v, labelled machine y))
              let summed = numbers (machine.DataEnergy(rows v, null))

              atEvery
              && allClose 1e-8 (Array.map2 (fun v y -> free 1.0 machine v labels[y]) v y) joint
              && allClose
                  1e-8
                  (v
                   |> Array.map (fun v -> -(labels |> Array.map (fun y -> -(free 1.0 machine v y)) |> logSum)))
                  summed)
          torchLaw "p(y | v) and features are those of enumeration" (fun batch width random ->
              let machine = any width (1 + random.NextInt 4) random
              let v = examples batch machine random
              let labels, hidden = labelsOf machine, statesOf machine.Hidden

              let energy = rbmEnergy machine

              let posterior v =
                  [| for y in labels do
                         for h in hidden do
                             -(energy v y h) |]
                  |> normalised

              let features v =
                  let p = posterior v |> Array.chunkBySize hidden.Length

                  Array.init machine.Hidden (fun j ->
                      p
                      |> Array.sumBy (fun p -> Array.fold2 (fun s p (h: float array) -> s + p * h[j]) 0.0 p hidden))

              let classes v =
                  posterior v |> Array.chunkBySize hidden.Length |> Array.map Array.sum

              allClose 1e-8 (Array.collect features v) (numbers (machine.Features(rows v)))
              && (machine.Classes = 0
                  || allClose 1e-8 (Array.collect classes v) (numbers (machine.ClassLogits(rows v).softmax 1L))))
          torchLaw "the gradient of the free energy is that of finite differences" (fun batch width random ->
              let machine = any width (1 + random.NextInt 3) random
              let v = rows (examples batch machine random)

              let labels =
                  labelled machine (Array.init batch (fun _ -> random.NextInt(max 1 machine.Classes)))

              let f () = machine.DataEnergy(v, labels).sum()
              allClose 1e-6 (differences machine f) (gradients machine f))
          torchLaw "the order of hidden units does not matter" (fun batch width random ->
              let hidden = 2 + random.NextInt 3
              let machine = doubleRbm (RbmOptions(width, hidden, Classes = 2)) 0.8 random
              let v = rows (examples batch machine random)
              let before = numbers (machine.DataEnergy(v, null))
              let turned = torch.tensor [| for j in 1..hidden -> int64 (j % hidden) |]

              for name, p in
                  [ "weight", machine.Weight :> torch.Tensor
                    "hiddenBias", machine.HiddenBias
                    "classWeight", Unchecked.nonNull machine.ClassWeight ] do
                  assign machine name (p.detach().index_select(0L, turned))

              allClose 1e-12 before (numbers (machine.DataEnergy(v, null))))
          torchTest "energies of huge weights stay exact" (fun () ->
              use machine = new Rbm(RbmOptions(2, 2), init 1L)
              assign machine "weight" (torch.tensor([| 1e4f; 0.0f; -1e4f; 0.0f |]).reshape(2L, 2L))
              let v = single32 (rows [| [| 1.0; 0.0 |]; [| 0.0; 0.0 |] |])
              let energies = numbers (machine.DataEnergy(v, null))
              Expect.equal energies[0] -1e4 "softplus(10⁴) + softplus(−10⁴)"
              Expect.floatClose Accuracy.medium energies[1] (-2.0 * log 2.0) "softplus(0) twice"
              let gradient = gradients machine (fun () -> machine.DataEnergy(v, null).sum())
              Expect.all gradient Double.IsFinite "and so do gradients"
              let state = v.clone ()
              machine.Advance(state, 5, draws 1L)
              Expect.all (numbers state) (fun s -> s = 0.0 || s = 1.0) "and draws")
          torchTest "at β 0 every energy is that of the states summed out" (fun () ->
              use machine = rbmOf (RbmOptions(3, 4, Classes = 2)) 1.0 (init 1L)

              let states =
                  single32 (rows [| [| 0.0; 1.0; 1.0; 1.0; 0.0 |]; [| 0.0; 0.0; 0.0; 0.0; 1.0 |] |])

              for e in numbers (machine.StateEnergy(states, 0.0)) do
                  Expect.floatClose Accuracy.medium e (-4.0 * log 2.0) "16 hidden states")
          torchTest "real units are drawn with the mean and variance of theory, at every β" (fun () ->
              for beta in [ 0.5; 1.0; 2.0 ] do
                  let mean, spread, state = gaussianSweep beta

                  for i in 0..1 do
                      let values = numbers (state.select (1, int64 i))
                      let found, error = meanAndError values
                      Expect.isLessThan (abs (found - mean[i]) / error) unlikely $"mean at β {beta}"

                      let squares = values |> Array.map (fun v -> (v - mean[i]) ** 2.0)
                      let variance, error = meanAndError squares
                      Expect.isLessThan (abs (variance - spread[i]) / error) unlikely $"variance at β {beta}")
          torchTest "normal numbers are so: third and fourth moments, and pairs of units are independent" (fun () ->
              use machine = new Rbm(RbmOptions(2, 1, VisibleKind.Gaussian), init 1L)
              assign machine "weight" (torch.zeros (1L, 2L))
              let state = repeated 40000 [| -3.0; 4.0 |]
              machine.Advance(state, 1, draws 2L)
              let both = chunks 2 state

              for what, expected, f in
                  [ "mean", 0.0, (fun (v: float array) -> v[0])
                    "variance", 1.0, (fun v -> v[1] ** 2.0)
                    "skewness", 0.0, (fun v -> v[0] ** 3.0)
                    "kurtosis", 3.0, (fun v -> v[1] ** 4.0)
                    "correlation", 0.0, (fun v -> v[0] * v[1])
                    "of squares", 1.0, (fun v -> (v[0] * v[1]) ** 2.0) ] do
                  let found, error = meanAndError (Array.map f both)
                  Expect.isLessThan (abs (found - expected) / error) unlikely what)
          torchTest "real units have no distribution at β 0, and the message says so" (fun () ->
              use machine = rbmOf (RbmOptions(2, 2, VisibleKind.Gaussian)) 1.0 (init 1L)

              let e =
                  Expect.throwsC (fun () -> machine.Advance(torch.zeros (1, 2), 1, draws 1L, 0.0)) id

              Expect.isTrue (e :? UserError) "the user's"
              Expect.stringContains e.Message "inverse temperature" "what")
          torchTest "chains start from the data; classes are given, or drawn from p(y | v)" (fun () ->
              use plain = rbmOf (RbmOptions(3, 2)) 1.0 (init 1L)
              let v = single32 (rows (patterns (init 2L) 4 3))
              let state = plain.StateOf(v, null, draws 1L)
              Expect.equal (numbers state) (numbers v) "the data"
              state.zero_ () |> ignore
              Expect.notEqual (numbers v) (numbers state) "as a copy"

              let turned =
                  plain.StateOf(single32 (rows (patterns (init 2L) 3 4)) |> _.t(), null, draws 1L)

              Expect.isTrue (turned.is_contiguous ()) "in order, whatever the strides"

              use joint = rbmOf (RbmOptions(3, 2, Classes = 3)) 1.0 (init 1L)
              let given = joint.StateOf(v, int64s [| 2; 0; 1; 2 |], draws 1L)
              Expect.equal given.shape [| 4L; 6L |] "shape"

              Expect.equal (chunks 3 (given.narrow (1, 3, 3))) [| one 3 2; one 3 0; one 3 1; one 3 2 |] "labels"

              let many = repeated 20000 [| 1.0; 0.0; 1.0 |]
              let drawn = joint.StateOf(many, null, draws 1L)
              Expect.isFalse drawn.requires_grad "no gradient"

              let counts =
                  chunks 3 (drawn.narrow (1, 3, 3))
                  |> Array.map (Array.findIndex ((=) 1.0))
                  |> Array.countBy id

              let found =
                  Array.init 3 (fun k ->
                      counts
                      |> Array.tryFind (fst >> (=) k)
                      |> Option.map snd
                      |> Option.defaultValue 0)

              let p = numbers (joint.ClassLogits(many.narrow (0, 0, 1)).softmax 1L)
              Expect.isLessThan (abs (misfit p found)) unlikely "as often as p(y | v)")
          torchTest "VisibleMean is b + Wᵀ p(h | state), through σ for units of 0 and 1" (fun () ->
              for kind in [ VisibleKind.Bernoulli; VisibleKind.Gaussian ] do
                  use machine = doubleRbm (RbmOptions(3, 2, kind, 2)) 0.8 (init 3L)
                  let state = rows [| [| 1.0; 0.0; 1.0; 0.0; 1.0 |] |]
                  let v, y = [| 1.0; 0.0; 1.0 |], [| 0.0; 1.0 |]
                  let hidden = statesOf 2
                  let p = hidden |> Array.map (fun h -> -(rbmEnergy machine v y h)) |> normalised

                  let h =
                      Array.init 2 (fun j -> Array.fold2 (fun s p (h: float array) -> s + p * h[j]) 0.0 p hidden)

                  let logits = numbers (machine.VisibleLogits(rows [| h |]))

                  let expected =
                      if kind = VisibleKind.Bernoulli then Array.map sigmoid logits else logits

                  let mean = machine.VisibleMean state
                  Expect.isTrue (allClose 1e-12 expected (numbers mean)) $"{kind}"
                  Expect.isFalse mean.requires_grad "no gradient")
          torchTest "real data of any sign and size have finite energies" (fun () ->
              use machine = rbmOf (RbmOptions(2, 3, VisibleKind.Gaussian)) 0.5 (init 1L)
              let v = single32 (rows [| [| -1e3; 1e3 |]; [| -0.5; -2.0 |] |])
              Expect.all (numbers (machine.DataEnergy(v, null))) Double.IsFinite "energies"
              Expect.all (numbers (machine.Features v)) (fun p -> p >= 0.0 && p <= 1.0) "features")
          torchTest "only classes have class logits" (fun () ->
              use machine = rbmOf (RbmOptions(2, 3)) 0.5 (init 1L)

              Expect.throwsT<InvalidOperationException>
                  (fun () -> machine.ClassLogits(torch.zeros (1, 2)) |> ignore)
                  "none here")
          torchTest "chains are the same for a seed, and move without gradient" (fun () ->
              use machine = rbmOf (RbmOptions(4, 3, Classes = 2)) 1.0 (init 1L)

              let run seed =
                  let stream: CounterStream = draws seed
                  let state = machine.StateOf(torch.zeros (50, 4), null, stream)
                  machine.Advance(state, 3, stream)
                  Expect.isFalse state.requires_grad "no gradient"
                  numbers state

              Expect.equal (run 1L) (run 1L) "the same"
              Expect.notEqual (run 1L) (run 2L) "of another seed") ]
