module GenDisc.Core.Tests.Modules.ChainTests

open Expecto
open FsCheck
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

/// What a random stack consists of.
type private Block =
    | Conv of channels: int * transposed: bool
    | Pool
    | Grow of height: int * width: int
    | Activation
    | Noise
    | BatchNorm
    | LayerNorm
    | Skip of channels: int

let private blocks: Gen<Block list> =
    Gen.oneof
        [ Gen.map2 (fun c t -> Conv(c, t)) (Gen.choose (1, 4)) (Gen.elements [ true; false ])
          Gen.constant Pool
          Gen.map2 (fun h w -> Grow(h, w)) (Gen.choose (2, 9)) (Gen.choose (2, 9))
          Gen.elements [ Activation; Noise; BatchNorm; LayerNorm ]
          Gen.map Skip (Gen.choose (1, 4)) ]
    |> Gen.listOf
    |> Gen.resize 8

/// The module of a block for images of c×h×w, and the shape it should give.
let private build noise (c, h, w) block : Net * (int * int * int) =
    let stream = init 1L

    match block with
    | Conv(channels, transposed) -> new Convolution(c, channels, transposed, stream), (channels, h, w)
    | Pool when h < 2 || w < 2 -> Pure.Relu(), (c, h, w)
    | Pool -> Pure.MaxPool(), (c, h / 2, w / 2)
    | Grow(height, width) -> Pure.Upsample(height, width), (c, height, width)
    | Activation -> Pure.Gelu(), (c, h, w)
    | Noise -> new Dropout(0.3, noise), (c, h, w)
    | BatchNorm -> Normalisation.Batch(c, images = true), (c, h, w)
    | LayerNorm -> Normalisation.Layer [| int64 c; int64 h; int64 w |], (c, h, w)
    | Skip channels ->
        new Residual(
            nets
                [ new Convolution(c, channels, false, stream)
                  Pure.Tanh()
                  new Convolution(channels, c, true, stream) ]
        ),
        (c, h, w)

let tests =
    testList
        "Chain"
        [ testProperty
              "random stacks give the shapes their blocks promise, finite, and back-propagate"
              (Prop.forAll (Arb.fromGen blocks) (fun blocks ->
                  use _scope = torch.NewDisposeScope()
                  use noise = generator 1L
                  let modules, (c, h, w) = List.mapFold (build noise) (2, 6, 7) blocks
                  use chain = new Chain(modules)
                  let x = torch.rand([| 3L; 2L; 6L; 7L |], generator = noise).requires_grad_ true
                  let y = chain.call x
                  y.sum().backward()

                  y.shape = [| 3L; int64 c; int64 h; int64 w |]
                  && y.isfinite().all().ToBoolean()
                  && chain.parameters () |> Seq.forall (fun p -> not (isNull p.grad))))
          torchTest "applies its links in order" (fun () ->
              use chain = new Chain(nets [ Pure.Tanh(); Pure.Reshape [| 2L; 2L |]; Pure.Relu() ])
              let x = tensorOf [ 1; 4 ] [| -1.0; 0.5; 1.0; 2.0 |]
              Expect.equal (numbers (chain.call x)) [| 0.0; tanh 0.5; tanh 1.0; tanh 2.0 |] "relu after tanh")
          torchTest "an empty chain is the identity" (fun () ->
              use chain = new Chain(nets [])
              Expect.equal (numbers (chain.call (torch.ones 3L))) [| 1.0; 1.0; 1.0 |] "unchanged")
          torchTest "training and evaluation reach every link" (fun () ->
              use noise = generator 1L
              use dropout = new Dropout(0.5, noise)
              use chain = new Chain(nets [ new Residual(nets [ dropout ]) ])
              chain.eval ()
              Expect.isFalse dropout.training "evaluation"
              chain.train ()
              Expect.isTrue dropout.training "training") ]
