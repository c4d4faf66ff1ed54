module GenDisc.Core.Tests.Training.Energy.SgldSamplerTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Energy.Energies

let private quiet =
    SgldOptions(Steps = 3, StepSize = 0.5, Noise = 0.0, BufferSize = 16, UnitInterval = false)

let private start n =
    torch.tensor(gaussians (init 5L) (n * features)).reshape(int64 n, int64 features).``to`` torch.float32

let private energies (model: HybridModel) (x: torch.Tensor) =
    use _ = torch.no_grad ()
    model.eval ()
    numbers (HybridModel.EnergyOf(model.EnergyLogits x))

/// Gradients and whether they are asked for, of every parameter.
let private gradients (model: HybridModel) =
    [ for p in model.parameters () do
          let gradient = p.grad |> Option.ofObj |> Option.map numbers
          p.requires_grad, gradient ]

/// conv 3 × 3 >> relu >> maxPool >> flatten >> energyClassifier, on [2, 6, 6].
let private convolutional kernels =
    let stream = init 3L

    new HybridModel(
        [| TrunkStage(
               new Chain(
                   nets
                       [ new Convolution(2, 4, false, stream, kernels)
                         Pure.Relu()
                         Pure.MaxPool(kernels)
                         Pure.Reshape [ 36L ] ]
               )
           )
           ClassifierStage(new Chain(nets [ new Affine(36, 3, stream, kernels) ]), true) |]
    )

