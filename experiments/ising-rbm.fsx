#load "../gendisc.fsx"
open GenDisc

// Does a restricted Boltzmann machine learn the physics of a magnet from its configurations? One machine for each
// temperature, below, at and above the critical one (2.269), on an 8×8 lattice (after Torlai and Melko 2016). One page
// draws energy, magnetisation, specific heat and susceptibility of all machines over temperature, beside those of the
// Monte Carlo sampler; each machine's own report also shows exact values.
let magnet =
    { Name = "ising-rbm"
      Data = ising 8 2.27
      Model = model (rbm 64)
      Loss = pcd 5
      Training = sgd 0.1 |> epochs 800 |> batch 100 |> cosine
      Seed = 1 }

runTemperatures [ 1.8; 2.27; 3.0 ] magnet
