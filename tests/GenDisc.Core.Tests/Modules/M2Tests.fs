module GenDisc.Core.Tests.Modules.M2Tests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private features = 5
let private latent = 2
let private classes = 3

let private built hidden kernels (likelihood: Likelihood) =
    new M2(M2Options(features, latent, hidden, classes, kernels), [| int64 features |], likelihood, init 1L)

let private bernoulli hidden = built hidden true (new BernoulliLikelihood())

let private likelihoods: (unit -> Likelihood) list =
    [ (fun () -> new BernoulliLikelihood()); (fun () -> new GaussianLikelihood()) ]

let private examples n =
    tensorOf [ n; features ] (uniforms (init 2L) (n * features)) |> _.``to``(torch.float32)

let private label (y: int) n =
    torch.tensor (Array.create n (int64 y))

let private labelled (m: M2) x y seed =
    use noise = generator seed
    let struct (reconstruction, kl) = m.Labelled(x, y, noise)
    numbers reconstruction, numbers kl

let private unlabelled (m: M2) (x: torch.Tensor) (logits: torch.Tensor) seed =
    use noise = generator seed
    let struct (reconstruction, kl) = m.Unlabelled(x, logits, noise)
    numbers reconstruction, numbers kl

let private plus (a, b) = Array.map2 (+) a b

/// log p(x, y) of one example by 20,000 draws from the prior, which is close to the posterior of an untrained model.
let private logJoint (m: M2) (x: torch.Tensor) y =
    let draws = 20000
    use noise = generator 3L
    let z = torch.randn ([| int64 draws; int64 latent |], generator = noise)
    let p = m.Mean(z, label y draws)
    let logs = (x * p.log () + (1.0 - x) * (1.0 - p).log()).sum(1L)
    single (logs.logsumexp 0L) - log (float draws) - log (float classes)

let tests =
    testList
        "M2"
        [ torchTest "U(x) is the sum over classes by brute force, with the same noise" (fun () ->
              for hidden in [ [||]; [| 4 |]; [| 4; 3 |] ] do
                  use m = bernoulli hidden
                  let x = examples 1
                  let logits = m.Classify x
                  let q = numbers (logits.softmax 1L)
                  let entropy = -(q |> Array.sumBy (fun p -> p * log p))
                  // the classes draw in turn
                  use noise = generator 5L

                  let each =
                      [| for y in 0 .. classes - 1 do
                             let struct (reconstruction, kl) = m.Labelled(x, label y 1, noise)
                             single reconstruction, single kl |]

                  let reconstruction, kl = unlabelled m x logits 5L
                  let weighed part = Array.map2 (fun p l -> p * part l) q each |> Array.sum
                  Expect.isTrue (close 1e-5 reconstruction[0] (weighed fst)) "reconstruction"
                  Expect.isTrue (close 1e-5 kl[0] (weighed snd - entropy)) "kl"
                  Expect.isTrue (close 1e-5 (reconstruction[0] + kl[0]) (weighed (fun (a, b) -> a + b) - entropy)) "U")
          torchTest "a class that is certain gives the bound of that class" (fun () ->
              use m = bernoulli [| 4 |]
              let x = examples 1
              let certain = tensorOf [ 1; classes ] [| 90.0; 0.0; 0.0 |] |> _.``to``(torch.float32)
              let known = labelled m x (label 0 1) 6L
              let hidden = unlabelled m x certain 6L
              Expect.isTrue (allClose 1e-5 (plus hidden) (plus known)) "U = L")
          torchTest "classes that nothing tells apart cost log K, known or not" (fun () ->
              use m = bernoulli [| 4 |]
              let flat = torch.zeros (1L, int64 classes)
              let _, kl = unlabelled m (examples 1) flat 6L

              let latentKl =
                  use noise = generator 6L

                  Array.average
                      [| for y in 0 .. classes - 1 do
                             let struct (_, kl) = m.Labelled(examples 1, label y 1, noise)
                             single kl - log (float classes) |]

              Expect.isTrue (close 1e-5 kl[0] latentKl) "KL(q(y|x) ‖ p(y)) = 0")
          torchTest "both are bounds: L ≥ −log p(x, y) and U ≥ −log p(x)" (fun () ->
              use m = bernoulli [| 4 |]
              let x = examples 1
              let many = x.repeat (2000L, 1L)
              let joint = [| for y in 0 .. classes - 1 -> logJoint m x y |]

              for y in 0 .. classes - 1 do
                  let mean = labelled m many (label y 2000) 7L |> plus |> Array.average
                  Expect.isGreaterThan mean (-joint[y] - 0.01) "L"
                  Expect.isLessThan mean (-joint[y] + 1.0) "and no loose one"

              let evidence = log (Array.sumBy exp joint)
              let mean = unlabelled m many (m.Classify many) 7L |> plus |> Array.average
              Expect.isGreaterThan mean (-evidence - 0.01) "U"
              Expect.isLessThan mean (-evidence + 1.0) "and no loose one")
          torchTest "an example without a label teaches all three networks" (fun () ->
              for likelihood in likelihoods do
                  use m = built [| 4 |] true (likelihood ())
                  use noise = generator 8L
                  let x = examples 3
                  let struct (reconstruction, kl) = m.Unlabelled(x, m.Classify x, noise)
                  (reconstruction.sum () + kl.sum ()).backward ()

                  for struct (name, p) in m.named_parameters () do
                      match p.grad with
                      | null -> failtest $"no gradient reaches {name}"
                      | g -> Expect.isGreaterThan (single (g.abs().sum ())) 0.0 name)
          torchTest "kernels and tensor operations agree" (fun () ->
              for likelihood in likelihoods do
                  use a = built [| 9; 4 |] true (likelihood ())
                  use b = built [| 9; 4 |] false (likelihood ())
                  let x = examples 7

                  let gradients (m: M2) =
                      use noise = generator 9L
                      let struct (reconstruction, kl) = m.Unlabelled(x, m.Classify x, noise)
                      ((reconstruction * reconstruction).sum () + kl.sum ()).backward ()

                      Array.append (numbers reconstruction) (numbers kl),
                      [| for p in m.parameters () do
                             yield! numbers (Unchecked.nonNull p.grad) |]

                  let values, slopes = gradients a
                  let values', slopes' = gradients b
                  Expect.isTrue (allClose 1e-5 values values') "values"
                  Expect.isTrue (allClose 1e-4 slopes slopes') "gradients") ]
