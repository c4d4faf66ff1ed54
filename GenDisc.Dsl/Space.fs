namespace GenDisc

open System

/// The values that one choice may take.
[<RequireQualifiedAccess>]
type Domain =
    /// Each by its source.
    | OneOf of options: string list
    | Uniform of low: float * high: float
    /// Uniform in the logarithm.
    | LogUniform of low: float * high: float
    /// Whole numbers, both ends among them.
    | Integers of low: int * high: int

/// One choice of a space.
type Dimension = { Name: string; Domain: Domain }

/// What is chosen of a domain.
[<RequireQualifiedAccess>]
type Pick =
    /// Its place in the list of `oneOf`.
    | Item of int
    | Number of float
    | Whole of int

/// A value, and every choice that it takes to come to one: later choices may depend on earlier ones. A free structure,
/// so that it can be enumerated, drawn from, learned about and printed.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type Space<'a> =
    | Return of 'a
    /// A choice, by its name where it has one, and what follows from what is chosen.
    | Choose of name: string option * Domain * (Pick -> Space<'a>)

module Domain =
    /// The domain as its own source: `logUniform 0.001 1.0`.
    let show domain =
        match domain with
        | Domain.OneOf options -> "oneOf [ " + String.Join("; ", options) + " ]"
        | Domain.Uniform(low, high) -> $"uniform {Show.numberArgument low} {Show.numberArgument high}"
        | Domain.LogUniform(low, high) -> $"logUniform {Show.numberArgument low} {Show.numberArgument high}"
        | Domain.Integers(low, high) -> $"integers {Show.integerArgument low} {Show.integerArgument high}"

    /// What is wrong with it, as what is expected and a hint.
    let internal problems domain =
        let ends (wrong: bool) =
            if wrong then
                [ $"{show domain} expects a low end below the high one",
                  "write the low end first; a single value needs no choice" ]
            else
                []

        let finite (low: float) (high: float) =
            if Double.IsFinite low && Double.IsFinite high && Double.IsFinite(high - low) then
                ends (not (low < high))
            else
                [ $"{show domain} expects finite ends", "write two numbers" ]

        match domain with
        | Domain.OneOf [] -> [ "oneOf expects at least one value", "write oneOf [ 8; 32 ]" ]
        | Domain.OneOf options ->
            [ for option, count in List.countBy id options do
                  if count > 1 then
                      $"oneOf expects each value once, but got {option} again",
                      "a value in the list twice is only trained twice; experiments need names of their own" ]
        | Domain.Uniform(low, high) -> finite low high
        | Domain.LogUniform(low, _) when low <= 0.0 ->
            [ $"{show domain} expects ends above 0.0", "write logUniform 1e-3 1.0, or uniform" ]
        | Domain.LogUniform(low, high) -> finite low high
        | Domain.Integers(low, high) -> ends (low >= high)

    /// Values there are; None where they lie dense.
    let internal count domain =
        match domain with
        | Domain.OneOf options -> Some(int64 options.Length)
        | Domain.Integers(low, high) -> Some(int64 high - int64 low + 1L)
        | Domain.Uniform _
        | Domain.LogUniform _ -> None

    /// A number near x that is short to write, and as good as x within [low, high].
    let private brief low high digits (x: float) =
        let rounded = if digits > 15 then x else Math.Round(x, max 0 digits)
        if rounded >= low && rounded <= high then rounded else x

    /// What stands at a place from 0 to 1 of the domain's (logarithmic) range, each value of a discrete one taking an
    /// equal share. Numbers come out short, at a thousandth of the range or to four digits, so that a declaration with
    /// them can be read.
    let internal at domain (place: float) =
        let place = Math.Clamp(place, 0.0, 1.0)
        let bin (n: int64) = min (int64 (place * float n)) (n - 1L)

        match domain with
        | Domain.OneOf options -> Pick.Item(int (bin (int64 options.Length)))
        | Domain.Integers(low, high) -> Pick.Whole(int (int64 low + bin (int64 high - int64 low + 1L)))
        | Domain.Uniform(low, high) ->
            let digits = 3 - int (floor (log10 (high - low)))
            Pick.Number(brief low high digits (low + place * (high - low)))
        | Domain.LogUniform(low, high) ->
            let x = Math.Clamp(low * Math.Pow(high / low, place), low, high)
            let digits = 3 - int (floor (log10 (if high < 1.1 * low then high - low else x)))
            Pick.Number(brief low high digits x)

    /// The place from 0 to 1 of what was chosen; of a discrete domain, the middle of its share.
    let internal placeOf domain pick =
        match domain, pick with
        | Domain.OneOf options, Pick.Item i -> (float i + 0.5) / float options.Length
        | Domain.Integers(low, high), Pick.Whole n -> (float n - float low + 0.5) / (float high - float low + 1.0)
        | Domain.Uniform(low, high), Pick.Number x -> (x - low) / (high - low)
        | Domain.LogUniform(low, high), Pick.Number x -> log (x / low) / log (high / low)
        | _ -> invalidArg (nameof pick) $"{pick} is not of {show domain}"

    /// What was chosen, as source.
    let showPick domain pick =
        match domain, pick with
        | Domain.OneOf options, Pick.Item i -> options[i]
        | _, Pick.Number x -> Show.number x
        | _, Pick.Whole n
        | _, Pick.Item n -> Show.integer n

    /// A domain's values at `points` places from end to end, its middle for one point; all of a discrete one that has no
    /// more, and all of a list.
    let internal grid points domain =
        let spread n =
            [ for i in 0 .. n - 1 -> if n = 1 then 0.5 else float i / float (n - 1) ]

        match domain with
        | Domain.OneOf options -> [ for i in 0 .. options.Length - 1 -> Pick.Item i ]
        | Domain.Integers(low, high) when int64 high - int64 low < int64 points ->
            [ for n in low..high -> Pick.Whole n ]
        | Domain.Integers(low, high) ->
            [ for place in spread points -> Pick.Whole(int (Math.Round(float low + place * (float high - float low)))) ]
        | Domain.Uniform _
        | Domain.LogUniform _ -> [ for place in spread points -> at domain place ]

module Space =
    let rec internal bind (next: 'a -> Space<'b>) (space: Space<'a>) : Space<'b> =
        match space with
        | Space.Return value -> next value
        | Space.Choose(name, domain, chosen) -> Space.Choose(name, domain, chosen >> bind next)

    /// Each value as `change` makes it.
    let map change space = bind (change >> Space.Return) space

    /// Follows the choices that `pick` makes, in order. Choices without a name are called by their place, "choice 1" first.
    let internal follow (pick: Dimension -> Pick) (space: Space<'a>) : (Dimension * Pick) list * 'a =
        let rec go place path space =
            match space with
            | Space.Return value -> List.rev path, value
            | Space.Choose(name, domain, chosen) ->
                let dimension =
                    { Name = defaultArg name $"choice {Show.integer place}"
                      Domain = domain }

                let made = pick dimension
                go (place + 1) ((dimension, made) :: path) (chosen made)

        go 1 [] space

    /// Every way through the space that takes, at each choice, one of `points`.
    let internal all (points: Domain -> Pick list) (space: Space<'a>) : ((Dimension * Pick) list * 'a) seq =
        let rec go place path space =
            seq {
                match space with
                | Space.Return value -> List.rev path, value
                | Space.Choose(name, domain, chosen) ->
                    let dimension =
                        { Name = defaultArg name $"choice {Show.integer place}"
                          Domain = domain }

                    for made in points domain do
                        yield! go (place + 1) ((dimension, made) :: path) (chosen made)
            }

        go 1 [] space

    /// What a space holds, as far as a look at it tells.
    type internal Seen<'a> =
        {
            /// In the order in which they were met.
            Dimensions: Dimension list
            /// The values met; the first takes the first of each list and the low end of each range.
            Values: 'a list
            /// What is wrong, as what is expected and a hint.
            Problems: (string * string) list
        }

    exception private Wrong

    /// Looks at every choice by itself: along the first way through the space, and along ways that differ from it in one
    /// choice, taken to each of its options or to the middle and the high end of its range. Choices that are first met on
    /// such a way are looked at alike.
    let internal look (space: Space<'a>) : Seen<'a> =
        let dimensions = ResizeArray<Dimension>()
        let problems = ResizeArray<string * string>()
        let values = ResizeArray<'a>()
        let ways = Collections.Generic.Queue<Pick list>([ [] ])

        while ways.Count > 0 do
            let given = ways.Dequeue()
            let mutable left = given
            let path = ResizeArray<Dimension * Pick>()

            let pick (dimension: Dimension) =
                let wrong = Domain.problems dimension.Domain

                if path |> Seq.exists (fun (before, _) -> before.Name = dimension.Name) then
                    problems.Add(
                        $"search expects a name of its own for each choice, but two are called {Show.name dimension.Name}",
                        "write another after called"
                    )

                problems.AddRange wrong

                if not wrong.IsEmpty then
                    raise Wrong

                let made =
                    match left with
                    | first :: rest ->
                        left <- rest
                        first
                    | [] -> (Domain.grid 3 dimension.Domain).Head

                path.Add(dimension, made)
                made

            try
                let _, value = follow pick space
                values.Add value
            with Wrong ->
                ()

            for i in given.Length .. path.Count - 1 do
                let dimension, _ = path[i]

                if not (dimensions.Contains dimension) then
                    dimensions.Add dimension
                    let before = [ for _, made in Seq.truncate i path -> made ]

                    for other in (Domain.grid 3 dimension.Domain).Tail do
                        ways.Enqueue(before @ [ other ])

        { Dimensions = List.ofSeq dimensions
          Values = List.ofSeq values
          Problems = problems |> Seq.distinct |> List.ofSeq }
