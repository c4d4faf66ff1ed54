/// Tests of randomness, each as a number of standard deviations from what chance would give.
module GenDisc.Core.Tests.Kernels.Random.Statistics

/// A normal variable is further out than this once in 10,000 (both sides).
let unlikely = 3.89

/// How far a χ² of so many degrees of freedom is out, as a normal variable (Wilson and Hilferty 1931).
let chiSquareDeviation (freedom: int) chiSquare =
    let k = float freedom

    ((chiSquare / k) ** (1.0 / 3.0) - (1.0 - 2.0 / (9.0 * k)))
    / sqrt (2.0 / (9.0 * k))

/// χ² deviation of counts that should all be alike.
let evenness (counts: int array) =
    let expected = float (Array.sum counts) / float counts.Length

    counts
    |> Array.sumBy (fun c -> (float c - expected) ** 2.0 / expected)
    |> chiSquareDeviation (counts.Length - 1)

/// Correlation of two samples of uniform numbers times √n: standard normal where they are independent.
let correlation (a: float32 array) (b: float32 array) =
    let sum =
        Array.fold2 (fun sum x y -> sum + (float x - 0.5) * (float y - 0.5)) 0.0 a b

    sum * 12.0 / sqrt (float a.Length)

/// The same between a sample and itself so many places on.
let serial lag (a: float32 array) =
    correlation a[.. a.Length - lag - 1] a[lag..]

/// Counts of the pairs' places on a square of side × side boxes.
let boxes side (pairs: (float32 * float32) array) =
    let counts = Array.zeroCreate (side * side)

    for a, b in pairs do
        let box = int (a * float32 side) * side + int (b * float32 side)
        counts[box] <- counts[box] + 1

    counts
