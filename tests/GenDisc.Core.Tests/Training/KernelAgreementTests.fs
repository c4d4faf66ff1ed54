module GenDisc.Core.Tests.Training.KernelAgreementTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Fitting

/// conv 3 >> relu >> pool >> conv 5 >> relu >> vae 4 >> classifier [6] on 1×9×7 images, its decoder's last step a
/// transposed convolution: a part for every kernel that training uses but the pool alone.
let private build kernels =
    let stream = init 1L

    let affine inputs outputs =
        new Affine(inputs, outputs, stream, kernels)

    let conv transposed inputs outputs =
        new Convolution(inputs, outputs, transposed, stream, kernels)

    let trunk =
        nets
            [ conv false 1 3
              Pure.Relu()
              Pure.MaxPool kernels
              conv false 3 5
              Pure.Relu()
              Pure.Reshape [| 60L |] ]

    let decoder =
        nets
            [ affine 4 60
              Pure.Relu()
              Pure.Reshape [| 5L; 4L; 3L |]
              Pure.Upsample(9, 7)
              conv true 5 1 ]

    let bottleneck =
        new Bottleneck(BottleneckOptions(60, 4, true, kernels), nets [], decoder, new BernoulliLikelihood(), stream)

    new HybridModel(
        [| TrunkStage(new Chain(trunk))
           BottleneckStage bottleneck
           ClassifierStage(new Chain(nets [ affine 4 6; Pure.Relu(); affine 6 3 ])) |]
    )

let private images =
    let stream = RandomStream(3L, "images")
    let pixels = Array.init (50 * 63) (fun _ -> byte (stream.NextInt 256))

    Dataset.OfPixels(
        "noise",
        [ 1; 9; 7 ],
        ReadOnlyMemory pixels,
        ReadOnlyMemory(Array.init 50 (fun i -> i % 3)),
        [ "a"; "b"; "c" ]
    )

/// The losses of so many steps, the figures afterwards and the parameters.
let private train options clip steps kernels =
    use _scope = torch.NewDisposeScope()
    use model = build kernels

    use learner =
        new GradientLearner(model, weighted hybridWeights model, options, Option.toNullable clip, generator 1L, kernels)

    let losses =
        [| for step in 1..steps do
               use batch =
                   Batches.Gather(images, ReadOnlySpan [| for i in 0..16 -> (i * 7 + step) % 50 |], torch.CPU)

               learner.Step(batch, StepSettings(1, step, 1.0), Tally()) |]

    let tally = Tally()
    use noise = generator 2L
    use batch = Batches.Gather(images, ReadOnlySpan [| 0..49 |], torch.CPU)
    learner.Evaluate(batch, noise, tally)

    let figures =
        [| for KeyValue(_, value) in tally.Means() do
               value |]

    losses,
    figures,
    [| for p in model.parameters () do
           yield! numbers p |]

let private agree options clip =
    let losses, figures, parameters = train options clip 30 true
    let losses', figures', parameters' = train options clip 30 false
    Expect.isLessThan (Array.last losses) losses[0] "it learns"
    Expect.isTrue (allClose 1e-4 losses losses') "losses"
    Expect.isTrue (allClose 1e-4 figures figures') "figures"
    Expect.isTrue (allClose 1e-3 parameters parameters') "parameters"

let tests =
    testList
        "training with kernels and without agrees within 1e-4 of the losses over 30 steps"
        [ testCase "Adam" (fun () -> agree (OptimiserOptions(OptimiserKind.Adam, 1e-3)) None)
          testCase "AdamW with clipping" (fun () ->
              agree (OptimiserOptions(OptimiserKind.AdamW, 1e-3, 0.0, 0.01)) (Some 0.5))
          testCase "descent with momentum" (fun () -> agree (OptimiserOptions(OptimiserKind.Sgd, 1e-3, 0.9, 1e-4)) None)
          testCase "a step allocates less than 2 kB of managed memory" (fun () ->
              use model = build true

              use learner =
                  new GradientLearner(model, weighted hybridWeights model, adam 1e-3, Nullable(), generator 1L)

              use batch = Batches.Gather(images, ReadOnlySpan [| 0..49 |], torch.CPU)
              let tally = Tally()

              let bytes =
                  GenDisc.Core.Tests.Kernels.Trials.allocated (fun () ->
                      learner.Step(batch, StepSettings(1, 1, 1.0), tally) |> ignore)

              Expect.isLessThan bytes 2048L "bytes") ]
