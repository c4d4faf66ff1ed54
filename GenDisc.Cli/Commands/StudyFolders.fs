/// Reads the folders of studies and searches, which lie among those of their runs; whatever is missing or damaged in one
/// is left out rather than fatal.
module internal GenDisc.Cli.StudyFolders

open System
open System.IO
open System.Text.Json
open GenDisc.Cli.Fields

type Study =
    {
        Id: string
        Folder: string
        /// `comparison`, `labelCurve`, `pareto` or `search`; `damaged` where it cannot be read.
        Kind: string
        Question: string
        /// Rows of a study, trials of a search so far.
        Rows: int
        /// Over which each row was run, or the best of a search.
        Seeds: int
        Started: DateTimeOffset option
        /// What the numbers say.
        Statements: string list
    }

    /// `6 × 5`, `20 trials`
    member this.Size =
        let seeds = this.Seeds.ToString Globalization.CultureInfo.InvariantCulture
        let rows = this.Rows.ToString Globalization.CultureInfo.InvariantCulture

        match this.Kind with
        | "damaged" -> ""
        | "search" -> rows + " trials"
        | _ -> rows + " × " + seeds

let private empty (folder: string) (kind: string) =
    { Id = string (Path.GetFileName folder)
      Folder = folder
      Kind = kind
      Question = ""
      Rows = 0
      Seeds = 0
      Started = None
      Statements = [] }

let private study (folder: string) (root: JsonElement) =
    { empty folder (text "kind" root |> Option.defaultValue "damaged") with
        Question = text "question" root |> Option.defaultValue ""
        Rows = (items "rows" root).Length
        Seeds = (items "seeds" root).Length
        Started = time "started" root
        Statements = items "statements" root |> List.choose asText }

let private search (folder: string) (root: JsonElement) =
    let confirmed =
        property "confirmed" root |> Option.map (items "runs") |> Option.defaultValue []

    let known =
        [ text "name" root
          text "strategy" root
          text "figure" root |> Option.map (fun figure -> "by validation " + figure) ]

    { empty folder (if text "id" root = None then "damaged" else "search") with
        Question = String.Join(", ", List.choose id known)
        Rows = (items "trials" root).Length
        Seeds = confirmed.Length
        Statements =
            [ match text "best" root with
              | Some best -> "best on validation data: " + best
              | None -> () ] }

/// The study or search in a folder; None where nothing says that the folder holds one.
let read (folder: string) =
    let parsed (name: string) (parse: string -> JsonElement -> Study) =
        let file = Path.Combine(folder, name)

        if not (File.Exists file) then
            None
        else
            try
                use document = JsonDocument.Parse(File.ReadAllText file)
                let found = parse folder document.RootElement

                let written () =
                    DateTimeOffset(File.GetLastWriteTimeUtc file)

                Some
                    { found with
                        Started = found.Started |> Option.defaultWith written |> Some }
            with
            | :? IOException
            | :? UnauthorizedAccessException
            | :? JsonException -> Some(empty folder "damaged")

    parsed "study.json" study
    |> Option.orElseWith (fun () -> parsed "search.json" search)

/// All studies and searches in a folder of run folders, oldest first.
let all (runs: string) =
    if Directory.Exists runs then
        Directory.GetDirectories runs
        |> List.ofArray
        |> List.choose read
        |> List.sortBy (fun study -> study.Started, study.Id)
    else
        []

/// One line of JSON.
let json (study: Study) =
    Json.line (fun writer ->
        writer.WriteString("id", study.Id)
        writer.WriteString("kind", study.Kind)
        writer.WriteString("question", study.Question)
        writer.WriteString("folder", study.Folder)
        writer.WriteNumber("rows", study.Rows)
        writer.WriteNumber("seeds", study.Seeds)
        study.Started |> Option.iter (fun time -> writer.WriteString("started", time)))
