/// Small helpers over System.Text.Json, invariant and free of NaN (which JSON lacks: written as null).
module internal GenDisc.Running.Json

open System
open System.Text.Json
open System.Text.Json.Nodes

/// A value, or JSON's null.
type Node = JsonNode | null

let private options = JsonSerializerOptions(WriteIndented = true)

let number (x: float) : Node =
    if Double.IsFinite x then JsonValue.Create x else null

let text (s: string) : Node = JsonValue.Create s

let integer (n: int64) : Node = JsonValue.Create n

let truth (b: bool) : Node = JsonValue.Create b

let list (items: Node seq) : Node = JsonArray(Seq.toArray items)

let object (members: (string * Node) seq) : Node =
    let o = JsonObject()

    for name, value in members do
        o.Add(name, value)

    o

let numbers (values: Map<string, float>) =
    object
        [ for KeyValue(name, value) in values do
              name, number value ]

/// Indented, for files that people open.
let indented (node: Node) =
    JsonSerializer.Serialize(node, options) + "\n"

/// On one line, for `.jsonl`.
let line (node: Node) = JsonSerializer.Serialize node

/// The members of an object that are numbers.
let readNumbers (element: JsonElement) =
    Map.ofList
        [ for m in element.EnumerateObject() do
              match m.Value.ValueKind with
              | JsonValueKind.Number -> m.Name, m.Value.GetDouble()
              | _ -> () ]
