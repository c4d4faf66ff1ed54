/// The state of shape inference while it walks along a model's blocks.
module internal GenDisc.Walk

open GenDisc.Position
open GenDisc.PlanRows

/// What a model becomes for given data. Stages and rows mean something only when there are no problems.
type Inferred =
    {
        Stages: Stage list
        Rows: Row list
        Problems: Problem list
        /// Where the last block leaves the main path.
        Leaves: Position
    }

/// The state of the fold; stages, rows, problems and encoder layers in reverse.
type Walk =
    { Facts: Facts
      Position: Position
      Encoder: Layer list
      Bottleneck: Block option
      Machine: Block option
      Head: Block option
      Stages: Stage list
      Rows: Row list
      Problems: Problem list }

/// Items in front of a list that is kept in reverse.
let prepend items list = List.rev items @ list

/// A block that transforms the representation.
let trunk path block walk =
    let step = Trunk.step walk.Facts path walk.Position block

    { walk with
        Position = step.After
        Encoder = prepend step.Layers walk.Encoder
        Stages = Stage.Trunk step.Layers :: walk.Stages
        Rows =
            row (Block.brief block) walk.Position.Shape step.After.Shape step.Layers
            :: walk.Rows
        Problems = prepend step.Problems walk.Problems }
