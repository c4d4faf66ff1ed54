namespace GenDisc

/// What one example looks like between two blocks.
type Shape =
    | Vector of size: int
    | Image of channels: int * height: int * width: int
    /// Numbers at each of so many steps.
    | Sequence of steps: int * features: int

    override this.ToString() =
        match this with
        | Vector n -> $"vector {Show.integer n}"
        | Image(c, h, w) -> $"image {Show.integer c}×{Show.integer h}×{Show.integer w}"
        | Sequence(t, f) -> $"sequence {Show.integer t}×{Show.integer f}"

module Shape =
    /// The sizes along each axis: `[1; 28; 28]` (channels, height, width), `[50; 1]` (steps, features) or `[n]`.
    let dimensions shape =
        match shape with
        | Vector n -> [ n ]
        | Image(c, h, w) -> [ c; h; w ]
        | Sequence(t, f) -> [ t; f ]

    /// How many numbers an example of this shape holds.
    let size shape = List.fold (*) 1 (dimensions shape)
