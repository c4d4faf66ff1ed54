/// Parzen's estimate of where the values of one choice lie (Bergstra et al. 2011, section 4.2).
module internal GenDisc.Running.Parzen

open System
open GenDisc
open GenDisc.Core.Runtime

/// The standard normal distribution function, to 8e-8 (Abramowitz and Stegun 1964, 26.2.17).
let private below (x: float) =
    let t = 1.0 / (1.0 + 0.2316419 * abs x)

    let series =
        t
        * (0.319381530
           + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))

    let tail = exp (-0.5 * x * x) / sqrt (2.0 * Math.PI) * series
    if x < 0.0 then tail else 1.0 - tail

/// A Gaussian on places from 0 to 1 of a range, cut off at both ends.
[<Struct>]
type private Kernel =
    { Mean: float
      Width: float }

    member this.Below place =
        below ((place - this.Mean) / this.Width)

    member this.Inside = this.Below 1.0 - this.Below 0.0

    member this.Density place =
        let z = (place - this.Mean) / this.Width
        exp (-0.5 * z * z) / (this.Width * sqrt (2.0 * Math.PI) * this.Inside)

    member this.Mass(low, high) =
        (this.Below high - this.Below low) / this.Inside

type Estimate =
    {
        /// Of a dense domain the logarithm of the density in places of its range, otherwise of the probability.
        Log: Pick -> float
        Draw: RandomStream -> Pick
    }

/// Each kernel is as wide as the way to its farther neighbour, within bounds that keep few from being too narrow. The first
/// is the prior: the middle of the range, as wide as the whole.
let private kernels (places: float list) =
    let sorted = places |> List.sort |> Array.ofList
    let narrowest = 1.0 / float (min 100 (sorted.Length + 1))

    [| { Mean = 0.5; Width = 1.0 }
       for i, place in Array.indexed sorted do
           let before = if i = 0 then 0.0 else sorted[i - 1]
           let after = if i = sorted.Length - 1 then 1.0 else sorted[i + 1]

           { Mean = place
             Width = Math.Clamp(max (place - before) (after - place), narrowest, 1.0) } |]

let private places domain picks : Estimate =
    let kernels = kernels [ for pick in picks -> Domain.placeOf domain pick ]
    let mean (of': Kernel -> float) = Array.averageBy of' kernels

    let log pick =
        let place = Domain.placeOf domain pick

        match Domain.count domain with
        | None -> log (mean _.Density(place))
        | Some n ->
            let half = 0.5 / float n
            log (max 1e-12 (mean _.Mass(place - half, place + half)))

    let draw (stream: RandomStream) =
        let kernel = kernels[stream.NextInt kernels.Length]

        // no kernel is wider than the range, so that a third of its draws at least lie inside
        let rec inside () =
            let place = kernel.Mean + kernel.Width * stream.NextGaussian()
            if place >= 0.0 && place <= 1.0 then place else inside ()

        Domain.at domain (inside ())

    { Log = log; Draw = draw }

/// Every item once, and as often as it was seen.
let private items domain count picks : Estimate =
    let weights = Array.create count 1.0

    for pick in picks do
        match pick with
        | Pick.Item i -> weights[i] <- weights[i] + 1.0
        | other -> invalidArg (nameof picks) $"{other} is not of {Domain.show domain}"

    let total = Array.sum weights

    let log pick =
        match pick with
        | Pick.Item i -> log (weights[i] / total)
        | other -> invalidArg (nameof pick) $"{other} is not of {Domain.show domain}"

    let draw (stream: RandomStream) =
        let mutable left = total * stream.NextDouble()
        let mutable i = 0

        while i < count - 1 && left >= weights[i] do
            left <- left - weights[i]
            i <- i + 1

        Pick.Item i

    { Log = log; Draw = draw }

/// Where values of this domain are likely after these.
let estimate domain (picks: Pick list) : Estimate =
    match domain with
    | Domain.OneOf options -> items domain options.Length picks
    | _ -> places domain picks
