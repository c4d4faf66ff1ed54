namespace GenDisc

/// Labelled examples that a trained generator adds to the training part.
type Generated =
    {
        By: IDeclared
        Count: int
        /// A generator for each class, trained on that class alone.
        PerClass: bool
    }

/// What an experiment learns from, and how it is cut and prepared. `None` stands for the source's own default.
type Data =
    {
        Source: Source
        /// Deviation of the Gaussian noise on a generated source.
        Noise: float option
        /// Which draw of the noise on a generated series: 1, 2, …
        Draw: int option
        /// Steps of a generated series.
        Points: int option
        /// Time from a generated series' first step to its last.
        Span: float option
        /// Grey pixels become black and white by chance: those trained on anew each time, others once.
        Binarised: bool
        /// Height and width that images are brought to.
        Resize: (int * int) option
        /// Steps that go in and steps to forecast; for series.
        Window: (int * int) option
        /// Steps after which a series repeats itself, for the seasonal-naive forecast.
        Season: int option
        /// Share of the whole kept for the test, where the source has no test part of its own.
        HoldOut: float option
        /// Keep only this many training examples, stratified by class; of windows, the latest.
        Take: int option
        /// Share of the training part held out for validation.
        Validation: float
        /// Keep only the examples of this class, of all parts.
        Only: int option
        /// Labels are known of so many training examples, stratified by class; the others are seen without.
        Labels: int option
        /// What happens to every example of all parts, in this order.
        Prepared: Preparation list
        /// Labelled examples drawn from trained generators, added to the training part alone.
        Generated: Generated list
        /// Changes of training images, in this order.
        Augment: Augmentation list
        /// Data that the model should find strange, for the out-of-distribution figures.
        Against: Data option
        /// The trained classifier in whose features samples are compared with test examples.
        Judge: IDeclared option
    }

    /// Source with the modifiers marked by name.
    member internal this.Written: Show.Marked<string> =
        let modifier name (argument: string) =
            Show.mark name (Show.text (if argument = "" then name else $"{name} {argument}"))

        let optional name show value =
            value |> Option.map (fun v -> modifier name (show v)) |> Option.toList

        let pair (a, b) =
            $"{Show.integerArgument a} {Show.integerArgument b}"

        Show.joined
            " |> "
            [ Show.mark "source" (Show.text (SourceText.source this.Source))
              yield! optional "noise" Show.numberArgument this.Noise
              yield! optional "draw" Show.integerArgument this.Draw
              yield! optional "points" Show.integerArgument this.Points
              yield! optional "span" Show.numberArgument this.Span
              yield! optional "resized" pair this.Resize
              if this.Binarised then
                  modifier "binarised" ""
              yield! optional "window" pair this.Window
              yield! optional "season" Show.integerArgument this.Season
              yield! optional "holdOut" Show.numberArgument this.HoldOut
              yield! optional "take" Show.integerArgument this.Take
              yield! optional "only" Show.integerArgument this.Only
              yield! optional "semiSupervised" Show.integerArgument this.Labels
              if this.Validation <> 0.1 then
                  modifier "validation" (Show.numberArgument this.Validation)
              for preparation in this.Prepared do
                  modifier <|| PreparationText.words preparation
              for generated in this.Generated do
                  modifier
                      (if generated.PerClass then "augmentPerClass" else "augment")
                      $"{generated.By.Source} {Show.integerArgument generated.Count}"
              for augmentation in this.Augment do
                  modifier <|| SourceText.augmentation augmentation
              yield!
                  optional
                      "against"
                      (fun (other: Data) ->
                          let source = other.Written.Text
                          if source.Contains ' ' then $"({source})" else source)
                      this.Against
              yield! optional "qualityBy" (fun (judge: IDeclared) -> judge.Source) this.Judge ]

    /// The declaration's own source.
    override this.ToString() = this.Written.Text

