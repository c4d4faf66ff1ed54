/// Lines of the plan.
module internal GenDisc.PlanRows

/// A block that becomes these layers.
let row text input output layers =
    { Text = text
      In = input
      Out = output
      Head = false
      Parameters = layers |> List.map Cost.parameters |> Cost.total
      Flops = Cost.flopsOf input layers }

/// Rows of a decoder; a change of shape belongs to the row before it.
let decoderRows data latent likelihood layers =
    let name layer =
        match layer with
        | Layer.Affine(_, n) -> $"dense {Show.integer n}"
        | Layer.Conv(_, n, _, _) -> $"conv {Show.integer n}"
        | Layer.ConvTranspose(_, n, _, _) -> $"convTranspose {Show.integer n}"
        | Layer.Upsample(h, w) -> $"upsample {Show.integer h}×{Show.integer w}"
        | Layer.MaxPool -> "pool"
        | Layer.Apply a -> Block.show (Block.Activation a)
        | Layer.Dropout rate -> Block.show (Block.Dropout rate)
        | Layer.McDropout(rate, passes) -> Block.show (Block.McDropout(rate, passes))
        | Layer.BatchNorm _ -> "batchNorm"
        | Layer.LayerNorm _ -> "layerNorm"
        | Layer.Residual _ -> "residual"
        | Layer.Reshape shape -> $"reshape {shape}"
        | Layer.Conv1d(_, n, _, 1, _) -> $"conv {Show.integer n}"
        | Layer.Conv1d(_, n, _, dilation, _) -> Block.show (Block.DilatedConv(n, dilation))
        | Layer.MaxPool1d -> "pool"
        | Layer.UpsampleSteps steps -> $"upsample {Show.integer steps}"
        | Layer.GlobalMean
        | Layer.MeanState -> "globalPool"
        | Layer.GlobalMax
        | Layer.MaxState -> "globalMaxPool"
        | Layer.Recurrent(cell, _, n, both) ->
            let block = Block.Recurrent(cell, n)
            Block.show (if both then Block.Bidirectional [ block ] else block)
        | Layer.LastState _ -> "lastState"
        | Layer.Repeat steps -> $"repeat {Show.integer steps}"
        | Layer.StepAffine(_, n) -> $"dense {Show.integer n} at each step"
        | Layer.GaussianNoise deviation -> Block.show (Block.GaussianNoise deviation)
        | Layer.MaskingNoise rate -> Block.show (Block.MaskingNoise rate)
        | Layer.Embed(_, _, size) -> Block.show (Block.Embed size)
        | Layer.Pretrained p -> p.Declared.Name

    let rec rows input layers =
        match layers with
        | [] -> []
        | layer :: Layer.Reshape shape :: rest -> row $"decoder: {name layer}" input shape [ layer ] :: rows shape rest
        | layer :: rest ->
            let output = Cost.output input layer
            row $"decoder: {name layer}" input output [ layer ] :: rows output rest

    [ yield! rows (Vector latent) layers

      match likelihood with
      | Likelihood.Gaussian ->
          { row "decoder: variance" data data [] with
              Parameters = 1L }
      | Likelihood.Bernoulli -> () ]
