/// What must hold of the blocks before an energy classifier, which draws samples by the gradient of its energy.
module internal GenDisc.EnergyShapes

/// All blocks of a model and of those inside it.
let rec private everyBlock (declared: IDeclared) =
    match declared with
    | :? Experiment as e ->
        [ for block in Block.everyBlock e.Model.Blocks do
              block

              match block with
              | Block.Encoder(inner, _) -> yield! everyBlock inner
              | _ -> () ]
    | _ -> []

let private isFrozen layer =
    match layer with
    | Layer.Pretrained p ->
        let inside block =
            match block with
            | Block.Encoder(_, tuned) -> not tuned
            | _ -> false

        not p.Tuned || List.exists inside (everyBlock p.Declared)
    | _ -> false

let rec private normalises layer =
    match layer with
    | Layer.BatchNorm _ -> true
    | Layer.Residual inner -> List.exists normalises inner
    | Layer.Pretrained p -> everyBlock p.Declared |> List.exists _.IsBatchNorm
    | _ -> false

/// Problems of an energy classifier after a bottleneck, if there is one, and these layers.
let problems (facts: Facts) (data: Data) path (block: Block) (bottleneck: Block option) (before: Layer list) =
    let problem says hint = Problem.at (Place.Block path) says hint

    [ match bottleneck with
      | Some vae when vae.IsVae ->
          let plain =
              (Block.show vae).Replace("Vae", "Autoencoder").Replace("vae", "autoencoder")

          problem
              $"{Block.show block} gives every input an energy of its own, but {Block.show vae} draws its latent vector at random"
              $"use {plain} in place of {Block.show vae}, or classifier in place of energyClassifier"
      | _ -> ()
      if List.exists isFrozen before then
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
