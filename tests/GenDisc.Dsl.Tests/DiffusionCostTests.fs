/// Costs of denoising networks, against the networks themselves.
module GenDisc.Dsl.Tests.DiffusionCostTests

open Expecto
open GenDisc
open GenDisc.Core.Runtime

let private stage shape classes declared : DiffusionStage =
    { Shape = shape
      Classes = classes
      UnitInterval = false
      Declared = declared }

/// Numbers that the network of a plan can learn.
let private learnable shape classes declared =
    TorchRuntime.Init()

    use model =
        CompileDiffusion.model (stage shape classes declared) (RandomStream(1L, "init")) true

    Seq.sum
        [ for p in model.parameters () do
              p.numel () ]

let private shapes =
    [ Image(1, 28, 28)
      Image(3, 32, 32)
      Image(1, 4, 9)
      Image(2, 9, 13)
      Image(1, 7, 30)
      Sequence(4, 2)
      Sequence(8, 1)
      Sequence(50, 3) ]

let private networks = [ unet 8; unet 24; unet 16 |> attention ]

let tests =
    testList
        "DiffusionCost"
        [ for shape in shapes do
              for network in networks do
                  test $"parameters of {network} over {shape}" {
                      for classes in [ 0; 10 ] do
                          Expect.equal
                              (DiffusionCost.parameters shape classes network)
                              (learnable shape classes network)
                              $"{classes} classes"
                  }
          test "parameters of mlp" {
              let network = mlp [ 16; 16; 8 ]

              Expect.equal (DiffusionCost.parameters (Vector 2) 2 network) (learnable (Vector 2) 2 network) "a vector"
          }
          test "floating-point operations of a U-Net of one level" {
              let affine a b = 2L * a * b
              let norm = 8L * 8L * 16L
              let conv a b = 16L * affine (9L * a) b

              Expect.equal
                  (DiffusionCost.flops (Image(1, 4, 4)) (unet 8))
                  (2L * affine 128L 128L
                   + conv 1L 8L
                   + 2L * (2L * norm + 2L * conv 8L 8L + affine 128L 8L)
                   + norm
                   + conv 8L 1L)
                  "4 × 4"
          }
          test "attention costs, and a wider network more" {
              let cost = DiffusionCost.flops (Image(1, 28, 28))
              Expect.isGreaterThan (cost (unet 16 |> attention)) (cost (unet 16)) "attention"
              Expect.isGreaterThan (cost (unet 24)) (cost (unet 16)) "width"
          }
          test "absurd sizes give absurd costs and never wrap around" {
              let huge = unet (System.Int32.MaxValue - 7) |> attention
              let shape = Image(1, 1 <<< 20, 1 <<< 20)
              Expect.equal (DiffusionCost.parameters shape 10 huge) System.Int64.MaxValue "parameters"
              Expect.equal (DiffusionCost.flops shape huge) System.Int64.MaxValue "operations"
          } ]
