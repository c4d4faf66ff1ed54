/// Mixtures of round Gaussians, whose densities and denoisers are known.
module GenDisc.Core.Tests.Evaluation.Diffusion.Mixtures

open System
open TorchSharp
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Tests.Modules.Building

/// Components of equal weight; each is a class.
type Mixture = { Means: float[][]; Deviation: float }

let mixture deviation means =
    { Means = Array.map Array.ofList (Array.ofList means)
      Deviation = deviation }

/// E[x₀|x_t] in closed form.
type Exact(m: Mixture, schedule: NoiseSchedule) =
    interface IDenoiser with
        member _.Schedule = schedule

        member _.At(x, step, labels) =
            let dims = m.Means[0].Length
            let signal, noise = schedule.Signal step, schedule.Noise step
            let variance = m.Deviation * m.Deviation
            let total = signal * signal * variance + noise * noise

            let means =
                (tensorOf [ m.Means.Length; dims ] (Array.concat m.Means)).``to``(x.dtype)

            // [rows, components, dims]
            let off = x.unsqueeze 1L - means.unsqueeze 0L * signal.ToScalar()

            let share =
                match labels with
                | null -> (off.square().sum 2L / (-2.0 * total).ToScalar()).softmax 1L
                | known -> torch.nn.functional.one_hot(known, int64 m.Means.Length).``to``(x.dtype)

            let each = means.unsqueeze 0L + off * (signal * variance / total).ToScalar()
            let data = (each * share.unsqueeze 2L).sum 1L
            Denoised(data, (x - data * signal.ToScalar()) / noise.ToScalar())

/// log p(x), nats.
let logDensity (m: Mixture) (x: float[]) =
    let dims = float x.Length
    let variance = m.Deviation * m.Deviation

    let parts =
        [| for mean in m.Means ->
               -(Array.fold2 (fun sum a b -> sum + (a - b) * (a - b)) 0.0 x mean)
               / (2.0 * variance)
               - dims / 2.0 * log (2.0 * Math.PI * variance)
               - log (float m.Means.Length) |]

    let most = Array.max parts
    most + log (parts |> Array.sumBy (fun p -> exp (p - most)))

/// Draws in turn from each component, row by row, with their classes.
let draws (m: Mixture) seed count =
    let stream = GenDisc.Core.Runtime.RandomStream(seed, "mixture")

    [| for i in 0 .. count - 1 ->
           let k = i % m.Means.Length
           k, m.Means[k] |> Array.map (fun mean -> mean + m.Deviation * stream.NextGaussian()) |]

let tensorOfRows (rows: float[][]) =
    (tensorOf [ rows.Length; rows[0].Length ] (Array.concat rows)).``to`` torch.float32
