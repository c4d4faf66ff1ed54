/// The ELBO of a VAE with a linear decoder, p(x|z) = N(Wz + b, σ²I), against its evidence p(x) = N(b, WWᵀ + σ²I).
module GenDisc.Core.Tests.Models.EvidenceBoundTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Losses
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building

let dimensions, latent = 5, 2

/// W has orthogonal columns, so that the true posterior has independent dimensions, as q does.
type Linear =
    { W: torch.Tensor
      B: torch.Tensor
      LogVariance: float
      X: torch.Tensor }

let linear (stream: RandomStream) =
    let gaussian shape =
        tensorOf shape (gaussians stream (List.reduce (*) shape))

    let struct (orthonormal, _) = torch.linalg.qr (gaussian [ dimensions; latent ])

    { W = orthonormal * (gaussian [ 1; latent ])
      B = gaussian [ dimensions ]
      LogVariance = 0.5 * stream.NextGaussian()
      X = gaussian [ 1; dimensions ] * torch.tensor 2.0 }

let private variance m = exp m.LogVariance

let evidence m =
    let covariance =
        m.W.mm (m.W.t ())
        + torch.eye (int64 dimensions, dtype = torch.float64) * torch.tensor (variance m)

    let difference = (m.X - m.B).t()

    let distance =
        single (difference.t().mm(torch.linalg.inv(covariance).mm difference))

    let logDeterminant = log (single (torch.linalg.det covariance))
    -0.5 * (float dimensions * log (2.0 * Math.PI) + logDeterminant + distance)

/// Mean [1, latent] and log-variance [1, latent] of p(z|x).
let posterior m =
    let precision =
        (m.W * m.W).sum(0L, keepdim = true) / torch.tensor (variance m)
        + torch.tensor 1.0

    let mean = (m.X - m.B).mm m.W / torch.tensor (variance m) / precision
    mean, -precision.log()

/// E_q log p(x|z) is the likelihood at the mean less ½ Σ_j s_j² |W_j|² / σ².
let bound m (mean: torch.Tensor) (logVariance: torch.Tensor) =
    let atMean =
        GaussianLogLikelihood.PerExample(mean.mm (m.W.t ()) + m.B, torch.tensor [| m.LogVariance |], m.X)

    let spread = (logVariance.exp () * (m.W * m.W).sum(0L, keepdim = true)).sum()

    single atMean
    - 0.5 * single spread / variance m
    - single (GaussianKl.PerExample(mean, logVariance))

let private law name check =
    testProperty
        name
        (Prop.forAll (Arb.fromGen (Gen.choose (0, 100000))) (fun seed ->
            use _scope = torch.NewDisposeScope()
            let stream = RandomStream(int64 seed, "linear")
            check (linear stream) stream))

/// The same model as a HybridModel whose encoder gives one q whatever x.
let modelOf m (mean: torch.Tensor) (logVariance: torch.Tensor) =
    let stream = init 1L
    let likelihood = new GaussianLikelihood()
    let decoder = new Affine(latent, dimensions, stream)

    let bottleneck =
        new Bottleneck(BottleneckOptions(dimensions, latent, true), nets [], nets [ decoder ], likelihood, stream)

    assign bottleneck "posterior.weight" (torch.zeros (2L * int64 latent, int64 dimensions))
    assign bottleneck "posterior.bias" (torch.cat([| mean; logVariance |], 1L).flatten())
    assign decoder "weight" m.W
    assign decoder "bias" m.B
    assign likelihood "logVariance" (torch.tensor [| m.LogVariance |])
    new HybridModel([| BottleneckStage bottleneck |])

/// The same example so many times.
let copies m count =
    let values = numbers m.X |> Array.map float32
    let rows = Array.replicate count values |> Array.concat
    Dataset.OfValues("x", [ dimensions ], ReadOnlyMemory rows, ReadOnlyMemory(Array.zeroCreate count), [ "x" ])

/// Its ELBO by its own terms, draw by draw.
let private drawn m (mean: torch.Tensor) (logVariance: torch.Tensor) =
    use model = modelOf m mean logVariance
    let draws = 4000
    let data = copies m draws
    use batch = Batches.Gather(data, ReadOnlySpan [| 0 .. draws - 1 |], torch.CPU)
    use noise = generator 1L
    use _ = torch.no_grad ()
    let output = model.Forward(batch.X, noise)

    LossTerm.ApplicableTo model
    |> Seq.map (fun term -> numbers (term.PerExample(output, batch)))
    |> Seq.reduce (Array.map2 (+))
    |> Array.map (~-)

let tests =
    testList
        "evidence bound"
        [ law "ELBO ≤ log p(x) for any q" (fun m stream ->
              let mean = tensorOf [ 1; latent ] (gaussians stream latent)
              let logVariance = tensorOf [ 1; latent ] (gaussians stream latent)
              bound m mean logVariance < evidence m)
          law "ELBO = log p(x) when q is the posterior" (fun m _ ->
              let mean, logVariance = posterior m
              close 1e-9 (bound m mean logVariance) (evidence m))
          law "ELBO falls short of log p(x) when q moves off the posterior" (fun m _ ->
              let mean, logVariance = posterior m

              bound m (mean + torch.tensor 0.01) logVariance < evidence m
              && bound m mean (logVariance + torch.tensor 0.01) < evidence m)
          torchTest "a HybridModel's own terms estimate that bound" (fun () ->
              for seed in 1L .. 4L do
                  let stream = RandomStream(seed, "linear")
                  let m = linear stream
                  let away = tensorOf [ 1; latent ] (gaussians stream latent)
                  let mean, logVariance = posterior m

                  for q in [ mean; mean + away ] do
                      let estimate, error = meanAndError (drawn m q logVariance)
                      let exact = bound m q logVariance
                      Expect.isLessThan (abs (estimate - exact)) (4.0 * error + 1e-4) $"seed {seed}"
                      Expect.isLessThan estimate (evidence m + 4.0 * error + 1e-4) $"bound, seed {seed}") ]
