namespace GenDisc

/// The words for data, which `open GenDisc` brings into a script.
[<AutoOpen>]
module DataLanguage =
    /// MNIST: 28×28 handwritten digits, 10 classes.
    let mnist = Data.from Source.Mnist

    /// Fashion-MNIST: 28×28 pictures of clothes, 10 classes.
    let fashionMnist = Data.from Source.FashionMnist

    /// CIFAR-10: 32×32 colour pictures, 10 classes.
    let cifar10 = Data.from Source.Cifar10

    /// 28×28 stroke digits drawn from a seed, 10 classes; nothing to download.
    let digits = Data.from Source.Digits

    /// Two interleaved half circles in the plane, 2 classes.
    let moons = Data.from Source.Moons

    /// Two concentric circles in the plane, 2 classes.
    let circles = Data.from Source.Circles

    /// Three interleaved arms in the plane, 3 classes.
    let spirals = Data.from Source.Spirals

    /// Four Gaussian clusters in the plane that overlap in part, 4 classes.
    let blobs = Data.from Source.Blobs

    /// Spin configurations of the 2-D Ising model, H = −J Σ s s' − h Σ s, with J = 1 and h = 0 on a periodic lattice of
    /// size × size at this temperature (k = 1; the critical one is 2.269): images of 0 (down) and 1 (up). Drawn by
    /// Wolff's cluster algorithm from a seed; nothing to download.
    let ising size temperature =
        Data.from (Source.Ising(size, temperature, 1.0, 0.0))

    /// As `ising`, with coupling J and field h.
    let isingWith coupling field size temperature =
        Data.from (Source.Ising(size, temperature, coupling, field))

    /// Friedman's first regression function of ten uniform inputs, with unit noise.
    let friedman = Data.from Source.Friedman

    /// PNG and JPEG images, a folder for each class, in a folder or a zip archive; with folders `train` and `test`
    /// above the classes these are the parts. A relative path is looked for here, then in the data folder.
    let imageFolder path = Data.from (Source.ImageFolder path)

    /// A UCR/UEA data set of labelled series (`.ts`), by its name in the data folder or the path of its folder.
    let timeSeries name = Data.from (Source.TimeSeries name)

    /// A CSV table: the column `target` is to be predicted from the others. Text makes classes, numbers a regression.
    let table path target = Data.from (Source.Table(path, target))

    /// As `table`, but every value of the target is a class, numbers too.
    let classTable path target =
        Data.from (Source.ClassTable(path, target))

    let private series source = Data.from (Source.Series source)

    /// Monthly sunspot numbers, 1749 to 1983.
    let sunspots = series SeriesSource.Sunspots

    /// Daily minimum temperatures in Melbourne, 1981 to 1990, °C.
    let minTemperatures = series SeriesSource.MinTemperatures

    /// Airline passengers a month, 1949 to 1960, thousands.
    let airlinePassengers = series SeriesSource.AirlinePassengers

    /// Columns of a CSV file, in the order of time; [] for all that are numeric.
    let csvSeries path columns =
        series (SeriesSource.Csv(path, columns))

    /// Σ sin(ω t) over angular frequencies ω: 1,000 points from 0 to 10π unless `points` and `span` say otherwise.
    let sines frequencies = series (SeriesSource.Sines frequencies)

    /// x'' + 2γ x' + x = 0 for damping γ, from x = 1 at rest.
    let dampedOscillator damping =
        series (SeriesSource.DampedOscillator damping)

    /// x'' + 2γ x' + x = F cos(ω t) for damping γ, force F and frequency ω, from x = 1 at rest.
    let drivenOscillator damping force frequency =
        series (SeriesSource.DrivenOscillator(damping, force, frequency))

    /// Lorenz's system of 1963 (σ = 10, ρ = 28, β = 8/3): x, y and z over 25 units of time unless `span` says otherwise.
    let lorenz = series SeriesSource.Lorenz

    /// Van der Pol's oscillator x'' = μ (1 − x²) x' − x: position and velocity.
    let vanDerPol mu = series (SeriesSource.VanDerPol mu)

    /// Forecasts `horizon` steps of a series from the `history` steps before them (otherwise 1 from 24).
    let window history horizon (data: Data) =
        { data with
            Window = Some(history, horizon) }

    /// A series repeats itself after so many steps: what the seasonal-naive forecast repeats.
    let season steps (data: Data) = { data with Season = Some steps }

    /// Gaussian noise of this deviation on generated data.
    let noise deviation (data: Data) = { data with Noise = Some deviation }

    /// Another draw of the noise on a generated series (otherwise 1): to see what chance in the data does to a figure.
    let draw number (data: Data) = { data with Draw = Some number }

    /// Steps of a generated series (otherwise 1,000).
    let points count (data: Data) = { data with Points = Some count }

    /// Time from the first step of a generated series to its last (otherwise 10π; 25 for lorenz).
    let span time (data: Data) = { data with Span = Some time }

    /// Keeps this share of the data for the test, in (0, 1), where the source has no test part (otherwise 0.25).
    let holdOut share (data: Data) = { data with HoldOut = Some share }

    /// Makes grey pixels black and white, white with the probability that the grey value is: of training images anew each
    /// time, of the others once (Salakhutdinov and Murray 2008).
    let binarised (data: Data) = { data with Binarised = true }

    /// Brings all images of an image folder to this height and width.
    let resized height width (data: Data) =
        { data with
            Resize = Some(height, width) }

    /// Keeps `count` training examples, as many of each class; of a series the latest.
    let take count (data: Data) = { data with Take = Some count }

    /// Keeps only the examples of this class, of all parts, after `take` has chosen: what a generator of one class learns
    /// from.
    let only label (data: Data) = { data with Only = Some label }

    /// Forgets the labels of all training examples but `count`, as many of each class, the same ones that `take count`
    /// keeps: the others are seen without, and only terms that need no label learn from them.
    let semiSupervised count (data: Data) = { data with Labels = Some count }

    let private prepared step (data: Data) =
        { data with
            Prepared = data.Prepared @ [ step ] }

    /// Gaussian noise of this deviation on every example of all parts; images stay within [0, 1].
    let noisy deviation =
        prepared (Preparation.Corrupt(Corruption.Noise deviation))

    /// Gaussian blur of every image of all parts, its deviation in pixels.
    let blurred deviation =
        prepared (Preparation.Corrupt(Corruption.Blur deviation))

    /// Turns every image of all parts by so many degrees.
    let turned degrees =
        prepared (Preparation.Corrupt(Corruption.Turn degrees))

    /// Hides each number of every example of all parts with this probability: it reads 0.
    let missing rate =
        prepared (Preparation.Corrupt(Corruption.Missing rate))

    /// Replaces every example of all parts by what a trained vae, autoencoder, machine or diffusion model makes
    /// of it: denoising.
    let reconstructed (by: Experiment) = prepared (Preparation.Reconstruct by)

    /// Fills in what `missing` hid, by a trained vae, autoencoder, machine or diffusion model (of the data, not of latents).
    let infilled (by: Experiment) = prepared (Preparation.Infill by)

    let private generated by count perClass (data: Data) =
        { data with
            Generated =
                data.Generated
                @ [ { By = by
                      Count = count
                      PerClass = perClass } ] }

    /// Adds `count` labelled examples, as many of each class, that a trained generator draws (a `cvae`, `m2` or `classRbm`)
    /// to the training part alone. The generator must have seen the labels of the same labelled examples alone; with
    /// `semiSupervised` it sees the other training examples too, without theirs.
    let augment (by: Experiment) count = generated by count false

    /// As `augment`, from a generator for each class (such as a `vae`), each trained on that class alone.
    let augmentPerClass (by: Experiment) count = generated by count true

    /// Holds out this share of the training part, in [0, 1), for validation (otherwise 0.1).
    let validation share (data: Data) = { data with Validation = share }

    let private augmented step (data: Data) =
        { data with
            Augment = data.Augment @ [ step ] }

    /// Shifts training images at random by up to so many pixels along both axes.
    let shifted pixels = augmented (Augmentation.Shift pixels)

    /// Mirrors every other training image, left to right.
    let flipped: Data -> Data = augmented Augmentation.Flip

    /// Rotates training images at random by up to so many degrees.
    let rotated degrees = augmented (Augmentation.Rotate degrees)

    /// Pads training images by so many pixels of zeros and crops them back at random.
    let cropped padding = augmented (Augmentation.Crop padding)

    /// Sets a square of `size`×`size` pixels of each training image to zero, at random (DeVries and Taylor 2017).
    let cutOut size = augmented (Augmentation.CutOut size)

    /// Data of the same shape that a good classifier should find strange: adds out-of-distribution figures.
    let against (other: Data) (data: Data) = { data with Against = Some other }

    /// After training, what the model draws is compared with test examples in the features of this experiment's classifier,
    /// which is trained first: `mnist |> qualityBy (judge mnist)`.
    let qualityBy (by: Experiment) (data: Data) = { data with Judge = Some by }
