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

    /// Source with the modifiers marked by name.
    member internal this.Written: Show.Marked<string> =
        let source =
            match this.Source with
            | Source.Mnist -> "mnist"
            | Source.FashionMnist -> "fashionMnist"
            | Source.Digits -> "digits"
            | Source.Moons -> "moons"
            | Source.Friedman -> "friedman"

        let modifier name argument =
            Show.mark name (Show.text $"{name} {argument}")

        Show.joined
            " |> "
            [ Show.mark "source" (Show.text source)
              match this.Take with
              | Some n -> modifier "take" (Show.integerArgument n)
              | None -> ()
              if this.Validation <> 0.1 then
                  modifier "validation" (Show.numberArgument this.Validation) ]

    /// The declaration's own source.
    override this.ToString() = this.Written.Text

module Data =
    /// A source as it comes: all of its training part, a tenth of it for validation.
    let from source =
        { Source = source
          Take = None
          Validation = 0.1 }

    /// The data as its own source: `mnist |> take 1000`.
    let show (data: Data) = string data

    /// The source with `source`, `take` and `validation` marked.
    let source (data: Data) = data.Written

    /// The name under which the data store knows the source.
    let storeName (data: Data) =
        match data.Source with
        | Source.Mnist -> "mnist"
        | Source.FashionMnist -> "fashion-mnist"
        | Source.Digits -> "digits"
        | Source.Moons -> "moons"
        | Source.Friedman -> "friedman"

    /// One example.
    let shape (data: Data) =
        match data.Source with
        | Source.Mnist
        | Source.FashionMnist
        | Source.Digits -> Image(1, 28, 28)
        | Source.Moons -> Vector 2
        | Source.Friedman -> Vector 10

    /// How many classes the labels tell apart; 0 for regression.
    let classes (data: Data) =
        match data.Source with
        | Source.Mnist
        | Source.FashionMnist
        | Source.Digits -> 10
        | Source.Moons -> 2
        | Source.Friedman -> 0

    /// How many numbers a regression target holds; 0 for classification.
    let targets (data: Data) =
        match data.Source with
        | Source.Friedman -> 1
        | _ -> 0

    /// Whether all values lie in [0, 1], as a Bernoulli likelihood demands.
    let inUnitInterval (data: Data) = data.Source <> Source.Moons

    /// How many training examples the source has, before validation is held out.
    let trainingCount (data: Data) =
        match data.Source with
        | Source.Mnist
        | Source.FashionMnist -> 60000
        | Source.Digits -> 20000
        | Source.Moons
        | Source.Friedman -> 4000

    /// How many of them are held out for validation.
    let validationCount (data: Data) =
        int (System.Math.Round(data.Validation * float (trainingCount data)))
