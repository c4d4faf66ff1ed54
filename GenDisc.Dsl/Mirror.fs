/// The decoder that mirrors an encoder.
module GenDisc.Mirror

/// Whether a layer mixes its inputs with learned weights (norms only scale them).
let rec isWeighted layer =
    match layer with
    | Layer.Affine _
    | Layer.Conv _
    | Layer.ConvTranspose _
    | Layer.Conv1d _
    | Layer.Recurrent _
    | Layer.StepAffine _
    | Layer.Embed _
    | Layer.Pretrained _ -> true
    | Layer.Residual inner -> List.exists isWeighted inner
    | _ -> false

/// The mirror of one layer that received this shape.
let rec private mirror received layer =
    match layer with
    | Layer.Affine(inputs, outputs) -> [ Layer.Affine(outputs, inputs) ]
    | Layer.Conv(inputs, outputs, h, w) -> [ Layer.ConvTranspose(outputs, inputs, h, w) ]
    | Layer.ConvTranspose(inputs, outputs, h, w) -> [ Layer.Conv(outputs, inputs, h, w) ]
    | Layer.MaxPool
    | Layer.Upsample _ ->
        match received with
        | Image(_, h, w) -> [ Layer.Upsample(h, w) ]
        | Vector _
        | Sequence _ -> []
    | Layer.Conv1d(inputs, outputs, steps, dilation, _) -> [ Layer.Conv1d(outputs, inputs, steps, dilation, false) ]
    | Layer.MaxPool1d
    | Layer.UpsampleSteps _ ->
        match received with
        | Sequence(t, _) -> [ Layer.UpsampleSteps t ]
        | Vector _
        | Image _ -> []
    | Layer.GlobalMean
    | Layer.GlobalMax ->
        match received with
        | Image(c, h, w) -> [ Layer.Reshape(Image(c, 1, 1)); Layer.Upsample(h, w) ]
        | Vector _
        | Sequence _ -> []
    | Layer.Recurrent(cell, inputs, outputs, both) ->
        let states = if both then 2 * outputs else outputs

        [ Layer.Recurrent(cell, states, outputs, both)
          Layer.StepAffine(states, inputs) ]
    | Layer.LastState _
    | Layer.MeanState
    | Layer.MaxState ->
        match received with
        | Sequence(t, _) -> [ Layer.Repeat t ]
        | Vector _
        | Image _ -> []
    | Layer.Repeat _ -> [ Layer.MeanState ]
    | Layer.StepAffine(inputs, outputs) -> [ Layer.StepAffine(outputs, inputs) ]
    | Layer.GaussianNoise _
    | Layer.MaskingNoise _ -> []
    | Layer.Embed _ -> [ Layer.Affine(Shape.size (Cost.output received layer), Shape.size received) ]
    | Layer.Pretrained p ->
        [ if not p.Out.IsVector then
              Layer.Reshape(Vector(Shape.size p.Out))
          Layer.Affine(Shape.size p.Out, Shape.size received)
          if not received.IsVector then
              Layer.Reshape received ]
    | Layer.Reshape _ -> [ Layer.Reshape received ]
    | Layer.Dropout _
    | Layer.McDropout _ -> []
    | Layer.Residual inner -> [ Layer.Residual(reversed received inner) ]
    | Layer.Apply _
    | Layer.BatchNorm _
    | Layer.LayerNorm _ -> [ layer ]

and private reversed input layers =
    layers
    |> List.mapFold (fun shape layer -> mirror shape layer, Cost.output shape layer) input
    |> fst
    |> List.rev
    |> List.concat

/// Drops what would bend the parameters of the likelihood after the last weights: nonlinearities and norms.
let rec private straighten layers =
    match List.tryFindIndexBack isWeighted layers with
    | None -> layers
    | Some last ->
        [ yield! List.take last layers

          match layers[last] with
          | Layer.Residual inner -> Layer.Residual(straighten inner)
          | weighted -> weighted

          yield!
              layers
              |> List.skip (last + 1)
              |> List.filter (fun layer ->
                  layer.IsUpsample || layer.IsUpsampleSteps || layer.IsRepeat || layer.IsReshape) ]

/// From a latent vector back to the shape of the data, through the mirror images of the encoder's layers, last first.
/// The last step is linear: it gives the parameters of the likelihood.
let decoder latent data encoder =
    let representation = encoder |> List.fold Cost.output data

    straighten
        [ Layer.Affine(latent, Shape.size representation)
          match representation with
          | Image _
          | Sequence _ -> Layer.Reshape representation
          | Vector _ -> ()
          yield! reversed data encoder ]
