/// What a machine that learned spin configurations knows of the physics behind them.
module internal GenDisc.Running.Lattice

open System.Threading
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Running.Examined
open TorchSharp

/// Factors on the temperature that the machine was trained at, for the curve of its temperature as a knob.
let private knob = [ 0.5; 0.7; 0.85; 1.0; 1.2; 1.5; 2.0 ]

let private pair (x: SeriesMean) =
    Json.list [ Json.number x.Mean; Json.number x.StandardError ]

let private observables (o: IsingObservables) =
    [ "energy", pair o.Energy
      "magnetisation", pair o.Magnetisation
      "specificHeat", pair o.SpecificHeat
      "susceptibility", pair o.Susceptibility ]

let private at (temperature: float) (o: IsingObservables) =
    Json.object (("temperature", Json.number temperature) :: observables o)

let private sampled (cancel: CancellationToken) (machine: EnergyMachine) model chains draws beta =
    let sampling = MachineSampling(chains, draws, Beta = beta)
    let stream = CounterStream(0L, Show.number beta + "/ising")
    MachineObservables.Of(machine, model, sampling, stream, null, cancel)

/// The lattice at other temperatures; fewer draws of larger ones. Nothing where the sampler cannot keep up.
let private curve (cancel: CancellationToken) (model: IsingOptions) (temperatures: float list) =
    let draws = 2000 * 64 / (model.Size * model.Size) |> max 100 |> min 2000

    try
        let found =
            IsingCurve.Of(
                model.Size,
                Array.ofList temperatures,
                RandomStream(0L, "ising/curve"),
                model.Coupling,
                model.Field,
                draws,
                cancel
            )

        List.zip temperatures (List.ofSeq found.Points)
    with :? UserError ->
        []

/// Known without sampling, as far as it is.
let private exact (model: IsingOptions) : Json.Node =
    if model.Size <= IsingExact.MostSize then
        let known = IsingExact.Of model

        Json.object
            [ "energy", Json.number known.EnergyPerSpin
              "magnetisation", Json.number known.MagnetisationPerSpin
              "specificHeat", Json.number known.SpecificHeat
              "susceptibility", Json.number known.Susceptibility ]
    elif Kaufman.Fits model then
        Json.object
            [ "energy", Json.number (Kaufman.EnergyPerSpin model)
              "magnetisation", null
              "specificHeat", Json.number (Kaufman.SpecificHeat model)
              "susceptibility", null ]
    else
        null

/// Onsager's infinite lattice, where it is solved: without a field, and ferromagnetic.
let private infinite (model: IsingOptions) temperatures =
    Json.list
        [ if model.Field = 0.0 && model.Coupling > 0.0 then
              for t in temperatures do
                  Json.object
                      [ "temperature", Json.number t
                        "energy", Json.number (Onsager.EnergyPerSpin(t, model.Coupling))
                        "magnetisation", Json.number (Onsager.SpontaneousMagnetisation(t, model.Coupling)) ] ]

/// Writes `ising.json`; answers with the figures for the summary.
let write (s: Subject) (cancel: CancellationToken) (test: Split) : Map<string, float> =
    match s.Plan.Experiment.Data.Source, MachineData.tryMachine s.Model with
    | Source.Ising(size, temperature, coupling, field), Some machine when
        machine.Visible = size * size
        && not s.Model.EncodesFirst
        && not s.Model.TakesTurns
        ->
        let model = IsingOptions(size, temperature, coupling, field)
        let sampled = sampled cancel machine model
        let own = sampled 256 50 1.0
        let sampler = IsingObservables.Of(model, test.Data)

        let temperatures =
            [ for t in IsingCurve.UsualTemperatures -> t * max 0.1 (abs coupling) ]

        Json.object
            [ "size", Json.integer size
              "temperature", Json.number temperature
              "coupling", Json.number coupling
              "field", Json.number field
              "model", Json.object (observables own)
              "sampler", Json.object (observables sampler)
              "exact", exact model
              "curve", Json.list [ for t, point in curve cancel model temperatures -> at t point ]
              "onsager",
              infinite
                  model
                  [ for i in 0..60 ->
                        temperatures.Head
                        + (List.last temperatures - temperatures.Head) * float i / 60.0 ]
              "knob", Json.list [ for factor in knob -> at (factor * temperature) (sampled 128 20 (1.0 / factor)) ] ]
        |> Json.line
        |> Atomic.writeText (s.File "ising.json")

        [ "isingEnergy", own.Energy.Mean
          "samplerEnergy", sampler.Energy.Mean
          "isingMagnetisation", own.Magnetisation.Mean
          "samplerMagnetisation", sampler.Magnetisation.Mean
          "isingSpecificHeat", own.SpecificHeat.Mean
          "samplerSpecificHeat", sampler.SpecificHeat.Mean
          "isingSusceptibility", own.Susceptibility.Mean
          "samplerSusceptibility", sampler.Susceptibility.Mean ]
        |> finite
        |> Map.ofList
    | _ -> Map.empty
