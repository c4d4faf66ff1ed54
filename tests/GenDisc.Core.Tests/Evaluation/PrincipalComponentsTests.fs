module GenDisc.Core.Tests.Evaluation.PrincipalComponentsTests

open Expecto
open TorchSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

/// The corners of a box with sides 6, 4 and 2 around (7, 8, 9), turned by `rotation`: variances 9, 4 and 1.
let private box (rotation: torch.Tensor) =
    let corners =
        [| for x in [ -3.0; 3.0 ] do
               for y in [ -2.0; 2.0 ] do
                   for z in [ -1.0; 1.0 ] do
                       yield! [ x; y; z ] |]

    (tensorOf [ 8; 3 ] corners).mm(rotation) + tensorOf [ 1; 3 ] [| 7.0; 8.0; 9.0 |]

let private turn seed =
    let struct (q, _) =
        torch.linalg.qr (tensorOf [ 3; 3 ] (gaussians (RandomStream(seed, "turn")) 9))

    q

let tests =
    testList
        "PrincipalComponents"
        [ torchTest "finds known axes, variances and coordinates" (fun () ->
              let pca = PrincipalComponents.OfRows(box (torch.eye (3L, dtype = torch.float64)))
              Expect.isTrue (allClose 1e-12 [| 9.0 / 14.0; 4.0 / 14.0 |] pca.Explained) "shares"

              let expected =
                  [| for x in [ -3.0; 3.0 ] do
                         for y in [ -2.0; 2.0 ] do
                             for _ in 1..2 do
                                 [| x; y |] |]

              Expect.isTrue (Array.forall2 (allClose 1e-12) expected pca.Points) "coordinates along positive axes")
          torchTest "turning the data changes neither shares nor distances" (fun () ->
              for seed in 1L .. 20L do
                  let pca = PrincipalComponents.OfRows(box (turn seed))
                  Expect.isTrue (allClose 1e-10 [| 9.0 / 14.0; 4.0 / 14.0 |] pca.Explained) "shares"

                  for p in pca.Points do
                      Expect.isTrue (allClose 1e-10 [| 3.0; 2.0 |] (Array.map abs p)) "coordinates but for signs")
          torchTest "directions are signed by their largest entry" (fun () ->
              // The longest axis is (-0.8, 0.6, 0), whose largest entry is negative: it is turned round.
              let rotation = tensorOf [ 3; 3 ] [| -0.8; 0.6; 0.0; 0.6; 0.8; 0.0; 0.0; 0.0; 1.0 |]

              let pca = PrincipalComponents.OfRows(box rotation)
              let firsts = pca.Points |> Array.map Array.head
              Expect.isTrue (allClose 1e-10 (Array.append (Array.create 4 3.0) (Array.create 4 -3.0)) firsts) "signs"
              let seconds = pca.Points |> Array.map Array.last
              Expect.isTrue (allClose 1e-10 [| -2.0; -2.0; 2.0; 2.0; -2.0; -2.0; 2.0; 2.0 |] seconds) "signs")
          torchTest "coordinates are centred and single precision will do" (fun () ->
              let pca = PrincipalComponents.OfRows((box (turn 3L)).``to`` torch.float32)
              Expect.isLessThan (abs (pca.Points |> Array.averageBy Array.head)) 1e-6 "centred"
              Expect.isTrue (allClose 1e-5 [| 9.0 / 14.0; 4.0 / 14.0 |] pca.Explained) "shares")
          torchTest "rows wider than they are many have the same picture" (fun () ->
              let rows = box (turn 4L)

              let wide =
                  torch.cat ([| torch.zeros (8L, 5L, dtype = torch.float64); rows; torch.ones (8L, 4L) |], 1L)

              let narrow, broad = PrincipalComponents.OfRows rows, PrincipalComponents.OfRows wide
              Expect.isTrue (allClose 1e-12 narrow.Explained broad.Explained) "shares"
              Expect.isTrue (Array.forall2 (allClose 1e-10) narrow.Points broad.Points) "coordinates")
          torchTest "equal rows explain nothing and lie at the centre" (fun () ->
              let pca = PrincipalComponents.OfRows(torch.ones (5L, 3L))
              Expect.equal pca.Explained [| 0.0; 0.0 |] "shares"
              Expect.all (Array.concat pca.Points) ((=) 0.0) "points") ]
