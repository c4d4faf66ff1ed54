module GenDisc.Core.Tests.Data.Synthetic.Ising.IsingSamplerTests

open System
open System.Threading
open Expecto
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private stream name = RandomStream(7L, name)

/// Within so many standard errors of its mean.
let private within errors (figure: SeriesMean) expected what =
    let distance = abs (figure.Mean - expected)
    Expect.isLessThanOrEqual distance (errors * figure.StandardError + 1e-12) $"{what}: {figure} against {expected}"

let private expectExact algorithm (options: IsingOptions) =
    let draws = IsingSampler.Sample(options, 4000, stream options.Name, algorithm)
    Expect.equal draws.Algorithm algorithm "as asked"
    let found = IsingObservables.Of draws
    let exact = IsingExact.Of options
    let what = $"{algorithm}, {options.Name}"
    within 4.0 found.Energy exact.EnergyPerSpin $"e, {what}"
    within 4.0 found.Magnetisation exact.MagnetisationPerSpin $"|m|, {what}"
    within 4.0 found.SpecificHeat exact.SpecificHeat $"C, {what}"
    within 4.0 found.Susceptibility exact.Susceptibility $"chi, {what}"
    let signed = AutocorrelationTime.Mean draws.Magnetisations
    within 4.0 signed exact.Magnetisation $"M, {what}"

