namespace GenDisc

/// What one example looks like between two blocks.
type Shape =
    | Vector of size: int
    | Image of channels: int * height: int * width: int

    override this.ToString() =
        match this with
        | Vector n -> $"vector {n}"
        | Image(c, h, w) -> $"image {c}×{h}×{w}"

module Shape =
    /// How many numbers an example of this shape holds.
    let size shape =
        match shape with
        | Vector n -> n
        | Image(c, h, w) -> c * h * w