let tests =
    testList
        "SgldSampler"
        [ torchTest "on a linear energy a chain moves by η w a step" (fun () ->
              use model = linear features
              use sampler = sampler model quiet 1L
              let x = start 4
              let w = numbers (model.state_dict()["0_classifier.0.weight"])
              let moved = numbers (sampler.Advance(x, 3))

              let expected = numbers x |> Array.mapi (fun i v -> v + 3.0 * 0.5 * w[i % features])

              Expect.isTrue (allClose 1e-6 expected moved) "x + 3 η w"
              Expect.equal (numbers (sampler.Advance(x, 0))) (numbers x) "no step")
          torchTest "a step goes down the energy's gradient, and for a class down −f_y" (fun () ->
              use model = energetic 1L

              use sampler =
                  sampler model (SgldOptions(StepSize = 1e-2, Noise = 0.0, UnitInterval = false)) 1L

              let x = start 5

              for label in [ Nullable(); Nullable 2 ] do
                  let slope =
                      (sampler.Advance(x, 1, label).sub(x))
                      |> numbers
                      |> Array.map (fun d -> d / -1e-2)

                  let at = x.clone().requires_grad_ true
                  let logits = model.EnergyLogits at

                  let energy =
                      if label.HasValue then
                          logits[torch.TensorIndex.Colon, torch.TensorIndex.Single(int64 label.Value)].neg()
                      else
                          logits.exp().sum(1L).log().neg()

                  energy.sum().backward()
                  Expect.isTrue (allClose 1e-3 (numbers (Unchecked.nonNull at.grad)) slope) $"label {label}")
          torchTest "energies fall along a chain without noise" (fun () ->
              use model = energetic 1L

              use sampler =
                  sampler model (SgldOptions(StepSize = 0.01, Noise = 0.0, UnitInterval = false)) 1L

              let x = start 8
              let before, after = energies model x, energies model (sampler.Advance(x, 20))
              Expect.isTrue (Array.forall2 (>) before after) "every one")
          torchTest "noise has the deviation of the options" (fun () ->
              use model = linear features
              assign model "0_classifier.0.weight" (torch.zeros (1L, int64 features))
              use sampler = sampler model (SgldOptions(Noise = 0.2, UnitInterval = false)) 1L
              let x = torch.zeros (2000L, int64 features)
              let squares = numbers (sampler.Advance(x, 4)) |> Array.map (fun v -> v * v)
              let mean, error = meanAndError squares
              Expect.isLessThan (abs (mean - 4.0 * 0.04)) (5.0 * error) "4 σ² after four steps")
          torchTest "data in [0, 1] keep their chains there" (fun () ->
              use model = energetic 1L

              use sampler =
                  sampler model (SgldOptions(StepSize = 100.0, Noise = 1.0, BufferSize = 16)) 1L

              let values = numbers (sampler.Sample 16)
              Expect.all values (fun v -> v >= 0.0 && v <= 1.0) "inside"

              Expect.isGreaterThan
                  (values |> Array.filter (fun v -> v = 0.0 || v = 1.0)).Length
                  0
                  "held back at an end"

              use free =
                  GenDisc.Core.Tests.Training.Energy.Energies.sampler
                      model
                      (SgldOptions(StepSize = 100.0, UnitInterval = false, BufferSize = 16))
                      1L

              Expect.exists (numbers (free.Sample 16)) (fun v -> abs v > 10.0) "others go where they will")
          torchTest "the buffer goes on from where chains got to" (fun () ->
              use model = linear features

              use sampler =
                  sampler
                      model
                      (SgldOptions(Steps = 2, Noise = 0.0, BufferSize = 4, Reinitialise = 0.0, UnitInterval = false))
                      1L

              let start = numbers (sampler.Buffer.First 4) |> Array.sum
              let w = numbers (model.state_dict()["0_classifier.0.weight"]) |> Array.sum
              let once, twice = numbers (sampler.Sample 4), numbers (sampler.Sample 4)
              Expect.isTrue (close 1e-5 (start + 4.0 * 2.0 * w) (Array.sum once)) "two steps of four chains"
              Expect.isTrue (close 1e-5 (start + 4.0 * 4.0 * w) (Array.sum twice)) "four")
          torchTest "sampling gives parameters no gradient and leaves those they have" (fun () ->
              use model = energetic 1L
              use sampler = sampler model brief 1L
              let frozen = model.parameters () |> Seq.head
              frozen.requires_grad <- false
              model.train ()

              for given in [ false; true ] do
                  if given then
                      model.EnergyLogits(start 3).sum().backward()

                  let before = gradients model
                  let bits' = bits model
                  let samples = sampler.Sample 8
                  Expect.equal (gradients model) before $"gradients there: {given}"
                  Expect.equal (List.map fst before |> List.head) false "frozen still"
                  Expect.equal (bits model) bits' "parameters"
                  Expect.isFalse samples.requires_grad "detached"
                  Expect.isTrue model.training "in training again")
          torchTest "a graph that was built before sampling still gives its gradients" (fun () ->
              let gradient between =
                  use _scope = torch.NewDisposeScope()
                  use model = energetic 1L
                  use sampler = sampler model brief 1L
                  let loss = model.EnergyLogits(start 3).sum()

                  if between then
                      sampler.Sample 8 |> ignore

                  loss.backward ()
                  gradients model

              Expect.equal (gradient true) (gradient false) "equal"
              Expect.all (gradient true) (fun (_, g) -> g.IsSome) "there")
          torchTest "it works where gradients are off" (fun () ->
              use model = energetic 1L
              use a = sampler model brief 1L
              use b = sampler model brief 1L
              let free = numbers (a.Sample 8)
              use _ = torch.no_grad ()
              Expect.equal (numbers (b.Sample 8)) free "equal"
              Expect.isFalse (torch.is_grad_enabled ()) "off still")
          torchTest "chains see no dropout" (fun () ->
              let sampled rate =
                  use _scope = torch.NewDisposeScope()
                  let drawn = generator 7L
                  let stream = init 1L

                  use model =
                      new HybridModel(
                          [| TrunkStage(new Chain(nets [ new Affine(features, 16, stream); new Dropout(rate, drawn) ]))
                             energyHead 16 classes stream |],
                          null,
                          [| drawn |]
                      )

                  model.train ()
                  use sampler = sampler model brief 1L
                  numbers (sampler.Sample 8)

              Expect.equal (sampled 0.5) (sampled 0.0) "whatever the rate")
          torchTest "a convolution's kernels give the same chains as tensor operations" (fun () ->
              let sampled kernels =
                  use _scope = torch.NewDisposeScope()
                  use model = convolutional kernels
                  use sampler = new SgldSampler(model, [ 2; 6; 6 ], brief, stream 1L)
                  let samples = sampler.Sample 7
                  Expect.equal samples.shape [| 7L; 2L; 6L; 6L |] "shape"
                  numbers samples

              Expect.isTrue (allClose 1e-4 (sampled true) (sampled false)) "within 1e-4")
          torchTest "equal streams give equal samples" (fun () ->
              let sampled seed =
                  use _scope = torch.NewDisposeScope()
                  use model = energetic 1L
                  use sampler = sampler model brief seed
                  [ for _ in 1..4 -> numbers (sampler.Sample 20) ]

              Expect.equal (sampled 1L) (sampled 1L) "equal"
              Expect.notEqual (sampled 1L) (sampled 2L) "another seed")
          torchTest "options out of range are user errors" (fun () ->
              use model = energetic 1L

              for options, what in
                  [ SgldOptions(Steps = 0), "step"
                    SgldOptions(StepSize = 0.0), "step size"
                    SgldOptions(StepSize = nan), "step size"
                    SgldOptions(Noise = -0.1), "noise"
                    SgldOptions(BufferSize = 0), "buffer"
                    SgldOptions(Reinitialise = 1.5), "[0, 1]" ] do
                  userError [ "Langevin"; what; "got" ] (fun () -> sampler model options 1L)
                  |> ignore)
          torchTest "a plain classifier has no energy to sample" (fun () ->
              use model = hybrid 1L
              Expect.isFalse model.IsEnergyClassifier "plain"
              Expect.throwsT<ArgumentException> (fun () -> sampler model brief 1L |> ignore) "refused"
              Expect.throwsT<InvalidOperationException> (fun () -> model.EnergyLogits(start 2) |> ignore) "no logits") ]
