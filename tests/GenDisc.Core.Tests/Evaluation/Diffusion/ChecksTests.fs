module GenDisc.Core.Tests.Evaluation.Diffusion.ChecksTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Tests.Modules.Building

let private size = 4L
let private schedule = NoiseSchedule.Cosine 200

/// The velocity that is best for data of −1 and 1 in every dimension, independent: E[x₀ | x_t] = tanh(√ᾱ x_t / (1 − ᾱ)).
/// Of a class, the first dimension is known. `heard` changes the time before it is used.
type private Best(heard: torch.Tensor -> torch.Tensor) =
    inherit DenoisingNetwork "Best"

    override _.Predict(x, time, labels) =
        let steps = (heard time * 200.0).round().to_type(torch.int64)

        let column (f: int -> float) =
            torch.tensor(Array.init 201 (f >> float32)).index_select(0L, steps).unsqueeze(1L)

        let signal, deviation = column schedule.Signal, column schedule.Noise
        let data = (x * signal / deviation.square ()).tanh()

        match labels with
        | null -> ()
        | labels ->
            let known = labels.lt(Scalar.op_Implicit 2).unsqueeze(1L)
            let first = data.narrow (1L, 0L, 1L)
            let told = (labels.to_type (torch.float32) * 2.0 - 1.0).unsqueeze(1L)
            first.copy_ (torch.where (known, told, first)) |> ignore

        (x * signal - data) / deviation

let private options classes =
    DiffusionOptions([| size |], DiffusionTarget.Velocity, classes, false, Ddim 50)

let private model classes heard =
    new DiffusionModel(new Best(heard), schedule, options classes)

/// Signs, and the class that the first of each tells.
let private signs n =
    use draws = generator 1L

    let x =
        torch.randint (0L, 2L, [| n; size |], torch.float32, generator = draws) * 2.0
        - 1.0

    x, ((x.select (1L, 0L) + 1.0) / 2.0).to_type(torch.int64)

let private levels (model: DiffusionModel) =
    let x, _ = signs 200L
    use draws = generator 2L
    List.ofSeq (NoiseLevels.Of(model, x, null, 20, draws))

/// Times in the middle, as many as are asked for.
let private deaf (time: torch.Tensor) = torch.full_like (time, 0.5)

/// Predicts 0, as a network does before training.
type private Silent() =
    inherit DenoisingNetwork "Silent"
    override _.Predict(x, _, _) = torch.zeros_like x

let private range (samples: torch.Tensor) (data: torch.Tensor) unit' = SampleRange.Of(samples, data, unit')

let private normal (seed: int64) (shape: int64 list) =
    use draws = generator seed
    torch.randn (Array.ofList shape, generator = draws)

/// Images of one bright stripe each.
let private stripes (n: int) =
    let values =
        [| for i in 0 .. n - 1 do
               for _ in 0..11 do
                   for column in 0..11 do
                       if column / 4 = i % 3 then 0.9f else 0.05f |]

    torch.tensor(values).view(int64 n, 1L, 12L, 12L)

let private structure (samples: torch.Tensor) (data: torch.Tensor) =
    use draws = generator 5L
    SampleStructure.Of(samples, data, draws)

