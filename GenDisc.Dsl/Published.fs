/// Series that others have published as CSV files, which a script names by a word of the language.
module internal GenDisc.Published

type Series =
    {
        Source: SeriesSource
        File: string
        /// The column that holds the values.
        Column: string
        What: string
        /// Steps: rows of the file.
        Steps: int
        /// Of the file's unpacked content.
        Sha256: string
    }

let all =
    [ { Source = SeriesSource.Sunspots
        File = "monthly-sunspots.csv"
        Column = "Sunspots"
        What = "sunspot numbers, monthly, 1749 to 1983"
        Steps = 2820
        Sha256 = "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3" }
      { Source = SeriesSource.MinTemperatures
        File = "daily-min-temperatures.csv"
        Column = "Temp"
        What = "minimum temperatures in Melbourne, daily, 1981 to 1990, °C"
        Steps = 3650
        Sha256 = "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da" }
      { Source = SeriesSource.AirlinePassengers
        File = "airline-passengers.csv"
        Column = "Passengers"
        What = "airline passengers, monthly, 1949 to 1960, thousands"
        Steps = 144
        Sha256 = "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621" } ]

/// The word that a script writes.
let word (s: Series) =
    SourceText.source (Source.Series s.Source)

/// The series behind a source, where it is one of these.
let tryOf (source: SeriesSource) =
    all |> List.tryFind (fun s -> s.Source = source)
