/// `figures/predictions.json` of a classifier: what each test example was taken for.
module internal GenDisc.Running.Studies.PredictionsFile

open System
open System.IO
open System.Text.Json
open GenDisc

/// In the order of the test examples.
type Predictions =
    {
        Labels: int[]
        Predicted: int[]
        /// Probability of the predicted class.
        Confidence: float[]
    }

    member this.Correct = Array.map2 (=) this.Labels this.Predicted

let private parse (root: JsonElement) =
    let values (name: string) (read: JsonElement -> 'a) =
        [| for item in root.GetProperty(name).EnumerateArray() do
               read item |]

    { Labels = values "labels" _.GetInt32()
      Predicted = values "predicted" _.GetInt32()
      Confidence =
        values "confidence" (fun item -> if item.ValueKind = JsonValueKind.Null then nan else item.GetDouble()) }

/// Of the run in this folder; an error says what is wrong with its file, and what to do.
let read (folder: string) : Result<Predictions, string> =
    let path = Path.Combine(folder, "figures", "predictions.json")
    let again = "Run the experiment again with --fresh."

    try
        use document = JsonDocument.Parse(File.ReadAllText path)
        let found = parse document.RootElement
        let count = found.Labels.Length

        if count > 0 && found.Predicted.Length = count && found.Confidence.Length = count then
            Ok found
        else
            Error $"{Wording.path path} does not hold a label, a prediction and a confidence for every example. {again}"
    with
    | :? FileNotFoundException
    | :? DirectoryNotFoundException ->
        Error
            $"{Wording.path folder} keeps no predictions of its test examples: it has no figures/predictions.json, as earlier versions left none. {again}"
    | :? JsonException
    | :? IOException
    | :? UnauthorizedAccessException
    | :? InvalidOperationException
    | :? FormatException
    | :? Collections.Generic.KeyNotFoundException as e ->
        Error $"{Wording.path path} cannot be read: {e.Message} {again}"

/// Which of the same test examples either run told right.
let paired (row: string) (baseline: string) : Result<bool[] * bool[], string> =
    match read row, read baseline with
    | Ok a, Ok b when a.Labels = b.Labels -> Ok(a.Correct, b.Correct)
    | Ok _, Ok _ ->
        Error
            $"{Wording.path row} and {Wording.path baseline} were tested on different examples, which cannot be paired. Give both the same test data."
    | Error message, _
    | _, Error message -> Error message
