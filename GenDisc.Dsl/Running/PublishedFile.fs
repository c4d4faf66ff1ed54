/// The files of published series: where they lie, and whether they are what was published.
module internal GenDisc.Running.PublishedFile

open System.IO
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Runtime

let private folders roots =
    [ for root in roots do
          Path.GetFullPath root
          Path.Combine(Path.GetFullPath root, "timeseries") ]

/// The file in one of these folders of data or in `timeseries` there, gzipped perhaps; None where it is in none.
let tryFind (roots: string list) (s: Published.Series) =
    [ for folder in folders roots do
          for name in [ s.File; s.File + ".gz" ] do
              Path.Combine(folder, name) ]
    |> List.tryFind File.Exists

/// What to say where there is none.
let absent (roots: string list) (s: Published.Series) =
    let places = folders roots |> String.concat "\n  "

    $"{Published.word s}: there is no {s.File}. Looked in\n  {places}\n"
    + $"Fetch\n  https://raw.githubusercontent.com/jbrownlee/Datasets/master/{s.File}\ninto one of them."

/// Refuses other content: its steps are taken as known before it is read.
let check (path: string) (s: Published.Series) (file: DataFile) =
    if file.Sha256 <> s.Sha256 then
        raise (
            UserError(
                $"{path}: this is not the published file of {Published.word s}.\n"
                + $"  SHA-256 of its unpacked content: {file.Sha256}\n"
                + $"  expected:                        {s.Sha256}\n"
                + "Replace it, or use csvSeries for your own."
            )
        )
