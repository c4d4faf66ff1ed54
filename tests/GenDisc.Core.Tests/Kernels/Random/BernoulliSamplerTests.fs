module GenDisc.Core.Tests.Kernels.Random.BernoulliSamplerTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building

let private stream seed = CounterStream(seed, "draws")

let private sampled (logits: torch.Tensor) seed =
    let output, p = torch.empty_like logits, torch.empty_like logits
    BernoulliSampler.Sample(logits, output, p, stream seed)
    output, p

let private twin (logits: torch.Tensor) seed =
    let output, p = torch.empty_like logits, torch.empty_like logits
    BernoulliSampler.Twin(logits, output, p, stream seed)
    output, p

let private uniformsOf (like: torch.Tensor) seed =
    let u = torch.empty (like.shape, dtype = torch.float32)
    BernoulliSampler.Fill(u, stream seed)
    u

let private mean (t: torch.Tensor) = single (t.mean ())

let private grid n = torch.linspace (-12.0, 12.0, n)

let tests =
    testList
        "BernoulliSampler"
        [ kernelLaw "agrees with its twin, but where a uniform number is within rounding of σ" (fun rows width random ->
              let l =
                  singles [ rows; width ] (gaussians random (rows * width) |> Array.map ((*) 3.0))

              let seed = int64 (random.NextInt 1000)
              let (draws, p), (expected, q) = sampled l seed, twin l seed
              let near = uniformsOf l seed |> fun u -> (u - q).abs().le(torch.tensor 3e-7f)

              allSame 3e-7 q p && (draws.eq(expected).logical_or near).all().item<bool>())
          kernelLaw "draws from probabilities exactly as its twin" (fun rows width random ->
              let p = singles [ rows; width ] (uniforms random (rows * width))
              let draws, expected = torch.empty_like p, torch.empty_like p
              BernoulliSampler.SampleProbabilities(p, draws, stream 1L)
              BernoulliSampler.TwinProbabilities(p, expected, stream 1L)
              numbers draws = numbers expected)
          torchTest "certain events come always, impossible ones never, NaN shows" (fun () ->
              for n in [ 8; 4099; 100003 ] do
                  for l, expected in
                      [ -infinityf, 0f
                        infinityf, 1f
                        -1e4f, 0f
                        1e4f, 1f
                        -88f, 0f
                        20f, 1f
                        nanf, nanf ] do
                      for f in [ sampled; twin ] do
                          let draws, _ = f (torch.full (int64 n, l)) 1L

                          let same (v: float) =
                              v = float expected || (Double.IsNaN v && Single.IsNaN expected)

                          Expect.all (numbers draws) same $"logit {l}"

                  for p, expected in [ 0f, 0.0; 1f, 1.0 ] do
                      let p = torch.full (int64 n, p)
                      BernoulliSampler.SampleProbabilities(p, p, stream 1L)
                      Expect.all (numbers p) ((=) expected) "in place")
          torchTest "a logit of every size comes as often as σ says" (fun () ->
              let n = 1 <<< 18

              for step in -12 .. 12 do
                  let logit = float step / 2.0
                  let p = 1.0 / (1.0 + exp -logit)
                  let draws, _ = sampled (torch.full (int64 n, logit)) (int64 (100 + step))
                  let error = sqrt (p * (1.0 - p) / float n)
                  Expect.isLessThan (abs (mean draws - p) / error) 5.0 $"logit {logit}")
          torchTest "many different logits side by side each come as often as they should" (fun () ->
              let each, repeats = 4001, 500
              let logits = (grid (int64 each)).expand(int64 repeats, int64 each).contiguous()
              let draws, p = sampled logits 5L
              let counts = numbers (draws.sum 0)
              let p = numbers (doubled p[0])

              let chiSquare =
                  Array.map2
                      (fun count p -> (count - float repeats * p) ** 2.0 / (float repeats * p * (1.0 - p)))
                      counts
                      p

              // Away from 0 and 1 a count is near enough to normal.
              let ordinary =
                  Array.zip chiSquare p |> Array.filter (fun (_, p) -> p > 0.02 && p < 0.98)

              Expect.isLessThan
                  (abs (chiSquareDeviation ordinary.Length (Array.sumBy fst ordinary)))
                  unlikely
                  $"{ordinary.Length} logits")
          torchTest "any type and strides get the same draws" (fun () ->
              let l = singles [ 70; 90 ] (gaussians (init 1L) 6300)
              let expected, _ = sampled l 1L
              let strided = l.t().contiguous().t()
              let into = torch.empty(90, 70).t()
              Expect.isFalse (BernoulliSampler.Fits(strided, into, null)) "not for the kernel"
              BernoulliSampler.Sample(strided, into, null, stream 1L)
              Expect.equal (numbers into) (numbers expected) "strided"
              let double = doubled l
              BernoulliSampler.Sample(double, double, null, stream 1L)
              Expect.equal (numbers double) (numbers expected) "float64, in place")
          torchTest "moves the stream on by the blocks used, twin or not" (fun () ->
              for n, blocks in [ 0, 0UL; 1, 1UL; 4096, 1UL; 4097, 2UL ] do
                  let l = torch.zeros (int64 n)

                  for f in [ BernoulliSampler.Sample; BernoulliSampler.Twin ] do
                      let stream = stream 1L
                      f (l.clone (), l.clone (), null, stream)
                      Expect.equal stream.Position blocks $"{n} draws")
          torchTest "uniform numbers go only where they fit" (fun () ->
              for t in [ torch.zeros(3, 4).t(); torch.zeros (3L, dtype = torch.float64) ] do
                  Expect.throwsT<ArgumentException> (fun () -> BernoulliSampler.Fill(t, stream 1L)) "refused")
          torchTest "allocates nothing" (fun () ->
              let l = torch.zeros (20, 500)
              let output, p, stream = torch.empty_like l, torch.empty_like l, stream 1L

              Expect.equal (allocated (fun () -> BernoulliSampler.Sample(l, output, p, stream))) 0L "bytes a call") ]

let alone =
    torchTest "BernoulliSampler: equal bits for any number of threads" (fun () ->
        let l = singles [ 50; 500 ] (gaussians (init 1L) 25000)

        expectSameOnThreads (fun () ->
            let draws, p = sampled l 1L
            [], torch.cat [| draws; p |]))