module Data =
    /// A source as it comes: all of its training part, a tenth of it for validation.
    let from source =
        { Source = source
          Noise = None
          Draw = None
          Points = None
          Span = None
          Binarised = false
          Resize = None
          Window = None
          Season = None
          HoldOut = None
          Take = None
          Validation = 0.1
          Only = None
          Labels = None
          Prepared = []
          Generated = []
          Augment = []
          Against = None
          Judge = None }

    /// The data as its own source: `mnist |> take 1000`.
    let show (data: Data) = string data

    /// The source with `source` and each modifier's name marked.
    let source (data: Data) = data.Written

    /// What to call the data in a sentence.
    let title (data: Data) =
        match data.Source with
        | Source.FashionMnist -> "fashion-mnist"
        | source -> SourceText.source source

    /// The experiments that stand inside the data, in the order in which they are written.
    let declared (data: Data) =
        [ for preparation in data.Prepared do
              match preparation with
              | Preparation.Reconstruct e
              | Preparation.Infill e -> e
              | Preparation.Corrupt _ -> ()
          for generated in data.Generated do
              generated.By
          yield! Option.toList data.Judge ]

    /// Whether the source is a series, cut into windows.
    let isSeries (data: Data) = data.Source.IsSeries

    /// The share kept for the test where the source has no test part.
    let holdOut (data: Data) = defaultArg data.HoldOut 0.25

    /// Steps of a generated series.
    let points (data: Data) = defaultArg data.Points 1000

    /// Time from a generated series' first step to its last.
    let span (data: Data) =
        match data.Span, data.Source with
        | Some span, _ -> span
        | None, Source.Series SeriesSource.Lorenz -> 25.0
        | None, _ -> 10.0 * System.Math.PI

    /// Deviation of the noise on a generated series.
    let noise (data: Data) = defaultArg data.Noise 0.0

    /// Which draw of the noise.
    let draw (data: Data) = defaultArg data.Draw 1

    /// Steps that go in and steps to forecast.
    let window (data: Data) = defaultArg data.Window (24, 1)

    /// Steps after which a series repeats itself, where that is known.
    let season (data: Data) =
        match data.Season, data.Source with
        | Some season, _ -> Some season
        | None, Source.Series(SeriesSource.Sunspots | SeriesSource.AirlinePassengers) -> Some 12
        | None, Source.Series SeriesSource.MinTemperatures -> Some 365
        | None, Source.Series(SeriesSource.Sines(frequency :: _)) when frequency > 0.0 && span data > 0.0 ->
            let step = span data / float (max 1 (points data - 1))
            Some(max 1 (int (System.Math.Round(2.0 * System.Math.PI / frequency / step))))
        | None, _ -> None

    let private plain shape classes targets unit training =
        Some
            { Shape = shape
              Classes = classes
              Targets = targets
              InUnitInterval = unit
              Training = training
              HasTest = true
              Varies = false
              Numeric = 0
              Levels = [] }

    /// Columns and steps of a series that is known beforehand.
    let private extent (data: Data) series =
        match series with
        | SeriesSource.Sunspots
        | SeriesSource.MinTemperatures
        | SeriesSource.AirlinePassengers -> Published.tryOf series |> Option.map (fun p -> 1, p.Steps)
        | SeriesSource.Csv _ -> None
        | SeriesSource.Lorenz -> Some(3, points data)
        | SeriesSource.VanDerPol _ -> Some(2, points data)
        | SeriesSource.Sines _
        | SeriesSource.DampedOscillator _
        | SeriesSource.DrivenOscillator _ -> Some(1, points data)

    /// The facts of a series of so many steps.
    let windowed (data: Data) columns steps =
        let history, horizon = window data
        let testing = int (System.Math.Round(holdOut data * float steps))
        let most = int64 System.Int32.MaxValue

        plain
            (Sequence(history, columns))
            0
            (int (min most (int64 horizon * int64 columns)))
            false
            (int (max 0L (min most (int64 steps - int64 testing - int64 history - int64 horizon + 1L))))
        |> Option.map (fun facts -> { facts with HasTest = false })

    let private ofSource (data: Data) : Facts option =
        match data.Source with
        | Source.Mnist
        | Source.FashionMnist -> plain (Image(1, 28, 28)) 10 0 true 60000
        | Source.Cifar10 -> plain (Image(3, 32, 32)) 10 0 true 50000
        | Source.Digits -> plain (Image(1, 28, 28)) 10 0 true 20000
        | Source.Moons
        | Source.Circles -> plain (Vector 2) 2 0 false 4000
        | Source.Spirals -> plain (Vector 2) 3 0 false 4000
        | Source.Blobs -> plain (Vector 2) 4 0 false 4000
        | Source.Friedman -> plain (Vector 10) 0 1 true 4000
        | Source.Ising(size, _, _, _) ->
            let side = max 1 size
            // larger lattices have fewer, in inverse proportion to their sites
            let training =
                if size <= 32 then
                    20000L
                else
                    20000L * 1024L / (int64 size * int64 size) / 4L * 4L

            plain (Image(1, side, side)) 2 0 true (int training)
        | Source.Series series ->
            extent data series
            |> Option.bind (fun (columns, steps) -> windowed data columns steps)
        | Source.ImageFolder _
        | Source.TimeSeries _
        | Source.Table _
        | Source.ClassTable _ -> None

    /// What preparation leaves of the facts: numbers that are no pixels need not stay within [0, 1].
    let prepared (data: Data) (facts: Facts) =
        let stays preparation =
            match preparation with
            | Preparation.Corrupt(Corruption.Missing _) -> true
            | _ -> facts.Shape.IsImage

        { facts with
            InUnitInterval = facts.InUnitInterval && List.forall stays data.Prepared }

    /// What is known of the data without opening a file; None where a file must be read first.
    let facts (data: Data) : Facts option =
        ofSource data |> Option.map (prepared data)

    /// What validation takes its share of: training examples, or the steps of a series before the test segment.
    let beforeValidation (data: Data) (facts: Facts) =
        if isSeries data then
            let history, horizon = window data
            int64 facts.Training + int64 history + int64 horizon - 1L
        else
            int64 facts.Training

    /// How many of them are held out for validation.
    let validationCount (data: Data) (facts: Facts) =
        int (System.Math.Round(data.Validation * float (beforeValidation data facts)))
