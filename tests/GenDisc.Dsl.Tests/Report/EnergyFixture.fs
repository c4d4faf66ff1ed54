/// Run folders of models that are energies: made-up figures of real sizes.
module GenDisc.Dsl.Tests.Report.EnergyFixture

open System
open System.Globalization
open System.IO
open GenDisc.Reporting

let private num (x: float) =
    Math.Round(x, 6).ToString("R", CultureInfo.InvariantCulture)

let private list (items: string seq) = "[" + String.concat "," items + "]"
let private nums xs = xs |> Seq.map num |> list

/// 40 counts over 0 to 1 around a centre.
let private bell centre =
    nums [ for i in 0..39 -> Math.Round(900.0 * exp (-((float i / 40.0 - centre) ** 2.0) / 0.02)) ]

let private edges low high =
    nums [ for i in 0..40 -> low + (high - low) * float i / 40.0 ]

let private result name metrics counts =
    $"""{{"id":"x","name":"{name}","status":"done","message":null,"seed":1,"started":"2026-11-22T18:00:00Z","seconds":540.5,
"examplesPerSecond":9000.0,"epochs":12,"bestEpoch":12,"parameters":393284,"flops":1568000,"metrics":{{{metrics}}},
"counts":{counts},"warnings":[]}}"""

let private digit k =
    Array.init 784 (fun i ->
        let x, y = float (i % 28) - 13.5, float (i / 28) - 13.5
        let r = sqrt (x * x + y * y) - 4.0 - float (k % 7)
        float32 (exp (-r * r / 6.0)))

let private pictures (folder: string) =
    let at name = Path.Combine(folder, "figures", name)
    Mosaic.write (at "chains.png") 10 (1, 28, 28) (Array.init 80 digit)
    Mosaic.write (at "samples.png") 10 (1, 28, 28) (Array.init 50 digit)
    Mosaic.write (at "filters.png") 16 (1, 28, 28) (Array.init 64 (fun k -> digit (k + 2)))
    Fixture.put folder "figures/chains.json" """{"sweeps":[0,1,2,5,10,20,50,100,1000,10000],"rows":8}"""

let private trajectory =
    list
        [ for i in 0..400 ->
              let beta = float i / 400.0
              nums [ beta; -90.0 * beta + 60.0 * beta * beta; 0.2 + 1.8 * beta * beta ] ]

let private thermodynamics =
    list
        [ for beta in [ 0.0; 0.05; 0.1; 0.2; 0.3; 0.5; 0.7; 0.9; 1.0; 1.2; 1.5; 2.0; 3.0; 5.0 ] ->
              let energy = -40.0 * tanh beta
              let logZ = 40.0 * log (2.0 * cosh beta)

              $"""{{"beta":{num beta},"logZ":{num logZ},"energy":{num energy},"entropy":{num (logZ + beta * energy)},
"freeEnergy":{if beta > 0.0 then num (-logZ / beta) else "null"},"heatCapacity":{num (40.0 * beta * beta / cosh beta ** 2.0)}}}""" ]

/// boltzmann.json with a test log-likelihood.
let boltzmann (test: float) below =
    $"""{{"kind":"rbm","visible":784,"hidden":500,
"logZ":{{"method":"AIS","value":451.3,"low":450.9,"high":451.65,"standardError":0.1834,"reverse":452.1,"reverseError":0.4,
"chains":100,"temperatures":14500,"baseLogZ":346.57,"effectiveSampleSize":54.2}},
"logLikelihood":{{"train":{num (test + 2.5)},"validation":{num (test - 0.4)},"test":{num test},"standardError":0.21,"low":{num (test - 0.35)},"high":{num (test + 0.4)}}},
"independent":{{"train":-206.5,"validation":-206.8,"test":-206.0}},"uniform":-543.4274,"below":{below},
"freeEnergy":{{"train":-355.1,"validation":-351.9,"standardError":0.4}},
"pseudoLikelihood":{{"train":-60.1,"validation":-62.2,"test":-61.9}},
"trajectory":{trajectory},"energies":{{"edges":{edges -420.0 -260.0},"data":{bell 0.5},"samples":{bell 0.45}}},
"thermodynamics":{thermodynamics}}}"""

let private withFile file (folder: string) =
    Fixture.put
        folder
        "result.json"
        (result "mnist-rbm <i>" "\"test.loss\":0.5" """{"train":54000,"validation":6000,"test":10000}""")

    Fixture.put folder "plan.json" """{"parameters":393284,"terms":[],"shape":[1,28,28]}"""
    Fixture.put folder "figures/boltzmann.json" file
    pictures folder

