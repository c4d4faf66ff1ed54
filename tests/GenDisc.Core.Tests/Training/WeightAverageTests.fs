/// Moving averages of weights: the recursion itself, and what the trainer makes of it.
module GenDisc.Core.Tests.Training.WeightAverageTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Energy

let private averaging decay options =
    TrainerOptions(
        (options: TrainerOptions).Epochs,
        options.BatchSize,
        options.Schedule,
        options.Patience,
        Average = Nullable decay
    )

let private values (m: torch.nn.Module) name =
    (m.state_dict()[name]).detach().cpu().contiguous().data<float32>().ToArray()

/// What so many updates with these decays must give, in single precision and rounded once each.
let private recursion decay (states: float32[] list) =
    states.Tail
    |> List.indexed
    |> List.fold
        (fun (mean: float32[]) (i, state: float32[]) ->
            let t = float (i + 1)
            let share = float32 (1.0 - min decay ((1.0 + t) / (10.0 + t)))
            Array.map2 (fun m v -> MathF.FusedMultiplyAdd(share, v - m, m)) mean state)
        states.Head

/// The average of these values of a vector after the first.
let private averaged decay kernels (states: float32[] list) =
    use _scope = torch.NewDisposeScope()
    use net = new GenDisc.Core.Modules.Affine(states.Head.Length, 1, init 1L)

    let set (state: float32[]) =
        assign net "weight" (torch.tensor(state).reshape(1L, -1L))

    set states.Head
    use average = new WeightAverage(net, decay, kernels)

    for state in states.Tail do
        set state
        average.Update()

    average.Exchange()
    let mean = values net "weight"
    average.Exchange()
    Expect.equal (values net "weight") (List.last states) "changed back"
    mean

let private cases =
    gen {
        let! width = Gen.elements [ 1; 3; 7; 8; 9; 17; 40 ]
        let! count = Gen.choose (1, 12)
        let! decay = Gen.elements [ 0.001; 0.3; 0.9; 0.999; 0.9999 ]
        let! seed = Gen.choose (0, 100000)
        let stream = RandomStream(int64 seed, "average")
        return decay, [ for _ in 0..count -> gaussians stream width |> Array.map float32 ]
    }
    |> Arb.fromGen

let private train average patience seed =
    use model = normalised seed
    use learner = learner model (weighted hybridWeights model) (adam 0.05) None seed

    let outcome =
        fit (average (constant 6 16 patience)) (Listener()) learner (splitsOf 160) seed uncancelled

    let figures =
        [ for e in outcome.Epochs do
              List.ofSeq e.Train, List.ofSeq e.Validation ]

    let again =
        Trainer.Evaluate(
            learner,
            (splitsOf 160).Validation,
            Streams(seed).Evaluation("validation", torch.CPU),
            torch.CPU
        )

    outcome, figures, bits model, List.ofSeq again

