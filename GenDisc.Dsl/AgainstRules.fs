/// What must hold of data that a model is asked to find strange.
module internal GenDisc.AgainstRules

/// Modifiers of what is not trained on that change nothing of its test part.
let private idle (other: Data) =
    [ if other.Take.IsSome then
          "take"
      if other.Validation <> 0.1 then
          "validation"
      if other.Only.IsSome then
          "only"
      for g in other.Generated do
          if g.PerClass then "augmentPerClass" else "augment"
      for a in other.Augment do
          fst (SourceText.augmentation a)
      if other.Against.IsSome then
          "against"
      if other.Judge.IsSome then
          "qualityBy" ]
    |> List.distinct

/// Problems of the other data, given what is known of both.
let data (knowing: Data -> Facts option) (d: Data) (facts: Facts) =
    match d.Against with
    | None -> []
    | Some other ->
        let expect = DataRules.expecting d

        [ yield!
              expect
                  (facts.Classes > 0)
                  "against"
                  $"against asks how a classifier tells other data apart, but {Data.title d} has no classes"
                  "drop against"
          for problem in DataRules.declared other do
              yield! expect false "against" problem.Says problem.Hint
          for word in idle other do
              yield!
                  expect
                      false
                      "against"
                      $"{word} changes nothing inside against, which asks for the test part of {Data.title other}, as it is"
                      $"drop {word} there"
          if other.Source.IsTable || other.Source.IsClassTable || other.Source.IsSeries then
              yield!
                  expect
                      false
                      "against"
                      $"against expects labelled images, vectors or timeSeries, which {Data.title other} is not"
                      "choose data such as circles, digits or imageFolder"
          elif (DataRules.declared other).IsEmpty then
              match knowing other with
              | Some strange ->
                  for problem in DataRules.divided other strange do
                      yield! expect false "against" problem.Says problem.Hint

                  yield!
                      expect
                          (strange.Shape = facts.Shape)
                          "against"
                          $"against expects data of {facts.Shape}, but {Data.title other} has {strange.Shape}"
                          "choose data of the same shape"
              | None -> yield! expect false "against" $"{Data.show other} could not be read" "check its path" ]

/// The problem of asking a model that tells no classes what it finds strange.
let model (e: Experiment) (facts: Facts) =
    let tells = e.Model.Blocks |> List.exists Block.classifies

    [ if e.Data.Against.IsSome && facts.Classes > 0 && not tells then
          yield!
              DataRules.expecting
                  e.Data
                  false
                  "against"
                  "against asks how a classifier tells other data apart, but the model has none"
                  "drop against, or add a classifier to the model" ]
