/// Shape inference for heads.
module internal GenDisc.HeadShapes

open GenDisc.Position
open GenDisc.PlanRows
open GenDisc.Walk

/// What a head becomes where it stands.
let infer (data: Data) path (block: Block) hidden walk =
    let received = walk.Position.Shape

    let outputs, fits, stage =
        match block with
        | Block.Classifier _ -> walk.Facts.Classes, walk.Facts.Classes > 0, Stage.Classifier
        | Block.EnergyClassifier _ -> walk.Facts.Classes, walk.Facts.Classes > 0, Stage.EnergyClassifier
        | _ -> walk.Facts.Targets, walk.Facts.Targets > 0, Stage.Regressor

    let widths = [ flatSize walk.Position; yield! hidden; max 1 outputs ]

    let layers =
        [ yield! flatten walk.Position
          for i, (a, b) in List.indexed (List.pairwise widths) do
              if i > 0 then
                  Layer.Apply Activation.Relu

              Layer.Affine(a, b) ]

    let problems =
        [ match hidden |> List.tryFind (fun n -> n < 1) with
          | Some n ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects hidden widths of at least 1, but got {Show.integer n}"
                  $"write {(Block.show block).Split(' ')[0]} [128], or [] for no hidden layer"
          | None -> yield! oversize path block (layers |> List.map Cost.parameters |> Cost.total) 1L
          match walk.Head with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is a second head after {Block.show first}, but a model has at most one"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          if not fits then
              let says, instead =
                  if Block.classifies block then
                      "classes, but {0} has a target to regress on", "regressor [64] with mse"
                  else
                      "targets to regress on, but {0} has classes", "classifier [128] with crossEntropy"

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects {System.String.Format(says, Data.title data)}"
                  $"use {instead}, or other data"
          match walk.Bottleneck with
          | Some(Block.Cvae latent as cvae) ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} would read what {Block.show cvae} makes of the class that it was told"
                  $"write vae {Show.integerArgument latent} in place of {Block.show cvae}, or drop {Block.show block}"
          | _ -> ()
          match walk.Machine, block with
          | Some(Block.Dbn _ as dbn), _ ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} would learn from {Block.show dbn} while its machines learn one after the other"
                  $"train the network alone, then model (finetuned pretrained >> {Block.show block})"
          | _, Block.EnergyClassifier _ ->
              yield! EnergyShapes.problems walk.Facts data path block walk.Bottleneck (List.rev walk.Encoder)
          | _ -> () ]

    { walk with
        Head = Some(Option.defaultValue block walk.Head)
        Stages = stage layers :: walk.Stages
        Rows =
            { row (Block.show block) received (Vector(max 1 outputs)) layers with
                Head = true }
            :: walk.Rows
        Problems = prepend problems walk.Problems }
