/// Shape inference for the blocks that transform the representation: everything but bottlenecks, heads and encoders.
module internal GenDisc.Trunk

open GenDisc.Position
open GenDisc.SequenceTrunk

/// Learned vectors for the categorical columns of a table.
let private embed (facts: Facts) path (position: Position) block size : Step =
    let problems =
        [ yield! positive path block "a size" size "embed 8"
          if position.Flattened || position.Shape <> facts.Shape || facts.Levels.IsEmpty then
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects a table with categorical columns, as the first block"
                  "use it right after table data with text columns, or drop it" ]

    if problems.IsEmpty then
        { Layers = [ Layer.Embed(facts.Numeric, facts.Levels, size) ]
          After = moved (Vector(facts.Numeric + size * facts.Levels.Length)) position.Sure position
          Problems = [] }
    else
        { Layers = []
          After = { position with Sure = false }
          Problems = problems }

/// The problem of a pool over what cannot be halved.
let private tooSmall path (position: Position) wanted halved : Step =
    { Layers = []
      After = { position with Sure = false }
      Problems =
        [ Problem.at
              (Place.Block path)
              $"pool expects {wanted}, but receives {position.Shape}"
              $"drop a pool: each halves {halved}" ] }

/// Problems of the share of numbers that a block sets to zero.
let private share path block rate example =
    [ if not (rate >= 0.0 && rate < 1.0) then
          Problem.at
              (Place.Block path)
              $"{Block.show block} expects a rate from 0.0 to below 1.0, but got {Show.number rate}"
              $"write {example}" ]

/// Problems of a dropout whose passes are averaged.
let private passes path block rate count =
    [ if not (rate > 0.0 && rate < 1.0) then
          Problem.at
              (Place.Block path)
              $"{Block.show block} expects a rate above 0.0 and below 1.0, but got {Show.number rate}"
              "write mcDropout 0.2 30"
      if count < 1 || count > 1000 then
          Problem.at
              (Place.Block path)
              $"{Block.show block} expects 1 to 1,000 passes, but got {Show.integer count}"
              "write mcDropout 0.2 30" ]

