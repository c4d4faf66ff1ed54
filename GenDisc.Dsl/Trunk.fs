/// Shape inference for the blocks that transform the representation: everything but bottlenecks and heads.
module internal GenDisc.Trunk

/// What the next block receives.
type Position =
    {
        Shape: Shape
        /// False after a block that did not fit: the shape is then a guess, and only problems that do not depend on
        /// its sizes are reported, so that one mistake is told once.
        Sure: bool
        /// The last image on the way, for guesses.
        Image: Shape
        /// Whether a dense block or a bottleneck has flattened the representation.
        Flattened: bool
    }

/// What a block becomes.
type Step =
    { Layers: Layer list
      After: Position
      Problems: Problem list }

/// Where the first block stands.
let start data =
    { Shape = data
      Sure = true
      Image =
        match data with
        | Image _ -> data
        | Vector _ -> Image(1, 28, 28)
      Flattened = false }

/// The largest number of parameters, and of numbers in one representation.
let limit = int64 System.Int32.MaxValue

let describe position =
    match position with
    | { Sure = true } -> string position.Shape
    | { Shape = Image _ } -> "an image"
    | { Shape = Vector _ } -> "a vector"

let private moved (shape: Shape) sure position =
    { position with
        Shape = shape
        Sure = sure
        Image =
            match shape with
            | Image _ -> shape
            | Vector _ -> position.Image
        Flattened = position.Flattened || shape.IsVector }

/// To a vector, where the representation is an image.
let flatten shape =
    match shape with
    | Image _ -> [ Layer.Reshape(Vector(Shape.size shape)) ]
    | Vector _ -> []

/// The problem of a block that needs more parameters, or leaves more numbers, than a machine can index.
let oversize path block parameters size =
    if parameters > limit then
        [ Problem.at
              (Place.Block path)
              $"{Block.show block} needs {Show.grouped parameters} parameters, but at most {Show.grouped limit} are possible"
              "make it narrower, or what stands before it" ]
    elif size > limit then
        [ Problem.at
              (Place.Block path)
              $"{Block.show block} leaves {Show.grouped size} numbers per example, but at most {Show.grouped limit} are possible"
              "make it narrower" ]
    else
        []

/// Problems of a count that must be at least 1.
let positive path block what n example =
    if n >= 1 then
        []
    else
        [ Problem.at
              (Place.Block path)
              $"{Block.show block} expects {what} of at least 1, but got {Show.integer n}"
              $"write {example}" ]

let private imageWanted (block: Block) path position =
    let word = if block.IsPool then "pool" else "conv"

    let hint =
        if position.Flattened then
            $"put {word} blocks before dense blocks"
        else
            $"{word} needs image data, such as mnist; for vectors use dense"

    Problem.at (Place.Block path) $"{Block.show block} expects an image, but receives {describe position}" hint

let rec step path position (block: Block) : Step =
    let stay layers problems =
        { Layers = layers
          After = position
          Problems = problems }

    match block with
    | Block.Dense n ->
        let problems =
            match positive path block "a width" n "dense 256" with
            | [] -> oversize path block (Cost.affine (Cost.size position.Shape) n) n
            | problems -> problems

        let width = if problems.IsEmpty then n else 1

        { Layers = flatten position.Shape @ [ Layer.Affine(Shape.size position.Shape, width) ]
          After = moved (Vector width) problems.IsEmpty position
          Problems = problems }
    | Block.Conv n ->
        let misfit, (c, h, w) =
            match position.Shape, position.Image with
            | Image(c, h, w), _ -> [], (c, h, w)
            | Vector _, Image(c, h, w) -> [ imageWanted block path position ], (c, h, w)
            | Vector _, Vector _ -> [ imageWanted block path position ], (1, 28, 28)

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
        | Image(_, h, w) when position.Sure && min h w < 2 ->
            { Layers = []
              After = { position with Sure = false }
              Problems =
                [ Problem.at
                      (Place.Block path)
                      $"pool expects an image of at least 2×2 pixels, but receives {position.Shape}"
                      "drop a pool: each halves height and width" ] }
        | Image(c, h, w) ->
            { Layers = [ Layer.MaxPool ]
              After = moved (Image(c, max 1 (h / 2), max 1 (w / 2))) position.Sure position
              Problems = [] }
    | Block.Activation a -> stay [ Layer.Apply a ] []
    | Block.BatchNorm -> stay [ Layer.BatchNorm position.Shape ] []
    | Block.LayerNorm -> stay [ Layer.LayerNorm position.Shape ] []
    | Block.Dropout rate ->
        stay
            [ Layer.Dropout rate ]
            [ if not (rate >= 0.0 && rate < 1.0) then
                  Problem.at
                      (Place.Block path)
                      $"{Block.show block} expects a rate from 0.0 to below 1.0, but got {Show.number rate}"
                      "write dropout 0.1" ]
    | Block.Residual inner -> residual path position inner
    | Block.Vae _
    | Block.Autoencoder _
    | Block.Classifier _
    | Block.Regressor _ ->
        { Layers = []
          After =
            { position with
                Sure = position.Sure && (block.IsClassifier || block.IsRegressor) }
          Problems =
            [ Problem.at
                  (Place.Block path)
                  $"{Block.show block} stands inside residual, which expects blocks that leave the shape as it was"
                  "put bottlenecks and heads on the main path, after the residual block" ] }

and private residual path position inner =
    let steps, last =
        inner
        |> List.indexed
        |> List.mapFold
            (fun at (i, b) ->
                let s = step (path @ [ i ]) at b
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
                   | Image(c, _, _) ->
                       $"use no pool or dense inside, and end the inner blocks with conv {Show.integer c}") ]

    { Layers = [ Layer.Residual(steps |> List.collect _.Layers) ]
      After =
        { position with
            Sure = position.Sure && last.Sure && not bends }
      Problems = problems }
