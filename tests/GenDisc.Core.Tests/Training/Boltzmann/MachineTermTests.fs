module GenDisc.Core.Tests.Training.Boltzmann.MachineTermTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Training
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Boltzmann.Machines

let private names (machine: EnergyMachine) =
    use model = modelOf machine
    LossTerm.ApplicableTo model |> Seq.map _.Name |> List.ofSeq

let private perExample (term: LossTerm) (machine: EnergyMachine) x =
    use batch = batchWith x null
    numbers (term.PerExample(outputOf machine batch.X, batch))

let tests =
    testList
        "terms of machines"
        [ torchTest "a machine can be measured by what its units allow" (fun () ->
              Expect.equal (names (binary 3 2 1L)) [ "freeEnergy"; "reconstructionError"; "pseudoLikelihood" ] "bits"

              Expect.equal
                  (names (machineOf (RbmOptions(3, 2, VisibleKind.Gaussian)) 1L))
                  [ "freeEnergy"; "reconstructionError" ]
                  "real units"

              Expect.equal
                  (names (machineOf (RbmOptions(3, 2, VisibleKind.Bernoulli, 4)) 1L))
                  [ "crossEntropy"; "freeEnergy"; "reconstructionError"; "pseudoLikelihood" ]
                  "classes"

              let general hidden =
                  new BoltzmannMachine(BoltzmannOptions(3, hidden), init 1L)

              Expect.equal (names (general 2)) [ "freeEnergy"; "reconstructionError" ] "coupled units"

              Expect.equal
                  (names (general 0))
                  [ "freeEnergy"; "reconstructionError"; "pseudoLikelihood" ]
                  "fully visible")
          torchTest "the pseudo-likelihood of a fully visible machine is exact" (fun () ->
              use machine = new BoltzmannMachine(BoltzmannOptions(4, 0), init 1L)
              assign machine "visibleCoupling" (torch.randn (4L, 4L))
              let states = (rows 4).``to`` torch.float32

              Expect.equal
                  (perExample (PseudoLikelihoodTerm()) machine states)
                  (numbers (machine.PseudoLogLikelihood states))
                  "each")
          torchTest "the pseudo-likelihood draws grey values black or white" (fun () ->
              use machine = new BoltzmannMachine(BoltzmannOptions(1, 0), init 1L)
              assign machine "visibleBias" (torch.tensor [| 2.0f |])
              let logs = [| -(log (1.0 + exp 2.0)); -(log (1.0 + exp -2.0)) |]
              let grey = torch.full ([| 20000L; 1L |], (0.25f).ToScalar())

              for machine in [ (machine :> EnergyMachine); binary 1 1 1L ] do
                  let found = perExample (PseudoLikelihoodTerm()) machine grey
                  Expect.hasLength (Array.distinct found) 2 "one of two"
                  Expect.equal (perExample (PseudoLikelihoodTerm()) machine grey) found "the same again"

              let mean, error = meanAndError (perExample (PseudoLikelihoodTerm()) machine grey)
              let expected = 0.75 * logs[0] + 0.25 * logs[1]
              Expect.isLessThan (abs (mean - expected)) (4.0 * error) $"{mean}, not {expected}")
          torchTest "neither the free energy nor the reconstruction is told the label" (fun () ->
              let machine = machineOf (RbmOptions(3, 2, VisibleKind.Bernoulli, 4)) 1L
              let x = bitsOf (init 1L) 6 3

              for make in
                  [ (fun () -> FreeEnergyTerm() :> LossTerm)
                    (fun () -> ReconstructionErrorTerm()) ] do
                  let under (labels: int64 array) =
                      use batch = batchWith x (torch.tensor labels)
                      numbers (make().PerExample(outputOf machine batch.X, batch))

                  Expect.equal (under [| 0L; 1L; 2L; 3L; 0L; 1L |]) (under [| 3L; 2L; 1L; 0L; 3L; 2L |]) (make().Name)

              Expect.equal
                  (perExample (FreeEnergyTerm()) machine x)
                  (numbers (machine.DataEnergy(x, null)))
                  "summed out")
          torchTest "in evaluation log Z is enumerated again only when a parameter has changed" (fun () ->
              let machine = binary 4 3 5L
              let known = KnownPartition()

              let exact () =
                  ExactBoltzmann.LogPartition(machine).ToDouble()

              for _ in 1..3 do
                  Expect.equal (known.Of machine) (exact ()) "the value"

              Expect.equal known.Enumerations 1 "once"
              let x = bitsOf (init 1L) 6 4
              let term = ExactLikelihoodTerm()
              let learnt = perExample term machine x

              let told () =
                  use _outside = torch.no_grad ()
                  perExample term machine x

              Expect.isTrue (allClose 1e-5 learnt (told ())) "as in training"
              assign machine "visibleBias" (torch.tensor [| 1.0f; 2.0f; 3.0f; 4.0f |])
              Expect.equal (known.Of machine) (exact ()) "after a change"
              Expect.equal known.Enumerations 2 "again"
              Expect.isTrue (allClose 1e-5 (perExample term machine x) (told ())) "the term's too"
              let other = binary 4 3 6L
              Expect.equal (known.Of other) (ExactBoltzmann.LogPartition(other).ToDouble()) "another machine")
          torchTest "without hidden units there is nothing to read or to keep sparse" (fun () ->
              let machine = new BoltzmannMachine(BoltzmannOptions(3, 0), init 1L)
              let x = bitsOf (init 1L) 2 3

              userError [ "sparsityTarget"; "hidden units" ] (fun () -> perExample (ActivityTerm 0.1) machine x)
              |> ignore

              use model = modelOf machine
              use noise = generator 1L
              model.train ()
              Expect.equal (model.Forward(x, noise)).Representation.shape x.shape "nothing above it"

              let head =
                  ClassifierStage(
                      new GenDisc.Core.Modules.Chain(nets [ new GenDisc.Core.Modules.Affine(1, 2, init 1L) ])
                  )

              userError [ "without hidden units"; "last block" ] (fun () ->
                  new HybridModel(
                      [| (MachineStage(new BoltzmannMachine(BoltzmannOptions(3, 0), init 1L)) :> Stage)
                         head |]
                  ))
              |> ignore)
          torchTest "the pseudo-likelihood estimates Σ log p(v_i | the others)" (fun () ->
              let machine = binary 4 3 5L
              let states = (rows 4).``to`` torch.float32
              let energy = numbers (machine.StateEnergy states)

              for state in [ 0b0000; 0b0110; 0b1011 ] do
                  let exact =
                      Seq.sum
                          [ for i in 0..3 ->
                                let other = energy[state ^^^ (1 <<< i)]
                                -log(1.0 + exp (energy[state] - other)) ]

                  let same = states.narrow(0, int64 state, 1L).expand(20000L, 4L)
                  let mean, error = meanAndError (perExample (PseudoLikelihoodTerm()) machine same)
                  Expect.isGreaterThan error 0.0 "units differ"
                  Expect.isLessThan (abs (mean - exact)) (4.0 * error) $"of {state}: {mean}, exactly {exact}")
          torchTest "figures of a pass are the same in every pass" (fun () ->
              let machine = binary 9 3 5L
              use batch = batchWith (bitsOf (init 1L) 30 9) null
              let term = PseudoLikelihoodTerm()
              use model = modelOf machine

              let pass () =
                  use noise = generator 1L
                  let output = model.Forward(batch.X, noise)
                  [ for _ in 1..2 -> numbers (term.PerExample(output, batch)) ]

              let one = pass ()
              Expect.equal (pass ()) one "again"
              Expect.notEqual one[0] one[1] "its batches differ")
          torchTest "the reconstruction error is that of mean-field reconstructions" (fun () ->
              let machine = binary 3 2 5L
              let x = torch.tensor([| 1.0f; 0.0f; 0.25f |]).reshape(1L, 3L)
              let hidden = machine.HiddenLogits(x).sigmoid()
              let p = numbers (machine.VisibleLogits(hidden).sigmoid())

              let expected =
                  Seq.sum (Seq.map2 (fun v p -> -v * log p - (1.0 - v) * log (1.0 - p)) [ 1.0; 0.0; 0.25 ] p)

              Expect.floatClose
                  Accuracy.medium
                  (Array.exactlyOne (perExample (ReconstructionErrorTerm()) machine x))
                  expected
                  "bits"

              let real = machineOf (RbmOptions(3, 2, VisibleKind.Gaussian)) 5L
              let mean = numbers (real.VisibleLogits(real.HiddenLogits(x).sigmoid()))

              let expected =
                  Seq.sum (Seq.map2 (fun v m -> (v - m) ** 2.0) [ 1.0; 0.0; 0.25 ] mean)

              Expect.floatClose
                  Accuracy.medium
                  (Array.exactlyOne (perExample (ReconstructionErrorTerm()) real x))
                  expected
                  "real")
          torchTest "the free energy is −log Σ_h exp(−E)" (fun () ->
              let machine = binary 3 2 5L

              let w, b, c =
                  numbers machine.Weight, numbers machine.VisibleBias, numbers machine.HiddenBias

              let v = [| 1.0; 0.0; 1.0 |]

              let sum =
                  Seq.sum
                      [ for h0 in [ 0.0; 1.0 ] do
                            for h1 in [ 0.0; 1.0 ] ->
                                exp (
                                    c[0] * h0
                                    + c[1] * h1
                                    + Seq.sum [ for i in 0..2 -> v[i] * (b[i] + h0 * w[i] + h1 * w[3 + i]) ]
                                ) ]

              let x = torch.tensor(Array.map float32 v).reshape(1L, 3L)

              Expect.floatClose
                  Accuracy.medium
                  (Array.exactlyOne (perExample (FreeEnergyTerm()) machine x))
                  -(log sum)
                  "nats")
          torchTest "the sparsity target is a divergence of mean activities, in equal shares" (fun () ->
              let machine = binary 4 3 5L
              let x = bitsOf (init 1L) 6 4
              let target = 0.1
              let active = numbers (machine.Features(x).mean [| 0L |])

              let expected =
                  active
                  |> Array.sumBy (fun q ->
                      target * log (target / q) + (1.0 - target) * log ((1.0 - target) / (1.0 - q)))

              let shares = perExample (ActivityTerm target) machine x
              Expect.equal shares.Length 6 "one an example"
              Expect.all shares (fun s -> close 1e-5 s expected) "the mean is the penalty"
              // Of a batch that has more examples than the machine sees the shares are of those that it sees.
              use more = batchWith (bitsOf (init 1L) 9 4) null
              Expect.equal (numbers ((ActivityTerm target).PerExample(outputOf machine x, more))) shares "own rows"
              // Units that are on as often as they should be cost nothing.
              assign machine "weight" (torch.zeros (3L, 4L))
              assign machine "hiddenBias" (torch.full ([| 3L |], (log (target / (1.0 - target))).ToScalar()))
              Expect.all (perExample (ActivityTerm target) machine x) (fun s -> abs s < 1e-6) "no divergence"

              for wrong in [ 0.0; 1.0; -0.1; nan ] do
                  Expect.throwsT<ArgumentOutOfRangeException> (fun () -> ActivityTerm wrong |> ignore) $"{wrong}")
          torchTest "the sparsity target's gradient moves activities towards it" (fun () ->
              let machine = binary 4 3 5L
              use batch = batchWith (bitsOf (init 1L) 16 4) null
              let before, gradients = gradientsOf true (ActivityTerm 0.1) machine batch
              use constant = torch.no_grad ()

              for p, gradient in Seq.zip [ machine.Weight; machine.HiddenBias ] gradients do
                  p.sub_ (gradient * (0.5).ToScalar()) |> ignore

              let after = Array.average (perExample (ActivityTerm 0.1) machine batch.X)
              Expect.isLessThan after before "smaller")
          torchTest "a term without its machine says which" (fun () ->
              use batch = batchWith (bitsOf (init 1L) 2 3) null
              let output = GenDisc.Core.Models.ModelOutput(Representation = batch.X)

              let terms: LossTerm list =
                  [ FreeEnergyTerm()
                    ReconstructionErrorTerm()
                    PseudoLikelihoodTerm()
                    ActivityTerm 0.1 ]

              for term in terms do
                  let e = Expect.throwsC (fun () -> term.PerExample(output, batch) |> ignore) id
                  Expect.stringContains e.Message term.Name "named") ]
