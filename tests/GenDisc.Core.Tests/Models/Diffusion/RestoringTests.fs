module GenDisc.Core.Tests.Models.Diffusion.RestoringTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Diffusion.Gaussians

/// What is filled in for the first of two numbers where the second is 0, float64.
let private filled (infilling: Infilling) n =
    use draws = generator 9L
    let known = torch.zeros (int64 n, 2L, dtype = torch.float64)
    let seen = torch.tensor([| false; true |]).expand(int64 n, 2L)

    let noise () =
        torch.randn (int64 n, 2L, dtype = torch.float64, generator = draws)

    infilling.Run(exact (pair ()) (NoiseSchedule.Cosine 200), known, seen, noise)

let private model () =
    let net = network 2 0 3L
    let options = options [ 2 ] DiffusionTarget.Velocity 0 false (Sampling.Ddim 8)
    new HybridModel([| DiffusionStage(diffusionOf net (NoiseSchedule.Cosine 50) options) |])

let private vectors n =
    let stream = GenDisc.Core.Runtime.RandomStream(1L, "vectors")

    Dataset.OfValues(
        "vectors",
        [ 2 ],
        memory (Array.map float32 (gaussians stream (2 * n))),
        memory (Array.zeroCreate n),
        [ "all" ]
    )

let tests =
    testList
        "Restoring by diffusion"
        [ torchTest "what is seen stays, and what is not has the conditional mean and variance" (fun () ->
              let n = 4000
              let x = filled (Infilling(50, 8)) n
              Expect.all (numbers (x.select (1L, 1L))) (fun v -> v = 0.0) "seen, to the bit"
              let first = numbers (x.select (1L, 0L))
              let mean, error = meanAndError first
              // 0.5 + 0.6 / 0.5 (0 + 1), and 1 − 0.6² / 0.5; the joint mean is 0.5
              Expect.isLessThan (abs (mean - 1.7)) (4.5 * error + 0.08) $"mean {mean}"
              Expect.isLessThan (abs (error ** 2.0 * float n - 0.28)) 0.06 "variance"
              let once, _ = meanAndError (numbers ((filled (Infilling(50, 1)) n).select(1L, 0L)))
              Expect.isLessThan (abs (mean - 1.7)) (abs (once - 1.7)) "going back helps")

          torchTest "in-filling stops when asked to" (fun () ->
              let known = torch.zeros (1L, 2L)
              let seen = torch.tensor [| false; true |]

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      Infilling(5)
                          .Run(
                              exact (pair ()) (NoiseSchedule.Cosine 20),
                              known,
                              seen,
                              (fun () -> torch.zeros (1L, 2L)),
                              null,
                              CancellationToken true
                          )
                      |> ignore)
                  "stopped")

          torchTest "of noise that is known one look is the posterior mean, and more keep the variance" (fun () ->
              let g, schedule = pair (), NoiseSchedule.Cosine 1000
              let step = 300
              let deviation = schedule.Noise step / schedule.Signal step
              let x = normals 4L 4000 2
              let data = g.Mean + (x * g.Variances.sqrt ()).matmul(g.Axes.t ())
              let noisy = data + normals 5L 4000 2 * deviation
              let denoiser = exact g schedule
              let mean = Denoising().Run(denoiser, noisy, deviation)
              let expected = optimal g schedule step (noisy * schedule.Signal step)
              Expect.equal (numbers mean) (numbers expected) "E[x₀ | x_t]"
              let many = Denoising(100).Run(denoiser, noisy, deviation)
              let off (t: torch.Tensor) = single ((t - data).square().mean())
              Expect.isLessThan (off mean) (off many) "the mean is nearest"
              Expect.isLessThan (off many) (off noisy) "better than nothing"
              let spread (t: torch.Tensor) = single (covariance(t).trace())
              Expect.isLessThan (abs (spread many - 1.5)) 0.12 "what the flow leaves looks like data"
              Expect.isLessThan (spread mean) 1.4 "means look less various"
              Expect.equal (numbers (Denoising().Run(denoiser, noisy, 0.0))) (numbers noisy) "no noise")

          torchTest "a model reconstructs each example by itself, in the same way each time" (fun () ->
              use model = model ()
              model.eval ()
              let x = (normals 1L 6 2).``to`` torch.float32
              let whole = model.Reconstruct x
              Expect.equal (numbers (model.Reconstruct x)) (numbers whole) "again"
              Expect.equal whole.shape x.shape "shape"
              let some = model.Reconstruct(x.narrow (0L, 2L, 3L))

              Expect.isTrue
                  (allClose 1e-5 (numbers some) (numbers (whole.narrow (0L, 2L, 3L))))
                  "whatever else is there")

          torchTest "filled in rows keep what is seen, and depend on the row and the stream alone" (fun () ->
              use model = model ()
              let data = vectors 6
              let seen = Array.init 12 (fun i -> i % 2 = 0)

              let fill (rows: int array) stream =
                  Restoration
                      .Infill(model, data, memory rows, seen, [| 0f; 0f |], torch.CPU, CancellationToken.None, stream)
                      .Values.ToArray()

              let whole = fill [| 0..5 |] "a"
              let some = fill [| 4; 1 |] "a"
              let other = fill [| 0..5 |] "b"

              for row in 0..5 do
                  Expect.equal whole[2 * row] data.Values.Span[2 * row] "seen"
                  Expect.notEqual whole[2 * row + 1] data.Values.Span[2 * row + 1] "not seen"
                  Expect.notEqual whole[2 * row + 1] other[2 * row + 1] "other draws"

              for row in [ 4; 1 ] do
                  Expect.isTrue (close 1e-4 (float some[2 * row + 1]) (float whole[2 * row + 1])) "whichever others")

          torchTest "known noise is taken off in the units of the data" (fun () ->
              use model = model ()
              let diffusion = Unchecked.nonNull model.Diffusion
              diffusion.StartFrom(torch.tensor (array2D [ [ -3.0f; -3.0f ]; [ 3.0f; 3.0f ] ]))
              Expect.isTrue (close 1e-6 (diffusion.DeviationOnScale 1.5) 0.5) "a third"
              let x = (normals 1L 6 2).``to`` torch.float32
              let found = numbers (model.Denoise(x, 1.5))
              let schedule = diffusion.Schedule
              let step = schedule.StepOf 0.5
              let clean = diffusion.At(x / 3.0 * schedule.Signal step, step, null)
              Expect.isTrue (allClose 1e-5 found (numbers (clean.Data * 3.0))) "one look") ]
