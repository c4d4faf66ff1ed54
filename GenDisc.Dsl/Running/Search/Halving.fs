/// Successive halving (Jamieson and Talwalkar 2016): many experiments for few epochs, the best of them for more.
module internal GenDisc.Running.Halving

open System

/// One in so many goes on, to so many times the epochs.
let eta = 3

type Rung =
    {
        Trials: int
        /// The full number of epochs over those of the rung.
        Divisor: int
    }

/// The rungs from the fewest epochs to all: as many as both the trials and the epochs can be divided.
let rungs trials epochs : Rung list =
    let rec times n =
        if n < eta then 0 else 1 + times (n / eta)

    let depth = min (times trials) (times epochs)

    [ for k in 0..depth do
          { Trials = max 1 (trials / pown eta k)
            Divisor = pown eta (depth - k) } ]

/// Epochs of a rung for an experiment of so many.
let epochs full (rung: Rung) =
    max 1 (int (Math.Round(float full / float rung.Divisor)))

/// Those that go on: the best by their values, of which the less is the better, and of equals the first; failed ones have
/// none.
let survivors count (values: ('a * float option) list) =
    values
    |> List.choose (fun (trial, value) -> value |> Option.map (fun v -> trial, v))
    |> List.sortBy snd
    |> List.truncate count
    |> List.map fst
