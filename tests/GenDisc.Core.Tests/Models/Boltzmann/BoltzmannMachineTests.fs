module GenDisc.Core.Tests.Models.Boltzmann.BoltzmannMachineTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Boltzmann.Machines

let private options visible hidden = BoltzmannOptions(visible, hidden)

/// Couplings and biases of whole eighths: sums of them have no rounding.
let private eighths (machine: BoltzmannMachine) random =
    use _ = torch.no_grad ()

    for p in machine.parameters () do
        let values =
            uniforms random (int (p.numel ()))
            |> Array.map (fun u -> round (32.0 * u - 16.0) / 8.0)

        p.copy_ (torch.tensor(values).reshape p.shape) |> ignore

/// F(v) by the definition of the energy.
let private free (machine: BoltzmannMachine) v =
    let parts = parts machine

    -(statesOf machine.Hidden
      |> Array.map (fun h -> -(energy parts (Array.append v h)))
      |> logSum)

let private pairOf kernels visible hidden seed =
    let machine =
        new BoltzmannMachine(BoltzmannOptions(visible, hidden, Kernels = kernels), init 1L)

    eighths machine (init seed)
    machine

let tests =
    testList
        "BoltzmannMachine"
        [ torchLaw
              "energies are those of the definition, whatever lies below the diagonals"
              (fun visible hidden random ->
                  use machine = doubleGeneral (options visible (hidden - 1)) 0.8 random
                  let states = statesOf machine.StateSize |> Array.truncate 40
                  let parts = parts machine
                  let expected = states |> Array.map (energy parts)

                  betas
                  |> List.forall (fun beta ->
                      allClose
                          1e-12
                          (expected |> Array.map ((*) beta))
                          (numbers (machine.StateEnergy(rows states, beta)))))
          torchLaw "couplings are symmetric and 0 on the diagonal" (fun visible hidden random ->
              use machine = doubleGeneral (options visible (hidden - 1)) 0.8 random
              let expected, _ = parts machine
              let found = numbers (machine.Couplings())
              found = [| for x in Seq.cast<float> expected -> x |])
          torchTest "what lies below the diagonals starts at 0 and gets no gradient" (fun () ->
              use machine = new BoltzmannMachine(options 3 3, init 1L)
              let v = single32 (rows (patterns (init 1L) 5 3))
              machine.DataEnergy(v, null).sum().backward()

              for p in [ machine.VisibleCoupling; machine.HiddenCoupling ] do
                  let p = Unchecked.nonNull p
                  let gradient = Unchecked.nonNull p.grad
                  Expect.equal (numbers (p.tril 0L)) (Array.zeroCreate 9) "values"
                  Expect.equal (numbers (gradient.tril 0L)) (Array.zeroCreate 9) "gradient"
                  Expect.isTrue (Array.exists ((<>) 0.0) (numbers (gradient.triu 1L))) "above there is one")
          torchLaw "DataEnergy is a bound on the free energy" (fun batch width random ->
              use machine = doubleGeneral (options width (1 + random.NextInt 5)) 1.0 random
              let v = patterns random batch width
              let bound = numbers (machine.DataEnergy(rows v, null))
              Array.forall2 (fun b v -> b >= free machine v - 1e-9) bound v)
          torchLaw "which is met where hidden units are independent given the data" (fun batch width random ->
              use machine = doubleGeneral (options width (1 + random.NextInt 5)) 1.0 random
              use _ = torch.no_grad ()

              if not (isNull machine.HiddenCoupling) then
                  (Unchecked.nonNull machine.HiddenCoupling).zero_() |> ignore

              let v = patterns random batch width
              allClose 1e-9 (v |> Array.map (free machine)) (numbers (machine.DataEnergy(rows v, null))))
          torchLaw "and where there are none" (fun batch width random ->
              use machine = doubleGeneral (options width 0) 1.0 random
              let v = patterns random batch width
              let parts = parts machine
              allClose 1e-12 (v |> Array.map (energy parts)) (numbers (machine.DataEnergy(rows v, null))))
          torchTest "the bound is loose where hidden units are coupled: two units that must agree" (fun () ->
              // E = −4 h₁h₂ + 2 h₁ + 2 h₂ gives (0,0) and (1,1) energy 0, the others 2.
              use machine = (new BoltzmannMachine(options 1 2, init 1L)).``to`` torch.float64
              assign machine "weight" (torch.zeros (2L, 1L))
              assign machine "hiddenBias" (torch.tensor [| -2.0; -2.0 |])
              assign machine "hiddenCoupling" (torch.tensor([| 0.0; 4.0; 0.0; 0.0 |]).reshape(2L, 2L))
              let bound = single (machine.DataEnergy(rows [| [| 0.0 |] |], null))
              let exact = -(log (2.0 + 2.0 * exp -2.0))
              Expect.floatClose Accuracy.high (free machine [| 0.0 |]) exact "F"
              Expect.isGreaterThan bound (exact + 0.05) "above it")
          torchLaw "more sweeps never raise the bound" (fun batch width random ->
              let seed = int64 (random.NextInt 100000)
              let v = rows (patterns random batch width)

              [ 1; 2; 4; 8; 30 ]
              |> List.map (fun steps ->
                  use machine = doubleGeneral (BoltzmannOptions(width, 5, steps)) 1.5 (init seed)
                  numbers (machine.DataEnergy(v, null)))
              |> List.pairwise
              |> List.forall (fun (before, after) -> Array.forall2 (fun b a -> a <= b + 1e-12) before after))
          torchTest "inference says how many sweeps it took and what was left" (fun () ->
              use machine = doubleGeneral (options 4 5) 0.5 (init 1L)
              let v = rows (patterns (init 2L) 6 4)
              let found = machine.Infer v
              Expect.isLessThan found.Sweeps 30 "converged"
              Expect.isLessThanOrEqual found.Residual BoltzmannMachine.Tolerance "nothing left"
              let s, bias = parts machine

              for v, mean in Array.zip (chunks 4 v) (chunks 5 found.Mean) do
                  let state = Array.append v mean

                  for j in 0..4 do
                      let field = bias[4 + j] + Seq.sum (seq { for k in 0..8 -> s[4 + j, k] * state[k] })
                      Expect.isLessThan (abs (mean[j] - sigmoid field)) 1e-5 "a fixed point"

              use hasty = doubleGeneral (BoltzmannOptions(4, 5, 1)) 1.5 (init 1L)
              let left = hasty.Infer v
              Expect.equal left.Sweeps 1 "as many as allowed"
              Expect.isGreaterThan left.Residual 1e-3 "and it shows"
              use single = doubleGeneral (options 4 1) 1.0 (init 1L)
              Expect.equal (single.Infer(v).Sweeps, single.Infer(v).Residual) (0, 0.0) "nothing to iterate")
          torchTest "features are the inferred means, with a gradient in all that they depend on" (fun () ->
              use machine = doubleGeneral (options 4 5) 0.5 (init 1L)
              let v = rows (patterns (init 2L) 6 4)
              let features = machine.Features v
              Expect.isTrue (allClose 1e-5 (numbers (machine.Infer v).Mean) (numbers features)) "means"
              features.sum().backward()

              let named =
                  [ for struct (name, p) in machine.named_parameters () -> name, not (isNull p.grad) ]

              let expected =
                  [ for name, _ in named -> name, name <> "visibleBias" && name <> "visibleCoupling" ]

              Expect.equal named expected "gradients"

              let encoder = machine.EncoderParameters() |> Seq.map _.Handle |> set

              Expect.equal
                  [ for p in machine.parameters () -> encoder.Contains p.Handle ]
                  (List.map snd expected)
                  "those that belong to the encoder")
          torchTest "the bound's gradient is that of finite differences, inference done anew at each" (fun () ->
              use machine = doubleGeneral (BoltzmannOptions(3, 3, 200)) 0.6 (init 1L)
              let v = rows (patterns (init 2L) 5 3)
              let f () = machine.DataEnergy(v, null).sum()
              Expect.isTrue (allClose 2e-5 (differences machine f) (gradients machine f)) "μ adds nothing")
          torchLaw "the pseudo-likelihood is that of enumeration" (fun batch width random ->
              use machine = doubleGeneral (options width 0) 1.0 random
              let v = patterns random batch width
              let parts = parts machine

              let expected v =
                  [| 0 .. width - 1 |]
                  |> Array.sumBy (fun i ->
                      let other = Array.mapi (fun k x -> if k = i then 1.0 - x else x) v
                      -log(1.0 + exp (energy parts v - energy parts other)))

              allClose 1e-10 (Array.map expected v) (numbers (machine.PseudoLogLikelihood(rows v))))
          torchTest "with hidden units there is no exact pseudo-likelihood, without them nothing to infer" (fun () ->
              use machine = new BoltzmannMachine(options 2 1, init 1L)

              Expect.throwsT<InvalidOperationException>
                  (fun () -> machine.PseudoLogLikelihood(torch.zeros (1, 2)) |> ignore)
                  "hidden"

              use bare = new BoltzmannMachine(options 2 0, init 1L)
              Expect.throwsT<InvalidOperationException> (fun () -> bare.Infer(torch.zeros (1, 2)) |> ignore) "none")
          torchTest "a machine without hidden units has states of visible ones and no features" (fun () ->
              use machine = generalOf (options 3 0) 1.0 (init 1L)
              let v = single32 (rows (patterns (init 2L) 4 3))
              Expect.equal (machine.StateSize, machine.Hidden) (3, 0) "sizes"
              Expect.equal (numbers (machine.StateOf(v, null, draws 1L))) (numbers v) "state"
              Expect.equal (machine.Features v).shape [| 4L; 0L |] "features"
              use smallest = generalOf (options 1 0) 1.0 (init 1L)
              let state = torch.zeros (5, 1)
              smallest.Advance(state, 2, draws 1L)
              Expect.equal (smallest.Couplings().shape) [| 1L; 1L |] "of one unit")
          torchTest "chains start from the data, hidden units drawn from p(h | v)" (fun () ->
              let options = BoltzmannOptions(2, 3, 60)
              use machine = generalOf options 0.8 (init 4L)
              let v = [| 1.0; 0.0 |]
              let parts = parts machine

              let p =
                  statesOf 3
                  |> Array.map (fun h -> -(energy parts (Array.append v h)))
                  |> normalised

              let state = machine.StateOf(repeated 20000 v, null, draws 2L)
              Expect.equal state.shape [| 20000L; 5L |] "shape"
              Expect.isTrue (state.is_contiguous () && not state.requires_grad) "ready for Advance"
              Expect.isTrue (chunks 2 (state.narrow (1, 0, 2)) |> Array.forall ((=) v)) "the data"
              Expect.isLessThan (abs (misfit p (countsOf 3 (state.narrow (1, 2, 3))))) unlikely "hidden")
          torchTest "VisibleMean is p(v_i = 1 | all other units)" (fun () ->
              use machine = doubleGeneral (options 3 2) 0.8 (init 4L)
              let parts = parts machine
              let state = [| 1.0; 0.0; 1.0; 1.0; 0.0 |]

              let expected =
                  Array.init 3 (fun i ->
                      let at value =
                          energy parts (Array.mapi (fun k x -> if k = i then value else x) state)

                      sigmoid (at 0.0 - at 1.0))

              Expect.isTrue (allClose 1e-12 expected (numbers (machine.VisibleMean(rows [| state |])))) "means")
          torchTest "StartFrom sets the visible biases, and wants one for each" (fun () ->
              use machine = new BoltzmannMachine(options 3 2, init 1L)
              machine.StartFrom [| 0.5f; -1.0f; 2.0f |]
              Expect.equal (numbers machine.VisibleBias) [| 0.5; -1.0; 2.0 |] "biases"
              Expect.isTrue machine.VisibleBias.requires_grad "still learned"
              Expect.throwsT<ArgumentException> (fun () -> machine.StartFrom [| 1.0f |]) "one too few")
          torchLaw "the kernel draws what its twin draws, bit for bit where sums are exact" (fun chains width random ->
              let visible, hidden = 5 * width, random.NextInt 14
              let seed = int64 (random.NextInt 100000)

              let run kernels =
                  use machine = pairOf kernels visible hidden seed
                  let state = single32 (rows (patterns (init seed) (9 * chains) machine.StateSize))
                  machine.Advance(state, 3, draws seed, 0.5)
                  numbers state

              run true = run false)
          torchTest "sweeps done at once are those done one by one, however many" (fun () ->
              use machine = pairOf true 7 4 3L
              let start = single32 (rows (patterns (init 1L) 40 11))
              let a, b, stream = start.clone (), start.clone (), draws 5L
              machine.Advance(a, 70, draws 5L)

              for _ in 1..70 do
                  machine.Advance(b, 1, stream)

              Expect.equal (numbers a) (numbers b) "states"
              Expect.notEqual (numbers a) (numbers start) "which moved")
          torchTest "means of the kernel are those of its twin" (fun () ->
              let means kernels =
                  use machine = pairOf kernels 9 13 3L
                  numbers (machine.Infer(single32 (rows (patterns (init 1L) 37 9)))).Mean

              Expect.isTrue (allClose 1e-5 (means true) (means false)) "means")
          torchTest "NaN shows in what chains come to" (fun () ->
              for kernels in [ true; false ] do
                  use machine = pairOf kernels 3 2 1L
                  assign machine "visibleBias" (torch.tensor [| 0.0f; nanf; 0.0f |])
                  let state = torch.zeros (2, 5)
                  machine.Advance(state, 1, draws 1L)
                  Expect.isTrue (Array.exists Double.IsNaN (numbers state)) $"kernels {kernels}")
          torchTest "chains are the same for a seed" (fun () ->
              use machine = generalOf (options 4 3) 1.0 (init 1L)

              let run seed =
                  let stream = draws seed
                  let state = machine.StateOf(torch.zeros (50, 4), null, stream)
                  machine.Advance(state, 3, stream)
                  numbers state

              Expect.equal (run 1L) (run 1L) "the same"
              Expect.notEqual (run 1L) (run 2L) "of another seed")
          torchTest "huge couplings give finite bounds and sharp means" (fun () ->
              use machine = new BoltzmannMachine(options 2 2, init 1L)
              assign machine "weight" (torch.tensor([| 1e4f; 0.0f; -1e4f; 0.0f |]).reshape(2L, 2L))
              let v = torch.tensor([| 1.0f; 0.0f |]).reshape(1L, 2L)
              Expect.isTrue (Double.IsFinite(single (machine.DataEnergy(v, null)))) "bound"
              Expect.isTrue (allClose 1e-6 (numbers (machine.Infer v).Mean) [| 1.0; 0.0 |]) "means") ]
