/// What blocks receive and leave while the shape of the data is followed through a model.
module internal GenDisc.Position

/// What the next block receives.
type Position =
    {
        Shape: Shape
        /// False after a block that did not fit: the shape is then a guess, and only problems that do not depend on
        /// its sizes are reported, so that one mistake is told once.
        Sure: bool
        /// The last image on the way, for guesses.
        Image: Shape
        /// The last sequence on the way, for guesses.
        Sequence: Shape
        /// Whether a dense block or a bottleneck has flattened the representation.
        Flattened: bool
        /// Whether the representation is a sequence of a recurrent layer's states, of which a head reads the last.
        States: bool
        /// How many of its features were computed from the last step to the first.
        Backward: int
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
        | Vector _
        | Sequence _ -> Image(1, 28, 28)
      Sequence =
        match data with
        | Sequence _ -> data
        | Vector _
        | Image _ -> Sequence(50, 1)
      Flattened = false
      States = false
      Backward = 0 }

/// The largest number of parameters, and of numbers in one representation.
let limit = int64 System.Int32.MaxValue

let describe position =
    match position with
    | { Sure = true } -> string position.Shape
    | { Shape = Image _ } -> "an image"
    | { Shape = Vector _ } -> "a vector"
    | { Shape = Sequence _ } -> "a sequence"

let moved (shape: Shape) sure position =
    { position with
        Shape = shape
        Sure = sure
        Image =
            match shape with
            | Image _ -> shape
            | Vector _
            | Sequence _ -> position.Image
        Sequence =
            match shape with
            | Sequence _ -> shape
            | Vector _
            | Image _ -> position.Sequence
        Flattened = position.Flattened || shape.IsVector
        States = false
        Backward = 0 }

/// To a vector: the last of a recurrent layer's states, else all numbers one after another.
let flatten position =
    match position.Shape with
    | Sequence _ when position.States -> [ Layer.LastState position.Backward ]
    | Image _
    | Sequence _ -> [ Layer.Reshape(Vector(Shape.size position.Shape)) ]
    | Vector _ -> []

/// The size of the vector that `flatten` makes.
let flatSize position =
    match position.Shape with
    | Sequence(_, features) when position.States -> features
    | shape -> Shape.size shape

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

/// The problem of a block over sequences that receives something else.
let sequenceWanted (block: Block) path position =
    let hint =
        if position.Flattened then
            $"put {Block.brief block} before dense blocks and before lastState or meanState"
        else
            "use a series |> window 24 1, or timeSeries data"

    Problem.at (Place.Block path) $"{Block.brief block} expects a sequence, but receives {describe position}" hint

/// The problem of a block over images that receives something else.
let imageWanted (block: Block) path position =
    let word = (Block.show block).Split(' ')[0]

    let hint =
        if position.Flattened then
            $"put {word} blocks before dense blocks"
        else
            $"{word} needs image data, such as mnist; for vectors use dense"

    Problem.at (Place.Block path) $"{Block.show block} expects an image, but receives {describe position}" hint
