module GenDisc.Core.Tests.Evaluation.Boltzmann.EnumerationTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines
open GenDisc.Core.Tests.Evaluation.Drawn
open GenDisc.Core.Tests.Modules.Building

/// A law over random machines of units in {0, 1}, some with classes, of up to 10 units in a layer.
let private machineLaw name largest (check: Rbm -> RandomStream -> bool) =
    law name (fun stream ->
        use _scope = torch.NewDisposeScope()
        let size () = between 1 largest stream
        let classes = if stream.NextInt 2 = 0 then 0 else between 1 4 stream
        use rbm = machine VisibleKind.Bernoulli classes (size ()) (size ()) 1.0 stream
        check rbm stream)

let private logZ (rbm: Rbm) = Enumeration.LogPartition rbm

/// Row j of a matrix, or element j of a vector, by sign.
let private flipRow j (parameter: Modules.Parameter) =
    use _ = torch.no_grad ()
    parameter.select(0L, int64 j).neg_() |> ignore

let private addRow j (into: Modules.Parameter) (from: Modules.Parameter) =
    use _ = torch.no_grad ()
    into.add_ (from.select (0L, int64 j)) |> ignore

/// E(s, t) = −a·s − g·t − t·J s of spins ±1.
let private spinLogZ (a: float array) (g: float array) (j: float array) =
    let spins n =
        states n |> Array.map (Array.map (fun bit -> 2.0 * bit - 1.0))

    let dot x y = Array.map2 (*) x y |> Array.sum

    Array.allPairs (spins a.Length) (spins g.Length)
    |> Array.map (fun (s, t) ->
        let joint =
            t
            |> Array.mapi (fun k spin -> spin * dot (Array.sub j (k * s.Length) s.Length) s)
            |> Array.sum

        dot a s + dot g t + joint)
    |> logSum

/// The same spins as units v = (s + 1)/2, and what their energy lacks: E_spins = E + constant.
let private ofSpins (a: float array) (g: float array) (j: float array) =
    let visible, hidden = a.Length, g.Length

    let column i =
        Seq.init hidden (fun k -> j[k * visible + i]) |> Seq.sum

    let row k =
        Seq.init visible (fun i -> j[k * visible + i]) |> Seq.sum

    let rbm = new Rbm(RbmOptions(visible, hidden), RandomStream(1L, "spins"))
    fill rbm.Weight (j |> Array.map ((*) 4.0))
    fill rbm.VisibleBias (a |> Array.mapi (fun i x -> 2.0 * x - 2.0 * column i))
    fill rbm.HiddenBias (g |> Array.mapi (fun k x -> 2.0 * x - 2.0 * row k))
    rbm, Array.sum a + Array.sum g - Array.sum j

