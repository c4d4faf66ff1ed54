module GenDisc.Core.Tests.Kernels.Losses.CrossEntropyLossTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Runtime
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private case rows classes (stream: RandomStream) =
    singles [ rows; classes ] (gaussians stream (rows * classes) |> Array.map ((*) 4.0)),
    torch.tensor (Array.init rows (fun _ -> int64 (stream.NextInt classes)))

let private sum (l: torch.Tensor) y scale (g: torch.Tensor | null) =
    let mutable correct = 0
    let sum = CrossEntropyLoss.Sum(l, y, scale, g, &correct)
    struct (sum, correct)

let private twin (l: torch.Tensor) y scale (g: torch.Tensor | null) =
    let mutable correct = 0
    let sum = CrossEntropyLoss.Twin(l, y, scale, g, &correct)
    struct (sum, correct)

let private agree tolerance (l: torch.Tensor) y =
    let gradient, expected = torch.empty_like l, torch.empty_like l
    let struct (a, right) = sum l y 0.5 gradient
    let struct (b, expectedRight) = twin l y 0.5 expected

    same tolerance a b
    && right = expectedRight
    && allSame tolerance gradient expected

let tests =
    testList
        "CrossEntropyLoss"
        [ kernelLaw "is −Σ log softmax(l)_y in double precision" (fun rows classes stream ->
              let l, y = case rows classes stream
              let struct (value, _) = sum l y 1.0 null
              close 4e-7 (single (CrossEntropy.PerExample(doubled l, y).sum())) value)
          kernelLaw "has the gradient of the cross-entropy" (fun rows classes stream ->
              let l, y = case rows classes stream
              let g = torch.empty_like l
              sum l y 0.25 g |> ignore
              allSame 3e-7 (gradientOf (fun l -> CrossEntropy.PerExample(l, y) * 0.25) (doubled l)) g)
          kernelLaw "agrees with its twin" (fun rows classes stream ->
              let l, y = case rows classes stream
              agree 2e-6 l y)
          kernelLaw "counts as right the first of equal largest logits" (fun rows classes stream ->
              let _, y = case rows classes stream

              let l =
                  singles [ rows; classes ] (Array.init (rows * classes) (fun _ -> float (stream.NextInt 3)))

              agree 2e-6 l y)
          torchTest "meets extreme and undefined logits as its twin does" (fun () ->
              let extremes = [ nan; infinity; -infinity; 100.0; -100.0; 1e4; -1e4; 0.0 ]

              for classes in [ 1; 3; 8; 11 ] do
                  for a, b in List.allPairs extremes extremes do
                      for label in List.distinct [ 0; classes / 2; classes - 1 ] do
                          let row =
                              Array.init classes (fun k ->
                                  if k = 0 then a
                                  elif k = classes - 1 then b
                                  else 0.5)

                          let l = singles [ 1; classes ] row

                          Expect.isTrue
                              (agree 2e-6 l (torch.tensor [| int64 label |]))
                              $"{a} … {b} of {classes}, label {label}"

              for v in extremes do
                  Expect.isTrue (agree 2e-6 (torch.full (2L, 9L, v)) (torch.tensor [| 0L; 8L |])) $"all {v}")
          torchTest "a label outside the classes is refused" (fun () ->
              let l = torch.zeros (3, 4)

              for label in [ -1L; 4L; Int64.MinValue; Int64.MaxValue; 1L <<< 32 ] do
                  let y = torch.tensor [| 0L; label; 3L |]

                  for f in [ sum; twin ] do
                      Expect.throwsT<ArgumentOutOfRangeException> (fun () -> f l y 1.0 null |> ignore) $"{label}")
          torchTest "fits only what it can read" (fun () ->
              let l, y = torch.zeros (4, 6), torch.zeros (4L, dtype = torch.int64)
              Expect.isTrue (CrossEntropyLoss.Fits(l, y)) "contiguous"
              Expect.isFalse (CrossEntropyLoss.Fits(torch.zeros(6, 4).t(), y)) "transposed"
              Expect.isFalse (CrossEntropyLoss.Fits(l, torch.zeros (5L, dtype = torch.int64))) "another batch"
              Expect.isFalse (CrossEntropyLoss.Fits(l, torch.zeros (4L, dtype = torch.int32))) "int32"

              Expect.isFalse
                  (CrossEntropyLoss.Fits(l, torch.zeros([| 4L; 2L |], dtype = torch.int64).select(1, 0)))
                  "strided"

              Expect.isFalse (CrossEntropyLoss.Fits(torch.zeros (4, 0), y)) "no classes")
          torchTest "an empty batch costs nothing" (fun () ->
              let l, y = torch.zeros (0, 6), torch.zeros (0L, dtype = torch.int64)
              Expect.equal (sum l y 1.0 l) (struct (0.0, 0)) "kernel"
              Expect.equal (twin l y 1.0 l) (struct (0.0, 0)) "twin")
          torchTest "allocates nothing" (fun () ->
              let l, y = case 128 10 (init 1L)
              let g = torch.empty_like l
              Expect.equal (allocated (fun () -> sum l y 1.0 g |> ignore)) 0L "bytes a call") ]

let alone =
    torchTest "CrossEntropyLoss: equal bits for any number of threads" (fun () ->
        let l, y = case 2000 10 (init 1L)

        expectSameOnThreads (fun () ->
            let g = torch.empty_like l
            let struct (value, correct) = sum l y 0.1 g
            [ value; float correct ], g))
