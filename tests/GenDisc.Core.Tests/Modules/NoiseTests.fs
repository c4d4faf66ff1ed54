/// Corruption of inputs.
module GenDisc.Core.Tests.Modules.NoiseTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private n = 20000

let private corrupted (build: torch.Generator -> Net) seed =
    use noise = generator seed
    use layer = build noise
    numbers (layer.call (torch.full (int64 n, 3.0f)))

let private gaussian deviation noise : Net = new GaussianNoise(deviation, noise)
let private masking rate noise : Net = new MaskingNoise(rate, noise)

let private common name (build: float -> torch.Generator -> Net) =
    testList
        name
        [ torchTest "draws from its own generator" (fun () ->
              torch.manual_seed 1L |> ignore
              let first = corrupted (build 0.5) 1L
              torch.manual_seed 2L |> ignore
              Expect.equal (corrupted (build 0.5) 1L) first "equal generators"
              Expect.notEqual (corrupted (build 0.5) 2L) first "another generator")
          torchTest "is the identity in evaluation and at 0" (fun () ->
              use noise = generator 1L
              let x = torch.ones 100L
              use layer = build 0.5 noise
              layer.eval ()
              Expect.equal (numbers (layer.call x)) (numbers x) "evaluation"
              use none = build 0.0 noise
              Expect.equal (numbers (none.call x)) (numbers x) "0") ]

let tests =
    testList
        "noise"
        [ common "GaussianNoise" gaussian
          common "MaskingNoise" masking
          torchTest "GaussianNoise has mean 0 and its deviation" (fun () ->
              for deviation in [ 0.1; 2.0 ] do
                  let noise = corrupted (gaussian deviation) 1L |> Array.map (fun v -> v - 3.0)
                  let mean, error = meanAndError noise
                  Expect.isLessThan (abs mean) (4.0 * error) "mean"
                  let variance = noise |> Array.averageBy (fun v -> v * v)
                  let relative = variance / (deviation * deviation)
                  Expect.isLessThan (abs (relative - 1.0)) (4.0 * sqrt (2.0 / float n)) "variance")
          torchTest "GaussianNoise passes gradients through" (fun () ->
              use noise = generator 1L
              use layer = gaussian 1.0 noise
              let x = torch.ones (10L, requires_grad = true)
              layer.call(x).sum().backward()
              Expect.equal (numbers (Unchecked.nonNull x.grad)) (Array.create 10 1.0) "slope 1")
          torchTest "MaskingNoise zeroes a share and leaves the rest as it is" (fun () ->
              for rate in [ 0.1; 0.5; 0.9 ] do
                  let values = corrupted (masking rate) 1L
                  let zeros = values |> Array.filter ((=) 0.0) |> Array.length |> float
                  let error = sqrt (rate * (1.0 - rate) / float n)
                  Expect.isLessThan (abs (zeros / float n - rate)) (4.0 * error) $"share at {rate}"
                  Expect.all values (fun v -> v = 0.0 || v = 3.0) "no rescaling") ]
