namespace GenDisc

/// A change for the worse of every example, in all parts of the data.
[<RequireQualifiedAccess>]
type Corruption =
    /// Gaussian noise of this deviation on every number; images stay within [0, 1].
    | Noise of deviation: float
    /// Gaussian blur of images, its deviation in pixels.
    | Blur of deviation: float
    /// Images turned by so many degrees.
    | Turn of degrees: float
    /// Numbers that are not seen, each with this probability: they read 0.
    | Missing of rate: float

/// What happens to every example before a model sees it, in all parts of the data alike.
[<RequireQualifiedAccess>]
type Preparation =
    | Corrupt of Corruption
    /// What a trained vae, autoencoder or machine makes of the example: E[x|z] at the mean of q(z|x), or one mean-field
    /// sweep there and back. A diffusion model takes off the noise that stands right before, or else puts a little on and
    /// takes that off.
    | Reconstruct of IDeclared
    /// What is missing filled in by a trained model, by sweeps there and back that keep what is seen; of a diffusion model
    /// by sampling that keeps it.
    | Infill of IDeclared

module internal PreparationText =
    /// The word that stands for it in a script, and the word's argument.
    let words preparation =
        match preparation with
        | Preparation.Corrupt(Corruption.Noise deviation) -> "noisy", Show.numberArgument deviation
        | Preparation.Corrupt(Corruption.Blur deviation) -> "blurred", Show.numberArgument deviation
        | Preparation.Corrupt(Corruption.Turn degrees) -> "turned", Show.numberArgument degrees
        | Preparation.Corrupt(Corruption.Missing rate) -> "missing", Show.numberArgument rate
        | Preparation.Reconstruct e -> "reconstructed", e.Source
        | Preparation.Infill e -> "infilled", e.Source

    /// The same for people: `noisy 0.3`, `reconstructed by "vae"`.
    let short preparation =
        match preparation with
        | Preparation.Reconstruct e
        | Preparation.Infill e -> $"{fst (words preparation)} by {Show.name e.Name}"
        | Preparation.Corrupt _ ->
            let word, argument = words preparation
            $"{word} {argument}"
