module GenDisc.Core.Tests.Kernels.Losses.LatentDrawTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Autograd
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private case rows latent stream =
    singles [ rows; 2 * latent ] (gaussians stream (2 * rows * latent)),
    singles [ rows; latent ] (gaussians stream (rows * latent))

/// z and the gradient of Σ w z, for weights that differ everywhere.
let private through (draw: torch.Tensor * torch.Tensor -> torch.Tensor) (p: torch.Tensor) (epsilon: torch.Tensor) =
    let p = p.detach().clone().requires_grad_ true
    let z = draw (p, epsilon)

    let weights =
        torch.arange(z.numel (), dtype = torch.float32).reshape(z.shape).sin().``to`` z.dtype

    (z * weights).sum().backward()
    GradientNode.ThrowIfFailed()
    z.detach (), Unchecked.nonNull p.grad

let tests =
    testList
        "LatentDraw"
        [ kernelLaw "agrees with its twin in double precision, gradient included" (fun rows latent stream ->
              let p, epsilon = case rows latent stream
              let z, g = through LatentDraw.Apply p epsilon
              let z', g' = through LatentDraw.Twin (doubled p) (doubled epsilon)
              allSame 5e-7 z z' && allSame 5e-7 g g')
          torchTest "takes a gradient of any strides" (fun () ->
              let p, epsilon = case 5 11 (init 1L)

              let g draw =
                  gradientOf (fun p -> (draw (p, epsilon): torch.Tensor).t().contiguous().exp()) p

              let broadcast draw = gradientOf draw p
              Expect.isTrue (allSame 1e-6 (g LatentDraw.Apply) (g LatentDraw.Twin)) "transposed"

              Expect.isTrue
                  (allSame
                      1e-6
                      (broadcast (fun p -> LatentDraw.Apply(p, epsilon)))
                      (broadcast (fun p -> LatentDraw.Twin(p, epsilon))))
                  "one number broadcast")
          torchTest "meets extreme and undefined posteriors as its twin does" (fun () ->
              let extremes = [ nan; infinity; -infinity; 100.0; -100.0; 200.0; 0.0 ]

              for mean, logVariance in List.allPairs extremes extremes do
                  for latent in [ 1; 8; 11 ] do
                      let filled v =
                          Array.init latent (fun i -> if i = latent - 1 then v else 0.25)

                      let p = singles [ 1; 2 * latent ] (Array.append (filled mean) (filled logVariance))
                      let epsilon = torch.full (1L, int64 latent, 0.5)
                      let z, g = through LatentDraw.Apply p epsilon
                      let z', g' = through LatentDraw.Twin p epsilon

                      Expect.isTrue
                          (allSame 1e-6 z z' && allSame 1e-6 g g')
                          $"μ {mean}, log σ² {logVariance}, {latent}")
          torchTest "records nothing where no one asks" (fun () ->
              let p, epsilon = case 3 4 (init 1L)
              Expect.isFalse (LatentDraw.Apply(p, epsilon).requires_grad) "a constant"
              let p = p.requires_grad_ true
              Expect.isTrue (LatentDraw.Apply(p, epsilon).requires_grad) "a variable"
              use _ = torch.no_grad ()
              Expect.isFalse (LatentDraw.Apply(p, epsilon).requires_grad) "under no_grad")
          torchTest "a graph may be walked twice" (fun () ->
              let p, epsilon = case 3 9 (init 1L)
              let p = p.requires_grad_ true
              let z = LatentDraw.Apply(p, epsilon).sum()
              z.backward (retain_graph = true)
              let once = numbers (Unchecked.nonNull p.grad)
              z.backward ()
              Expect.equal (numbers (Unchecked.nonNull p.grad)) (once |> Array.map ((*) 2.0)) "twice the gradient")
          torchTest "fits only what it can read" (fun () ->
              let p, epsilon = torch.zeros (4, 6), torch.zeros (4, 3)
              Expect.isTrue (LatentDraw.Fits(p, epsilon)) "contiguous float32"
              Expect.isFalse (LatentDraw.Fits(torch.zeros(6, 4).t(), epsilon)) "transposed"
              Expect.isFalse (LatentDraw.Fits(p, torch.zeros (4, 6))) "another width"
              Expect.isFalse (LatentDraw.Fits(p, torch.zeros (3, 3))) "another batch"
              Expect.isFalse (LatentDraw.Fits(p, epsilon.clone().requires_grad_ true)) "noise with a gradient")
          torchTest "allocates little: the managed faces of its tensors" (fun () ->
              let p, epsilon = case 128 20 (init 1L)
              let p = p.requires_grad_ true
              let dz = [| torch.ones_like epsilon |]

              let bytes =
                  allocated (fun () ->
                      use _scope = torch.NewDisposeScope()
                      LatentDraw.Apply(p, epsilon).backward dz)

              Expect.isLessThan bytes 1500L "bytes a call") ]

let alone =
    torchTest "LatentDraw: equal bits for any number of threads" (fun () ->
        let p, epsilon = case 300 50 (init 1L)

        expectSameOnThreads (fun () ->
            let z, g = through LatentDraw.Apply p epsilon
            [], torch.cat ([| z; g |], 1L)))