let rec step (facts: Facts) path (position: Position) (block: Block) : Step =
    let stay layers problems =
        { Layers = layers
          After = position
          Problems = problems }

    match block with
    | Block.Dense n ->
        let problems =
            match positive path block "a width" n "dense 256" with
            | [] -> oversize path block (Cost.affine (int64 (flatSize position)) n) n
            | problems -> problems

        let width = if problems.IsEmpty then n else 1

        { Layers = flatten position @ [ Layer.Affine(flatSize position, width) ]
          After = moved (Vector width) problems.IsEmpty position
          Problems = problems }
    | Block.Conv n when position.Shape.IsSequence -> conv1d path position block n 1 false
    | Block.DilatedConv(n, dilation) -> conv1d path position block n dilation false
    | Block.CausalConv(n, dilation) -> conv1d path position block n dilation true
    | Block.Recurrent(cell, width) -> recurrent path position block cell width false
    | Block.Bidirectional inner -> bidirectional path position block inner
    | Block.States States.Last -> summary path position block (Layer.LastState position.Backward)
    | Block.States States.Mean -> summary path position block Layer.MeanState
    | Block.States States.All ->
        match position.Shape with
        | Sequence _ ->
            { stay [] [] with
                After = { position with States = false } }
        | Vector _
        | Image _ -> stay [] [ sequenceWanted block path position ]
    | Block.GlobalPool
    | Block.GlobalMaxPool ->
        let ofImage, ofSequence =
            if block.IsGlobalPool then
                Layer.GlobalMean, Layer.MeanState
            else
                Layer.GlobalMax, Layer.MaxState

        match position.Shape with
        | Sequence _ -> summary path position block ofSequence
        | Image(c, _, _) ->
            { Layers = [ ofImage ]
              After = moved (Vector c) position.Sure position
              Problems = [] }
        | Vector _ -> stay [] [ imageWanted block path position ]
    | Block.GaussianNoise deviation ->
        stay
            [ Layer.GaussianNoise deviation ]
            [ if not (System.Double.IsFinite deviation && deviation >= 0.0) then
                  Problem.at
                      (Place.Block path)
                      $"{Block.show block} expects a finite deviation of at least 0.0, but got {Show.number deviation}"
                      "write gaussianNoise 0.3" ]
    | Block.MaskingNoise rate -> stay [ Layer.MaskingNoise rate ] (share path block rate "maskingNoise 0.3")
    | Block.Embed size -> embed facts path position block size
    | Block.Conv n ->
        let misfit, (c, h, w) =
            match position.Shape, position.Image with
            | Image(c, h, w), _ -> [], (c, h, w)
            | _, Image(c, h, w) -> [ imageWanted block path position ], (c, h, w)
            | _ -> [ imageWanted block path position ], (1, 28, 28)

        let size =
            match positive path block "a number of channels" n "conv 32" with
            | [] -> oversize path block (Cost.parameters (Layer.Conv(c, n, h, w))) (Cost.size (Image(n, h, w)))
            | problems -> problems

        let channels = if size.IsEmpty then n else 1
        let sure = misfit.IsEmpty && size.IsEmpty && position.Sure

        { Layers = [ Layer.Conv(c, channels, h, w) ]
          After = moved (Image(channels, h, w)) sure position
          Problems = misfit @ size }
    | Block.Pool ->
        match position.Shape with
        | Vector _ ->
            { Layers = []
              After = moved position.Image false position
              Problems = [ imageWanted block path position ] }
        | Sequence(t, _) when position.Sure && t < 2 ->
            tooSmall path position "a sequence of at least 2 steps" "the length"
        | Sequence(t, f) ->
            { Layers = [ Layer.MaxPool1d ]
              After =
                { moved (Sequence(max 1 (t / 2), f)) position.Sure position with
                    States = position.States
                    Backward = position.Backward }
              Problems = [] }
        | Image(_, h, w) when position.Sure && min h w < 2 ->
            tooSmall path position "an image of at least 2×2 pixels" "height and width"
        | Image(c, h, w) ->
            { Layers = [ Layer.MaxPool ]
              After = moved (Image(c, max 1 (h / 2), max 1 (w / 2))) position.Sure position
              Problems = [] }
    | Block.Activation a -> stay [ Layer.Apply a ] []
    | Block.BatchNorm -> stay [ Layer.BatchNorm position.Shape ] []
    | Block.LayerNorm -> stay [ Layer.LayerNorm position.Shape ] []
    | Block.Dropout rate -> stay [ Layer.Dropout rate ] (share path block rate "dropout 0.1")
    | Block.McDropout(rate, count) -> stay [ Layer.McDropout(rate, count) ] (passes path block rate count)
    | Block.Residual inner -> residual facts path position inner
    | Block.Encoder _
    | Block.Cvae _
    | Block.M2 _
    | Block.Diffusion _
    | Block.Ensemble _
    | Block.Rbm _
    | Block.GaussianRbm _
    | Block.ClassRbm _
    | Block.Boltzmann _
    | Block.Dbn _
    | Block.EnergyClassifier _
    | Block.Vae _
    | Block.Autoencoder _
    | Block.Classifier _
    | Block.Regressor _ ->
        { Layers = []
          After =
            { position with
                Sure = position.Sure && (Block.classifies block || block.IsRegressor) }
          Problems =
            [ Problem.at
                  (Place.Block path)
                  $"{Block.brief block} stands inside residual, which expects blocks that leave the shape as it was"
                  "put bottlenecks, heads and encoders on the main path, outside the residual block" ] }

and private residual facts path (position: Position) inner =
    let steps, last =
        inner
        |> List.indexed
        |> List.mapFold
            (fun at (i, b) ->
                let s = step facts (path @ [ i ]) at b
                s, s.After)
            position

    let bends = position.Sure && last.Sure && last.Shape <> position.Shape

    let problems =
        [ if inner.IsEmpty then
              Problem.at
                  (Place.Block path)
                  "residual expects at least one block, but got none"
                  "write residual (dense 64 >> relu) with blocks that leave the shape as it was, or drop it"
          yield! steps |> List.collect _.Problems
          if bends then
              Problem.at
                  (Place.Block path)
                  $"residual expects blocks that leave the shape as it was, but receives {position.Shape} and leaves {last.Shape}"
                  (match position.Shape with
                   | Vector n -> $"end the inner blocks with dense {Show.integer n}"
                   | Sequence(_, f) ->
                       $"use no pool or dense inside, and end the inner blocks with conv {Show.integer f} or gru {Show.integer f}"
                   | Image(c, _, _) ->
                       $"use no pool or dense inside, and end the inner blocks with conv {Show.integer c}") ]

    { Layers = [ Layer.Residual(steps |> List.collect _.Layers) ]
      After =
        { position with
            Sure = position.Sure && last.Sure && not bends
            States = position.States || last.States
            Backward = max position.Backward last.Backward }
      Problems = problems }
