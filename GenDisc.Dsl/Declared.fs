namespace GenDisc

/// An experiment as a part of another one's declaration. Equal when the experiments are.
type IDeclared =
    /// The experiment's name.
    abstract Name: string
    /// The experiment's own source, on one line.
    abstract Source: string
