namespace GenDisc

open System

/// How a space is gone through.
[<RequireQualifiedAccess>]
type Strategy =
    /// Every combination, of each range so many points.
    | Grid of points: int
    /// So many independent draws (Bergstra and Bengio 2012).
    | Random of trials: int
    /// So many draws at a fraction of the epochs, of which the best third goes on to three times as many, up to all epochs
    /// (Jamieson and Talwalkar 2016).
    | SuccessiveHalving of trials: int
    /// So many draws, the later ones where a tree-structured Parzen estimator expects the most improvement (Bergstra et al.
    /// 2011).
    | Tpe of trials: int

/// The validation figure that decides.
[<RequireQualifiedAccess>]
type Goal =
    | Minimise of figure: string
    | Maximise of figure: string

    member this.Figure =
        match this with
        | Goal.Minimise figure
        | Goal.Maximise figure -> figure

    /// Whether the first value is better than the second.
    member this.Prefers(a: float, b: float) =
        match this with
        | Goal.Minimise _ -> a < b
        | Goal.Maximise _ -> a > b

/// The question which experiment of a space is best: chosen on validation data, and reported once on test data.
[<NoEquality; NoComparison>]
type Search =
    {
        Space: Space<Experiment>
        Strategy: Strategy
        /// None: accuracy of classifiers, else rmse of regressors, else the ELBO, else the denoising loss, else the loss.
        Goal: Goal option
        /// Seeds with which the best is run again; None: the three after its own.
        Confirm: int list option
        /// Of the draws.
        Seed: int
    }

module Strategy =
    /// The strategy as its own source.
    let show strategy =
        match strategy with
        | Strategy.Grid points -> $"grid {Show.integerArgument points}"
        | Strategy.Random trials -> $"random {Show.integerArgument trials}"
        | Strategy.SuccessiveHalving trials -> $"successiveHalving {Show.integerArgument trials}"
        | Strategy.Tpe trials -> $"tpe {Show.integerArgument trials}"

    /// Its number of points or trials.
    let internal count strategy =
        match strategy with
        | Strategy.Grid n
        | Strategy.Random n
        | Strategy.SuccessiveHalving n
        | Strategy.Tpe n -> n

module Search =
    /// A search is not meant to train more experiments than this.
    let internal most = 10_000

    let internal start strategy space =
        { Space = space
          Strategy = strategy
          Goal = None
          Confirm = None
          Seed = 1 }

    /// The words after the space, as source.
    let show (search: Search) =
        String.concat
            " |> "
            [ $"search ({Strategy.show search.Strategy})"
              match search.Goal with
              | Some(Goal.Minimise figure) -> $"minimise {Show.quoted figure}"
              | Some(Goal.Maximise figure) -> $"maximise {Show.quoted figure}"
              | None -> ()
              match search.Confirm with
              | Some seeds ->
                  let listed = String.Join("; ", List.map Show.integer seeds)
                  $"confirmedOver [ {listed} ]"
              | None -> ()
              if search.Seed <> 1 then
                  $"searchSeed {Show.integerArgument search.Seed}" ]

    /// What is wrong with a search, as what is expected and a hint, beside what its space shows.
    let internal problems (seen: Space.Seen<Experiment>) (search: Search) =
        let count = Strategy.count search.Strategy

        [ yield! seen.Problems
          if seen.Dimensions.IsEmpty && seen.Problems.IsEmpty then
              "search expects a space with a choice",
              "write let! z = oneOf [ 8; 32 ] in it, or run the experiment itself"
          if count < 1 then
              $"{Strategy.show search.Strategy} expects a number from 1 up", "write random 20"
          elif count > most then
              $"{Strategy.show search.Strategy} expects a number up to {Show.grouped (int64 most)}", "write random 20"
          elif seen.Problems.IsEmpty then
              match search.Strategy with
              | Strategy.Grid points ->
                  let all = Space.all (Domain.grid points) search.Space

                  if Seq.length (Seq.truncate (most + 1) all) > most then
                      $"{Strategy.show search.Strategy} comes to more than {Show.grouped (int64 most)} experiments",
                      "write fewer points, or random 20"
              | _ -> ()
          match search.Confirm with
          | Some [] -> "confirmedOver expects at least one seed", "write confirmedOver [ 11; 12; 13 ]"
          | Some seeds ->
              for seed, times in List.countBy id seeds do
                  if times > 1 then
                      $"confirmedOver expects each seed once, but got {Show.integer seed} again",
                      "a seed gives the same run each time; write another"
          | None -> () ]

    /// The identity of a search: the name of its first experiment, and what its space, its strategy and its words say. Of the
    /// space, its choices and the experiments met by looking at each of them.
    let internal idOf (seen: Space.Seen<Experiment>) (search: Search) =
        let text =
            String.concat
                "\n"
                [ show search
                  for dimension in seen.Dimensions do
                      $"{dimension.Name} = {Domain.show dimension.Domain}"
                  for experiment in seen.Values do
                      Experiment.show experiment ]

        Study.idOf (seen.Values.Head.Name + "-search") text

    /// The figure that decides: as asked, or by what the experiment's model is.
    let internal goal (experiment: Experiment) (search: Search) =
        let has which =
            experiment.Model.Blocks |> List.exists which

        let classifies block =
            match block with
            | Block.Classifier _
            | Block.EnergyClassifier _
            | Block.ClassRbm _
            | Block.M2 _
            | Block.Ensemble _ -> true
            | _ -> false

        match search.Goal with
        | Some goal -> goal
        | None when has classifies -> Goal.Maximise "accuracy"
        | None when has _.IsRegressor -> Goal.Minimise "rmse"
        | None when has (fun block -> block.IsVae || block.IsCvae) -> Goal.Maximise "elbo"
        | None when has _.IsDiffusion -> Goal.Minimise "denoising"
        | None -> Goal.Minimise "loss"

/// The words for searches, which `open GenDisc` brings into a script.
[<AutoOpen>]
module SearchLanguage =
    /// Every combination of the choices; of a range, so many points from end to end.
    let grid points = Strategy.Grid points

    /// So many experiments drawn from the space.
    let random trials = Strategy.Random trials

    /// So many experiments drawn from the space and trained for a fraction of their epochs; the best third is trained for
    /// three times as many, and so on up to all epochs (Jamieson and Talwalkar 2016).
    let successiveHalving trials = Strategy.SuccessiveHalving trials

    /// So many experiments, the first ten drawn from the space, the others where good ones are denser than bad ones by
    /// Parzen's estimate (Bergstra et al. 2011).
    let tpe trials = Strategy.Tpe trials

    /// Looks for the best experiment of a space by its validation data, and reports it on test data over fresh seeds:
    /// `space { ... } |> search (random 20) |> run`.
    let search strategy (space: Space<Experiment>) = Search.start strategy space

    /// Lets the least value of this validation figure decide, such as "crossEntropy".
    let minimise figure (search: Search) =
        { search with
            Goal = Some(Goal.Minimise figure) }

    /// Lets the greatest value of this validation figure decide, such as "accuracy" or "elbo".
    let maximise figure (search: Search) =
        { search with
            Goal = Some(Goal.Maximise figure) }

    /// Runs the best again with each of these seeds, on which its test figures are reported (otherwise three after its own).
    let confirmedOver (seeds: int list) (search: Search) = { search with Confirm = Some seeds }

    /// Of the draws from the space (otherwise 1); experiments keep their own.
    let searchSeed seed (search: Search) = { search with Seed = seed }
