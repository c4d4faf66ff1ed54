/// Members of JSON that anything may have happened to: what is missing, or of another kind, is None.
module internal GenDisc.Cli.Fields

open System
open System.Globalization
open System.Text.Json

let property (name: string) (element: JsonElement) =
    match element.ValueKind with
    | JsonValueKind.Object ->
        match element.TryGetProperty name with
        | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
        | _ -> None
    | _ -> None

let asText (v: JsonElement) =
    if v.ValueKind = JsonValueKind.String then
        Some(string (v.GetString()))
    else
        None

let text (name: string) (element: JsonElement) =
    property name element |> Option.bind asText

let asNumber (v: JsonElement) =
    if v.ValueKind = JsonValueKind.Number then Some(v.GetDouble()) else None

let number (name: string) (element: JsonElement) =
    property name element |> Option.bind asNumber

let time (name: string) (element: JsonElement) =
    text name element
    |> Option.bind (fun s ->
        match DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) with
        | true, time -> Some time
        | _ -> None)

/// The items of a list; none where there is no list.
let items (name: string) (element: JsonElement) =
    match property name element with
    | Some list when list.ValueKind = JsonValueKind.Array -> List.ofSeq (list.EnumerateArray())
    | _ -> []
