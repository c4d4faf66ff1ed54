/// Which choices matter: the share of the variance of a search's figure that each explains alone (Hutter, Hoos and
/// Leyton-Brown 2014).
module internal GenDisc.Running.Importance

open System
open GenDisc
open GenDisc.Core.Runtime

type Shares =
    {
        /// By the name of the choice; what is missing to 1 is due to choices together.
        Alone: Map<string, float>
        /// Share of the variance that the forest explains of trials it has not seen: how far to believe it.
        Explained: float
    }

/// Fewer trials tell nothing.
let fewest = 8

let private variance (values: float[]) =
    let mean = Array.average values
    values |> Array.averageBy (fun v -> (v - mean) * (v - mean))

/// The place of a choice, the number of an item, or −1 where it was not made.
let private feature (choices: (Dimension * Pick) list) (dimension: Dimension) =
    match choices |> List.tryFind (fst >> (=) dimension) with
    | None -> -1.0
    | Some(_, Pick.Item i) -> float i
    | Some(_, pick) -> Domain.placeOf dimension.Domain pick

/// Fits a random forest to the values of trials, and takes the variance of its mean along each choice, over draws from the
/// space at which the choice is made, as a share of its variance over all draws. Empty where there are few trials, or none
/// differs.
let shares (seed: int64) (space: Space<'a>) (trials: ((Dimension * Pick) list * float) list) : Shares =
    let none = { Alone = Map.empty; Explained = nan }
    let trials = trials |> List.filter (snd >> Double.IsFinite)

    if trials.Length < fewest then
        none
    else
        let dimensions =
            trials |> List.collect (fst >> List.map fst) |> List.distinct |> Array.ofList

        let encoded choices =
            dimensions |> Array.map (feature choices)

        let categories = dimensions |> Array.map (fun d -> d.Domain.IsOneOf)
        let stream = Streams(seed).Search 0
        let x = [| for choices, _ in trials -> encoded choices |]
        let forest = Forest.fit stream x [| for _, y in trials -> y |] categories

        let drawn =
            [| for _ in 1..256 do
                   let choices, _ =
                       Space.follow (fun d -> Domain.at d.Domain (stream.NextDouble())) space

                   encoded choices |]

        let all = variance (drawn |> Array.map (Forest.predict forest))

        if not (all > 0.0) then
            none
        else
            let alone i =
                match drawn |> Array.filter (fun row -> row[i] >= 0.0) with
                | [||] -> 0.0
                | made ->
                    let levels =
                        match dimensions[i].Domain with
                        | Domain.OneOf options -> [| for k in 0 .. options.Length - 1 -> float k |]
                        | _ -> [| for k in 0..15 -> (float k + 0.5) / 16.0 |]

                    let along =
                        [| for level in levels do
                               made
                               |> Array.averageBy (fun row ->
                                   let moved = Array.copy row
                                   moved[i] <- level
                                   Forest.predict forest moved) |]

                    variance along / all * float made.Length / float drawn.Length

            { Alone =
                dimensions
                |> Array.mapi (fun i d -> d.Name, alone i)
                |> Array.groupBy fst
                |> Array.map (fun (name, parts) -> name, min 1.0 (Array.sumBy snd parts))
                |> Map.ofArray
              Explained = forest.Explained }
