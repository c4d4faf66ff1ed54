/// What tests of optimisers share.
module GenDisc.Core.Tests.Kernels.Optimisers.Updating

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Kernels.Optimisers
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building

/// Parameters under a fused update beside equal ones under its twin.
type Pair(options: OptimiserOptions, start: torch.Tensor list) =
    let copy () =
        start |> List.map (fun t -> new Modules.Parameter(t.clone ()))

    let ours = copy ()
    let theirs = copy ()
    let fused = ParameterUpdate.For(options, Array.ofList ours, true)
    let twin = ParameterUpdate.For(options, Array.ofList theirs, false)
    member _.Parameters = ours @ theirs
    member _.Fused = fused
    member _.Twin = twin

    /// A step with these gradients, where there are any.
    member _.Step(gradients: torch.Tensor option list, rate: float, scale: float) =
        for parameters, update in [ ours, fused; theirs, twin ] do
            for p, g in List.zip parameters gradients do
                g |> Option.iter (fun g -> p.grad <- g.clone ())

            update.Step(rate, scale)

    /// Whether both have come to the same values.
    member _.Agrees(tolerance: float) =
        let near (a: float) (b: float) =
            a = b || (Double.IsNaN a && Double.IsNaN b) || close tolerance a b

        List.forall2
            (fun (a: Modules.Parameter) (b: Modules.Parameter) -> Array.forall2 near (numbers a) (numbers b))
            ours
            theirs

    interface IDisposable with
        member _.Dispose() =
            fused.Dispose()
            twin.Dispose()

let normal (source: torch.Generator) (shape: int list) =
    torch.randn (shape |> List.map int64 |> Array.ofList, generator = source)

/// A gradient of that shape; on request with the strides of a transposed one.
let gradient source isTransposed (shape: int list) =
    match shape with
    | [ rows; columns ] when isTransposed -> (normal source [ columns; rows ]).t()
    | _ -> normal source shape

let hasGradient (p: Modules.Parameter) = not (isNull p.grad)

let kinds =
    [ OptimiserOptions(OptimiserKind.Adam, 0.1)
      OptimiserOptions(OptimiserKind.Adam, 0.1, 0.0, 0.3)
      OptimiserOptions(OptimiserKind.AdamW, 0.1)
      OptimiserOptions(OptimiserKind.AdamW, 0.1, 0.0, 0.3)
      OptimiserOptions(OptimiserKind.Sgd, 0.1)
      OptimiserOptions(OptimiserKind.Sgd, 0.1, 0.0, 0.3)
      OptimiserOptions(OptimiserKind.Sgd, 0.1, 0.9)
      OptimiserOptions(OptimiserKind.Sgd, 0.1, 0.9, 0.3) ]

/// Around the width of a vector, and of many vectors.
let private side =
    Gen.frequency [ 2, Gen.elements [ 1; 7; 8; 9; 15; 16; 17 ]; 1, Gen.choose (1, 200) ]

/// Parameters that end before, at and beyond the border of a block are among them.
let private shape =
    Gen.frequency
        [ 4, side |> Gen.map (fun n -> [ n ])
          3, Gen.two side |> Gen.map (fun (rows, columns) -> [ rows; columns ])
          1, Gen.constant []
          1, Gen.constant [ 0 ]
          1, Gen.constant [ 2; 3; 5; 5 ]
          2, Gen.elements [ 16383; 16384; 16385; 50021 ] |> Gen.map (fun n -> [ n ]) ]

/// Checks a law of some options, shapes, a number of steps and a seed.
let law cases name (check: OptimiserOptions -> int list list -> int -> int64 -> bool) =
    let inputs =
        Gen.zip3
            (Gen.elements kinds)
            (Gen.nonEmptyListOf shape |> Gen.resize 6)
            (Gen.zip (Gen.choose (1, 12)) (Gen.choose (0, 100000)))
        |> Arb.fromGen

    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = cases }
        name
        (Prop.forAll inputs (fun (options, shapes, (steps, seed)) ->
            use _scope = torch.NewDisposeScope()
            check options shapes steps (int64 seed)))

/// A test for every optimiser.
let eachKind name (check: OptimiserOptions -> unit) =
    testList
        name
        [ for options in kinds do
              torchTest $"{options.Kind}, momentum {options.Momentum}, decay {options.WeightDecay}" (fun () ->
                  check options) ]
