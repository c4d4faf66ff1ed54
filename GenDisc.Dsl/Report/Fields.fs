/// Lenient access to JSON: a member of another kind counts as absent.
module internal GenDisc.Reporting.Fields

open System
open System.Text.Json

let field (name: string) (e: JsonElement) =
    if e.ValueKind = JsonValueKind.Object then
        match e.TryGetProperty name with
        | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
        | _ -> None
    else
        None

let asFloat (e: JsonElement) =
    match e.ValueKind with
    | JsonValueKind.Number -> Some(e.GetDouble())
    | JsonValueKind.String when e.GetString() = "NaN" -> Some nan
    | JsonValueKind.String when e.GetString() = "Infinity" -> Some infinity
    | JsonValueKind.String when e.GetString() = "-Infinity" -> Some -infinity
    | _ -> None

let asText (e: JsonElement) =
    match e.ValueKind with
    | JsonValueKind.String -> e.GetString() |> Option.ofObj |> Option.defaultValue ""
    | JsonValueKind.Null
    | JsonValueKind.Undefined -> ""
    | _ -> e.GetRawText()

let whole (x: float) =
    if Double.IsFinite x && abs x < 9e18 then Some(int64 x) else None

let number name e = field name e |> Option.bind asFloat

let finite name e =
    number name e |> Option.filter Double.IsFinite

/// An absent part is an undefined element: it has no members.
let part name e =
    field name e |> Option.defaultValue (JsonElement())

let long name e = number name e |> Option.bind whole

let integer name e =
    long name e
    |> Option.bind (fun n -> if abs n <= int64 Int32.MaxValue then Some(int32 n) else None)

let words name e = field name e |> Option.map asText

/// Empty where there are none.
let wordsOrEmpty name e = words name e |> Option.defaultValue ""

let truth name e =
    field name e
    |> Option.exists (fun value -> value.ValueKind = JsonValueKind.True)

let items name e =
    match field name e with
    | Some list when list.ValueKind = JsonValueKind.Array -> List.ofSeq (list.EnumerateArray())
    | _ -> []

let entries name e =
    match field name e with
    | Some map when map.ValueKind = JsonValueKind.Object ->
        [ for entry in map.EnumerateObject() do
              entry.Name, entry.Value ]
    | _ -> []

let figures name e =
    entries name e
    |> List.choose (fun (key, value) -> asFloat value |> Option.map (fun x -> key, x))
    |> Map.ofList

let floats name e = items name e |> List.choose asFloat

let labels name e =
    floats name e |> Seq.map int32 |> Array.ofSeq

let point (e: JsonElement) =
    if e.ValueKind = JsonValueKind.Array && e.GetArrayLength() >= 2 then
        match asFloat e[0], asFloat e[1] with
        | Some x, Some y -> Some(x, y)
        | _ -> None
    else
        None

let points name e =
    items name e
    |> Seq.map (fun item -> point item |> Option.defaultValue (nan, nan))
    |> Array.ofSeq

/// A shape is written as its text or as a list of sizes.
let shape name e =
    match field name e with
    | Some list when list.ValueKind = JsonValueKind.Array ->
        list.EnumerateArray() |> Seq.map asText |> String.concat "×"
    | Some value -> asText value
    | None -> ""

/// Numbers that belong to those of another list: what is no number stays in its place as NaN.
let aligned name e =
    items name e
    |> Seq.map (fun item -> asFloat item |> Option.defaultValue nan)
    |> Array.ofSeq
