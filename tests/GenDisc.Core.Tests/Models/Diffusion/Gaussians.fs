/// Gaussian data, of which everything about diffusion is known in closed form, and small diffusion models.
module GenDisc.Core.Tests.Models.Diffusion.Gaussians

open TorchSharp
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Tests.Modules.Building

/// N(m, Σ) with Σ = U diag(s) Uᵀ, float64.
type Gaussian =
    { Mean: torch.Tensor
      Covariance: torch.Tensor
      Axes: torch.Tensor
      Variances: torch.Tensor }

let gaussian (mean: float list) (covariance: float list list) =
    let sigma =
        tensorOf [ mean.Length; mean.Length ] (covariance |> List.concat |> Array.ofList)

    let struct (variances, axes) = torch.linalg.eigh sigma

    { Mean = torch.tensor (Array.ofList mean)
      Covariance = sigma
      Axes = axes
      Variances = variances }

/// Two numbers that go together.
let pair () =
    gaussian [ 0.5; -1.0 ] [ [ 1.0; 0.6 ]; [ 0.6; 0.5 ] ]

/// x with its deviation from `centre` stretched along each axis.
let private stretched (g: Gaussian) (factors: torch.Tensor) (centre: torch.Tensor) (x: torch.Tensor) =
    (x - centre).matmul(g.Axes).mul(factors).matmul(g.Axes.t ())

/// E[x₀ | x_t] = m + √ᾱ Σ (ᾱ Σ + (1 − ᾱ) I)⁻¹ (x_t − √ᾱ m).
let optimal (g: Gaussian) (schedule: NoiseSchedule) step (x: torch.Tensor) =
    let kept = schedule.AlphaBar step

    let factors =
        schedule.Signal step * g.Variances / (g.Variances * kept + (1.0 - kept))

    g.Mean + stretched g factors (g.Mean * schedule.Signal step) x

/// Where the probability flow takes x_T: along each axis deviations keep their share of the standard deviation.
let flow (g: Gaussian) (schedule: NoiseSchedule) (x: torch.Tensor) =
    let kept = schedule.AlphaBar schedule.Steps
    let factors = (g.Variances / (g.Variances * kept + (1.0 - kept))).sqrt()
    g.Mean + stretched g factors (g.Mean * schedule.Signal schedule.Steps) x

/// The exact denoiser of such data.
let exact (g: Gaussian) (schedule: NoiseSchedule) =
    { new IDenoiser with
        member _.Schedule = schedule

        member _.At(x, step, _) =
            let data = optimal g schedule step x
            Denoised(data, (x - data * schedule.Signal step) / schedule.Noise step) }

/// float64 draws from N(0, I).
let normals seed (n: int) (d: int) =
    use draws = generator seed
    torch.randn ([| int64 n; int64 d |], dtype = torch.float64, generator = draws)

/// What a sampler makes of n starts of two numbers.
let drawn (sampler: DiffusionSampler) (g: Gaussian) schedule seed n =
    use draws = generator (seed + 1000L)
    sampler.Run(exact g schedule, normals seed n 2, null, draws)

let covariance (x: torch.Tensor) =
    let centred = x - x.mean [| 0L |]
    centred.t().matmul centred / float (x.shape[0])

/// A small network that does something, with every parameter drawn.
let network size classes seed =
    let net = new ResidualMlp(size, [| 16; 16 |], classes, init seed)
    use _inference = torch.no_grad ()
    use draws = generator seed

    for p in net.parameters () do
        use values = torch.randn (p.shape, generator = draws)
        p.copy_ (values * 0.2) |> ignore

    net

/// A network that says what it is told to, and remembers the times that it was told.
type Spy(answer: torch.Tensor -> torch.Tensor) =
    inherit DenoisingNetwork("spy")
    member val Times = ResizeArray<float>()

    override this.Predict(x, time, _) =
        this.Times.AddRange(numbers time)
        answer x

let zeros = fun (x: torch.Tensor) -> torch.zeros_like x

let options shape target classes unit sampler =
    DiffusionOptions(Array.map int64 (Array.ofList shape), target, classes, unit, sampler)

let diffusionOf (net: DenoisingNetwork) schedule options =
    new DiffusionModel(net, schedule, options)
