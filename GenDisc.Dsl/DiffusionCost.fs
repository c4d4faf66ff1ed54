/// What denoising networks cost; sums saturate as those of `Cost`.
module internal GenDisc.DiffusionCost

/// Numbers of the embedding of time and class.
let private embedding = 128L

let private told classes =
    Cost.total
        [ Cost.affine embedding embedding
          Cost.affine embedding embedding
          (if classes > 0 then
               embedding * int64 (classes + 1)
           else
               0L) ]

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

/// Trainable numbers of a network over examples of this shape.
let parameters shape classes (diffusion: Diffusion) =
    match diffusion.Denoiser with
    | Denoiser.Mlp widths -> Cost.total [ told classes; mlp Cost.affine (Cost.size shape) widths ]
    | Denoiser.Unet _ -> 0L

/// Floating-point operations of one look at one example.
let flops shape (diffusion: Diffusion) =
    match diffusion.Denoiser with
    | Denoiser.Mlp widths ->
        Cost.total
            [ Cost.affineFlops embedding embedding
              Cost.affineFlops embedding embedding
              mlp Cost.affineFlops (Cost.size shape) widths ]
    | Denoiser.Unet _ -> 0L
