module GenDisc.Core.Tests.Data.Synthetic.Ising.IsingExactTests

open System
open Expecto
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Tests.Data.Expecting

let private near absolute actual expected what =
    Expect.floatClose
        { absolute = absolute
          relative = 1e-10 }
        actual
        expected
        what

let private temperatures =
    [ 0.05; 0.5; 1.0; 1.8; Onsager.CriticalTemperature(); 2.27; 3.0; 10.0; 1000.0 ]

/// Simpson's rule on [0, π/2].
let private integral (f: float -> float) =
    let n = 2000
    let h = Math.PI / 2.0 / float n

    h / 3.0
    * Seq.sum
        [ for i in 0..n do
              let weight = if i = 0 || i = n then 1.0 else 2.0 + 2.0 * float (i % 2)
              weight * f (float i * h) ]

let tests =
    testList
        "IsingExact"
        [ test "2 x 2 by hand: two bonds between neighbours" {
              // E = ±8J for the 4 states of equal or alternating spins, 0 for the other 12.
              for t in temperatures do
                  let exact = IsingExact.Of(IsingOptions(2, t))
                  let b = exp (-16.0 / t)
                  let z = 2.0 + 12.0 * exp (-8.0 / t) + 2.0 * b
                  near 1e-12 exact.LogZ (8.0 / t + log z) "log Z"
                  near 1e-12 exact.Energy ((-16.0 + 16.0 * b) / z) "U"
                  near 1e-12 exact.AbsoluteMagnetisation ((8.0 + 16.0 * exp (-8.0 / t)) / z) "|M|"
                  near 1e-12 exact.Magnetisation 0.0 "M without a field"
                  let second = (128.0 + 128.0 * b) / z
                  near 1e-9 exact.EnergyVariance (second - exact.Energy * exact.Energy) "variance of E"
          }
          test "a field on free spins" {
              for field in [ -0.7; 0.3; 5.0 ] do
                  let exact = IsingExact.Of(IsingOptions(3, 1.3, 0.0, field))
                  near 1e-12 exact.LogZ (9.0 * log (2.0 * cosh (field / 1.3))) "log Z"
                  near 1e-12 exact.Magnetisation (9.0 * tanh (field / 1.3)) "M"
                  near 1e-12 exact.Energy (-9.0 * field * tanh (field / 1.3)) "U"
          }
          test "F = U - TS, with S summed up by itself" {
              for size in 2..4 do
                  for t in temperatures do
                      for coupling, field in [ 1.0, 0.0; 0.7, 0.4; -1.0, -0.2 ] do
                          let exact = IsingExact.Of(IsingOptions(size, t, coupling, field))
                          near 1e-9 exact.FreeEnergy (exact.Energy - t * exact.Entropy) $"{exact.Options}"
          }
          test "at infinite temperature every state counts the same; near zero the ground states alone" {
              for size in 2..4 do
                  let hot = IsingExact.Of(IsingOptions(size, 1e12))
                  near 1e-9 hot.LogZ (float (size * size) * log 2.0) "N log 2"
                  near 1e-9 hot.Entropy (float (size * size) * log 2.0) "entropy"
                  let cold = IsingExact.Of(IsingOptions(size, 0.01))
                  near 1e-9 cold.Energy (-2.0 * float (size * size)) "all bonds"
                  near 1e-9 cold.Entropy (log 2.0) "two ground states"
                  near 1e-9 cold.SpecificHeat 0.0 "frozen"
                  near 1e-9 cold.MagnetisationPerSpin 1.0 "ordered"
                  Expect.equal (Kaufman.EnergyPerSpin(IsingOptions(size, 0.01))) -2.0 "Kaufman's too"
          }
          test "states are counted" {
              let counts = IsingExact.CountStates(IsingOptions(4, 1.0))
              Expect.equal (Seq.sum (Seq.cast<int> counts)) 65536 "all"
              // Densities of states of 4 x 4 (Beale 1996): 2 at the ends, 32 one flip above.
              let byBonds = [ for b in 0..64 -> Seq.sum [ for m in 0..32 -> counts[b, m] ] ]
              Expect.equal [ for e in 0..4..20 -> byBonds[64 - e] ] [ 2; 0; 32; 64; 424; 1728 ] "by energy"
              Expect.equal byBonds[0] 2 "alternating"
          }
          test "Kaufman's formula equals the sum over states" {
              for size in 2..4 do
                  for t in temperatures do
                      let options = IsingOptions(size, t)
                      let exact = IsingExact.Of options
                      near 1e-10 (Kaufman.LogZ options) exact.LogZ "log Z"
                      near 1e-10 (Kaufman.EnergyPerSpin options) exact.EnergyPerSpin "e"
                      near 1e-9 (Kaufman.SpecificHeat options) exact.SpecificHeat "C"

              let negative = IsingOptions(4, 1.7, -0.8)
              near 1e-10 (Kaufman.EnergyPerSpin negative) (IsingExact.Of negative).EnergyPerSpin "J < 0, even size"
              near 1e-12 (Kaufman.LogZ(IsingOptions(7, 1.0, 0.0))) (49.0 * log 2.0) "no coupling"
          }
          test "large lattices tend to Onsager's" {
              for t in [ 1.0; 1.8; 3.0; 5.0; 1e3; 1e5 ] do
                  let options = IsingOptions(256, t)
                  near (1e-12 + 1e-15 * t) (Kaufman.EnergyPerSpin options) (Onsager.EnergyPerSpin t) $"e at {t}"
                  near 1e-8 (Kaufman.SpecificHeat options) (Onsager.SpecificHeat t) $"C at {t}"

              // e_L(T_c) = −√2 − 0.6216/L (Ferdinand and Fisher 1969).
              let critical = IsingOptions(256, Onsager.CriticalTemperature())
              near 3e-5 (Kaufman.EnergyPerSpin critical) (-sqrt 2.0 - 0.6216 / 256.0) "finite-size term"
          }
          test "Onsager's values" {
              near 1e-9 (Onsager.CriticalTemperature()) 2.269185314213022 "T_c"
              near 1e-7 (Onsager.EnergyPerSpin(Onsager.CriticalTemperature())) -(sqrt 2.0) "e at T_c"
              near 1e-12 (Onsager.EnergyPerSpin(2.0, 1.0)) (Onsager.EnergyPerSpin(4.0, 2.0) / 2.0) "units"
              near 1e-12 (Onsager.EnergyPerSpin(2.0, -1.0)) (Onsager.EnergyPerSpin 2.0) "sign"
              near 1e-12 (Onsager.SpontaneousMagnetisation 1.0) 0.999275751956 "m at 1"
              Expect.equal (Onsager.SpontaneousMagnetisation 2.3) 0.0 "disordered"
              Expect.equal (Onsager.SpontaneousMagnetisation(1.0, -1.0)) 0.0 "J < 0"
              Expect.equal (Onsager.EnergyPerSpin 0.01) -2.0 "ground state"

              for t in [ 1.5; 2.2; 2.35; 4.0; 900.0; 1100.0 ] do
                  let h = 1e-4 * t

                  let slope =
                      (Onsager.EnergyPerSpin(t + h) - Onsager.EnergyPerSpin(t - h)) / (2.0 * h)

                  Expect.floatClose { absolute = 0.0; relative = 1e-4 } (Onsager.SpecificHeat t) slope "C = de/dT"
          }
          test "elliptic integrals" {
              for k in [ 0.0; 0.3; 0.8; 0.95 ] do
                  let struct (first, second) = Elliptic.Complete(sqrt (1.0 - k * k))
                  let root phi = sqrt (1.0 - k * k * sin phi * sin phi)
                  near 1e-10 first (integral (fun phi -> 1.0 / root phi)) "K"
                  near 1e-10 second (integral root) "E"

              // K → log(4/k') and E → 1 at k' → 0.
              let struct (first, second) = Elliptic.Complete 1e-100
              near 1e-10 first (log 4.0 + 100.0 * log 10.0) "K near 1"
              near 1e-10 second 1.0 "E near 1"
              let struct (first, _) = Elliptic.Complete 0.0
              Expect.equal first infinity "K at 1"
          }
          test "models without an exact value" {
              userError [ "L=5"; "4" ] (fun () -> IsingExact.Of(IsingOptions(5, 1.0)))
              |> ignore

              userError [ "h=0.1" ] (fun () -> Kaufman.LogZ(IsingOptions(4, 1.0, 1.0, 0.1)))
              |> ignore

              userError [ "J=-1"; "even" ] (fun () -> Kaufman.LogZ(IsingOptions(3, 1.0, -1.0)))
              |> ignore

              Expect.throws (fun () -> Onsager.EnergyPerSpin 0.0 |> ignore) "temperature"
          } ]
