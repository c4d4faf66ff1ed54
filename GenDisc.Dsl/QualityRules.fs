/// What must hold of the classifier that judges what a model draws: it tells the classes of the same kind of examples apart,
/// and has learnt from none of those that the draws are compared with.
module internal GenDisc.QualityRules

/// Whether a model draws anything, as far as its blocks tell.
let draws (m: Model) =
    m.Blocks
    |> List.exists (fun b -> b.IsVae || b.IsCvae || b.IsM2 || b.IsDiffusion || Block.isMachine b)

/// Examples that are brought to the scale of the training part: a judge of another part would read other numbers.
let isScaled (d: Data) =
    d.Source.IsTable || d.Source.IsClassTable || d.Source.IsTimeSeries

let private judge (knowing: Data -> Facts option) (e: Experiment) (facts: Facts) (by: Experiment) =
    let d, name = e.Data, Show.name by.Name

    [ if not (List.exists Block.classifies by.Model.Blocks) then
          $"qualityBy compares in the features of a classifier, which {name} is not", $"write qualityBy (judge data)"
      match if (DataRules.declared by.Data).IsEmpty then knowing by.Data else None with
      | Some its when its.Shape <> facts.Shape ->
          $"qualityBy expects a classifier of {facts.Shape}, but {name} was made for {its.Shape}",
          "name one of the same data"
      | Some its when its.Classes <> facts.Classes ->
          $"qualityBy expects a classifier of {Show.integer facts.Classes} classes, but {name} tells {Show.integer its.Classes} apart",
          "name one of the same data"
      | _ -> ()
      if
          isScaled d
          && (by.Data.Take <> d.Take
              || d.Take.IsSome && by.Seed <> e.Seed
              || Data.holdOut by.Data <> Data.holdOut d)
      then
          $"{name} learns from another part of {Data.title d} than this experiment, and so sees the numbers on another scale",
          $"give both the same take and holdOut, and the same Seed"
      yield! EncoderRules.leaksOf knowing d [ by ] ]

/// Problems of `qualityBy`.
let data (knowing: Data -> Facts option) (e: Experiment) (facts: Facts) =
    let found =
        match e.Data.Judge with
        | None -> []
        | Some _ when not (draws e.Model) ->
            [ "qualityBy judges what a model draws, but this one draws nothing",
              "drop qualityBy, or let the model have a vae, cvae, m2, rbm or diffusion" ]
        | Some _ when facts.Classes = 0 ->
            [ $"qualityBy compares in the features of a classifier, but {Data.title e.Data} has no classes",
              "drop qualityBy" ]
        | Some(:? Experiment as by) -> judge knowing e facts by
        | Some other ->
            [ $"qualityBy expects an experiment, but {Show.name other.Name} is none", "write qualityBy (judge data)" ]

    [ for says, hint in List.distinct found do
          yield! DataRules.expecting e.Data false "qualityBy" says hint ]
