/// Shape inference for model M2.
module internal GenDisc.M2Shapes

open GenDisc.Position
open GenDisc.Walk

/// Affine maps from one of these widths to the next, with ReLUs between them: trainable numbers, and operations of one
/// example.
let private network (widths: int64 list) =
    let maps = List.pairwise widths

    Cost.total (maps |> List.map (fun (a, b) -> Cost.affine a b)),
    Cost.total
        [ for a, b in maps do
              Cost.affineFlops a b
          yield! List.truncate (maps.Length - 1) (List.map snd maps) ]

/// What model M2 becomes where it stands.
let infer (data: Data) path (block: Block) latent (hidden: int list) walk =
    let received = walk.Position.Shape
    let shown = Block.show block
    let classes = int64 (max 1 walk.Facts.Classes)
    let inputs = Cost.size received
    let widths = hidden |> List.map (max 1 >> int64)
    let size = max 1 latent

    let likelihood =
        match walk.Stages, received with
        | [], Image _ -> Likelihood.Bernoulli
        | _ -> Likelihood.Gaussian

    let variance = if likelihood.IsGaussian then 1L else 0L

    let networks =
        [ shown, received, Vector(int classes), network [ inputs; yield! widths; classes ], 0L
          "m2: q(z|x, y)", received, Vector size, network [ inputs + classes; yield! widths; 2L * int64 size ], 0L
          "m2: p(x|y, z)", Vector size, received, network [ int64 size + classes; yield! widths; inputs ], variance ]

    let problem says hint = Problem.at (Place.Block path) says hint

    let frozen stage =
        match stage with
        | Stage.Trunk [ Layer.Pretrained p ] -> not p.Tuned
        | _ -> false

    let problems =
        [ yield! positive path block "a latent size" latent "m2 50 [500]"
          match hidden |> List.tryFind (fun n -> n < 1) with
          | Some n ->
              problem
                  $"{shown} expects hidden widths of at least 1, but got {Show.integer n}"
                  "write m2 50 [500], or [] for no hidden layer"
          | None ->
              let parameters =
                  networks |> List.map (fun (_, _, _, (own, _), more) -> own + more) |> Cost.total

              yield! oversize path block parameters size
          if walk.Facts.Classes = 0 then
              problem $"{shown} tells classes apart, but {Data.title data} has none" "use vae 32 with regressor [64]"
          match walk.Rows, walk.Stages with
          | [], []
          | [ _ ], [ _ ] when List.forall frozen walk.Stages -> ()
          | row :: _, _ ->
              problem
                  $"{shown} is a model of what it reads, which must not change while it learns, but {row.Text} stands before it"
                  "put m2 first, or directly after encoder of a trained vae"
          | [], _ -> ()
          match Option.orElse walk.Bottleneck walk.Machine, walk.Head with
          | Some first, _
          | None, Some first ->
              problem $"{shown} cannot follow {Block.show first}" $"keep one of {Block.show first} and {shown}"
          | None, None -> ()
          if walk.Facts.Varies then
              problem
                  $"{shown} generates sequences of one length, but those of {Data.title data} differ in length"
                  "use other data, or a classifier" ]

    let rows =
        [ for text, input, output, (parameters, flops), more in networks do
              { Text = text
                In = input
                Out = output
                Head = true
                Parameters = parameters + more
                Flops = flops } ]

    let stage =
        Stage.M2
            { Shape = received
              Latent = size
              Hidden = hidden
              Classes = int classes
              Likelihood = likelihood }

    { walk with
        Bottleneck = Some(Option.defaultValue block walk.Bottleneck)
        Head = Some(Option.defaultValue block walk.Head)
        Stages = stage :: walk.Stages
        Rows = prepend rows walk.Rows
        Problems = prepend problems walk.Problems }
