namespace GenDisc

/// The network of a diffusion model.
[<RequireQualifiedAccess>]
type Denoiser =
    /// U-Net over images or sequences whose first level has so many channels.
    | Unet of width: int
    /// Residual blocks of these widths over vectors.
    | Mlp of widths: int list

/// What it predicts of a noisy example.
[<RequireQualifiedAccess>]
type Prediction =
    | Noise
    | Data
    | Velocity

/// How fast signal turns into noise over so many steps.
[<RequireQualifiedAccess>]
type NoiseSchedule =
    | Linear of steps: int
    | Cosine of steps: int

/// A way from noise to examples.
[<RequireQualifiedAccess>]
type Sampler =
    | Ddpm of steps: int
    | Ddim of steps: int * eta: float
    | DpmSolver of steps: int

/// A denoising network and how it is used.
type Diffusion =
    {
        Denoiser: Denoiser
        /// Self-attention at the lowest resolution of a U-Net.
        Attention: bool
        /// Told the class of most training examples, and of none of the others.
        Conditional: bool
        Prediction: Prediction
        Schedule: NoiseSchedule
        Sampler: Sampler
        /// 0: the class is left aside in sampling; 1: it is followed; above: more than the model has learnt.
        Guidance: float
        /// So many test examples are classified by the bound of each class.
        Classified: int option
    }

    /// The network as source, nothing else said of it.
    member internal this.Network =
        match this.Denoiser with
        | Denoiser.Unet width -> $"unet {Show.integerArgument width}"
        | Denoiser.Mlp widths ->
            let written = widths |> List.map Show.integer |> String.concat "; "
            $"mlp [{written}]"

    /// The declaration's own source.
    override this.ToString() =
        [ this.Network
          if this.Attention then
              "attention"
          if this.Conditional then
              "conditional"
          match this.Prediction with
          | Prediction.Velocity -> ()
          | Prediction.Noise -> "predictsNoise"
          | Prediction.Data -> "predictsData"
          match this.Schedule with
          | NoiseSchedule.Cosine 1000 -> ()
          | NoiseSchedule.Cosine steps -> $"cosineNoise {Show.integerArgument steps}"
          | NoiseSchedule.Linear steps -> $"linearNoise {Show.integerArgument steps}"
          match this.Sampler with
          | Sampler.Ddim(50, 0.0) -> ()
          | sampler -> $"sampledWith ({Diffusion.Sampling sampler})"
          if this.Guidance <> 1.0 then
              $"guided {Show.numberArgument this.Guidance}"
          match this.Classified with
          | Some count -> $"classifies {Show.integerArgument count}"
          | None -> () ]
        |> String.concat " |> "

    /// A sampler as its own source: `ddim 50`.
    static member Sampling sampler =
        match sampler with
        | Sampler.Ddpm steps -> $"ddpm {Show.integerArgument steps}"
        | Sampler.Ddim(steps, 0.0) -> $"ddim {Show.integerArgument steps}"
        | Sampler.Ddim(steps, eta) -> $"noisyDdim {Show.integerArgument steps} {Show.numberArgument eta}"
        | Sampler.DpmSolver steps -> $"dpmSolver {Show.integerArgument steps}"

module Diffusion =
    /// A network with everything else at its default: velocity on a cosine schedule of 1,000 steps, without classes, sampled
    /// by 50 steps of DDIM.
    let start denoiser =
        { Denoiser = denoiser
          Attention = false
          Conditional = false
          Prediction = Prediction.Velocity
          Schedule = NoiseSchedule.Cosine 1000
          Sampler = Sampler.Ddim(50, 0.0)
          Guidance = 1.0
          Classified = None }

    /// T of the schedule.
    let steps (diffusion: Diffusion) =
        match diffusion.Schedule with
        | NoiseSchedule.Linear steps
        | NoiseSchedule.Cosine steps -> steps
