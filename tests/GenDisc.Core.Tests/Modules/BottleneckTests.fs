module GenDisc.Core.Tests.Modules.BottleneckTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private build variational kernels =
    let stream = init 1L

    new Bottleneck(
        BottleneckOptions(4, 2, variational, kernels),
        nets [ Pure.Reshape [| 4L |] ],
        nets [ new Affine(2, 6, stream); Pure.Reshape [| 1L; 2L; 3L |] ],
        new BernoulliLikelihood(),
        stream
    )

let tests =
    testList
        "Bottleneck"
        [ torchTest "a VAE gives mean and log-variance side by side, an autoencoder a point" (fun () ->
              let x = torch.ones (5L, 2L, 2L)
              use vae = build true true
              Expect.equal (vae.Posterior x).shape [| 5L; 4L |] "two halves"
              use point = build false true
              Expect.equal (point.Posterior x).shape [| 5L; 2L |] "a point")
          torchTest "decodes to the shape of the data" (fun () ->
              use vae = build true true
              Expect.equal (vae.Decode(torch.zeros (5L, 2L)).shape) [| 5L; 1L; 2L; 3L |] "shape")
          torchTest "draws have the posterior's mean and variance, and repeat" (fun () ->
              for kernels in [ true; false ] do
                  use vae = build true kernels
                  let n = 10000L
                  let mean, logVariance = torch.full (n, 2L, 3.0), torch.full (n, 2L, log 0.25)
                  let posterior = torch.cat([| mean; logVariance |], 1L).``to`` torch.float32

                  let draw seed =
                      use noise = generator seed
                      numbers (vae.Draw(posterior, noise))

                  let values = draw 1L
                  let average, error = meanAndError values
                  Expect.isLessThan (abs (average - 3.0)) (4.0 * error) "mean"
                  let variance = values |> Array.averageBy (fun v -> (v - 3.0) ** 2.0)
                  Expect.isLessThan (abs (variance / 0.25 - 1.0)) (4.0 * sqrt (2.0 / float (2L * n))) "variance"
                  Expect.equal (draw 1L) values "equal generators"
                  Expect.notEqual (draw 2L) values "another generator")
          torchTest "draws pass gradients to mean and log-variance: ∂z/∂μ = 1, ∂z/∂v = (z − μ)/2" (fun () ->
              for kernels in [ true; false ] do
                  use vae = build true kernels
                  let halves = torch.cat ([| torch.zeros (4L, 2L); torch.full (4L, 2L, 0.7f) |], 1L)
                  let posterior = halves.requires_grad_ true
                  use noise = generator 1L
                  let z = vae.Draw(posterior, noise)
                  z.sum().backward()
                  let slope = Unchecked.nonNull posterior.grad
                  Expect.equal (numbers (slope.narrow (1, 0L, 2L))) (Array.create 8 1.0) "mean"
                  let halves = numbers z |> Array.map (fun z -> z / 2.0)
                  Expect.isTrue (allClose 1e-6 halves (numbers (slope.narrow (1, 2L, 2L)))) "log-variance")
          torchTest "the draw of an autoencoder is its point" (fun () ->
              use noise = generator 1L
              use autoencoder = build false true
              let point = torch.ones (2L, 2L)
              Expect.equal (numbers (autoencoder.Draw(point, noise))) (numbers point) "a point") ]
