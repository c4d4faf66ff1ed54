/// Bootstrap intervals as JSON.
module internal GenDisc.Running.Intervals

open GenDisc.Core.Evaluation

let json (found: System.Collections.Generic.IReadOnlyDictionary<string, Interval>) : Json.Node =
    Json.object
        [ for KeyValue(name, interval) in found do
              name, Json.list [ Json.number interval.Low; Json.number interval.High ] ]
