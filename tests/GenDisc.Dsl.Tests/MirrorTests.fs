module GenDisc.Dsl.Tests.MirrorTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Generators

/// The encoder's layers as shape inference makes them.
let private layers shape blocks =
    blocks
    |> List.mapFold
        (fun position block ->
            let step = Trunk.step (facts digits) [] position block
            step.Layers, step.After)
        (Position.start shape)
    |> fst
    |> List.concat

/// The shapes between the layers of a list, checking that each layer receives what it was made for.
let rec private shapes input layers =
    layers
    |> List.scan
        (fun shape layer ->
            match layer, shape with
            | Layer.Affine(inputs, _), Vector n when inputs = n -> ()
            | (Layer.Conv(inputs, _, h, w) | Layer.ConvTranspose(inputs, _, h, w)), Image(c, h', w') when
                (inputs, h, w) = (c, h', w')
                ->
                ()
            | (Layer.BatchNorm made | Layer.LayerNorm made), _ when made = shape -> ()
            | (Layer.MaxPool | Layer.Upsample _), Image _ -> ()
            | Layer.Reshape target, _ when Shape.size target = Shape.size shape -> ()
            | (Layer.Apply _ | Layer.Dropout _ | Layer.McDropout _), _ -> ()
            | Layer.Conv1d(inputs, _, steps, _, _), Sequence(t, f) when (inputs, steps) = (f, t) -> ()
            | (Layer.Recurrent(_, inputs, _, _) | Layer.StepAffine(inputs, _)), Sequence(_, f) when inputs = f -> ()
            | (Layer.MaxPool1d | Layer.UpsampleSteps _ | Layer.LastState _ | Layer.MeanState | Layer.MaxState),
              Sequence _ -> ()
            | Layer.Repeat _, Vector _ -> ()
            | (Layer.GlobalMean | Layer.GlobalMax), Image _ -> ()
            | Layer.Residual inner, _ when List.last (shapes shape inner) = shape -> ()
            | _ -> failwith $"{layer} received {shape}"

            Cost.output shape layer)
        input

let rec private endsLinear layers =
    match List.last layers with
    | Layer.Affine _
    | Layer.ConvTranspose _
    | Layer.Conv1d _
    | Layer.StepAffine _ -> true
    | Layer.UpsampleSteps _
    | Layer.Repeat _
    | Layer.Reshape _
    | Layer.Upsample _ -> endsLinear (List.take (layers.Length - 1) layers)
    | Layer.Residual inner -> endsLinear inner
    | _ -> false

let private relu = Layer.Apply Activation.Relu
let private image = Image(1, 28, 28)

let private decodes blocks expected =
    Expect.equal (Mirror.decoder 20 image (layers image blocks)) expected "decoder"

let tests =
    testList
        "Mirror"
        [ law "a decoder ends in the shape of the data" (fun (Encoder(shape, blocks)) ->
              let encoder = layers shape blocks
              List.last (shapes (Vector 3) (Mirror.decoder 3 shape encoder)) = shape)

          law "a decoder passes through the shapes of its encoder, backwards" (fun (Encoder(shape, blocks)) ->
              let encoder = layers shape blocks
              let there = shapes shape encoder |> List.distinct |> List.rev
              let back = shapes (Vector 3) (Mirror.decoder 3 shape encoder)
              there |> List.forall (fun s -> List.contains s back))

          law "the last step with weights is linear" (fun (Encoder(shape, blocks)) ->
              let encoder = layers shape blocks
              endsLinear (Mirror.decoder 3 shape encoder))

          law "nothing is dropped at random while decoding" (fun (Encoder(shape, blocks)) ->
              let rec drops layer =
                  match layer with
                  | Layer.Dropout _
                  | Layer.McDropout _ -> true
                  | Layer.Residual inner -> List.exists drops inner
                  | _ -> false

              Mirror.decoder 3 shape (layers shape blocks) |> List.exists drops |> not)

          test "dense" {
              decodes
                  [ Block.Dense 400; Block.Activation Activation.Relu ]
                  [ Layer.Affine(20, 400); relu; Layer.Affine(400, 784); Layer.Reshape image ]
          }

          test "convolutions and odd pools" {
              let relu' = Block.Activation Activation.Relu

              decodes
                  [ Block.Conv 8
                    relu'
                    Block.Pool
                    Block.Conv 16
                    Block.Pool
                    Block.Pool
                    Block.Dropout 0.1 ]
                  [ Layer.Affine(20, 144)
                    Layer.Reshape(Image(16, 3, 3))
                    Layer.Upsample(7, 7)
                    Layer.Upsample(14, 14)
                    Layer.ConvTranspose(16, 8, 14, 14)
                    Layer.Upsample(28, 28)
                    relu
                    Layer.ConvTranspose(8, 1, 28, 28) ]
          }

          test "a recurrent encoder: its last state is repeated and read back step by step" {
              Expect.equal
                  (Mirror.decoder
                      5
                      (Sequence(30, 2))
                      (layers (Sequence(30, 2)) [ Block.Recurrent(Cell.Gru, 8); Block.States States.Last ]))
                  [ Layer.Affine(5, 8)
                    Layer.Repeat 30
                    Layer.Recurrent(Cell.Gru, 8, 8, false)
                    Layer.StepAffine(8, 2) ]
                  "decoder"
          }

          test "what would bend the likelihood's parameters is left out" {
              decodes
                  [ Block.BatchNorm; Block.Pool; Block.Activation Activation.Relu; Block.Dense 5 ]
                  [ Layer.Affine(20, 5)
                    Layer.Affine(5, 196)
                    Layer.Reshape(Image(1, 14, 14))
                    Layer.Upsample(28, 28) ]
          }

          test "residual" {
              decodes
                  [ Block.Dense 6
                    Block.Residual [ Block.Dense 4; Block.Activation Activation.Relu; Block.Dense 6 ] ]
                  [ Layer.Affine(20, 6)
                    Layer.Residual [ Layer.Affine(6, 4); relu; Layer.Affine(4, 6) ]
                    Layer.Affine(6, 784)
                    Layer.Reshape image ]
          } ]
