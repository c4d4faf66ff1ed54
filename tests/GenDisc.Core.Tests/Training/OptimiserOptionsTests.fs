module GenDisc.Core.Tests.Training.OptimiserOptionsTests

open Expecto
open TorchSharp
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building

/// A parameter that starts at 2, after each of some steps whose gradient is always 3.
let private path (options: OptimiserOptions) steps =
    use p = new Modules.Parameter(torch.tensor [| 2.0 |])
    use optimiser = options.Build [ p ]

    [ for _ in 1..steps do
          optimiser.zero_grad ()
          (p * torch.tensor 3.0).sum().backward()
          optimiser.step () |> ignore
          single p ]

let private isNear expected actual what =
    Expect.isTrue (List.forall2 (close 1e-6) expected actual) $"{what}: {actual}, expected {expected}"

let tests =
    testList
        "OptimiserOptions"
        [ torchTest "SGD is θ − rate v, v ← momentum v + g" (fun () ->
              isNear [ 1.7; 1.4 ] (path (OptimiserOptions(OptimiserKind.Sgd, 0.1)) 2) "plain"
              isNear [ 1.7; 1.25 ] (path (OptimiserOptions(OptimiserKind.Sgd, 0.1, 0.5)) 2) "momentum"
              // g + 0.5 θ: 4, then 3.8.
              isNear [ 1.6; 1.22 ] (path (OptimiserOptions(OptimiserKind.Sgd, 0.1, 0.0, 0.5)) 2) "weight decay")
          torchTest "Adam moves by the rate while the gradient stays" (fun () ->
              isNear [ 1.9; 1.8 ] (path (OptimiserOptions(OptimiserKind.Adam, 0.1)) 2) "plain"

              isNear
                  [ 1.9 ]
                  (path (OptimiserOptions(OptimiserKind.Adam, 0.1, 0.0, 0.5)) 1)
                  "an L2 penalty is scaled away")
          torchTest "AdamW shrinks by rate × decay beside the gradient" (fun () ->
              // 2 (1 − 0.05) − 0.1, then the same again.
              isNear [ 1.8; 1.61 ] (path (OptimiserOptions(OptimiserKind.AdamW, 0.1, 0.0, 0.5)) 2) "decoupled") ]
