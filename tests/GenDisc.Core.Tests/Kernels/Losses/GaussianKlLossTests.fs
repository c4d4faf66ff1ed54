module GenDisc.Core.Tests.Kernels.Losses.GaussianKlLossTests

open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private posterior rows latent stream =
    singles [ rows; 2 * latent ] (gaussians stream (2 * rows * latent))

let private perExample (posterior: torch.Tensor) =
    let halves = posterior.chunk (2L, 1L)
    GaussianKl.PerExample(halves[0], halves[1])

let tests =
    testList
        "GaussianKlLoss"
        [ kernelLaw "is Σ KL in double precision" (fun rows latent stream ->
              let p = posterior rows latent stream
              close 3e-7 (single (perExample(doubled p).sum())) (GaussianKlLoss.Sum(p, 1.0, null)))
          kernelLaw "has the gradient of the KL" (fun rows latent stream ->
              let p = posterior rows latent stream
              let g = torch.empty_like p
              GaussianKlLoss.Sum(p, 0.25, g) |> ignore
              allSame 5e-7 (gradientOf (fun p -> perExample p * 0.25) (doubled p)) g)
          kernelLaw "agrees with its twin" (fun rows latent stream ->
              let p = posterior rows latent stream
              let kernel, twin = torch.empty_like p, torch.empty_like p

              close 2e-6 (GaussianKlLoss.Twin(p, 0.5, twin)) (GaussianKlLoss.Sum(p, 0.5, kernel))
              && allSame 5e-7 twin kernel)
          torchTest "meets extreme and undefined posteriors as its twin does" (fun () ->
              let extremes = [ nan; infinity; -infinity; 100.0; -100.0; 88.5; -88.5; 0.0 ]

              for mean, logVariance in List.allPairs extremes extremes do
                  for latent in [ 1; 8; 11 ] do
                      let filled v =
                          Array.init latent (fun i -> if i = latent - 1 then v else 0.25)

                      let p = singles [ 1; 2 * latent ] (Array.append (filled mean) (filled logVariance))
                      let kernel, twin = torch.empty_like p, torch.empty_like p
                      let a, b = GaussianKlLoss.Sum(p, 2.0, kernel), GaussianKlLoss.Twin(p, 2.0, twin)
                      Expect.isTrue (same 1e-6 a b) $"μ {mean}, log σ² {logVariance}, {latent}: {a} and {b}"
                      Expect.isTrue (allSame 1e-6 kernel twin) $"gradient at μ {mean}, log σ² {logVariance}, {latent}")
          torchTest "is zero at the prior" (fun () ->
              let p = torch.zeros (3, 10)
              let g = torch.ones_like p
              Expect.equal (GaussianKlLoss.Sum(p, 1.0, g)) 0.0 "q = p"
              Expect.all (numbers g) ((=) 0.0) "and flat")
          torchTest "fits only what it can read" (fun () ->
              Expect.isTrue (GaussianKlLoss.Fits(torch.zeros (4, 6))) "contiguous float32"
              Expect.isFalse (GaussianKlLoss.Fits(torch.zeros(6, 4).t())) "transposed"
              Expect.isFalse (GaussianKlLoss.Fits(torch.zeros (4, 5))) "no halves"
              Expect.isFalse (GaussianKlLoss.Fits(torch.zeros 6L)) "no batch"
              Expect.isFalse (GaussianKlLoss.Fits(torch.zeros ([| 4L; 6L |], dtype = torch.float64))) "double")
          torchTest "allocates nothing" (fun () ->
              let p = posterior 128 50 (init 1L)
              let g = torch.empty_like p
              Expect.equal (allocated (fun () -> GaussianKlLoss.Sum(p, 1.0, g) |> ignore)) 0L "bytes a call") ]

let alone =
    torchTest "GaussianKlLoss: equal bits for any number of threads" (fun () ->
        let p = posterior 300 50 (init 1L)

        expectSameOnThreads (fun () ->
            let g = torch.empty_like p
            [ GaussianKlLoss.Sum(p, 0.1, g) ], g))
