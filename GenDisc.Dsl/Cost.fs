/// What layers cost. Sums saturate at the largest int64, so absurd sizes give absurd costs and never wrap around.
module GenDisc.Cost

open System

/// A product of two costs.
let times (a: int64) (b: int64) =
    if a = 0L || b = 0L then 0L
    elif a > Int64.MaxValue / b then Int64.MaxValue
    else a * b

let private plus (a: int64) (b: int64) =
    if a > Int64.MaxValue - b then Int64.MaxValue else a + b

let private product (factors: int list) =
    factors |> List.map int64 |> List.fold times 1L

/// A sum of costs.
let total (costs: int64 list) = List.fold plus 0L costs

/// How many numbers an example of this shape holds.
let size shape = product (Shape.dimensions shape)

/// Trainable numbers of a fully connected layer.
let affine (inputs: int64) (outputs: int64) = plus (times inputs outputs) outputs

/// Floating-point operations of a fully connected layer.
let affineFlops (inputs: int64) (outputs: int64) = times 2L (times inputs outputs)

/// Products of a recurrent cell's matrices per state: gates.
let private gates cell =
    match cell with
    | Cell.Rnn -> 1
    | Cell.Gru -> 3
    | Cell.Lstm -> 4

let private directions bidirectional = if bidirectional then 2 else 1

/// Trainable numbers.
let rec parameters layer =
    match layer with
    | Layer.Conv1d(inputs, outputs, _, _, _) -> plus (product [ 3; inputs; outputs ]) outputs
    | Layer.Recurrent(cell, inputs, outputs, both) ->
        let each =
            total
                [ product [ inputs; outputs ]
                  product [ outputs; outputs ]
                  product [ 2; outputs ] ]

        times (int64 (directions both * gates cell)) each
    | Layer.StepAffine(inputs, outputs) -> affine inputs outputs
    | Layer.Embed(_, levels, size) -> levels |> List.map (fun n -> product [ n; size ]) |> total
    | Layer.Pretrained p -> p.Parameters
    | Layer.BatchNorm(Sequence(_, features))
    | Layer.LayerNorm(Sequence(_, features)) -> times 2L features
    | Layer.Affine(inputs, outputs) -> affine inputs outputs
    | Layer.Conv(inputs, outputs, _, _)
    | Layer.ConvTranspose(inputs, outputs, _, _) -> plus (product [ 9; inputs; outputs ]) outputs
    | Layer.BatchNorm(Image(channels, _, _)) -> times 2L channels
    | Layer.BatchNorm shape
    | Layer.LayerNorm shape -> times 2L (size shape)
    | Layer.Residual inner -> total (List.map parameters inner)
    | Layer.MaxPool
    | Layer.MaxPool1d
    | Layer.GlobalMean
    | Layer.GlobalMax
    | Layer.LastState _
    | Layer.MeanState
    | Layer.MaxState
    | Layer.Repeat _
    | Layer.Upsample _
    | Layer.UpsampleSteps _
    | Layer.Apply _
    | Layer.Dropout _
    | Layer.McDropout _
    | Layer.GaussianNoise _
    | Layer.MaskingNoise _
    | Layer.Reshape _ -> 0L

/// The shape a layer leaves.
let output shape layer =
    match layer, shape with
    | Layer.Affine(_, outputs), _ -> Vector outputs
    | (Layer.Conv(_, outputs, h, w) | Layer.ConvTranspose(_, outputs, h, w)), _ -> Image(outputs, h, w)
    | Layer.MaxPool, Image(c, h, w) -> Image(c, h / 2, w / 2)
    | Layer.Upsample(h, w), Image(c, _, _) -> Image(c, h, w)
    | Layer.Reshape target, _ -> target
    | Layer.Conv1d(_, outputs, steps, _, _), _ -> Sequence(steps, outputs)
    | Layer.MaxPool1d, Sequence(t, f) -> Sequence(t / 2, f)
    | Layer.UpsampleSteps steps, Sequence(_, f) -> Sequence(steps, f)
    | (Layer.GlobalMean | Layer.GlobalMax), Image(c, _, _) -> Vector c
    | Layer.Recurrent(_, _, outputs, both), Sequence(t, _) -> Sequence(t, directions both * outputs)
    | (Layer.LastState _ | Layer.MeanState | Layer.MaxState), Sequence(_, f) -> Vector f
    | Layer.Repeat steps, Vector f -> Sequence(steps, f)
    | Layer.StepAffine(_, outputs), Sequence(t, _) -> Sequence(t, outputs)
    | Layer.Embed(numeric, levels, size), _ -> Vector(numeric + size * levels.Length)
    | Layer.Pretrained p, _ -> p.Out
    | _, same -> same

/// Floating-point operations of one forward pass of one example as at evaluation: a multiply-add counts 2, a pooled
/// maximum 3, an activation 1, a batch norm 2 and a layer norm 8 per number.
let rec flops shape layer =
    match layer with
    | Layer.Affine(inputs, outputs) -> affineFlops inputs outputs
    | Layer.Conv(inputs, outputs, h, w)
    | Layer.ConvTranspose(inputs, outputs, h, w) -> times (product [ 18; inputs; outputs ]) (product [ h; w ])
    | Layer.MaxPool -> times 3L (size (output shape layer))
    | Layer.MaxPool1d -> size (output shape layer)
    | Layer.Conv1d(inputs, outputs, steps, _, _) -> times (product [ 6; inputs; outputs ]) steps
    | Layer.Recurrent(cell, inputs, outputs, both) ->
        let steps =
            match shape with
            | Sequence(t, _) -> t
            | _ -> 1

        times
            (product [ 2 * directions both * gates cell; steps ])
            (plus (product [ inputs; outputs ]) (product [ outputs; outputs ]))
    | Layer.StepAffine(inputs, outputs) ->
        times (affineFlops inputs outputs) (size (output shape layer) / int64 (max 1 outputs))
    | Layer.Embed(_, levels, width) -> levels |> List.map (fun n -> affineFlops n width) |> total
    | Layer.Pretrained p -> p.Flops
    | Layer.GlobalMean
    | Layer.GlobalMax
    | Layer.MeanState
    | Layer.MaxState -> size shape
    | Layer.Apply _ -> size shape
    | Layer.BatchNorm _ -> times 2L (size shape)
    | Layer.LayerNorm _ -> times 8L (size shape)
    | Layer.Residual inner -> plus (flopsOf shape inner) (size shape)
    | Layer.LastState _
    | Layer.Repeat _
    | Layer.Upsample _
    | Layer.UpsampleSteps _
    | Layer.Dropout _
    | Layer.McDropout _
    | Layer.GaussianNoise _
    | Layer.MaskingNoise _
    | Layer.Reshape _ -> 0L

/// Floating-point operations of layers one after another.
and flopsOf shape layers =
    layers
    |> List.mapFold (fun shape layer -> flops shape layer, output shape layer) shape
    |> fst
    |> total
