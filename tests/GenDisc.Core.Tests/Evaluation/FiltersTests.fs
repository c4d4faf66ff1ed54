module GenDisc.Core.Tests.Evaluation.FiltersTests

open Expecto
open TorchSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private model modules =
    new HybridModel([| (TrunkStage(new Chain(nets modules)): Stage) |])

let private found (model: HybridModel) (shape: int list) most =
    let struct (images, height, width, channels) =
        Filters.FirstLayer(model, List.toArray shape, most)

    images, (height, width, channels)

let private nothing (images: float32 array array, sides) =
    Expect.isEmpty images "no filters"
    Expect.equal sides (0, 0, 0) "no sides"

let tests =
    testList
        "Filters"
        [ torchTest "rows of a matrix in the shape of the image, each from 0 to 1" (fun () ->
              use model = model [ new Affine(4, 3, init 1L); Pure.Tanh() ]

              assign
                  model
                  "0_trunk.0.weight"
                  (tensorOf [ 3; 4 ] [| 1.0; 2.0; 3.0; 5.0; -8.0; 0.0; -4.0; -2.0; 7.0; 7.0; 7.0; 7.0 |])

              let images, sides = found model [ 1; 2; 2 ] 64
              Expect.equal sides (2, 2, 1) "sides"

              Expect.equal
                  images
                  [| [| 0f; 0.25f; 0.5f; 1f |]
                     [| 0f; 1f; 0.5f; 0.75f |]
                     [| 0.5f; 0.5f; 0.5f; 0.5f |] |]
                  "stretched")
          torchTest "kernels of a convolution, at most as many as asked for" (fun () ->
              for channels in [ 1; 3 ] do
                  use model =
                      model
                          [ Normalisation.Batch(channels, images = true)
                            Pure.Relu()
                            new Convolution(channels, 5, false, init 1L) ]

                  let images, sides = found model [ channels; 8; 9 ] 4
                  Expect.equal sides (3, 3, channels) "sides"
                  Expect.equal (Array.map Array.length images) (Array.create 4 (9 * channels)) "filters"
                  Expect.all images (fun i -> Array.min i = 0f && Array.max i = 1f) "each by itself")
          torchTest "a residual block's first layer counts" (fun () ->
              use model = model [ new Residual(nets [ new Convolution(1, 1, false, init 1L) ]) ]
              Expect.equal (fst (found model [ 1; 4; 4 ] 64)).Length 1 "one filter")
          torchTest "nothing to see in vectors, other channels, or behind a pooling" (fun () ->
              use dense = model [ new Affine(4, 3, init 1L) ]
              nothing (found dense [ 4 ] 64)
              nothing (found dense [ 1; 4; 4 ] 64)
              use convolution = model [ new Convolution(2, 5, false, init 1L) ]
              nothing (found convolution [ 2; 4; 4 ] 64)
              use bare = model [ Pure.Relu() ]
              nothing (found bare [ 1; 2; 2 ] 64))
          torchTest "of a general machine what its hidden units see, not how pixels are coupled" (fun () ->
              use machine = new BoltzmannMachine(BoltzmannOptions(4, 2), init 1L)
              assign machine "weight" (tensorOf [ 2; 4 ] [| 1.0; 2.0; 3.0; 5.0; -8.0; 0.0; -4.0; -2.0 |])
              use model = new HybridModel([| (MachineStage machine :> Stage) |])
              let images, sides = found model [ 1; 2; 2 ] 64
              Expect.equal sides (2, 2, 1) "sides"
              Expect.equal images [| [| 0f; 0.25f; 0.5f; 1f |]; [| 0f; 1f; 0.5f; 0.75f |] |] "stretched"
              use bare = new BoltzmannMachine(BoltzmannOptions(4, 0), init 1L)
              use visible = new HybridModel([| (MachineStage bare :> Stage) |])
              nothing (found visible [ 1; 2; 2 ] 64)) ]
