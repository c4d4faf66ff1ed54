namespace GenDisc

open System

/// `space { let! z = oneOf [ 8; 32 ] ... return experiment }`.
type SpaceBuilder() =
    member _.Return(value: 'a) : Space<'a> = Space.Return value
    member _.ReturnFrom(space: Space<'a>) = space
    member _.Bind(space: Space<'a>, next: 'a -> Space<'b>) : Space<'b> = Space.bind next space
    member _.BindReturn(space: Space<'a>, change: 'a -> 'b) : Space<'b> = Space.map change space

/// The words for spaces, which `open GenDisc` brings into a script.
[<AutoOpen>]
module SpaceLanguage =
    /// Experiments that differ in choices: each `let!` is one, and later ones may depend on earlier ones.
    let space = SpaceBuilder()

    let private source (value: 'a) =
        let written =
            match box value with
            | :? float as x -> Show.number x
            | :? string as s -> Show.quoted s
            | :? IDeclared as declared -> Show.name declared.Name
            | :? (Model -> Model) as c -> (Model.source (Model.ofComponent c)).Text
            | :? Model
            | :? Loss
            | :? Data
            | :? Training -> string (box value)
            | _ -> sprintf "%A" value

        String.Join(" ", written.Split([| ' '; '\n'; '\r' |], StringSplitOptions.RemoveEmptyEntries))

    /// One of these values, of any type.
    let oneOf (values: 'a list) : Space<'a> =
        let values = Array.ofList values

        Space.Choose(
            None,
            Domain.OneOf [ for value in values -> source value ],
            fun pick ->
                match pick with
                | Pick.Item i -> Space.Return values[i]
                | other -> invalidArg (nameof pick) $"{other} is no item"
        )

    let private number domain =
        Space.Choose(
            None,
            domain,
            fun pick ->
                match pick with
                | Pick.Number x -> Space.Return x
                | other -> invalidArg (nameof pick) $"{other} is no number"
        )

    /// A number between two others.
    let uniform low high = number (Domain.Uniform(low, high))

    /// A positive number between two others, whose logarithm is uniform: for weights and learning rates.
    let logUniform low high = number (Domain.LogUniform(low, high))

    /// A whole number from `low` to `high`.
    let integers low high =
        Space.Choose(
            None,
            Domain.Integers(low, high),
            fun pick ->
                match pick with
                | Pick.Whole n -> Space.Return n
                | other -> invalidArg (nameof pick) $"{other} is no whole number"
        )

    /// Names a choice, which is called by its place otherwise: `let! z = oneOf [ 8; 32 ] |> called "z"`. Of several, the
    /// first.
    let called name (space: Space<'a>) : Space<'a> =
        match space with
        | Space.Choose(_, domain, chosen) -> Space.Choose(Some name, domain, chosen)
        | Space.Return _ ->
            raise (InvalidExperiment $"called {Show.quoted name} stands after a value: it names a choice")
