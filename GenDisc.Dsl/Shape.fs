namespace GenDisc

/// What one example looks like between two blocks.
type Shape =
    | Vector of size: int
    | Image of channels: int * height: int * width: int

    override this.ToString() =
        match this with
        | Vector n -> $"vector {Show.integer n}"
        | Image(c, h, w) -> $"image {Show.integer c}×{Show.integer h}×{Show.integer w}"

module Shape =
    /// How many numbers an example of this shape holds.
    let size shape =
        match shape with
        | Vector n -> n
        | Image(c, h, w) -> c * h * w

    /// The sizes along each axis: `[1; 28; 28]` (channels, height, width) or `[n]`.
    let dimensions shape =
        match shape with
        | Vector n -> [ n ]
        | Image(c, h, w) -> [ c; h; w ]