let tests =
    testList
        "Enumeration"
        [ machineLaw "p(v) is exp(−E) summed over the hidden layer, and sums to 1" 5 (fun rbm stream ->
              let beta = stream.Uniform(0.0, 2.0)
              let logs = states rbm.Visible |> Array.map (logSumOverHidden rbm beta)
              let expected = logs |> Array.map (fun l -> exp (l - logSum logs))
              use exact = new DoubleRbm(rbm)
              let all = states rbm.Visible

              let sums =
                  exact.SumOverHidden(tensorOf [ all.Length; rbm.Visible ] (Array.concat all), beta)

              let p = numbers (sums - Enumeration.LogPartition(rbm, beta)) |> Array.map exp
              close 1e-12 1.0 (Array.sum p) && allClose 1e-12 expected p)
          torchTest "the free energy is −log Σ exp(−E), of every kind of machine" (fun () ->
              for seed in 1L .. 10L do
                  for kind, classes in kinds do
                      let stream = RandomStream(seed, "free energy")
                      use rbm = machine kind classes 4 5 1.0 stream
                      let rows = Array.init 6 (fun _ -> gaussians stream 4)
                      let expected = rows |> Array.map (logSumOverHidden rbm 1.0)
                      let free = numbers (rbm.DataEnergy(tensorOfRows rows, null)) |> Array.map (~-)
                      Expect.isTrue (allClose 1e-5 expected free) $"{kind} {classes} in single precision"
                      use exact = new DoubleRbm(rbm)
                      let beta = stream.Uniform(0.1, 2.0)

                      let sums =
                          numbers (exact.SumOverHidden(tensorOf [ 6; 4 ] (Array.concat rows), beta))

                      Expect.isTrue
                          (allClose 1e-11 (rows |> Array.map (logSumOverHidden rbm beta)) sums)
                          $"{kind} {classes} in double")
          machineLaw "log Z is the same by either layer" 11 (fun rbm stream ->
              let beta = stream.Uniform(0.0, 2.0)
              let visibly = Enumeration.LogPartitionByVisible(rbm, beta)

              close 1e-11 (Enumeration.LogPartitionByHidden(rbm, beta)) visibly
              && close 1e-11 visibly (Enumeration.LogPartition(rbm, beta)))
          machineLaw "at β = 0 there are 2ⁿ states, of each class" 11 (fun rbm _ ->
              let units = float (rbm.Visible + rbm.Hidden)
              close 1e-12 (units * log 2.0 + log (float (max 1 rbm.Classes))) (Enumeration.LogPartition(rbm, 0.0)))
          torchTest "of a real visible unit log Z is an integral" (fun () ->
              for classes in [ 0; 3 ] do
                  for beta in [ 0.3; 1.0; 1.7 ] do
                      use rbm =
                          machine VisibleKind.Gaussian classes 1 4 1.0 (RandomStream(4L, "integral"))
                      // The trapezium rule of a smooth function that vanishes at both ends is exact but for rounding.
                      let step = 0.05

                      let total =
                          [| for i in -1000 .. 1000 -> logSumOverHidden rbm beta [| step * float i |] |]
                          |> logSum

                      Expect.floatClose
                          Accuracy.high
                          (Enumeration.LogPartition(rbm, beta))
                          (total + log step)
                          "trapezia"

              use rbm = machine VisibleKind.Gaussian 0 2 2 1.0 (RandomStream(4L, "integral"))
              Expect.equal (Enumeration.LogPartition(rbm, 0.0)) infinity "flat over the line")
          torchTest "log-probabilities of data, one by one and their mean" (fun () ->
              for kind, classes in kinds do
                  let stream = RandomStream(5L, "data")
                  use rbm = machine kind classes 5 3 1.0 stream
                  let rows = examples 30 5 stream
                  let expected = rows |> Array.map (fun v -> logSumOverHidden rbm 1.0 v - logZ rbm)
                  Expect.isTrue (allClose 1e-11 expected (Enumeration.LogProbabilities(rbm, tensorOfRows rows))) "each"

                  Expect.floatClose
                      Accuracy.high
                      (Enumeration.LogProbability(rbm, splitOf rows))
                      (Array.average expected)
                      "mean")
          machineLaw "the order of hidden units does not matter" 7 (fun rbm stream ->
              let order = [| 0L .. int64 rbm.Hidden - 1L |]
              stream.Shuffle(order.AsSpan())
              let v = tensorOfRows (examples 5 rbm.Visible stream)
              let before, free = logZ rbm, numbers (rbm.DataEnergy(v, null))
              use _ = torch.no_grad ()

              for parameter in [ rbm.Weight; rbm.HiddenBias ] @ Option.toList (Option.ofObj rbm.ClassWeight) do
                  parameter.copy_ (parameter.index_select (0L, torch.tensor order)) |> ignore

              close 1e-12 before (logZ rbm)
              && allClose 1e-5 free (numbers (rbm.DataEnergy(v, null))))
          machineLaw "turning a hidden unit round shifts all energies by its bias" 7 (fun rbm stream ->
              let j = stream.NextInt rbm.Hidden
              let v = tensorOfRows (examples 5 rbm.Visible stream)
              let before, free = logZ rbm, numbers (rbm.DataEnergy(v, null))
              let bias = (numbers rbm.HiddenBias)[j]
              addRow j rbm.VisibleBias rbm.Weight
              flipRow j rbm.Weight
              flipRow j rbm.HiddenBias

              match rbm.ClassBias, rbm.ClassWeight with
              | null, _
              | _, null -> ()
              | d, u ->
                  use _ = torch.no_grad ()
                  d.add_ (u.select (0L, int64 j)) |> ignore
                  flipRow j u

              let shifted = numbers (rbm.DataEnergy(v, null)) |> Array.map (fun f -> f - bias)
              close 1e-6 (before - bias) (logZ rbm) && allClose 1e-5 free shifted)
          law "spins ±1 have the same partition function as units, whichever way a spin points" (fun stream ->
              use _scope = torch.NewDisposeScope()
              let visible, hidden = between 1 4 stream, between 1 4 stream
              // Exact in single precision, so that the machine holds the very same numbers.
              let drawn n =
                  gaussians stream n |> Array.map (fun x -> Math.Round(x * 64.0) / 64.0)

              let a, g, j = drawn visible, drawn hidden, drawn (visible * hidden)

              let of01 (a, g, j) =
                  let rbm, constant = ofSpins a g j
                  use rbm = rbm
                  logZ rbm - constant

              let turned = stream.NextInt hidden

              let negate at =
                  Array.mapi (fun k x -> if at k then -x else x)

              let up = stream.NextInt visible

              let hiddenTurned =
                  a, negate ((=) turned) g, negate (fun k -> k / visible = turned) j

              let visibleTurned = negate ((=) up) a, g, negate (fun k -> k % visible = up) j
              let expected = spinLogZ a g j

              [ a, g, j; hiddenTurned; visibleTurned ]
              |> List.forall (fun machine -> close 1e-11 expected (of01 machine)))
          torchTest "products of more than a thousand factors are exact" (fun () ->
              for hidden in [ 999; 1000; 1001; 2345 ] do
                  use rbm = binary 2 hidden 1.0 (RandomStream(6L, "wide"))
                  let w, c, b = numbers rbm.Weight, numbers rbm.HiddenBias, numbers rbm.VisibleBias

                  let total =
                      states 2
                      |> Array.map (fun v ->
                          let inputs = Seq.init hidden (fun j -> c[j] + w[2 * j] * v[0] + w[2 * j + 1] * v[1])
                          b[0] * v[0] + b[1] * v[1] + Seq.sumBy (fun x -> log (1.0 + exp x)) inputs)
                      |> logSum

                  Expect.isTrue (close 1e-13 total (logZ rbm)) $"{hidden} hidden units")
          torchTest "weights of ±50 stay finite and exact" (fun () ->
              let signs (stream: RandomStream) n =
                  Array.init n (fun _ -> if stream.NextInt 2 = 0 then -50.0 else 50.0)

              for kind, classes in kinds do
                  let stream = RandomStream(7L, "extreme")
                  use rbm = machine kind classes 6 5 1.0 stream
                  fill rbm.Weight (signs stream 30)
                  let rows = examples 8 6 stream
                  let p = Enumeration.LogProbabilities(rbm, tensorOfRows rows)
                  Expect.all p Double.IsFinite $"{kind} {classes}"

                  if kind = VisibleKind.Bernoulli then
                      let total = states 6 |> Array.map (logSumOverHidden rbm 1.0) |> logSum
                      Expect.isTrue (close 1e-13 total (logZ rbm)) "by brute force")
          torchTest "machines that cannot be enumerated are refused, the small side decides" (fun () ->
              let fits kind visible hidden =
                  use rbm = machine kind 0 visible hidden 0.1 (RandomStream(8L, "size"))
                  Enumeration.Fits rbm

              Expect.isTrue (fits VisibleKind.Bernoulli 20 21 && fits VisibleKind.Bernoulli 21 20) "either layer"
              Expect.isFalse (fits VisibleKind.Bernoulli 21 21) "neither"
              Expect.isFalse (fits VisibleKind.Gaussian 2 21) "real units cannot be counted"
              use large = binary 21 21 0.1 (RandomStream(8L, "size"))

              userError [ "21 visible"; "20"; "annealed" ] (fun () -> Enumeration.LogPartition large)
              |> ignore

              use real = machine VisibleKind.Gaussian 0 2 2 0.1 (RandomStream(8L, "size"))

              for beta in [ -0.1; nan; infinity ] do
                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> Enumeration.LogPartition(real, beta) |> ignore)
                      "temperature"

              fill real.HiddenBias [| nan; 0.0 |]

              userError [ "hiddenBias"; "not finite" ] (fun () -> Enumeration.LogPartition real)
              |> ignore) ]
