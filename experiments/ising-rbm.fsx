#load "../gendisc.fsx"
open GenDisc

// Does a restricted Boltzmann machine learn the physics of a magnet from its configurations? One machine for each
// temperature, below, at and above the critical one (2.269), on an 8×8 lattice (after Torlai and Melko 2016). Each
// report shows energy, magnetisation, specific heat and susceptibility of the machine's samples beside those of the
// Monte Carlo sampler and exact values.
let magnet temperature =
    { Name = $"ising-rbm-{temperature}"
      Data = ising 8 temperature
      Model = model (rbm 64)
      Loss = pcd 10
      Training = sgd 0.05 |> epochs 40 |> batch 100 |> cosine
      Seed = 1 }

let runs = [ for temperature in [ 1.8; 2.27; 3.0 ] -> temperature, run (magnet temperature) ]

printfn "   T   energy per spin: machine, sampler   |m|: machine, sampler"

for temperature, result in runs do
    printfn
        "%.2f   %20.4f  %8.4f   %13.4f  %8.4f"
        temperature
        result.Test["isingEnergy"]
        result.Test["samplerEnergy"]
        result.Test["isingMagnetisation"]
        result.Test["samplerMagnetisation"]
