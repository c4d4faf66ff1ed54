namespace GenDisc

/// The words for diffusion models.
[<AutoOpen>]
module DiffusionLanguage =
    /// A U-Net whose first level has `width` channels (Ronneberger et al. 2015; Ho et al. 2020, appendix B): over images, or
    /// over sequences.
    let unet width = Diffusion.start (Denoiser.Unet width)

    /// Residual blocks of these widths over vectors: `mlp [256; 256]`.
    let mlp widths = Diffusion.start (Denoiser.Mlp widths)

    /// Self-attention at the lowest resolution of a U-Net.
    let attention (diffusion: Diffusion) = { diffusion with Attention = true }

    /// The network is told the class; of a tenth of the training examples it is not, so that it can do without
    /// (Ho and Salimans 2021).
    let conditional (diffusion: Diffusion) = { diffusion with Conditional = true }

    /// The network predicts the noise (Ho et al. 2020), not the velocity.
    let predictsNoise (diffusion: Diffusion) =
        { diffusion with
            Prediction = Prediction.Noise }

    /// The network predicts the clean example, not the velocity.
    let predictsData (diffusion: Diffusion) =
        { diffusion with
            Prediction = Prediction.Data }

    /// The network predicts the velocity (Salimans and Ho 2022), as it does anyway.
    let predictsVelocity (diffusion: Diffusion) =
        { diffusion with
            Prediction = Prediction.Velocity }

    /// Variance of the noise grows in a straight line (Ho et al. 2020), over so many steps.
    let linearNoise steps (diffusion: Diffusion) =
        { diffusion with
            Schedule = NoiseSchedule.Linear steps }

    /// Signal falls along a squared cosine (Nichol and Dhariwal 2021), over so many steps (otherwise 1,000).
    let cosineNoise steps (diffusion: Diffusion) =
        { diffusion with
            Schedule = NoiseSchedule.Cosine steps }

    /// Ancestral sampling in so many steps (Ho et al. 2020).
    let ddpm steps = Sampler.Ddpm steps

    /// Deterministic sampling in so many steps (Song, Meng and Ermon 2021).
    let ddim steps = Sampler.Ddim(steps, 0.0)

    /// As `ddim`, with η times the noise of `ddpm`; η from 0.0 to 1.0.
    let noisyDdim steps eta = Sampler.Ddim(steps, eta)

    /// A second-order solver in so many steps, DPM-Solver++ 2M (Lu et al. 2022).
    let dpmSolver steps = Sampler.DpmSolver steps

    /// How examples are drawn (otherwise `ddim 50`): `unet 32 |> sampledWith (dpmSolver 20)`.
    let sampledWith sampler (diffusion: Diffusion) = { diffusion with Sampler = sampler }

    /// Weight of classifier-free guidance in sampling: 0.0 leaves the class aside, 1.0 follows it (otherwise), more
    /// exaggerates it.
    let guided weight (diffusion: Diffusion) = { diffusion with Guidance = weight }

    /// After training, so many test examples are told apart by the bound of each class (Li et al. 2023; Clark and Jaini
    /// 2023). Each takes hundreds of looks of the network.
    let classifies count (diffusion: Diffusion) =
        { diffusion with
            Classified = Some count }

    /// A diffusion model of the data, or of what an encoder before it leaves; the last block. Trained by `denoising`.
    let diffusion (network: Diffusion) = Model.add (Block.Diffusion network)

    /// A diffusion model of the latents of a trained vae or autoencoder, whose decoder makes examples of what it draws
    /// (Rombach et al. 2022): `encoder pretrained >> diffusion network`.
    let latentDiffusion (pretrained: Experiment) (network: Diffusion) : Component =
        Model.add (Block.Encoder(pretrained, false)) >> diffusion network

    /// Squared error of what a diffusion model predicts, averaged over dimensions, at a random step of each example
    /// (Ho et al. 2020, eq. 14).
    let denoising = Loss.Term(Term.Denoising None)

    /// As `denoising`, weighed by the signal-to-noise ratio where that is below `limit` (Hang et al. 2023); 5.0 is usual.
    let minSnr limit = Loss.Term(Term.Denoising(Some limit))