let tests =
    testList
        "IsingSampler"
        [ test "Metropolis and Wolff draw what the sum over states gives" {
              for size in 2..4 do
                  for t in [ 1.5; 2.27; 3.5; 50.0 ] do
                      expectExact IsingAlgorithm.Metropolis (IsingOptions(size, t))
                      expectExact IsingAlgorithm.Wolff (IsingOptions(size, t))
          }
          test "Metropolis with a field, with J below 0 and without J" {
              for coupling, field in [ 1.0, 0.3; 0.5, -0.5; -1.0, 0.0; -1.0, 1.0; 0.0, 0.0; 0.0, 0.8 ] do
                  for size in 2..4 do
                      expectExact IsingAlgorithm.Metropolis (IsingOptions(size, 2.0, coupling, field))
          }
          test "a random-site Metropolis step is in detailed balance" {
              for coupling, field in [ 1.0, 0.0; 0.6, 0.4; -1.0, 0.3 ] do
                  let options = IsingOptions(2, 1.7, coupling, field)
                  let metropolis = Metropolis options
                  let lattice = IsingLattice options

                  let set state =
                      for i in 0..3 do
                          lattice.Spins[i] <- if state >>> i &&& 1 = 1 then 1y else -1y

                  let weights =
                      [| for state in 0..15 do
                             set state
                             exp (-lattice.Energy / options.Temperature) |]

                  let z = Array.sum weights

                  let step =
                      Array2D.init 16 16 (fun a b ->
                          let difference = a ^^^ b

                          if Int32.PopCount difference <> 1 then
                              0.0
                          else
                              set a
                              let site = Int32.TrailingZeroCount difference
                              metropolis.Acceptance(int lattice.Spins[site], lattice.NeighbourSum site) / 4.0)

                  for a in 0..15 do
                      Expect.isLessThanOrEqual (Seq.sum [ for b in 0..15 -> step[a, b] ]) (1.0 + 1e-12) "probabilities"

                      for b in 0..15 do
                          Expect.floatClose
                              Accuracy.high
                              (weights[a] / z * step[a, b])
                              (weights[b] / z * step[b, a])
                              $"flow between {a} and {b}"
          }
          test "on larger lattices, Onsager's energy and Yang's magnetisation" {
              for t in [ 2.0; 3.0 ] do
                  let options = IsingOptions(32, t)
                  let found = IsingObservables.Of(IsingSampler.Sample(options, 300, stream "onsager"))
                  within 4.0 found.Energy (Kaufman.EnergyPerSpin options) $"the finite lattice's at {t}"
                  within 4.0 found.SpecificHeat (Kaufman.SpecificHeat options) $"its specific heat at {t}"

                  Expect.isLessThan
                      (abs (found.Energy.Mean - Onsager.EnergyPerSpin t))
                      (4.0 * found.Energy.StandardError + 1e-3)
                      $"the infinite lattice's at {t}"

              let ordered =
                  IsingObservables.Of(IsingSampler.Sample(IsingOptions(32, 1.8), 300, stream "yang"))

              within 4.0 ordered.Magnetisation (Onsager.SpontaneousMagnetisation 1.8) "|m| at 1.8"
          }
          test "both orders come alike, and draws are nearly independent" {
              for algorithm in [ IsingAlgorithm.Metropolis; IsingAlgorithm.Wolff ] do
                  for t in [ 0.4; 1.8; 2.27; 3.0 ] do
                      let draws =
                          IsingSampler.Sample(IsingOptions(8, t), 1500, stream "orders", algorithm)

                      let up =
                          draws.Magnetisations |> Array.averageBy (fun m -> if m > 0.0 then 1.0 else 0.0)

                      Expect.floatClose { absolute = 0.08; relative = 0.0 } up 0.47 "halves, less what M = 0 takes"
                      Expect.isLessThan (AutocorrelationTime.Of draws.Energies) 0.75 "energies"
                      Expect.isLessThan (AutocorrelationTime.Of draws.Magnetisations) 0.75 "magnetisations"
          }
          test "the series are those of the spins" {
              let options = IsingOptions(6, 2.5, 0.7, 0.2)
              let draws = IsingSampler.Sample(options, 50, stream "series")
              Expect.equal draws.Count 50 "draws"

              for i in 0..49 do
                  let spins = ReadOnlySpan(draws.Spins, i * 36, 36)
                  Expect.equal draws.Energies[i] (IsingLattice.EnergyOf(spins, options)) "E"
                  Expect.equal draws.Magnetisations[i] (float (IsingLattice.MagnetisationOf spins)) "M"

              Expect.all draws.Spins (fun spin -> spin = 1y || spin = -1y) "spins"
          }
          test "a flip changes H as its neighbours say" {
              let options = IsingOptions(5, 1.0, 0.8, -0.3)
              let lattice = IsingLattice options
              let random = stream "flips"

              for _ in 1..100 do
                  let site = random.NextInt 25
                  let before = lattice.Energy
                  let spin = float lattice.Spins[site]
                  let change = 2.0 * spin * (0.8 * float (lattice.NeighbourSum site) - 0.3)
                  lattice.Spins[site] <- -lattice.Spins[site]
                  Expect.floatClose Accuracy.high (lattice.Energy - before) change "H"
          }
          test "ground states" {
              let energy l j h =
                  IsingLattice.GroundState(IsingOptions(l, 1.0, j, h)).Energy

              Expect.equal (energy 4 1.0 0.0) -32.0 "up"
              Expect.equal (energy 4 1.0 -1.0) -48.0 "down"
              Expect.equal (energy 4 -1.0 0.5) -32.0 "alternating"
              Expect.equal (energy 4 -1.0 5.0) -48.0 "a field beyond 4"
          }
          test "the same for a seed, other for another" {
              for algorithm in [ IsingAlgorithm.Metropolis; IsingAlgorithm.Wolff ] do
                  let draw seed =
                      IsingSampler.Sample(IsingOptions(8, 2.3), 20, RandomStream(seed, "same"), algorithm).Spins

                  Expect.equal (draw 1L) (draw 1L) "same"
                  Expect.notEqual (draw 1L) (draw 2L) "other"
          }
          test "Wolff's where it fits" {
              let automatic j h =
                  IsingSampler.Sample(IsingOptions(3, 2.0, j, h), 1, stream "automatic").Algorithm

              Expect.equal (automatic 1.0 0.0) IsingAlgorithm.Wolff "no field"
              Expect.equal (automatic 1.0 0.1) IsingAlgorithm.Metropolis "field"
              Expect.equal (automatic -1.0 0.0) IsingAlgorithm.Metropolis "J < 0"

              for options in
                  [ IsingOptions(3, 2.0, 1.0, 0.1)
                    IsingOptions(3, 2.0, -1.0)
                    IsingOptions(3, 2.0, 0.0) ] do
                  userError [ "Wolff"; "Metropolis" ] (fun () ->
                      IsingSampler.Sample(options, 1, stream "refused", IsingAlgorithm.Wolff))
                  |> ignore
          }
          test "hostile options" {
              let refuse parts (options: IsingOptions) =
                  userError parts (fun () -> IsingSampler.Sample(options, 1, stream "hostile"))
                  |> ignore

              for size in [ Int32.MinValue; -1; 0; 1; 257; Int32.MaxValue ] do
                  refuse [ "sites a side"; string size ] (IsingOptions(size, 1.0))

              for t in [ -1.0; 0.0; nan; infinity ] do
                  refuse [ "temperature" ] (IsingOptions(4, t))

              for wrong in [ nan; infinity; -infinity ] do
                  refuse [ "coupling" ] (IsingOptions(4, 1.0, wrong))
                  refuse [ "field" ] (IsingOptions(4, 1.0, 1.0, wrong))

              refuse [ "temperature"; "higher" ] (IsingOptions(4, 1e-10, 1e300))

              for count in [ 0; -3; Int32.MaxValue ] do
                  userError [ "draws" ] (fun () -> IsingSampler.Sample(IsingOptions(4, 1.0), count, stream "count"))
                  |> ignore

              let cancelled = CancellationToken true

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      IsingSampler.Sample(IsingOptions(4, 2.0), 1, stream "c", IsingAlgorithm.Automatic, cancelled)
                      |> ignore)
                  "cancelled"
          } ]
