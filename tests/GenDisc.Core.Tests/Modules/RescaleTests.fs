module GenDisc.Core.Tests.Modules.RescaleTests

open System.Collections.Immutable
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private scale (columns: string list) (mean: float list) (deviation: float list) (indicators: string list) =
    InputScale(
        ImmutableArray.CreateRange columns,
        Scaling(ImmutableArray.CreateRange mean, ImmutableArray.CreateRange deviation),
        ImmutableArray.CreateRange indicators
    )

let private between a b features lengths =
    match Rescale.Between(a, b, features, lengths) with
    | null -> failtest "no layer"
    | layer -> layer

let tests =
    testList
        "Rescale"
        [ torchTest "values of one scale become those of another" (fun () ->
              let from = scale [ "a"; "b" ] [ 2.0; 1.0 ] [ 4.0; 0.5 ] []
              let into = scale [ "a"; "b" ] [ 1.0; 1.0 ] [ 2.0; 1.0 ] []
              use layer = between from into 2 null
              // a: 2 + 4x, less 1, by 2; b: x/2
              let y = layer.call (torch.tensor([| 0.0f; 2.0f; -1.0f; 4.0f |]).reshape(2L, 2L))
              Expect.equal (numbers y) [| 0.5; 1.0; -1.5; 2.0 |] "rows"

              let steps =
                  layer.call (torch.tensor([| 0.0f; 2.0f; -1.0f; 4.0f |]).reshape(1L, 2L, 2L))

              Expect.equal (numbers steps) [| 0.5; 1.0; -1.5; 2.0 |] "steps")

          torchTest "missing cells, indicators and levels stay" (fun () ->
              let from = scale [ "a"; "b" ] [ 2.0; 1.0 ] [ 4.0; 0.5 ] [ "b" ]
              let into = scale [ "a"; "b" ] [ 1.0; 0.0 ] [ 2.0; 1.0 ] [ "b" ]
              use layer = between from into 5 null

              let y =
                  layer.call (
                      torch.tensor([| 0.0f; 2.0f; 0.0f; 1.0f; 0.0f; 0.0f; 0.0f; 1.0f; 0.0f; 1.0f |]).reshape(2L, 5L)
                  )

              Expect.equal
                  (numbers y)
                  [| 0.5; 2.0; 0.0; 1.0; 0.0; 0.5; 0.0; 1.0; 0.0; 1.0 |]
                  "b is missing in the second")

          torchTest "padding stays 0" (fun () ->
              let from, into = scale [ "a" ] [ 2.0 ] [ 4.0 ] [], scale [ "a" ] [ 1.0 ] [ 2.0 ] []
              use layer = between from into 1 (Sequences.told [ 1; 3 ] 3)

              let y =
                  layer.call (torch.tensor([| 1.0f; 0.0f; 0.0f; 1.0f; 0.0f; 1.0f |]).reshape(2L, 3L, 1L))

              Expect.equal (numbers y) [| 2.5; 0.0; 0.0; 2.5; 0.5; 2.5 |] "real steps alone")

          torchTest "there is none between equal scales, or those of different quantities" (fun () ->
              let a = scale [ "a" ] [ 2.0 ] [ 4.0 ] []

              for other in
                  [ scale [ "a" ] [ 2.0 ] [ 4.0 ] []
                    scale [ "b" ] [ 1.0 ] [ 4.0 ] []
                    scale [ "a" ] [ 1.0 ] [ 4.0 ] [ "a" ] ] do
                  Expect.isNull (Rescale.Between(a, other, 2, null)) $"{other}")

          torchTest "what it does is in the file of weights" (fun () ->
              let from, into = scale [ "a" ] [ 2.0 ] [ 4.0 ] [], scale [ "a" ] [ 1.0 ] [ 2.0 ] []
              use layer = between from into 2 null
              let state = layer.state_dict ()
              Expect.equal (numbers state["factor"], numbers state["shift"]) ([| 2.0; 1.0 |], [| 0.5; 0.0 |]) "buffers"
              Expect.isEmpty (layer.parameters ()) "nothing to learn") ]
