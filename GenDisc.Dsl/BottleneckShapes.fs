/// Shape inference for bottlenecks and their mirrored decoders.
module internal GenDisc.BottleneckShapes

open GenDisc.Position
open GenDisc.PlanRows
open GenDisc.Walk

/// Blocks that stand in where none is written; the plan says so.
let private standard blocks walk =
    blocks
    |> List.fold
        (fun walk block ->
            let walk = trunk [] block walk

            { walk with
                Rows =
                    { walk.Rows.Head with
                        Text = $"{walk.Rows.Head.Text} (standard)" }
                    :: walk.Rows.Tail })
        walk

/// Width of the layer of a cvae in which class and representation meet.
let private meeting = 256

let private standardEncoder =
    standard [ Block.Dense 400; Block.Activation Activation.Relu ]

/// What a bottleneck becomes where it stands.
let infer (data: Data) path (block: Block) latent wanted walk =
    let shape = walk.Facts.Shape

    let walk =
        if walk.Bottleneck.IsNone && not (List.exists Mirror.isWeighted walk.Encoder) then
            standardEncoder walk
        elif walk.Position.States then
            standard [ Block.States States.Last ] walk
        else
            walk

    let received = walk.Position.Shape
    let variational = block.IsVae || block.IsCvae
    let maps = if variational then 2L else 1L
    let classes = if block.IsCvae then max 1 walk.Facts.Classes else 0

    // what the maps to the latent vector read
    let before, width =
        if block.IsCvae then
            [ Cost.size received + int64 classes, meeting ], int64 meeting
        else
            [], Cost.size received

    let parameters =
        Cost.total
            [ for inputs, outputs in before do
                  Cost.affine inputs (int64 outputs)
              yield! List.replicate (int maps) (Cost.affine width (int64 (max 1 latent))) ]

    let sized =
        match positive path block "a latent size" latent $"{(Block.show block).Split(' ')[0]} 32" with
        | [] -> oversize path block parameters latent
        | problems -> problems

    let size = if sized.IsEmpty then latent else 1

    let likelihood =
        match wanted, shape with
        | Some likelihood, _ -> likelihood
        | None, Image _ -> Likelihood.Bernoulli
        | None, Vector _
        | None, Sequence _ -> Likelihood.Gaussian

    let problems =
        [ yield! sized
          match walk.Bottleneck with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is a second bottleneck after {Block.show first}, but a model has at most one"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          match walk.Machine with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} cannot follow {Block.show first}: a model has one of a Boltzmann machine and a bottleneck"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          if block.IsCvae && walk.Facts.Classes = 0 then
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is told the class of every example, but {Data.title data} has none"
                  $"write vae {Show.integerArgument latent}, or use other data"
          match walk.Head with
          | Some head when block.IsCvae ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} follows {Block.show head}, but a model that is told the class has none to tell"
                  $"drop {Block.show head}, or write vae {Show.integerArgument latent}"
          | _ -> ()
          if walk.Facts.Varies then
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} reconstructs sequences of one length, but those of {Data.title data} differ in length"
                  "use other data, or a classifier without a bottleneck"
          if wanted = Some Likelihood.Bernoulli && not walk.Facts.InUnitInterval then
              let plain = (Block.show block).Replace("bernoulliV", "v").Replace("bernoulliA", "a")

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects data in [0, 1], but {Data.title data} has values outside"
                  $"write {plain}, whose likelihood is Gaussian for vectors" ]

    let entry = flatten walk.Position
    let decoder = Mirror.decoder (size + classes) shape (List.rev walk.Encoder)

    let stage =
        Stage.Bottleneck
            { Latent = size
              Variational = variational
              Entry = entry
              EntrySize = Shape.size received
              Decoder = decoder
              Likelihood = likelihood
              Classes = classes
              Meeting = if block.IsCvae then meeting else 0 }

    let own =
        { Text = Block.show block
          In = received
          Out = Vector size
          Head = false
          Parameters = parameters
          Flops =
            Cost.total
                [ for inputs, outputs in before do
                      Cost.affineFlops inputs (int64 outputs)
                      int64 outputs
                  yield! List.replicate (int maps) (Cost.affineFlops width size) ] }

    { walk with
        Position =
            { walk.Position with
                Shape = Vector size
                Sure = sized.IsEmpty
                Flattened = true
                States = false }
        Bottleneck = Some(Option.defaultValue block walk.Bottleneck)
        Stages = stage :: walk.Stages
        Rows = prepend (own :: decoderRows shape (size + classes) likelihood decoder) walk.Rows
        Problems = prepend problems walk.Problems }