let tests =
    testSequenced
    <| testList
        "WeightAverage"
        [ testProperty "with kernels it equals its recursion, bit for bit"
          <| Prop.forAll cases (fun (decay, states) -> averaged decay true states = recursion decay states)

          testProperty "without kernels, to rounding"
          <| Prop.forAll cases (fun (decay, states) ->
              allClose
                  1e-5
                  (averaged decay false states |> Array.map float)
                  (recursion decay states |> Array.map float))

          torchTest "parameters of several blocks are averaged as small ones are" (fun () ->
              let stream = RandomStream(1L, "large")
              let states = [ for _ in 0..2 -> gaussians stream 40001 |> Array.map float32 ]
              Expect.equal (averaged 0.9 true states) (recursion 0.9 states) "recursion")

          torchTest "the first decays are small, the later ones as declared" (fun () ->
              use net = new GenDisc.Core.Modules.Affine(2, 1, init 1L)
              use average = new WeightAverage(net, 0.9)
              Expect.equal (average.DecayAt 1L) (2.0 / 11.0) "first"
              Expect.equal (average.DecayAt 1000L) 0.9 "later"

              for wrong in [ 0.0; 1.0; -0.5; nan ] do
                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> (new WeightAverage(net, wrong)).Dispose())
                      $"{wrong}")

          torchTest "running statistics are averaged, counts and frozen weights are not" (fun () ->
              use model = normalised 1L
              let frozen = "2_classifier.0.bias"

              for struct (name, p) in model.named_parameters () do
                  if name = frozen then
                      p.requires_grad <- false

              use average = new WeightAverage(model, 0.5)
              assign model "1_trunk.0.running_mean" (torch.full (8L, 11.0))
              assign model "1_trunk.0.num_batches_tracked" (torch.tensor 7L)
              assign model frozen (torch.full (3L, 5.0))
              average.Update()
              average.Exchange()
              // from 0 with d = 2/11
              Expect.all (values model "1_trunk.0.running_mean") (fun v -> abs (v - 9.0f) < 1e-5f) "mean"
              Expect.equal ((model.state_dict()["1_trunk.0.num_batches_tracked"]).item<int64>()) 7L "count"
              Expect.equal (values model frozen) [| 5.0f; 5.0f; 5.0f |] "frozen")

          torchTest "chains are states of a machine, not weights" (fun () ->
              let machine = new Rbm(RbmOptions(4, 3), init 1L)
              machine.KeepChains(5, RandomStream(1L, "chains"))
              use model = new HybridModel([| (MachineStage machine :> Stage) |])
              use average = new WeightAverage(model, 0.5)
              let chains = (Unchecked.nonNull machine.Chains)
              using (torch.no_grad ()) (fun _ -> chains.fill_ 1.0 |> ignore)
              average.Update()
              average.Exchange()
              Expect.all (chains.data<float32>().ToArray()) ((=) 1.0f) "as they stand")

          torchTest "begins anew where it is told to" (fun () ->
              use net = new GenDisc.Core.Modules.Affine(2, 1, init 1L)
              use average = new WeightAverage(net, 0.9)
              assign net "weight" (torch.tensor([| 3.0f; 4.0f |]).reshape(1L, 2L))
              average.Restart()
              average.Exchange()
              Expect.equal (values net "weight") [| 3.0f; 4.0f |] "now")

          torchTest "what is validated and what remains is the average; steps go on from the raw weights" (fun () ->
              let bare, bareFigures, bareBits, _ = train id None 1L
              let outcome, figures, bits, again = train (averaging 0.9) None 1L
              Expect.equal (List.map fst figures) (List.map fst bareFigures) "training is the same"
              Expect.notEqual (List.map snd figures) (List.map snd bareFigures) "validation is not"
              Expect.notEqual bits bareBits "nor the model"
              Expect.equal again (snd (List.last figures)) "the model is the one that was validated"
              Expect.equal (List.ofSeq (Unchecked.nonNull outcome.Raw)) (snd (List.last bareFigures)) "raw figures"
              Expect.isNull bare.Raw "none without an average")

          torchTest "early stopping restores the best average" (fun () ->
              let outcome, figures, _, again = train (averaging 0.5) (Some 2) 3L
              Expect.equal again (snd figures[outcome.BestEpoch - 1]) "figures of the best epoch")

          torchTest "the same bits of the same seed" (fun () ->
              let _, figures, bits, _ = train (averaging 0.9) (Some 2) 2L
              let _, figures', bits', _ = train (averaging 0.9) (Some 2) 2L
              Expect.equal (figures', bits') (figures, bits) "equal")

          torchTest "an energy classifier has one, too" (fun () ->
              use model = Energies.energetic 1L
              use learner = Energies.energyLearner model (adam 0.01) Energies.brief null 1L

              let outcome =
                  fit (averaging 0.9 (constant 2 16 None)) (Listener()) learner (splitsOf 160) 1L uncancelled

              Expect.isNotNull outcome.Raw "raw"
              Expect.isTrue (Double.IsFinite(outcome.Epochs[1].Validation["loss"])) "loss")

          testCase "an update allocates nothing, and training leaves no tensor behind" (fun () ->
              use model = normalised 1L

              let bytes =
                  use average = new WeightAverage(model, 0.9)
                  GenDisc.Core.Tests.Kernels.Trials.allocated average.Update

              Expect.isLessThan bytes 256L "bytes"

              let once () =
                  use learner = learner model (weighted hybridWeights model) (adam 0.001) None 1L

                  fit (averaging 0.9 (constant 2 16 (Some 1))) (Listener()) learner (splitsOf 64) 1L uncancelled
                  |> ignore

              once ()
              let before = liveTensors ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "live tensors") ]