/// A machine that beats independent pixels.
let machine folder =
    withFile (boltzmann -95.3 "false") folder

/// The machine that issue trackers warn of: its loss fell, and it is worse than independent pixels.
let bad folder =
    withFile (boltzmann -269.4 "true") folder

let private four energy magnetisation heat susceptibility =
    $""""energy":{energy},"magnetisation":{magnetisation},"specificHeat":{heat},"susceptibility":{susceptibility}"""

let private curveAt shift (t: float) =
    let m = 0.1 + 0.88 / (1.0 + exp ((t - 2.4) / 0.2))
    let e = -0.8 - 1.1 / (1.0 + exp ((t - 2.35) / 0.35))
    let peak width = exp (-((t - 2.35) ** 2.0) / width)

    $"""{{"temperature":{num t},{four
                                     (nums [ e + shift; 0.004 ])
                                     (nums [ m - shift; 0.006 ])
                                     (nums [ 0.1 + 1.3 * peak 0.2; 0.03 ])
                                     (nums [ 0.05 + 2.2 * peak 0.1; 0.05 ])}}}"""

/// A machine that learned an 8×8 lattice; `energy` and `magnetisation` are those of its samples.
let isingWith (energy: string) (magnetisation: string) (folder: string) =
    Fixture.put folder "result.json" (result "ising-rbm" "" """{"train":20000,"test":2000}""")
    let curve = list [ for i in 0..16 -> curveAt 0.0 (1.4 + 0.12 * float i) ]

    let knob =
        list [ for t in [ 1.8; 2.0; 2.15; 2.27; 2.5; 2.8; 3.0 ] -> curveAt 0.03 t ]

    let onsager =
        list
            [ for i in 0..80 ->
                  let t = 1.4 + 0.024 * float i
                  let m = if t < 2.2691 then (1.0 - sinh (2.0 / t) ** -4.0) ** 0.125 else 0.0

                  let e = -0.82 - 1.12 / (1.0 + exp ((t - 2.3) / 0.22))
                  $"""{{"temperature":{num t},"energy":{num e},"magnetisation":{num m}}}""" ]

    Fixture.put
        folder
        "figures/ising.json"
        $"""{{"size":8,"temperature":2.27,"coupling":1,"field":0,
"model":{{{four energy magnetisation "[1.31,0.04]" "[2.05,0.08]"}}},
"sampler":{{{four "[-1.42,0.003]" "[0.7,0.004]" "[1.4,0.03]" "[2.2,0.05]"}}},
"exact":{{"energy":-1.4188,"magnetisation":null,"specificHeat":1.4021,"susceptibility":null}},
"curve":{curve},"onsager":{onsager},"knob":{knob}}}"""

let ising folder =
    isingWith "[-1.4342,0.0031]" "[0.672,0.005]" folder

let history =
    list
        [ for i in 0..300 ->
              let s = float (i * 10) in

              nums
                  [ s
                    -12.0 + 4.0 * exp (-s / 500.0)
                    -12.4 + 9.0 * exp (-s / 300.0) * cos (s / 90.0) ] ]

/// energy.json with these remedies.
let energy remedies =
    $"""{{"edges":{edges -25.0 5.0},"train":{bell 0.4},"test":{bell 0.42},"samples":{bell 0.36},"outside":{bell 0.75},
"history":{history},"remedies":{remedies},"sgldSteps":20}}"""

/// A classifier that is an energy, too.
let classifier (folder: string) =
    Fixture.put
        folder
        "result.json"
        (result "energy-classifier" "\"test.accuracy\":0.981" """{"train":54000,"validation":6000,"test":10000}""")

    Fixture.put
        folder
        "plan.json"
        """{"parameters":52650,"terms":[{"name":"crossEntropy","weight":1.0}],"shape":[1,28,28],"classes":10}"""

    Mosaic.write (Path.Combine(folder, "figures/samples.png")) 10 (1, 28, 28) (Array.init 50 digit)

    Fixture.put
        folder
        "figures/energy.json"
        (energy
            """[{"epoch":2,"step":130,"what":"halved the learning rate to 0.0005","why":"energies of data and samples were 60.2 apart"},
{"epoch":3,"step":1870,"what":"restarted from the <b>last good state</b> of epoch 2 and doubled the steps of Langevin dynamics to 40","why":"the mean energy of samples was not finite"}]""")
