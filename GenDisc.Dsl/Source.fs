namespace GenDisc

/// A series of numbers over time.
[<RequireQualifiedAccess>]
type SeriesSource =
    /// Monthly sunspot numbers, 1749 to 1983.
    | Sunspots
    /// Daily minimum temperatures in Melbourne, 1981 to 1990.
    | MinTemperatures
    /// Monthly airline passengers, 1949 to 1960.
    | AirlinePassengers
    /// Columns of a CSV file, all numeric ones where none is named.
    | Csv of path: string * columns: string list
    /// Σ sin(ω t) over these angular frequencies.
    | Sines of frequencies: float list
    /// x'' + 2γ x' + x = 0 from x = 1 at rest.
    | DampedOscillator of damping: float
    /// x'' + 2γ x' + x = F cos(ω t).
    | DrivenOscillator of damping: float * force: float * frequency: float
    /// Lorenz 1963, in its chaotic regime: three columns.
    | Lorenz
    /// Van der Pol's oscillator: position and velocity.
    | VanDerPol of mu: float

/// Where examples come from.
[<RequireQualifiedAccess>]
type Source =
    | Mnist
    | FashionMnist
    | Cifar10
    /// Stroke digits drawn from a seed: nothing to download.
    | Digits
    /// Two interleaved half circles in the plane.
    | Moons
    /// Two concentric circles in the plane.
    | Circles
    /// Three interleaved arms in the plane.
    | Spirals
    /// Four Gaussian clusters in the plane.
    | Blobs
    /// Friedman's first regression function of ten uniform inputs, with unit noise.
    | Friedman
    /// PNG and JPEG images, a folder for each class, in a folder or a zip archive.
    | ImageFolder of path: string
    /// A UCR/UEA data set of labelled series, by its name or the path of its training file.
    | TimeSeries of name: string
    /// A CSV table whose target column holds classes or, where it holds numbers, a quantity to regress on.
    | Table of path: string * target: string
    /// A CSV table whose target column holds classes, numbers or not.
    | ClassTable of path: string * target: string
    /// Configurations of the 2-D Ising model on a periodic square lattice, drawn from a seed.
    | Ising of size: int * temperature: float * coupling: float * field: float
    | Series of SeriesSource

/// A random change of training images, drawn anew each time an image is used.
[<RequireQualifiedAccess>]
type Augmentation =
    | Shift of pixels: int
    | Flip
    | Rotate of degrees: float
    | Crop of padding: int
    | CutOut of size: int

module internal SourceText =
    let private list show items =
        let inside = items |> List.map show |> String.concat "; "
        $"[{inside}]"

    let private series s =
        match s with
        | SeriesSource.Sunspots -> "sunspots"
        | SeriesSource.MinTemperatures -> "minTemperatures"
        | SeriesSource.AirlinePassengers -> "airlinePassengers"
        | SeriesSource.Csv(path, columns) -> $"csvSeries {Show.quoted path} {list Show.quoted columns}"
        | SeriesSource.Sines frequencies -> $"sines {list Show.number frequencies}"
        | SeriesSource.DampedOscillator damping -> $"dampedOscillator {Show.numberArgument damping}"
        | SeriesSource.DrivenOscillator(damping, force, frequency) ->
            $"drivenOscillator {Show.numberArgument damping} {Show.numberArgument force} {Show.numberArgument frequency}"
        | SeriesSource.Lorenz -> "lorenz"
        | SeriesSource.VanDerPol mu -> $"vanDerPol {Show.numberArgument mu}"

    /// The source's own source.
    let source s =
        match s with
        | Source.Mnist -> "mnist"
        | Source.FashionMnist -> "fashionMnist"
        | Source.Cifar10 -> "cifar10"
        | Source.Digits -> "digits"
        | Source.Moons -> "moons"
        | Source.Circles -> "circles"
        | Source.Spirals -> "spirals"
        | Source.Blobs -> "blobs"
        | Source.Friedman -> "friedman"
        | Source.ImageFolder path -> $"imageFolder {Show.quoted path}"
        | Source.TimeSeries name -> $"timeSeries {Show.quoted name}"
        | Source.Table(path, target) -> $"table {Show.quoted path} {Show.quoted target}"
        | Source.ClassTable(path, target) -> $"classTable {Show.quoted path} {Show.quoted target}"
        | Source.Ising(size, temperature, 1.0, 0.0) ->
            $"ising {Show.integerArgument size} {Show.numberArgument temperature}"
        | Source.Ising(size, temperature, coupling, field) ->
            $"isingWith {Show.numberArgument coupling} {Show.numberArgument field} {Show.integerArgument size} {Show.numberArgument temperature}"
        | Source.Series s -> series s

    /// An augmentation's word and arguments.
    let augmentation a =
        match a with
        | Augmentation.Shift pixels -> "shifted", Show.integerArgument pixels
        | Augmentation.Flip -> "flipped", ""
        | Augmentation.Rotate degrees -> "rotated", Show.numberArgument degrees
        | Augmentation.Crop padding -> "cropped", Show.integerArgument padding
        | Augmentation.CutOut size -> "cutOut", Show.integerArgument size
