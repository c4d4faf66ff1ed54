/// What a process that hands out runs and one that performs them say to each other: a line of JSON each. Whatever else
/// comes down the pipe, such as a native library's own words, is no message.
module internal GenDisc.Running.LaneMessages

open System
open System.Text.Json
open GenDisc

type Request =
    /// Perform the run of this id of the batch in hand, though it may be finished already if it is to be fresh.
    | Run of id: string * fresh: bool
    /// The batch is over: this failed, the rest lies in the run folders.
    | Next of failures: Map<string, exn>

type Answer =
    | Done of id: string * reused: bool
    | Failed of id: string * why: exn
    | Interrupted of id: string
    /// The batch in hand has no such run.
    | Unknown of id: string
    /// How far the run in hand is, in words and as a share from 0 to 1.
    | Moved of at: string * share: float
    /// Something that stays: a note, a warning, a download.
    | Told of RunEvent

/// How far a run is by what it tells; None where that says nothing of it.
let moved (event: RunEvent) =
    match event with
    | RunEvent.Batch(epoch, epochs, batch, batches, _, _) ->
        let inEpoch = if batches > 0 then float batch / float batches else 0.0

        Some(
            $"epoch {Show.integer epoch} of {Show.integer epochs}",
            (float (epoch - 1) + inEpoch) / float (max 1 epochs)
        )
    | RunEvent.Epoch(record, epochs) ->
        let share = float record.Epoch / float (max 1 epochs)
        Some($"epoch {Show.integer record.Epoch} of {Show.integer epochs}", share)
    // the training behind it was nearly all
    | RunEvent.Working(what, _) -> Some(what, 1.0)
    | _ -> None

/// Whether something that a run tells is worth a line among several runs. What it is built on has had its turn before.
let isWorthALine (plan: Plan) (event: RunEvent) =
    match event with
    | RunEvent.Note text ->
        plan.Dependencies
        |> List.forall (fun inner -> text <> Runner.comesFirst plan inner)
    | RunEvent.Warning _
    | RunEvent.Fetching _ -> true
    | _ -> false

let private failure (e: exn) =
    [ "kind",
      Json.text (
          match e with
          | :? InvalidExperiment -> "invalid"
          | :? GenDisc.Core.Runtime.UserError -> "user"
          | _ -> "other"
      )
      "message", Json.text e.Message ]

let request (r: Request) =
    Json.object
        [ match r with
          | Run(id, fresh) ->
              "run", Json.text id
              "fresh", Json.truth fresh
          | Next failures ->
              "next",
              Json.object
                  [ for KeyValue(id, e) in failures do
                        id, Json.object (failure e) ] ]
    |> Json.line

let answer (a: Answer) =
    Json.object
        [ match a with
          | Done(id, reused) ->
              "done", Json.text id
              "reused", Json.truth reused
          | Failed(id, why) ->
              "failed", Json.text id
              yield! failure why
          | Interrupted id -> "interrupted", Json.text id
          | Unknown id -> "unknown", Json.text id
          | Moved(at, share) ->
              "at", Json.text at
              "share", Json.number share
          | Told(RunEvent.Note text) -> "note", Json.text text
          | Told(RunEvent.Warning text) -> "warning", Json.text text
          | Told(RunEvent.Fetching(file, received, total)) ->
              "fetching", Json.text file
              "received", Json.integer received
              "total", Json.integer total
          | Told other -> invalidArg (nameof a) $"{other} stays in its process" ]
    |> Json.line

let private has (name: string) (element: JsonElement) = fst (element.TryGetProperty name)

let private text (name: string) (element: JsonElement) =
    string (element.GetProperty(name).GetString())

let private exceptionOf (element: JsonElement) : exn =
    let message = text "message" element

    match text "kind" element with
    | "invalid" -> InvalidExperiment message
    | "user" -> GenDisc.Core.Runtime.UserError message
    | _ -> Exception message

/// What `read` makes of a line; None where it is no message.
let private tryRead (line: string) (read: JsonElement -> 'a option) =
    try
        use document = JsonDocument.Parse line
        read document.RootElement
    with
    | :? JsonException
    | :? InvalidOperationException
    | :? FormatException
    | :? Collections.Generic.KeyNotFoundException -> None

let tryRequest (line: string) =
    tryRead line (fun root ->
        if has "run" root then
            Some(Run(text "run" root, root.GetProperty("fresh").GetBoolean()))
        elif has "next" root then
            Some(
                Next(
                    Map.ofList
                        [ for failed in root.GetProperty("next").EnumerateObject() do
                              failed.Name, exceptionOf failed.Value ]
                )
            )
        else
            None)

let tryAnswer (line: string) =
    tryRead line (fun root ->
        if has "done" root then
            Some(Done(text "done" root, root.GetProperty("reused").GetBoolean()))
        elif has "failed" root then
            Some(Failed(text "failed" root, exceptionOf root))
        elif has "interrupted" root then
            Some(Interrupted(text "interrupted" root))
        elif has "unknown" root then
            Some(Unknown(text "unknown" root))
        elif has "at" root then
            Some(Moved(text "at" root, root.GetProperty("share").GetDouble()))
        elif has "note" root then
            Some(Told(RunEvent.Note(text "note" root)))
        elif has "warning" root then
            Some(Told(RunEvent.Warning(text "warning" root)))
        elif has "fetching" root then
            let size (name: string) = root.GetProperty(name).GetInt64()
            Some(Told(RunEvent.Fetching(text "fetching" root, size "received", size "total")))
        else
            None)
