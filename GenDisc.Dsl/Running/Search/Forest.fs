/// A random forest for regression (Breiman 2001) on few examples of few features.
module internal GenDisc.Running.Forest

open System
open GenDisc.Core.Runtime

type Tree =
    | Leaf of float
    /// Left where the feature is at most `at`, or of a category exactly that.
    | Split of feature: int * category: bool * at: float * left: Tree * right: Tree

type Forest =
    {
        Trees: Tree[]
        /// Share of the variance that trees explain of examples they were not grown on; NaN where it cannot be told.
        Explained: float
    }

let private goesLeft category (at: float) (x: float) = if category then x = at else x <= at

let rec private follow tree (x: float[]) =
    match tree with
    | Leaf value -> value
    | Split(feature, category, at, left, right) -> follow (if goesLeft category at x[feature] then left else right) x

let predict (forest: Forest) (x: float[]) =
    forest.Trees |> Array.averageBy (fun tree -> follow tree x)

/// Sum of squared deviations from the mean.
let private spread (values: float[]) =
    if values.Length = 0 then
        0.0
    else
        let mean = Array.average values
        values |> Array.sumBy (fun v -> (v - mean) * (v - mean))

/// The split of one feature that leaves the least spread.
let private best (x: float[][]) (y: float[]) (rows: int[]) feature category =
    let levels =
        rows |> Array.map (fun i -> x[i][feature]) |> Array.distinct |> Array.sort

    let thresholds =
        if category then
            levels
        else
            Array.pairwise levels |> Array.map (fun (a, b) -> (a + b) / 2.0)

    [ for at in thresholds do
          let left, right =
              rows |> Array.partition (fun i -> goesLeft category at (x[i][feature]))

          if left.Length > 0 && right.Length > 0 then
              let of' side =
                  spread (side |> Array.map (fun i -> y[i]))

              of' left + of' right, (feature, category, at, left, right) ]

let rec private grow (stream: RandomStream) (x: float[][]) (y: float[]) (categories: bool[]) (rows: int[]) =
    let values = rows |> Array.map (fun i -> y[i])

    if rows.Length < 4 || spread values = 0.0 then
        Leaf(Array.average values)
    else
        // a random two thirds of the features at each split
        let features = Array.init categories.Length id
        stream.Shuffle(features.AsSpan())
        let tried = Array.truncate (max 1 ((2 * categories.Length + 2) / 3)) features

        match
            [ for f in tried do
                  yield! best x y rows f categories[f] ]
        with
        | [] -> Leaf(Array.average values)
        | splits ->
            let _, (feature, category, at, left, right) = List.minBy fst splits
            let side rows = grow stream x y categories rows
            Split(feature, category, at, side left, side right)

/// A forest of 64 trees, each grown on as many examples drawn with replacement.
/// <param name="x">[examples][features]</param>
/// <param name="categories">Which features are numbers of categories, which have no order.</param>
let fit (stream: RandomStream) (x: float[][]) (y: float[]) (categories: bool[]) : Forest =
    let n = y.Length

    let grown =
        [| for _ in 1..64 do
               let rows = Array.init n (fun _ -> stream.NextInt n)
               rows, grow stream x y categories rows |]

    let outside =
        [| for i in 0 .. n - 1 do
               match grown |> Array.filter (fun (rows, _) -> not (Array.contains i rows)) with
               | [||] -> ()
               | trees -> y[i], trees |> Array.averageBy (fun (_, tree) -> follow tree x[i]) |]

    let total = spread (Array.map fst outside)

    { Trees = Array.map snd grown
      Explained =
        if total > 0.0 then
            1.0 - Array.sumBy (fun (truth, told) -> (truth - told) ** 2.0) outside / total
        else
            nan }
