/// Series that others have published as CSV files, which a script names by a word of the language.
module internal GenDisc.Published

open System.IO

type Series =
    {
        Source: SeriesSource
        File: string
        /// The column that holds the values.
        Column: string
        What: string
    }

let all =
    [ { Source = SeriesSource.Sunspots
        File = "monthly-sunspots.csv"
        Column = "Sunspots"
        What = "sunspot numbers, monthly, 1749 to 1983" }
      { Source = SeriesSource.MinTemperatures
        File = "daily-min-temperatures.csv"
        Column = "Temp"
        What = "minimum temperatures in Melbourne, daily, 1981 to 1990, °C" }
      { Source = SeriesSource.AirlinePassengers
        File = "airline-passengers.csv"
        Column = "Passengers"
        What = "airline passengers, monthly, 1949 to 1960, thousands" } ]

/// The word that a script writes.
let word (s: Series) =
    SourceText.source (Source.Series s.Source)

let private folders roots =
    [ for root in roots do
          Path.GetFullPath root
          Path.Combine(Path.GetFullPath root, "timeseries") ]

/// The file in one of these folders of data or in `timeseries` there, gzipped perhaps; None where it is in none.
let tryFind (roots: string list) (s: Series) =
    [ for folder in folders roots do
          for name in [ s.File; s.File + ".gz" ] do
              Path.Combine(folder, name) ]
    |> List.tryFind File.Exists

/// What to say where there is none.
let absent (roots: string list) (s: Series) =
    let places = folders roots |> String.concat "\n  "

    $"{word s}: there is no {s.File}. Looked in\n  {places}\n"
    + $"Fetch\n  https://raw.githubusercontent.com/jbrownlee/Datasets/master/{s.File}\ninto one of them."
