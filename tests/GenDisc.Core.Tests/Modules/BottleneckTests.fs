module GenDisc.Core.Tests.Modules.BottleneckTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private build variational =
    let stream = init 1L

    new Bottleneck(
        BottleneckOptions(4, 2, variational),
        nets [ Pure.Reshape [| 4L |] ],
        nets [ new Affine(2, 6, stream); Pure.Reshape [| 1L; 2L; 3L |] ],
        new BernoulliLikelihood(),
        stream
    )

let tests =
    testList
        "Bottleneck"
        [ torchTest "a VAE gives mean and log-variance, an autoencoder a point" (fun () ->
              let x = torch.ones (5L, 2L, 2L)
              use vae = build true
              let struct (mean, logVariance) = vae.Encode x
              Expect.equal mean.shape [| 5L; 2L |] "mean"
              Expect.equal (Unchecked.nonNull logVariance).shape [| 5L; 2L |] "log-variance"
              Expect.notEqual (numbers mean) (numbers (Unchecked.nonNull logVariance)) "two halves"
              use point = build false
              let struct (mean, logVariance) = point.Encode x
              Expect.equal mean.shape [| 5L; 2L |] "point"
              Expect.isNull logVariance "no variance")
          torchTest "decodes to the shape of the data" (fun () ->
              use vae = build true
              Expect.equal (vae.Decode(torch.zeros (5L, 2L)).shape) [| 5L; 1L; 2L; 3L |] "shape")
          torchTest "draws have the posterior's mean and variance, and repeat" (fun () ->
              let n = 20000L
              let mean = torch.full (n, 1L, 3.0)
              let logVariance = torch.full (n, 1L, log 0.25)

              let draw seed =
                  use noise = generator seed
                  numbers (Bottleneck.Draw(mean, logVariance, noise))

              let values = draw 1L
              let average, error = meanAndError values
              Expect.isLessThan (abs (average - 3.0)) (4.0 * error) "mean"
              let variance = values |> Array.averageBy (fun v -> (v - 3.0) ** 2.0)
              Expect.isLessThan (abs (variance / 0.25 - 1.0)) (4.0 * sqrt (2.0 / float n)) "variance"
              Expect.equal (draw 1L) values "equal generators"
              Expect.notEqual (draw 2L) values "another generator")
          torchTest "draws pass gradients to mean and log-variance: ∂z/∂μ = 1, ∂z/∂v = (z − μ)/2" (fun () ->
              let mean = torch.zeros (4L, 3L, requires_grad = true)
              let logVariance = torch.full(4L, 3L, 0.7).requires_grad_ true
              use noise = generator 1L
              let z = Bottleneck.Draw(mean, logVariance, noise)
              z.sum().backward()
              Expect.equal (numbers (Unchecked.nonNull mean.grad)) (Array.create 12 1.0) "mean"
              let halves = numbers z |> Array.map (fun z -> z / 2.0)
              Expect.isTrue (allClose 1e-6 halves (numbers (Unchecked.nonNull logVariance.grad))) "log-variance")
          torchTest "without a log-variance a draw is the mean" (fun () ->
              use noise = generator 1L
              let mean = torch.ones (2L, 2L)
              Expect.equal (numbers (Bottleneck.Draw(mean, null, noise))) (numbers mean) "a point") ]
