/// Models with trained ones inside, as they are built.
module GenDisc.Dsl.Tests.Running.PretrainedModelTests

open System.IO
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc
open GenDisc.Running
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

let private loaderOf (scene: Scene) =
    Loader { scene.Options with Tell = ignore }

/// What the main path of a model makes of the test examples.
let private features (loader: Loader) (plan: Plan) (built: Compile.Built) =
    let test = (loader.Prepare plan.Experiment.Data (Streams 1L)).Splits.Test
    use batch = Batches.Gather(test.Data, test.Indices.Span, torch.CPU)
    use noise = (Streams 1L).Sampling torch.CPU
    built.Model.eval ()
    let output = built.Model.ForwardBatch(batch, noise)
    output.Representation.data<float32>().ToArray()

/// An experiment, one over the same data cut otherwise, and the files of both.
let private scaledOtherwise: (string * (Scene -> unit) * Data * Data * (Component * Loss) * (Component * Loss)) list =
    let take20 = take 20

    [ "sequences of unequal lengths",
      (fun scene -> waves scene "Waves" 3.0),
      timeSeries "Waves" |> take20,
      timeSeries "Waves",
      (bidirectional (gru 3) >> meanState >> classifier [], crossEntropy),
      (classifier [], crossEntropy)
      "a table with gaps",
      (fun scene -> put scene "shop.csv" (shop 200)),
      table "shop.csv" "kind" |> take20,
      table "shop.csv" "kind",
      (dense 4 >> tanh >> classifier [], crossEntropy),
      (classifier [], crossEntropy)
      "a series",
      ignore,
      sines [ 1.0 ] |> noise 0.3 |> points 300 |> window 10 1,
      sines [ 1.0 ] |> noise 0.3 |> points 300 |> window 10 1 |> validation 0.0,
      (gru 3 >> lastState >> regressor [], mse),
      (regressor [], mse) ]

let tests =
    testList
        "Models of encoders"
        [ for name, make, data, otherwise, (body, loss), (head, lossOfHead) in scaledOtherwise do
              test $"an encoder sees what it was trained on: {name}" {
                  use scene = new Scene()
                  make scene

                  let trained =
                      { inner with
                          Data = data
                          Model = model body
                          Loss = loss }

                  let outer =
                      { over (encoder trained >> head) with
                          Data = otherwise
                          Loss = lossOfHead }

                  let folder = (scene.Run trained).Folder
                  let loader = loaderOf scene
                  let plan = planUsing loader.Facts outer

                  let find: IDeclared -> Compile.Inner =
                      Pretrained.find loader (fun _ -> folder) torch.CPU plan

                  let inside = find trained
                  use _alone = inside.Built.Model
                  let built = Compile.model plan (Streams 1L) torch.CPU find
                  use _whole = built.Model

                  let expected = features loader plan.Dependencies.Head inside.Built
                  let actual = features loader plan built
                  Expect.equal actual.Length expected.Length "as many"
                  Expect.isGreaterThan (Array.distinct expected).Length 10 "they differ"

                  for a, b in Array.zip actual expected do
                      Expect.floatClose { absolute = 1e-5; relative = 0.0 } (float a) (float b) "feature"

                  let raw = (loader.Prepare otherwise (Streams 1L)).Splits.Test.Data.Values.ToArray()
                  let own = (loader.Prepare data (Streams 1L)).Splits.Test.Data.Values.ToArray()
                  Expect.notEqual raw own "the scales differ"
                  // trained as a whole, and read back with what converts the scale
                  Expect.isFalse (scene.Run outer).Reused "runs"

                  let twice =
                      { over (encoder outer >> head) with
                          Name = "twice"
                          Data = otherwise
                          Loss = lossOfHead }

                  Expect.isTrue (System.Double.IsFinite (scene.Run twice).Test.Loss) "inside another"
              }

          test "weights that cannot be loaded leave no model behind" {
              use scene = new Scene()
              let result = scene.Run inner
              let plan = plan (over (encoder inner >> classifier []))
              File.WriteAllBytes(Path.Combine(result.Folder, "model.safetensors"), [| 1uy |])

              let live () =
                  DisposeScopeManager.Statistics.ThreadTotalLiveCount

              let before = live ()

              Expect.throwsT<UserError>
                  (fun () ->
                      Pretrained.find (loaderOf scene) (fun _ -> result.Folder) torch.CPU plan inner
                      |> ignore)
                  "damaged"

              Expect.equal (live ()) before "tensors alive"
          }

          test "only models that draw have generators" {
              let generators c =
                  let plan = plan (over c)

                  use built =
                      (Compile.model plan (Streams 1L) torch.CPU (fun _ -> failtest "none inside")).Model

                  built.Generators

              Expect.equal (generators (dense 4 >> classifier [])) 0 "nothing drawn"
              Expect.equal (generators (dropout 0.5 >> dense 4 >> dropout 0.1 >> classifier [])) 1 "one for all dropout"
              Expect.equal (generators (gaussianNoise 0.1 >> dropout 0.5 >> classifier [])) 2 "one for noise"
          } ]
    |> testSequenced
