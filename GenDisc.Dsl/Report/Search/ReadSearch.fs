/// Reads the folder of a search leniently: what is absent stays absent.
module internal GenDisc.Reporting.ReadSearch

open System
open System.IO
open System.Text.Json
open GenDisc.Reporting.Fields

type SearchDimension =
    {
        Name: string
        Source: string
        /// "oneOf", "uniform", "logUniform" or "integers".
        Kind: string
        Options: string list
        Low: float
        High: float
    }

    /// The place of a value from 0 to 1; None where it is none of the dimension's.
    member this.Place(value: string) =
        let within place =
            if place >= -1e-9 && place <= 1.0 + 1e-9 then Some place else None

        match this.Kind with
        | "oneOf" ->
            this.Options
            |> List.tryFindIndex ((=) value)
            |> Option.map (fun i -> (float i + 0.5) / float this.Options.Length)
        | kind ->
            match
                Double.TryParse(value, Globalization.NumberStyles.Float, Globalization.CultureInfo.InvariantCulture)
            with
            | true, x when kind = "logUniform" -> within (log (x / this.Low) / log (this.High / this.Low))
            | true, x -> within ((x - this.Low) / (this.High - this.Low))
            | false, _ -> None

type SearchTrial =
    {
        Index: int
        Run: string
        Choices: (string * string) list
        Rung: int
        Epochs: int option
        /// NaN of one that failed.
        Validation: float
        Seconds: float
        Problem: string option
    }

    member this.Choice name =
        this.Choices |> List.tryFind (fst >> (=) name) |> Option.map snd

type SearchFigure =
    { Mean: float
      Deviation: float
      Low: float
      High: float
      Count: int }

type Confirmation =
    { Seed: int64
      Run: string
      Validation: float
      Seconds: float }

/// Everything that the page of a search may show.
type SearchFolder =
    {
        Id: string
        Name: string
        Status: string
        /// The words after the space, as source.
        Words: string
        Strategy: string
        Seed: int64
        Figure: string
        Maximised: bool
        Data: string
        Base: string
        Dimensions: SearchDimension list
        Planned: int
        /// Trials and epochs.
        Rungs: (int * int) list
        Trials: SearchTrial list
        Best: SearchTrial option
        Winner: string option
        Confirmed: Confirmation list
        Missing: (int64 * string) list
        Test: Map<string, SearchFigure>
        Alone: Map<string, float>
        Explained: float
        /// Of the best trial's run: counts, environment and data.
        Result: ResultFile option
    }

    /// Names of the choices, in the order in which they were met.
    member this.Names = this.Dimensions |> List.map _.Name |> List.distinct

    /// Trials with a figure.
    member this.Ended =
        this.Trials
        |> List.filter (fun t -> t.Problem.IsNone && Double.IsFinite t.Validation)

    /// The best first.
    member this.Ranked(trials: SearchTrial list) =
        trials
        |> List.sortBy (fun t -> -t.Rung, (if this.Maximised then -t.Validation else t.Validation), t.Index)

let private nanOr name e =
    number name e |> Option.defaultValue nan

let private dimension e : SearchDimension =
    { Name = wordsOrEmpty "name" e
      Source = wordsOrEmpty "source" e
      Kind = wordsOrEmpty "kind" e
      Options = items "options" e |> List.map asText
      Low = nanOr "low" e
      High = nanOr "high" e }

let private trial e : SearchTrial =
    let failed = wordsOrEmpty "status" e <> "done"

    { Index = integer "index" e |> Option.defaultValue 0
      Run = wordsOrEmpty "run" e
      Choices = [ for name, value in entries "choices" e -> name, asText value ]
      Rung = integer "rung" e |> Option.defaultValue 0
      Epochs = integer "epochs" e
      Validation = nanOr "validation" e
      Seconds = nanOr "seconds" e
      Problem = if failed then Some(wordsOrEmpty "problem" e) else None }

let private figure e : SearchFigure =
    { Mean = nanOr "mean" e
      Deviation = nanOr "deviation" e
      Low = nanOr "low" e
      High = nanOr "high" e
      Count = integer "count" e |> Option.defaultValue 0 }

let private seed e = long "seed" e |> Option.defaultValue 0L

let private search (folder: string) e : SearchFolder =
    let trials = items "trials" e |> List.map trial
    let best = wordsOrEmpty "best" e
    let confirmed = part "confirmed" e
    let runs = string (Path.GetDirectoryName(Path.GetFullPath folder))

    let result =
        match Path.Combine(runs, best) with
        | run when best <> "" && Directory.Exists run -> (ReadRun.read run).Result
        | _ -> None

    { Id = wordsOrEmpty "id" e
      Name = wordsOrEmpty "name" e
      Status = wordsOrEmpty "status" e
      Words = wordsOrEmpty "search" e
      Strategy = wordsOrEmpty "strategy" e
      Seed = seed e
      Figure = wordsOrEmpty "figure" e
      Maximised = truth "maximised" e
      Data = wordsOrEmpty "data" e
      Base = wordsOrEmpty "base" e
      Dimensions = items "dimensions" e |> List.map dimension
      Planned = integer "planned" e |> Option.defaultValue trials.Length
      Rungs =
        items "rungs" e
        |> List.choose (fun rung ->
            match integer "trials" rung, integer "epochs" rung with
            | Some trials, Some epochs -> Some(trials, epochs)
            | _ -> None)
      Trials = trials
      Best = trials |> List.tryFind (fun t -> t.Run = best)
      Winner = words "winner" e
      Confirmed =
        [ for run in items "runs" confirmed ->
              { Seed = seed run
                Run = wordsOrEmpty "run" run
                Validation = nanOr "validation" run
                Seconds = nanOr "seconds" run } ]
      Missing = [ for one in items "missing" confirmed -> seed one, wordsOrEmpty "problem" one ]
      Test = Map.ofList [ for name, value in entries "test" confirmed -> name, figure value ]
      Alone = figures "alone" (part "importance" e)
      Explained = nanOr "explained" (part "importance" e)
      Result = result }

/// What `search.json` holds. Throws IOException or JsonException where it cannot be read.
let read (folder: string) : SearchFolder =
    use document =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "search.json")))

    search folder document.RootElement
