/// Which values of a space a search tries: the same ones for the same space, strategy and seed.
module internal GenDisc.Running.Proposals

open System.Collections.Generic
open GenDisc
open GenDisc.Core.Runtime

type Proposal<'a> =
    {
        /// Counted from 1.
        Index: int
        Choices: (Dimension * Pick) list
        Value: 'a
    }

/// A trial that ended; the less its value, the better, and none of one that failed.
type Told =
    { Choices: (Dimension * Pick) list
      Value: float option }

let private picks (choices: (Dimension * Pick) list) = List.map snd choices

let grid points (space: Space<'a>) : Proposal<'a> list =
    [ for i, (choices, value) in Seq.indexed (Space.all (Domain.grid points) space) do
          { Index = i + 1
            Choices = choices
            Value = value } ]

/// The first of some draws that was not seen before; where many are in vain, one of what is left of a small space. None
/// where nothing is left.
let private unseen (seen: HashSet<Pick list>) tries (stream: RandomStream) draw space =
    let fresh (choices, _) = not (seen.Contains(picks choices))

    seq { for _ in 1..tries -> draw () }
    |> Seq.tryFind fresh
    |> Option.orElseWith (fun () ->
        let left =
            Space.all (Domain.grid 1000) space
            |> Seq.filter fresh
            |> Seq.truncate 1000
            |> Array.ofSeq

        if left.Length = 0 then None else Some left[stream.NextInt left.Length])

let private uniformly (stream: RandomStream) (space: Space<'a>) =
    Space.follow (fun dimension -> Domain.at dimension.Domain (stream.NextDouble())) space

let private drawn seed (seen: HashSet<Pick list>) index space : Proposal<'a> option =
    let stream = Streams(seed).Search index

    unseen seen 100 stream (fun () -> uniformly stream space) space
    |> Option.map (fun (choices, value) ->
        seen.Add(picks choices) |> ignore

        { Index = index
          Choices = choices
          Value = value })

/// Independent draws, none twice; fewer where the space has no more. More trials begin with those of fewer.
let random (seed: int64) trials (space: Space<'a>) : Proposal<'a> list =
    let seen = HashSet<Pick list>()

    Seq.initInfinite (fun i -> i + 1)
    |> Seq.truncate trials
    |> Seq.map (fun index -> drawn seed seen index space)
    |> Seq.takeWhile Option.isSome
    |> Seq.choose id
    |> List.ofSeq

/// Trials that the estimator draws at random, to have something to estimate from.
let first = 10

/// Trials that are proposed before any of them has ended, whatever the number of cores.
let batch = 4

/// Draws of each choice, of which the likeliest to improve is kept.
let candidates = 24

/// Share of the trials that count as good.
let private gamma = 0.25

/// The choices of good trials and of others.
let private parted (told: Told list) =
    let ended =
        told
        |> List.choose (fun t -> t.Value |> Option.map (fun v -> v, t.Choices))
        |> List.sortBy fst

    let good = int (ceil (gamma * float ended.Length))

    List.map snd (List.truncate good ended),
    List.map snd (List.skip good ended)
    @ (told |> List.filter _.Value.IsNone |> List.map _.Choices)

/// Follows the space, taking at each choice the draw x from the estimate l of the good that has the greatest l(x)/g(x), g
/// that of the others (Bergstra et al. 2011, equation 3 and after).
let private improved (stream: RandomStream) (good, others) space =
    let of' (dimension: Dimension) (trials: (Dimension * Pick) list list) =
        Parzen.estimate
            dimension.Domain
            [ for choices in trials do
                  for met, pick in choices do
                      if met = dimension then
                          pick ]

    let choose dimension =
        let l, g = of' dimension good, of' dimension others

        [ for _ in 1..candidates -> l.Draw stream ]
        |> List.maxBy (fun pick -> l.Log pick - g.Log pick)

    Space.follow choose space

/// The next trials of the estimator after those that were told, in the order of their indices: at most a batch, and none
/// after the last or where the space has no more. What is proposed and not told yet counts as no better than the worst
/// (the constant liar of Ginsbourger, Le Riche and Carraro 2010).
let estimated (seed: int64) trials (space: Space<'a>) (told: Told list) : Proposal<'a> list =
    let seen = HashSet<Pick list>(told |> List.map (fun t -> picks t.Choices))
    let values = told |> List.choose _.Value
    let random = told.Length < min first trials || values.IsEmpty
    let last = if random then min first trials else min (told.Length + batch) trials
    let last = if last <= told.Length then min (told.Length + batch) trials else last

    let propose (told: Told list) index : Proposal<'a> option =
        if random then
            drawn seed seen index space
        else
            let stream = Streams(seed).Search index
            let parts = parted told

            unseen seen 20 stream (fun () -> improved stream parts space) space
            |> Option.map (fun (choices, value) ->
                seen.Add(picks choices) |> ignore

                { Index = index
                  Choices = choices
                  Value = value })

    let rec go told index found =
        if index > last then
            List.rev found
        else
            match propose told index with
            | None -> List.rev found
            | Some proposal ->
                let lie =
                    { Choices = proposal.Choices
                      Value = if values.IsEmpty then None else Some(List.max values) }

                go (told @ [ lie ]) (index + 1) (proposal :: found)

    go told (told.Length + 1) []
