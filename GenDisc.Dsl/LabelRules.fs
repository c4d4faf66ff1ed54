/// What must hold where the labels of most training examples are hidden.
module internal GenDisc.LabelRules

/// Whether examples without a label teach the model something by this term.
let private learnsWithout (m: Model) term =
    match term with
    | Term.Reconstruction
    | Term.Kl -> not (m.Blocks |> List.exists _.IsCvae)
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
              && not (List.exists (learnsWithout e.Model) (Loss.terms e.Loss))
          then
              Problem.at
                  Place.Loss
                  "every term of the loss needs labels, so the examples whose labels semiSupervised hides would teach nothing"
                  $"write {instead} in place of semiSupervised, or add 0.1 * elbo with vae 32 before the classifier" ]
