namespace GenDisc.Running

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.IO
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Data.Readers
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Runtime

/// A source as it was read, before it is cut for an experiment.
[<RequireQualifiedAccess>]
type internal Raw =
    /// Parts that the source itself has.
    | Parts of LoadedData
    | Table of Table
    | Series of Series

/// Data cut and prepared for an experiment.
type internal Prepared =
    {
        Splits: Splits
        /// The series behind the examples, where there is one.
        Windows: WindowedSeries option
        /// The series' values without their noise, row by row, where it was generated with noise.
        Exact: float32[] option
        /// Scales other data as the training examples are.
        Scale: Split -> Split
    }

/// Reads data, each source once however many experiments and figures ask for it.
type internal Loader(options: HostOptions) =
    let known = Dictionary<Data, Raw>()
    let look = Settings.environment

    let progress =
        Settings.fetching (fun file received total -> options.Tell(RunEvent.Fetching(file, received, total)))

    let roots = Settings.dataRoots options.Data look

    /// A path as it is, else in the folders of data.
    let locate (path: string) =
        let places = path :: [ for root in roots -> Path.Combine(root, path) ]

        match places |> List.tryFind (fun p -> File.Exists p || Directory.Exists p) with
        | Some found -> found
        | None ->
            let sought =
                places |> List.map Path.GetFullPath |> List.distinct |> String.concat "\n  "

            raise (
                UserError(
                    $"{path}: there is no such file or folder. Looked for\n  {sought}\nCorrect the path in the script, or name the folder of data with --data DIR or GENDISC_DATA."
                )
            )

    let csv path columns =
        Raw.Series(CsvSeries.Read(path, Array.ofList columns))

    let published (series: Published.Series) =
        match PublishedFile.tryFind roots series with
        | Some path ->
            let check = Action<DataFile>(PublishedFile.check path series)
            Raw.Series(CsvSeries.Read(path, [| series.Column |], check))
        | None -> raise (UserError(PublishedFile.absent roots series))

    let series (data: Data) source =
        let span, points, noise, draw =
            Data.span data, Data.points data, Data.noise data, Data.draw data

        match source with
        | SeriesSource.Sunspots
        | SeriesSource.MinTemperatures
        | SeriesSource.AirlinePassengers -> published (Published.tryOf source |> Option.get)
        | SeriesSource.Csv(path, columns) -> csv (locate path) columns
        | SeriesSource.Sines frequencies ->
            Raw.Series(Oscillations.Sines(Array.ofList frequencies, span, points, noise, draw))
        | SeriesSource.DampedOscillator damping -> Raw.Series(Oscillations.Damped(damping, span, points, noise, draw))
        | SeriesSource.DrivenOscillator(damping, force, frequency) ->
            Raw.Series(Oscillations.Driven(damping, force, frequency, span, points, noise, draw))
        | SeriesSource.Lorenz -> Raw.Series(Trajectories.Lorenz(span, points, noise, draw))
        | SeriesSource.VanDerPol mu -> Raw.Series(Trajectories.VanDerPol(mu, span, points, noise, draw))

    let labelled name =
        let found = TsFile.Find(name, roots)

        if found.HasValue then
            let struct (train, test) = found.Value
            TsFile.Load(train, test)
        else
            let places = roots |> List.map Path.GetFullPath |> String.concat "\n  "

            raise (
                UserError(
                    $"timeSeries \"{name}\": there is no {name}_TRAIN.ts (or .ts.gz). Looked in\n  {places}\nand there in {name} and timeseries/{name}. Fetch the set from timeseriesclassification.com and unpack it into one of them."
                )
            )

    let read (data: Data) =
        let noise = Option.toNullable data.Noise

        let named name =
            Raw.Parts((Settings.dataStore options.Data look).Load(name, progress, options.Cancel))

        match data.Source with
        | Source.Mnist -> named "mnist"
        | Source.FashionMnist -> named "fashion-mnist"
        | Source.Cifar10 -> named "cifar10"
        | Source.Digits -> named "digits"
        | Source.Moons -> Raw.Parts(Moons.Load noise)
        | Source.Circles -> Raw.Parts(Circles.Load noise)
        | Source.Spirals -> Raw.Parts(Spirals.Load noise)
        | Source.Blobs -> Raw.Parts(Blobs.Load noise)
        | Source.Friedman -> Raw.Parts(Friedman.Load noise)
        | Source.Ising(size, temperature, coupling, field) ->
            Raw.Parts(IsingData.Load(size, temperature, coupling, field, IsingAlgorithm.Automatic, options.Cancel))
        | Source.ImageFolder path ->
            let size =
                data.Resize |> Option.map (fun (h, w) -> struct (h, w)) |> Option.toNullable

            Raw.Parts(
                ImageFolder.Load(
                    locate path,
                    Path.Combine(Settings.dataCache look, "images"),
                    Data.holdOut data,
                    size,
                    progress,
                    options.Cancel
                )
            )
        | Source.TimeSeries name -> Raw.Parts(labelled name)
        | Source.Table(path, target) -> Raw.Table(CsvTable.Read(locate path, target))
        | Source.ClassTable(path, target) -> Raw.Table(CsvTable.Read(locate path, target, true))
        | Source.Series source -> series data source

    /// What of a declaration decides what is read.
    let key (data: Data) =
        { Data.from data.Source with
            Noise = data.Noise
            Draw = data.Draw
            Points = data.Points
            Span = data.Span
            Resize = data.Resize
            HoldOut = data.HoldOut }

    let isUnit (values: ReadOnlyMemory<float32>) =
        values.ToArray() |> Array.forall (fun x -> x >= 0.0f && x <= 1.0f)

    let ofParts (data: Data) (parts: LoadedData) : Facts =
        let train = parts.Train

        { Shape =
            match List.ofSeq train.ExampleShape with
            | [ c; h; w ] -> Image(c, h, w)
            | [ t; f ] -> Sequence(t, f)
            | _ -> Vector train.ExampleSize
          Classes = train.Classes
          Targets = train.TargetSize
          // sequences are standardised
          InUnitInterval = train.ExampleShape.Length <> 2 && isUnit train.Values
          Training = train.Count
          HasTest =
            match data.Source with
            | Source.ImageFolder path -> ImageParts.Exist(locate path)
            | _ -> true
          Varies = not (train.Lengths.IsEmpty && parts.Test.Lengths.IsEmpty)
          Numeric = 0
          Levels = [] }

    let ofTable (data: Data) (table: Table) : Facts =
        let schema = table.Schema
        let testing = int (Math.Round(Data.holdOut data * float table.Rows))

        { Shape = Vector(schema.Numeric + Seq.sum schema.Levels)
          Classes = schema.Classes
          Targets = (if schema.Classes > 0 then 0 else 1)
          InUnitInterval = false
          Training = table.Rows - testing
          HasTest = false
          Varies = false
          Numeric = schema.Numeric
          Levels = List.ofSeq schema.Levels }

    let raw (data: Data) =
        match known.TryGetValue(key data) with
        | true, found -> found
        | _ ->
            let found = read data
            known[key data] <- found
            found

    /// What is known of the data; of a user's file, after reading it.
    member _.Facts(data: Data) : Facts option =
        match Data.facts data with
        | Some facts -> Some facts
        | None ->
            match raw data with
            | Raw.Parts parts -> Some(Data.prepared data (ofParts data parts))
            | Raw.Table table -> Some(ofTable data table)
            | Raw.Series series -> Data.windowed data series.Columns.Length series.Steps

    /// The files behind the data, with their checksums.
    member _.Files(data: Data) : DataFile list =
        match raw data with
        | Raw.Parts parts -> List.ofSeq parts.Files
        | Raw.Table table -> List.ofSeq table.Files
        | Raw.Series series -> List.ofSeq series.Files

    /// The files behind a plan: of its own data, and of all others that have a say in what its run comes to.
    member this.Behind(plan: Plan) : DataFile list =
        let rec others (plan: Plan) =
            [ yield! Option.toList plan.Experiment.Data.Against
              for inner in plan.Dependencies do
                  inner.Experiment.Data
                  yield! others inner ]

        this.Files plan.Experiment.Data
        @ (others plan
           |> List.filter (fun data -> (Data.facts data).IsNone)
           |> List.collect this.Files)
        |> List.distinct

    /// Cuts the data, scaled by the training examples alone. `Preparing` prepares them, and draws pixels only then.
    member _.Prepare (data: Data) (streams: Streams) : Prepared =
        let take = Option.toNullable data.Take

        let splits, windows, scale =
            match raw data with
            | Raw.Parts parts ->
                let splits =
                    Splits.Make(parts.Train, parts.Test, data.Validation, take, streams.Take)

                if parts.Train.ExampleShape.Length = 2 then
                    Standardise.Sequences splits,
                    None,
                    fun other -> Standardise.Sequences(Splits(splits.Train, splits.Validation, other)).Test
                else
                    let drawn (splits: Splits) =
                        if data.Binarised && data.Prepared.IsEmpty then splits.Binarised() else splits

                    drawn splits, None, (fun other -> (drawn (Splits(splits.Train, splits.Validation, other))).Test)
            | Raw.Table table -> table.Prepare(Data.holdOut data, data.Validation, take, streams.Take), None, id
            | Raw.Series series ->
                let history, horizon = Data.window data

                let windows =
                    Windows.Make(series, history, horizon, Data.holdOut data, data.Validation, take)

                windows.Splits, Some windows, id

        let hidden (cut: Splits) known = cut.Hiding(known, streams.Take)
        let splits = data.Labels |> Option.fold hidden splits

        let exact =
            match raw data with
            | Raw.Series _ when Data.noise data > 0.0 ->
                match raw { data with Noise = Some 0.0 } with
                | Raw.Series series -> Some series.Values
                | Raw.Parts _
                | Raw.Table _ -> None
            | _ -> None

        { Splits = Option.foldBack (fun label (all: Splits) -> all.Only label) data.Only splits
          Windows = windows
          Exact = exact
          Scale = scale }

    /// The scale that the data are brought to for an experiment; None where they stay as they are.
    member _.Scale (data: Data) (streams: Streams) : InputScale option =
        let take = Option.toNullable data.Take

        match raw data with
        | Raw.Parts parts when parts.Train.ExampleShape.Length = 2 ->
            let splits =
                Splits.Make(parts.Train, parts.Test, data.Validation, take, streams.Take)

            let features =
                [ for j in 1 .. parts.Train.ExampleShape[1] -> $"{parts.Train.Name} {j}" ]

            Some(InputScale(ImmutableArray.CreateRange features, Standardise.OfSequences splits, ImmutableArray.Empty))
        | Raw.Parts _ -> None
        | Raw.Table table -> Some(table.ScaleOf(Data.holdOut data, data.Validation, take, streams.Take))
        | Raw.Series series ->
            let history, horizon = Data.window data

            let windows =
                Windows.Make(series, history, horizon, Data.holdOut data, data.Validation, take)

            Some(InputScale(series.Columns, windows.Scaling, ImmutableArray.Empty))

    /// The test part of the data, not scaled.
    member _.Strangers(data: Data) : Split =
        match raw data with
        | Raw.Parts parts -> Split.All parts.Test
        | Raw.Table _
        | Raw.Series _ ->
            raise (UserError $"against {Data.show data}: only labelled images, vectors and series can stand there")
