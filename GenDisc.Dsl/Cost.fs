/// What layers cost. Sums saturate at the largest int64, so absurd sizes give absurd costs and never wrap around.
module GenDisc.Cost

open System

let private times (a: int64) (b: int64) =
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

/// Trainable numbers.
let rec parameters layer =
    match layer with
    | Layer.Affine(inputs, outputs) -> affine inputs outputs
    | Layer.Conv(inputs, outputs, _, _)
    | Layer.ConvTranspose(inputs, outputs, _, _) -> plus (product [ 9; inputs; outputs ]) outputs
    | Layer.BatchNorm(Image(channels, _, _)) -> times 2L channels
    | Layer.BatchNorm shape
    | Layer.LayerNorm shape -> times 2L (size shape)
    | Layer.Residual inner -> total (List.map parameters inner)
    | Layer.MaxPool
    | Layer.Upsample _
    | Layer.Apply _
    | Layer.Dropout _
    | Layer.Reshape _ -> 0L

/// The shape a layer leaves.
let output shape layer =
    match layer, shape with
    | Layer.Affine(_, outputs), _ -> Vector outputs
    | (Layer.Conv(_, outputs, h, w) | Layer.ConvTranspose(_, outputs, h, w)), _ -> Image(outputs, h, w)
    | Layer.MaxPool, Image(c, h, w) -> Image(c, h / 2, w / 2)
    | Layer.Upsample(h, w), Image(c, _, _) -> Image(c, h, w)
    | Layer.Reshape target, _ -> target
    | _, same -> same

/// Floating-point operations of one forward pass of one example as at evaluation: a multiply-add counts 2, a pooled
/// maximum 3, an activation 1, a batch norm 2 and a layer norm 8 per number.
let rec flops shape layer =
    match layer with
    | Layer.Affine(inputs, outputs) -> affineFlops inputs outputs
    | Layer.Conv(inputs, outputs, h, w)
    | Layer.ConvTranspose(inputs, outputs, h, w) -> times (product [ 18; inputs; outputs ]) (product [ h; w ])
    | Layer.MaxPool -> times 3L (size (output shape layer))
    | Layer.Apply _ -> size shape
    | Layer.BatchNorm _ -> times 2L (size shape)
    | Layer.LayerNorm _ -> times 8L (size shape)
    | Layer.Residual inner -> plus (flopsOf shape inner) (size shape)
    | Layer.Upsample _
    | Layer.Dropout _
    | Layer.Reshape _ -> 0L

/// Floating-point operations of layers one after another.
and flopsOf shape layers =
    layers
    |> List.mapFold (fun shape layer -> flops shape layer, output shape layer) shape
    |> fst
    |> total
