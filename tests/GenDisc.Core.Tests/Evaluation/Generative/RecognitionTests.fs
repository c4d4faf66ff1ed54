/// What a judge sees, and drawing by another way than the declared one.
module GenDisc.Core.Tests.Evaluation.Generative.RecognitionTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models
open GenDisc.Core.Tests.Models.Diffusion.Gaussians

let private schedule = NoiseSchedule.Cosine 40

/// A judge with a hidden layer of its own: a head of two learned layers.
let private judge seed =
    let stream = init seed
    let hidden = new Affine(Samples.features, 5, stream)
    let last = new Affine(5, Samples.classes, stream)

    hidden, last, new HybridModel([| (ClassifierStage(new Chain(nets [ hidden; Pure.Tanh(); last ])): Stage) |])

let private told (sampler: DiffusionSampler) guidance =
    let options =
        DiffusionOptions([| 2L |], DiffusionTarget.Noise, 3, false, sampler, guidance)

    new HybridModel([| (DiffusionStage(diffusionOf (network 2 3 5L) schedule options): Stage) |])

let private asked () = torch.tensor [| 0L; 2L; 1L; 1L |]

let private by (model: HybridModel) sampler weight (labels: torch.Tensor | null) =
    use draws = generator 3L
    numbers (model.DiffuseBy(sampler, weight, 4, labels, draws))

let private declared (model: HybridModel) =
    use draws = generator 3L
    numbers (model.Diffuse(4, asked (), draws))

let tests =
    testList
        "Recognition"
        [ torchTest "features are what the last layer reads, which leads to the classes told" (fun () ->
              let hidden, last, model = judge 3L
              use _model = model
              use noise = generator 1L
              let data = Samples.pixels 30
              use batch = Samples.batchOf 30
              model.eval ()
              use found = Recognition.Of(model, Split.All data, noise, torch.CPU)
              let read = hidden.call(batch.X).tanh()
              let chances = last.call(read).``to``(torch.float64).softmax 1L
              let struct (best, where) = chances.max 1L
              Expect.isTrue (allClose 1e-6 (numbers found.Features) (numbers read)) "features"
              Expect.equal (Array.map int64 found.Told) (where.data<int64>().ToArray()) "classes"
              Expect.isTrue (allClose 1e-6 found.Confidence (numbers best)) "confidence"
              Expect.equal (Array.sum (found.Counts 3)) 30 "counted"
              Expect.equal (found.Right found.Told) (Array.create 30 1.0) "right of what was told"
              Expect.equal (found.Right(Array.map (fun c -> (c + 1) % 3) found.Told)) (Array.zeroCreate 30) "wrong"

              Expect.throwsT<ArgumentException> (fun () -> found.Right [| 0 |] |> ignore) "of each")

          torchTest "a model without classes is no judge, and a cancelled one gives up" (fun () ->
              use model = told (Ddim 4) 1.0
              use noise = generator 1L
              use batch = Samples.batchOf 4
              Expect.throwsT<InvalidOperationException> (fun () -> model.LastHidden(batch, noise) |> ignore) "no judge"
              let _, _, classifier = judge 3L
              use _classifier = classifier
              use source = new CancellationTokenSource()
              source.Cancel()

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      Recognition.Of(classifier, Split.All(Samples.pixels 4), noise, torch.CPU, source.Token)
                      |> ignore)
                  "cancelled")

          torchTest "without guidance the class is left aside; by the model's own way come its own samples" (fun () ->
              use model = told (Ddim 6) 2.5
              model.eval ()
              let free, none = by model (Ddim 6) 0.0 (asked ()), by model (Ddim 6) 2.5 null
              Expect.equal free none "weight 0"
              Expect.notEqual (by model (Ddim 6) 1.0 (asked ())) free "the class matters"
              Expect.equal (by model (Ddim 6) 2.5 (asked ())) (declared model) "the declared way")

          torchTest "another sampler is another way, whatever was declared" (fun () ->
              use model = told (Ddim 6) 1.0
              use other = told (DpmSolver 9) 1.0
              model.eval ()
              other.eval ()
              Expect.equal (by model (DpmSolver 9) 1.0 (asked ())) (declared other) "as if declared"
              Expect.notEqual (declared model) (declared other) "another way")

          torchTest "a denoiser of another guidance says what the model would" (fun () ->
              use model =
                  diffusionOf (network 2 3 5L) schedule (options [ 2 ] DiffusionTarget.Noise 3 false (Ddim 4))

              let x = (normals 1L 4 2).``to`` torch.float32

              for weight in [ 0.0; 1.0; 3.0 ] do
                  let found = GuidedDenoiser(model, weight).At(x, 20, asked ())
                  let wanted = model.Guided(x, 20, asked (), weight)
                  Expect.equal (numbers found.Data) (numbers wanted.Data) $"{weight}: x₀"
                  Expect.equal (numbers found.Noise) (numbers wanted.Noise) $"{weight}: ε") ]
