namespace GenDisc

/// Where in a declaration a problem sits.
[<RequireQualifiedAccess>]
type Place =
    /// Path of indices into the model's blocks (more than one inside `residual`; none for the model as a whole).
    | Block of int list
    | Loss
    | Data
    | Training
    | Name

type Problem =
    {
        Place: Place
        /// The characters at fault in the place's printed source, where they can be told.
        Part: Show.Span option
        /// What it is, what it got, what it expected.
        Says: string
        Hint: string
    }

module Problem =
    /// A problem of a place as a whole; for a block, of that block.
    let at place says hint =
        { Place = place
          Part = None
          Says = says
          Hint = hint }

    /// A problem of a part of a place's source.
    let within place part says hint = { at place says hint with Part = part }

/// One line of a plan: what a block receives, leaves and costs.
type Row =
    {
        /// The block's own source, or `decoder: …` for the mirrored part.
        Text: string
        In: Shape
        Out: Shape
        /// Whether it is a head, beside the main path.
        Head: bool
        Parameters: int64
        /// Floating-point operations of one forward pass of one example (a multiply-add counts as 2).
        Flops: int64
    }
