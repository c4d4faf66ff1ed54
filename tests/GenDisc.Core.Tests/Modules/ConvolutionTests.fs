module GenDisc.Core.Tests.Modules.ConvolutionTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private image batch channels stream =
    (tensorOf [ batch; channels; 4; 5 ] (gaussians stream (batch * channels * 20))).``to`` torch.float32

let private without bias (layer: Convolution) =
    assign layer bias (torch.zeros_like (layer.state_dict()[bias]))

let private inner (a: torch.Tensor) (b: torch.Tensor) = single ((a * b).sum())

let tests =
    testList
        "Convolution"
        [ torchLaw "keeps height and width" (fun batch channels stream ->
              [ false; true ]
              |> List.forall (fun transposed ->
                  use layer = new Convolution(channels, 3, transposed, stream)
                  layer.call(image batch channels stream).shape = [| int64 batch; 3L; 4L; 5L |]))
          torchLaw "transposed with equal weights is the adjoint: ⟨C x, y⟩ = ⟨x, Cᵀ y⟩" (fun batch channels stream ->
              use forth = new Convolution(channels, 3, false, stream)
              use back = new Convolution(3, channels, true, stream)
              without "bias" forth
              without "bias" back
              assign back "weight" (forth.state_dict()["weight"])
              let x, y = image batch channels stream, image batch 3 stream
              close 1e-4 (inner (forth.call x) y) (inner x (back.call y)))
          torchTest "a kernel that is 1 in the middle is the identity" (fun () ->
              use layer = new Convolution(1, 1, false, init 1L)
              let kernel = torch.zeros (1L, 1L, 3L, 3L)
              kernel[0L, 0L, 1L, 1L] <- torch.tensor 1f
              assign layer "weight" kernel
              without "bias" layer
              let x = image 2 1 (init 2L)
              Expect.equal (numbers (layer.call x)) (numbers x) "unchanged") ]