let tests =
    testList
        "Checks of diffusion models"
        [ torchTest "the best network beats guessing at every level, and ranges cover every step once" (fun () ->
              use model = model 0 id
              let found = levels model
              Expect.equal (found |> List.collect (fun l -> [ l.First .. l.Last ])) [ 1..200 ] "steps"
              Expect.exists found _.IsBetter "it knows something"
              Expect.all found (fun l -> not l.IsWorse) "never worse"

              Expect.isTrue
                  (found
                   |> List.pairwise
                   |> List.forall (fun (a, b) -> a.LogSignalToNoise > b.LogSignalToNoise))
                  "noisier")
          torchTest
              "references have their closed form: velocities of unit variance have 1 for zero, 1 / (1 − ᾱ) for the mean"
              (fun () ->
                  use model = model 0 id

                  for level in levels model do
                      Expect.floatClose { absolute = 0.15; relative = 0.0 } level.Zero 1.0 "zero"

                      let expected =
                          [ for t in level.First .. level.Last -> 1.0 / (1.0 - schedule.AlphaBar t) ]

                      Expect.isTrue
                          (level.Mean > 0.9 * List.min expected && level.Mean < 1.1 * List.max expected)
                          "mean")
          torchTest "a network that says nothing is better nowhere, and one that shouts is worse" (fun () ->
              use silent = new DiffusionModel(new Silent(), schedule, options 0)
              let found = levels silent
              Expect.all found (fun l -> not l.IsBetter && l.Loss = l.Zero) "nothing learned"
              Expect.isFalse (found.Head.IsWorse) "predicting zero is not worse than predicting zero"
              use deaf = model 0 deaf
              Expect.exists (levels deaf) _.IsWorse "tuned to one level, it is wrong at others")
          torchTest "a network that ignores the time is found, one that uses it passes" (fun () ->
              let x, _ = signs 200L

              let of' heard =
                  use model = model 0 heard
                  use draws = generator 3L
                  Sensitivities.ToTime(model, x, null, draws)

              Expect.equal (of' deaf).Change 0.0 "told anything, it says the same"
              Expect.isFalse ((of' deaf).Listens 0.01) "ignores"
              Expect.isTrue ((of' id).Listens 0.01) "listens"
              Expect.equal (of' id) (of' id) "the same draws")
          torchTest "a network that ignores the class is found, one that uses it passes" (fun () ->
              let x, labels = signs 200L

              let of' (labels: torch.Tensor) =
                  use model = model 2 id
                  use draws = generator 4L
                  Sensitivities.ToClass(model, x, labels, draws)

              Expect.isTrue ((of' labels).Listens 0.001) "the class tells a dimension"
              Expect.isFalse ((of' (1L - labels)).Listens 0.001) "told wrong from the start"
              use ignoring = new DiffusionModel(new Silent(), schedule, options 2)
              use draws = generator 4L
              Expect.isFalse (Sensitivities.ToClass(ignoring, x, labels, draws).Listens 0.001) "ignores")
          torchTest "samples that run off are found, and those that are no numbers" (fun () ->
              let data = normal 1L [ 300L; 2L ]
              let fine = range (normal 2L [ 300L; 2L ]) data false
              Expect.isFalse fine.RunsOff "like the data"
              Expect.isFalse (fine.IsTooWide || fine.IsTooNarrow) "as wide"
              let off = range (normal 2L [ 300L; 2L ] * 1e5) data false
              Expect.isTrue (off.RunsOff && off.IsTooWide && off.High > 1e5) "off to 10⁵"
              let broken = normal 2L [ 300L; 2L ]
              broken[0].fill_(Double.NaN) |> ignore
              broken[1].fill_(Double.PositiveInfinity) |> ignore
              let found = range broken data false
              Expect.floatClose Accuracy.medium found.NotFinite (2.0 / 300.0) "share"
              Expect.isTrue (found.RunsOff && Double.IsFinite found.High) "told by what is finite")
          torchTest "of data in [0, 1], values outside and values that stick at an end are found" (fun () ->
              let data = stripes 30
              Expect.isFalse (range data data true).RunsOff "the data themselves"
              Expect.isTrue (range (data + 0.5) data true).RunsOff "outside"
              let stuck = range (data.round().to_type(torch.float32)) data true
              Expect.equal (stuck.Outside, stuck.Saturated) (0.0, 1.0) "black and white"
              Expect.isTrue stuck.RunsOff "stuck")
          torchTest "samples that are all alike are found" (fun () ->
              let data = normal 1L [ 300L; 2L ]
              Expect.isTrue (range (torch.ones ([| 50L; 2L |])) data false).IsTooNarrow "constant"
              let alike = range data (torch.ones ([| 50L; 2L |])) false
              Expect.isTrue (Double.IsNaN alike.Spread) "data that do not vary tell nothing")
          torchTest "images of noise are found, images like the data pass" (fun () ->
              let data = stripes 60
              let like = structure (stripes 20) data
              Expect.isTrue (like.Tells && not like.LooksLikeNoise) "stripes"
              let noise = normal 3L [ 20L; 1L; 12L; 12L ]
              let found = structure noise data
              Expect.isTrue found.LooksLikeNoise "noise"
              Expect.floatClose { absolute = 0.15; relative = 0.0 } found.Noisiness 1.0 "at 1")
          torchTest "sequences and points of noise are found too; data that are noise cannot tell" (fun () ->
              let waves (n: int) phase =
                  torch
                      .tensor(
                          [| for i in 0 .. n - 1 do
                                 for t in 0..39 do
                                     float32 (sin (0.3 * float t + phase + float i)) |]
                      )
                      .view(int64 n, 40L, 1L)

              Expect.isFalse (structure (waves 20 0.5) (waves 60 0.0)).LooksLikeNoise "waves"
              Expect.isTrue (structure (normal 3L [ 20L; 40L; 1L ]) (waves 60 0.0)).LooksLikeNoise "noise"

              let circle n (seed: int64) =
                  use draws = generator seed
                  let angle = torch.rand ([| n |], generator = draws) * 6.2832
                  torch.stack ([| angle.sin (); angle.cos () |], 1L)

              Expect.isFalse (structure (circle 200L 1L) (circle 300L 2L)).LooksLikeNoise "points of a circle"
              Expect.isTrue (structure (normal 3L [ 200L; 2L ] * 0.7) (circle 300L 2L)).LooksLikeNoise "a cloud"
              Expect.isFalse (structure (normal 3L [ 200L; 2L ]) (normal 4L [ 300L; 2L ])).Tells "normal data") ]
