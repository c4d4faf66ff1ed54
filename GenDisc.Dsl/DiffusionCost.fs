/// What denoising networks cost; sums saturate as those of `Cost`.
module internal GenDisc.DiffusionCost

/// Numbers of the embedding of time and class.
let private embedding = 128L

let private told classes =
    Cost.total
        [ Cost.affine embedding embedding
          Cost.affine embedding embedding
          (if classes > 0 then embedding * int64 (classes + 1) else 0L) ]

let private mlp cost size (widths: int list) =
    let widths = widths |> List.map (max 1 >> int64)

    Cost.total
        [ for inputs, outputs in List.pairwise (size :: widths) do
              yield cost inputs outputs
              yield cost embedding outputs
              yield cost outputs outputs

              if inputs <> outputs then
                  yield cost inputs outputs
          yield cost (List.last (size :: widths)) size ]

/// Channels and pixels of each level of a U-Net, as `UNetBody` has them.
let private levels shape width =
    let width = int64 (max 1 width)

    let halve side = (side + 1) / 2

    let rec go level h w smaller =
        let here = (if level = 0 then width else 2L * width), int64 h * int64 w

        if level < 2 && smaller >= 8 then
            here :: go (level + 1) (halve h) (halve w) (halve smaller)
        else
            [ here ]

    match shape with
    | Image(_, h, w) -> go 0 h w (min h w)
    | Sequence(steps, _) -> go 0 1 steps steps
    | Vector size -> go 0 1 size 0

/// Cost of a U-Net: of a convolution from and to so many channels, of an affine map of a pixel's channels, of the map of
/// what the network is told, of a normalisation, and of attention, each for so many pixels.
type private UnetCosts =
    { Convolution: int64 -> int64 -> int64 -> int64
      Pixel: int64 -> int64 -> int64 -> int64
      Told: int64 -> int64
      Norm: int64 -> int64 -> int64
      Attention: int64 -> int64 -> int64 }

let private unet cost shape width attends =
    let block inputs outputs pixels =
        Cost.total
            [ cost.Norm inputs pixels
              cost.Convolution inputs outputs pixels
              cost.Told outputs
              cost.Norm outputs pixels
              cost.Convolution outputs outputs pixels
              if inputs <> outputs then
                  cost.Pixel inputs outputs pixels ]

    let levels = levels shape width
    let first, pixels = List.head levels
    let deepest, fewest = List.last levels

    let channels =
        match shape with
        | Image(c, _, _) -> int64 c
        | Sequence(_, features) -> int64 features
        | Vector _ -> 1L

    Cost.total
        [ cost.Convolution channels first pixels
          // the blocks going down and the one at the bottom
          for (inputs, _), (outputs, pixels) in List.pairwise ((first, pixels) :: levels) do
              block inputs outputs pixels
          if attends then
              cost.Attention deepest fewest
          for (above, pixels), (below, fewer) in List.pairwise levels do
              if above <> below then
                  cost.Pixel below above fewer

              block above above pixels
          cost.Norm first pixels
          cost.Convolution first channels pixels ]

/// How many pixels a convolution reaches over.
let private reach shape =
    match shape with
    | Image _ -> 9L
    | _ -> 3L

/// Trainable numbers of a network over examples of this shape.
let parameters shape classes (diffusion: Diffusion) =
    match diffusion.Denoiser with
    | Denoiser.Mlp widths -> Cost.total [ told classes; mlp Cost.affine (Cost.size shape) widths ]
    | Denoiser.Unet width ->
        let cost =
            { Convolution = fun inputs outputs _ -> Cost.affine (Cost.times (reach shape) inputs) outputs
              Pixel = fun inputs outputs _ -> Cost.affine inputs outputs
              Told = fun outputs -> Cost.affine embedding outputs
              Norm = fun channels _ -> Cost.times 2L channels
              Attention =
                fun channels _ ->
                    Cost.total
                        [ Cost.times 2L channels
                          Cost.affine channels (Cost.times 3L channels)
                          Cost.affine channels channels ] }

        Cost.total [ told classes; unet cost shape width diffusion.Attention ]

/// Floating-point operations of one look at one example.
let flops shape (diffusion: Diffusion) =
    match diffusion.Denoiser with
    | Denoiser.Mlp widths ->
        Cost.total
            [ Cost.affineFlops embedding embedding
              Cost.affineFlops embedding embedding
              mlp Cost.affineFlops (Cost.size shape) widths ]
    | Denoiser.Unet width ->
        let norm channels pixels =
            Cost.times 8L (Cost.times channels pixels)

        let pixel inputs outputs pixels =
            Cost.times pixels (Cost.affineFlops inputs outputs)

        let cost =
            { Convolution = fun inputs outputs pixels -> pixel (Cost.times (reach shape) inputs) outputs pixels
              Pixel = pixel
              Told = fun outputs -> Cost.affineFlops embedding outputs
              Norm = norm
              Attention =
                fun channels pixels ->
                    Cost.total
                        [ norm channels pixels
                          pixel channels (Cost.times 4L channels) pixels
                          pixel (Cost.times 2L channels) pixels pixels ] }

        Cost.total
            [ Cost.affineFlops embedding embedding
              Cost.affineFlops embedding embedding
              unet cost shape width diffusion.Attention ]
