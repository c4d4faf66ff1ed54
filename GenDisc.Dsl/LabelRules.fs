/// What must hold where the labels of most training examples are hidden or left out.
module internal GenDisc.LabelRules

/// Whether examples without a label teach the model something by this term.
let private learnsWithout (m: Model) term =
    match term with
    | Term.Reconstruction
    | Term.Importance _
    | Term.Kl -> not (m.Blocks |> List.exists _.IsCvae)
    | Term.Denoising _
    | Term.Sparsity
    | Term.NegativePhase _
    | Term.Nll
    | Term.SparsityTarget _ -> true
    | Term.CrossEntropy
    | Term.Mse
    | Term.Energy -> false

/// Training examples that are left once validation and `take` have had their say.
let private left (d: Data) (facts: Facts) =
    let held =
        if d.Validation >= 0.0 && d.Validation < 1.0 then
            Data.validationCount d facts
        else
            0

    min (facts.Training - held) (defaultArg d.Take System.Int32.MaxValue)

let private counts (d: Data) (facts: Facts) known =
    let problem says hint =
        Problem.within Place.Data (Show.find "semiSupervised" (Data.source d)) says hint

    [ if facts.Classes = 0 then
          problem $"semiSupervised is for data with classes, which {Data.title d} has not" "drop semiSupervised"
      elif known < facts.Classes then
          problem
              $"semiSupervised expects at least one label of each of the {Show.integer facts.Classes} classes, but got {Show.integer known}"
              "write semiSupervised 100"
      elif known > left d facts then
          problem
              $"semiSupervised expects at most the {Show.grouped (int64 (left d facts))} examples left for training, but got {Show.grouped (int64 known)}"
              "hide more labels, or drop semiSupervised" ]

/// Problems of data that hide labels, together with the model and the loss.
let experiment (facts: Facts) (e: Experiment) =
    match e.Data.Labels with
    | None -> []
    | Some known ->
        let instead = $"take {Show.integerArgument known}"

        let needsAll =
            e.Model.Blocks
            |> List.indexed
            |> List.filter (fun (_, b) -> b.IsClassRbm || b.IsEnergyClassifier)

        [ yield! counts e.Data facts known
          for i, block in needsAll do
              Problem.at
                  (Place.Block [ i ])
                  $"{Block.show block} learns from the class of every example, but semiSupervised hides most of them"
                  $"use m2 50 [500], or vae 32 >> classifier [128]; or write {instead} in place of semiSupervised"
          if
              facts.Classes > 0
              && needsAll.IsEmpty
              // its members have learnt already
              && not (e.Model.Blocks |> List.exists _.IsEnsemble)
              && not (List.exists (learnsWithout e.Model) (Loss.terms e.Loss))
          then
              Problem.at
                  Place.Loss
                  "every term of the loss needs labels, so the examples whose labels semiSupervised hides would teach nothing"
                  $"write {instead} in place of semiSupervised, or add 0.1 * elbo with vae 32 before the classifier" ]

/// How many training examples are seen with their labels or targets; None: all.
let private budget (d: Data) = Option.orElse d.Take d.Labels

/// Whether it learns from labels or targets.
let private learnsFrom (e: Experiment) =
    Loss.terms e.Loss |> List.exists (fun term -> term.IsCrossEntropy || term.IsMse)
    || e.Model.Blocks |> List.exists (fun b -> b.IsCvae || b.IsM2 || b.IsClassRbm)

/// What is told of these experiments, or of any inside them, that have seen labels which the outer one may not see, and
/// what to do. The members of an ensemble draw their examples each by its own seed, and are held to the number alone.
let private overdrawn (outer: Experiment) (facts: Facts) seeded (declared: IDeclared list) =
    let what = if facts.Classes > 0 then "labels" else "targets"

    [ match budget outer.Data with
      | None -> ()
      | Some allowed ->
          for inner in EncoderRules.inside declared do
              if
                  EncoderRules.examples inner.Data = EncoderRules.examples outer.Data
                  && learnsFrom inner
              then
                  let name = Show.name inner.Name
                  let less = $"or let {name} learn without {what}"

                  match budget inner.Data with
                  | None ->
                      $"{name} learns from the {what} of all training examples, but this experiment may see {Show.grouped (int64 allowed)} alone",
                      $"write take {Show.integerArgument allowed} in the data of {name}, {less}"
                  | Some its when its > allowed ->
                      $"{name} learns from the {what} of {Show.grouped (int64 its)} training examples, but this experiment may see {Show.grouped (int64 allowed)} alone",
                      $"write {Show.integerArgument allowed} in the data of {name}, {less}"
                  | Some its when seeded && inner.Seed <> outer.Seed ->
                      $"{name} has seed {Show.integer inner.Seed}, not {Show.integer outer.Seed}: it learns from the {what} of other {Show.grouped (int64 its)} examples than this experiment may see",
                      $"write Seed = {Show.integer outer.Seed} in {name}, {less}"
                  | Some _ -> () ]

/// Problems of the experiments inside this one, in the model or restoring its data, that have seen more labels than it may.
/// Generators have a rule of their own.
let inside (facts: Facts) (e: Experiment) =
    let words = e.Data.Prepared |> List.map (PreparationText.words >> fst)

    [ for i, block in List.indexed e.Model.Blocks do
          for says, hint in overdrawn e facts (not block.IsEnsemble) (Block.declared [ block ]) do
              Problem.at (Place.Block [ i ]) says hint
      for i, preparation in List.indexed e.Data.Prepared do
          match preparation with
          | Preparation.Reconstruct inner
          | Preparation.Infill inner ->
              for says, hint in overdrawn e facts true [ inner ] do
                  Problem.within Place.Data (DataRules.nthOf e.Data words i) says hint
          | Preparation.Corrupt _ -> () ]
