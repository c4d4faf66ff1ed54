module GenDisc.Core.Tests.Kernels.Losses.BernoulliLossTests

open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private case rows width stream =
    let n = rows * width
    singles [ rows; width ] (gaussians stream n |> Array.map ((*) 5.0)), singles [ rows; width ] (uniforms stream n)

let private extremes =
    [ for l in [ nan; infinity; -infinity; 100.0; -100.0; 1e4; -1e4; 0.0; -0.0 ] do
          for x in [ 0.0; 0.5; 1.0 ] do
              l, x ]

let tests =
    testList
        "BernoulliLoss"
        [ kernelLaw "is −Σ log p(x|l) in double precision" (fun rows width stream ->
              let l, x = case rows width stream

              let exact =
                  -(BernoulliLogLikelihood.PerExample(doubled l, doubled x).sum() |> single)

              close 3e-7 exact (BernoulliLoss.Sum(l, x, 1.0, null)))
          kernelLaw "has the gradient of the log-likelihood" (fun rows width stream ->
              let l, x = case rows width stream
              let g = torch.empty_like l
              BernoulliLoss.Sum(l, x, -0.25, g) |> ignore

              let exact =
                  gradientOf (fun l -> BernoulliLogLikelihood.PerExample(l, doubled x) * 0.25) (doubled l)

              allSame 2e-7 exact g)
          kernelLaw "agrees with its twin" (fun rows width stream ->
              let l, x = case rows width stream
              let kernel, twin = torch.empty_like l, torch.empty_like l

              close 2e-6 (BernoulliLoss.Twin(l, x, 0.5, twin)) (BernoulliLoss.Sum(l, x, 0.5, kernel))
              && allSame 3e-7 twin kernel)
          torchTest "meets extreme and undefined logits as its twin does" (fun () ->
              for l, x in extremes do
                  for n in [ 1; 8; 11 ] do
                      // The odd one out last: in the vector or in what is left over.
                      let filled v =
                          Array.init n (fun i -> if i = n - 1 then v else 0.25)

                      let l', x' = singles [ n ] (filled l), singles [ n ] (filled x)
                      let kernel, twin = torch.empty_like l', torch.empty_like l'

                      let a, b =
                          BernoulliLoss.Sum(l', x', 2.0, kernel), BernoulliLoss.Twin(l', x', 2.0, twin)

                      Expect.isTrue (same 1e-6 a b) $"l {l}, x {x}, {n} numbers: {a} and {b}"
                      Expect.isTrue (allSame 1e-6 kernel twin) $"gradient at l {l}, x {x}, {n} numbers")
          torchTest "writes only its gradient" (fun () ->
              let room = torch.full (30L, 7.0)
              let l = singles [ 11 ] (Array.init 11 float)

              BernoulliLoss.Sum(l, torch.zeros_like l, 1.0, room.narrow (0, 8L, 11L))
              |> ignore

              let values = numbers room
              Expect.all (Array.append values[..7] values[19..]) ((=) 7.0) "around it"
              Expect.all values[8..18] ((<>) 7.0) "in it")
          torchTest "fits only what it can read" (fun () ->
              let l = torch.zeros (4, 6)
              Expect.isTrue (BernoulliLoss.Fits(l, torch.zeros (4, 6))) "contiguous float32"
              Expect.isFalse (BernoulliLoss.Fits(torch.zeros(6, 4).t(), l)) "transposed"
              Expect.isFalse (BernoulliLoss.Fits(l, torch.zeros([| 4L; 6L; 2L |]).select(2, 0))) "strided"
              Expect.isFalse (BernoulliLoss.Fits(l, torch.zeros (4, 5))) "another shape"
              Expect.isFalse (BernoulliLoss.Fits(l, torch.zeros 24L)) "another rank"
              Expect.isFalse (BernoulliLoss.Fits(l, torch.zeros ([| 4L; 6L |], dtype = torch.float64))) "double"

              Expect.throwsT<System.ArgumentException>
                  (fun () -> BernoulliLoss.Sum(l, l, 1.0, torch.zeros (6, 4)) |> ignore)
                  "a gradient of another shape")
          torchTest "an empty batch costs nothing" (fun () ->
              let l = torch.zeros (0, 6)
              Expect.equal (BernoulliLoss.Sum(l, l, 1.0, l)) 0.0 "sum")
          torchTest "allocates nothing" (fun () ->
              let l, x = case 20 784 (init 1L)
              let g = torch.empty_like l
              Expect.equal (allocated (fun () -> BernoulliLoss.Sum(l, x, 1.0, g) |> ignore)) 0L "bytes a call") ]

let alone =
    torchTest "BernoulliLoss: equal bits for any number of threads" (fun () ->
        let l, x = case 50 784 (init 1L)

        expectSameOnThreads (fun () ->
            let g = torch.empty_like l
            [ BernoulliLoss.Sum(l, x, 0.1, g) ], g))
