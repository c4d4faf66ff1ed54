/// Shape inference for diffusion models, and what must hold of their numbers.
module internal GenDisc.DiffusionShapes

open GenDisc.Position
open GenDisc.Walk

/// The most steps of a schedule, and the most looks of a sampler.
let private mostSteps = 10000

/// Problems of the declaration itself: what is wrong, and a hint.
let private numbers (d: Diffusion) =
    let steps = Diffusion.steps d

    let looks, word =
        match d.Sampler with
        | Sampler.Ddpm steps -> steps, "ddpm"
        | Sampler.Ddim(steps, _) -> steps, "ddim"
        | Sampler.DpmSolver steps -> steps, "dpmSolver"

    [ match d.Denoiser with
      | Denoiser.Unet width when width < 8 || width % 8 <> 0 ->
          $"unet expects a multiple of 8 channels, but got {Show.integer width}", "write unet 32"
      | Denoiser.Mlp [] -> "mlp [] has no layer: it expects the width of each", "write mlp [256; 256]"
      | Denoiser.Mlp widths when widths |> List.exists (fun n -> n < 1) ->
          $"mlp expects widths of at least 1, but got {Show.integer (List.find (fun n -> n < 1) widths)}",
          "write mlp [256; 256]"
      | Denoiser.Mlp _ when d.Attention -> "attention belongs to unet, and mlp has none", "drop attention"
      | _ -> ()
      if steps < 1 || steps > mostSteps then
          $"a noise schedule expects 1 to {Show.grouped (int64 mostSteps)} steps, but got {Show.integer steps}",
          "write cosineNoise 1000"
      elif looks < 1 || looks > steps then
          $"{word} expects 1 to {Show.grouped (int64 steps)} steps, as many as the schedule has, but got {Show.integer looks}",
          $"write {word} {Show.integer (min 50 steps)}"
      match d.Sampler with
      | Sampler.Ddim(_, eta) when not (eta >= 0.0 && eta <= 1.0) ->
          $"noisyDdim expects a share of noise from 0.0 to 1.0, but got {Show.number eta}", "write ddim 50"
      | _ -> ()
      if not (System.Double.IsFinite d.Guidance && d.Guidance >= 0.0) then
          $"guided expects a finite weight of at least 0, but got {Show.number d.Guidance}", "write guided 2.0"
      elif d.Guidance <> 1.0 && not d.Conditional then
          $"guided {Show.numberArgument d.Guidance} follows a class, which the network is not told",
          "add |> conditional, or drop guided"
      match d.Classified with
      | Some count when count < 1 ->
          $"classifies expects at least 1 example, but got {Show.integer count}", "write classifies 1000"
      | Some count when not d.Conditional ->
          $"classifies {Show.integerArgument count} asks for classes, which the network is not told",
          "add |> conditional, or drop classifies"
      | _ -> () ]

/// What must hold of what stands before it: nothing, or the frozen encoder of a model that can decode.
let private reads path (block: Block) (before: Block list) =
    let problem says hint =
        [ Problem.at (Place.Block path) says hint ]

    match before with
    | [] -> []
    | [ Block.Encoder(declared, tuned) as encoder ] ->
        match declared with
        | _ when tuned ->
            problem
                $"{Block.brief block} models what it reads, but {Block.brief encoder} changes that while it learns"
                "write encoder in place of finetuned"
        | :? Experiment as inner when not (inner.Model.Blocks |> List.exists (fun b -> b.IsVae || b.IsAutoencoder)) ->
            problem
                $"{Block.brief block} draws latents, which {Show.name inner.Name} cannot turn into examples: it has no vae or autoencoder"
                "use an experiment with vae 32"
        | :? Experiment as inner ->
            let after =
                inner.Model.Blocks
                |> List.skipWhile (fun b -> not (b.IsVae || b.IsAutoencoder))
                |> List.skip 1
                |> List.tryFind (fun b -> not (Block.classifies b || b.IsRegressor))

            match after with
            | Some next ->
                problem
                    $"{Block.brief block} draws latents, but {Block.brief next} of {Show.name inner.Name} stands after its bottleneck, whose decoder reads others"
                    "let only heads follow the bottleneck"
            | None -> []
        | _ -> []
    | other ->
        problem
            $"{Block.brief block} models the data themselves or the latents of an encoder, but {Block.brief (List.last other)} stands before it"
            $"put {Block.brief block} first, or write latentDiffusion pretrained (mlp [512; 512])"

/// What `block` becomes after these blocks.
let infer (data: Data) path (block: Block) (d: Diffusion) (before: Block list) walk =
    let shape = walk.Position.Shape

    let problem says hint = Problem.at (Place.Block path) says hint

    let problems =
        [ for says, hint in numbers d do
              problem says hint
          yield! reads path block before
          match d.Denoiser, shape with
          | Denoiser.Unet _, Vector _ when walk.Position.Sure ->
              problem
                  $"{Block.brief block} expects an image or a sequence, but receives {describe walk.Position}"
                  "use mlp [256; 256] for vectors"
          | Denoiser.Unet _, Image(_, h, w) when walk.Position.Sure && min h w < 4 ->
              problem
                  $"{Block.brief block} expects an image of at least 4×4 pixels, but receives {describe walk.Position}"
                  "use mlp [256; 256]"
          | Denoiser.Unet _, Sequence(t, _) when walk.Position.Sure && t < 4 ->
              problem
                  $"{Block.brief block} expects a sequence of at least 4 steps, but receives {describe walk.Position}"
                  "use mlp [256; 256]"
          | _ -> ()
          if d.Conditional && walk.Facts.Classes = 0 then
              problem
                  $"{Block.brief block} is told the class of every example, but {Data.title data} has none"
                  "drop conditional, or use other data"
          if d.Classified.IsSome && walk.Facts.Classes = 1 then
              problem $"classifies tells classes apart, but {Data.title data} has one" "drop classifies"
          if walk.Facts.Varies then
              problem
                  $"{Block.brief block} draws sequences of one length, but those of {Data.title data} differ in length"
                  "use other data"
          if not walk.Facts.Levels.IsEmpty && before.IsEmpty then
              problem
                  $"{Block.brief block} draws real numbers, but {Data.title data} has text columns"
                  "use a table without them" ]

    let classes = if d.Conditional then max 1 walk.Facts.Classes else 0
    let parameters = DiffusionCost.parameters shape classes d

    let problems =
        problems @ (if problems.IsEmpty then oversize path block parameters 0L else [])

    let stage =
        Stage.Diffusion
            { Shape = shape
              Classes = classes
              UnitInterval = before.IsEmpty && walk.Facts.InUnitInterval
              Declared = d }

    let row =
        { Text = Block.brief block
          In = shape
          Out = shape
          Head = true
          Parameters = parameters
          Flops = DiffusionCost.flops shape d }

    { walk with
        Bottleneck = Some(Option.defaultValue block walk.Bottleneck)
        Stages = stage :: walk.Stages
        Rows = row :: walk.Rows
        Problems = prepend problems walk.Problems }
