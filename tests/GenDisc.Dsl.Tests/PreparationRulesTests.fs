/// What happens to examples before a model sees them.
module GenDisc.Dsl.Tests.PreparationRulesTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.DataRulesTests

let private trained name (data: Data) c loss =
    { ExperimentTests.hybrid with
        Name = name
        Data = data
        Model = model c
        Loss = loss }

let private restorer data =
    trained "restorer" data (dense 4 >> autoencoder 2) reconstruction

let private machine data = trained "machine" data (rbm 4) (cd 1)

let private stacked data =
    trained "stacked" data (encoder (restorer data) >> rbm 4) (cd 1)

let private diffuser data =
    trained "diffuser" data (diffusion (mlp [ 8 ])) denoising

let private latent data =
    trained "latent" data (latentDiffusion (restorer data) (mlp [ 8 ])) denoising

let private plainClassifier data =
    trained "plain" data (classifier []) crossEntropy

/// What is told of the data, with the caret's first word.
let private wordsOf data =
    [ for part, says in toldOf data do
          part.Split(' ')[0], says ]

let private makesNothing word name =
    word, $"{word} asks a model to make examples anew, which {name} does not"

let private leaks part how =
    $"restorer may have been trained on {part} examples of this experiment: on the same data it {how}"

let private hints data = problems (on data) |> List.map _.Hint

let private right =
    [ digits |> noisy 0.0 |> blurred 28.0 |> turned -180.0 |> missing 0.0
      digits |> missing 0.99 |> infilled (restorer digits)
      digits |> missing 0.5 |> noisy 0.1 |> infilled (restorer digits)
      digits
      |> missing 0.5
      |> infilled (machine digits)
      |> reconstructed (restorer digits)
      digits |> binarised |> noisy 0.1
      digits |> missing 0.5 |> infilled (diffuser digits)
      moons |> noisy 0.3 |> reconstructed (diffuser moons)
      digits |> reconstructed (latent digits)
      moons |> noisy 2.0 |> missing 0.5 |> infilled (restorer moons)
      digits
      |> take 100
      |> noisy 0.2
      |> reconstructed (restorer (digits |> noisy 0.2))
      digits |> validation 0.0 |> reconstructed (restorer (digits |> validation 0.2))
      digits |> against (mnist |> noisy 0.5 |> blurred 1.0) ]

let private wrong =
    [ digits |> noisy -0.1, [ "noisy", "noisy expects a finite deviation of at least 0.0, but got -0.1" ]
      digits |> noisy nan, [ "noisy", "noisy expects a finite deviation of at least 0.0, but got nan" ]
      digits |> missing 1.0, [ "missing", "missing expects a rate from 0.0 to below 1.0, but got 1.0" ]
      digits |> blurred 28.5, [ "blurred", "blurred expects a deviation of 0.0 to 28 pixels, but got 28.5" ]
      digits |> turned 181.0, [ "turned", "turned expects an angle of -180.0 to 180.0 degrees, but got 181.0" ]
      moons |> blurred 1.0, [ "blurred", "blurred changes images, but moons has examples of vector 2" ]
      moons |> turned 10.0, [ "turned", "turned changes images, but moons has examples of vector 2" ]
      lorenz |> noisy 0.1, [ "noisy", "noisy changes images and vectors, which lorenz has not" ]
      digits |> infilled (restorer digits),
      [ "infilled", "infilled fills in what missing hides, but nothing is hidden here" ]
      digits
      |> missing 0.5
      |> infilled (restorer digits)
      |> infilled (restorer digits),
      [ "infilled", "infilled fills in what missing hides, but nothing is hidden here" ]
      digits |> missing 0.5 |> turned 10.0 |> infilled (restorer digits),
      [ "infilled", "infilled must know what missing hid, but turned mixes it with what is seen" ]
      digits
      |> missing 0.5
      |> reconstructed (restorer digits)
      |> infilled (restorer digits),
      [ "infilled", "infilled must know what missing hid, but reconstructed mixes it with what is seen" ]
      digits |> reconstructed (plainClassifier digits), [ makesNothing "reconstructed" "plain" ]
      digits |> missing 0.5 |> infilled (stacked digits), [ makesNothing "infilled" "stacked" ]
      digits |> missing 0.5 |> infilled (latent digits),
      [ "infilled",
        "infilled keeps what is seen of an example, but latent draws latents, each of which stands for all of it" ]
      digits |> reconstructed (diffuser moons),
      [ "reconstructed", "reconstructed expects a model of image 1×28×28, but diffuser was made for vector 2" ]
      digits |> reconstructed (restorer moons),
      [ "reconstructed", "reconstructed expects a model of image 1×28×28, but restorer was made for vector 2" ]
      digits |> reconstructed (restorer (digits |> validation 0.2)),
      [ "reconstructed", leaks "validation" "has validation 0.2, not 0.1" ]
      digits
      |> reconstructed (trained "deep" mnist (encoder (restorer (digits |> validation 0.2)) >> vae 2) elbo),
      [ "reconstructed", leaks "validation" "has validation 0.2, not 0.1" ]
      digits |> against (mnist |> noisy -1.0),
      [ "against", "noisy expects a finite deviation of at least 0.0, but got -1.0" ]
      digits |> against (mnist |> reconstructed (restorer mnist)),
      [ "against", "reconstructed stands inside against, where other data are only corrupted" ] ]

let tests =
    testList
        "PreparationRules"
        [ for data in right do
              test $"{data}" { Expect.isEmpty (toldOf data) "no problems" }

          for data, expected in wrong do
              test $"{data}" {
                  Expect.equal (wordsOf data) expected "problems"
                  Expect.all (hints data) (fun hint -> hint <> "") "hints"
              }

          test "the caret is under the word that is wrong, not the first of its name" {
              Expect.equal
                  (toldOf (digits |> noisy 0.1 |> noisy -0.5 |> noisy 0.2))
                  [ "noisy (-0.5)", "noisy expects a finite deviation of at least 0.0, but got -0.5" ]
                  "the second"
          }

          test "rows of a table are neither images nor vectors" {
              let data = table "a.csv" "y" |> noisy 0.1

              let knowing (d: Data) =
                  if d.Source.IsTable then Some(Generators.facts moons) else Data.facts d

              Expect.equal
                  [ for p in problemsUsing knowing { on moons with Data = data } -> p.Says ]
                  [ "noisy changes images and vectors, but examples of table \"a.csv\" \"y\" are rows of a table" ]
                  "problems"
          }

          test "an experiment that stands in the data must be valid itself" {
              let broken = trained "broken" digits (dense 0 >> autoencoder 2) reconstruction

              match problems (on (digits |> reconstructed broken)) with
              | [ problem ] ->
                  Expect.equal problem.Place Place.Data "place"
                  Expect.stringStarts problem.Says "broken is not valid itself: " "says"
              | other -> failtest $"{other}"
          }

          test "noise takes vectors out of [0, 1], and not images" {
              let unit data =
                  Data.facts data |> Option.map _.InUnitInterval

              Expect.equal (unit (friedman |> missing 0.5)) (Some true) "zeros"
              Expect.equal (unit (friedman |> noisy 0.1)) (Some false) "noise"
              Expect.equal (unit (digits |> noisy 0.1)) (Some true) "images are clipped"
          }

          test "dependencies come in the order of the words" {
              let first, second = restorer digits, machine digits

              let plan =
                  plan (on (digits |> missing 0.5 |> infilled first |> reconstructed second))

              Expect.equal [ for inner in plan.Dependencies -> inner.Experiment.Name ] [ "restorer"; "machine" ] "names"
          } ]
