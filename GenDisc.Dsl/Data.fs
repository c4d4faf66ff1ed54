namespace GenDisc

/// A data set that GenDisc knows by name.
[<RequireQualifiedAccess>]
type Source =
    | Mnist
    | FashionMnist
    /// Stroke digits drawn from a seed: nothing to download.
    | Digits
    /// Two interleaved half circles in the plane.
    | Moons
    /// Friedman's first regression function of ten uniform inputs, with unit noise.
    | Friedman

/// What an experiment learns from, and how its training part is cut.
type Data =
    {
        Source: Source
        /// Keep only this many training examples, stratified by class.
        Take: int option
        /// Share of the training part held out for validation.
        Validation: float
    }
