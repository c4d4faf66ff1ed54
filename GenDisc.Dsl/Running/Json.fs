/// Small helpers over System.Text.Json, invariant and free of NaN (which JSON lacks: written as null).
module internal GenDisc.Running.Json

open System
open System.Text.Json
open System.Text.Json.Nodes

let private options = JsonSerializerOptions(WriteIndented = true)

let number (x: float) : JsonNode =
    if Double.IsFinite x then JsonValue.Create x :> JsonNode else null

let text (s: string) : JsonNode = JsonValue.Create s

let integer (n: int64) : JsonNode = JsonValue.Create n

let list (items: JsonNode seq) : JsonNode = JsonArray(Seq.toArray items)

let object (members: (string * JsonNode) seq) : JsonNode =
    let o = JsonObject()

    for name, value in members do
        o.Add(name, value)

    o

let numbers (values: Map<string, float>) =
    object [ for KeyValue(name, value) in values do name, number value ]

/// Indented, for files that people open.
let indented (node: JsonNode) = node.ToJsonString options + "\n"

/// On one line, for `.jsonl`.
let line (node: JsonNode) = node.ToJsonString()

/// The members of an object that are numbers.
let readNumbers (element: JsonElement) =
    Map.ofList
        [ for m in element.EnumerateObject() do
              match m.Value.ValueKind with
              | JsonValueKind.Number -> m.Name, m.Value.GetDouble()
              | _ -> () ]
