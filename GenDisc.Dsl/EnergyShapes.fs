/// What must hold of the blocks before an energy classifier, which draws samples by the gradient of its energy.
module internal GenDisc.EnergyShapes

let private isFrozen layer =
    match layer with
    | Layer.Pretrained p -> not p.Tuned
    | _ -> false

let rec private normalises layer =
    match layer with
    | Layer.BatchNorm _ -> true
    | Layer.Residual inner -> List.exists normalises inner
    | _ -> false

/// Problems of an energy classifier after these layers.
let problems (facts: Facts) (data: Data) path (block: Block) (before: Layer list) =
    let problem says hint =
        Problem.at (Place.Block path) says hint

    [ if List.exists isFrozen before then
          problem
              $"{Block.show block} draws inputs by the gradient of its energy, which does not pass a frozen encoder"
              "use finetuned in place of encoder, or classifier in place of energyClassifier"
      if List.exists normalises before then
          problem
              $"{Block.show block} gives every input an energy of its own, but batchNorm makes it depend on the batch"
              "use layerNorm, or drop batchNorm"
      if facts.Varies || not facts.Levels.IsEmpty then
          problem
              $"{Block.show block} draws inputs of its own, which {Data.title data} has no room for: its examples are not vectors of numbers of one size"
              "use classifier in place of energyClassifier" ]
