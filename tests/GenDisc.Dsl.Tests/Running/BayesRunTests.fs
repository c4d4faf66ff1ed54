/// Runs of models that average predictions, and of the bounds of a vae.
module GenDisc.Dsl.Tests.Running.BayesRunTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

/// Small tables: a run on them takes no time to look at.
let private start () =
    let scene = new Scene()
    put scene "shop.csv" (shop 200)
    scene

let private goods = classTable "shop.csv" "kind"

let private baseline =
    { toy with
        Name = "baseline"
        Data = goods
        Model = model (dense 8 >> relu >> classifier [])
        Loss = crossEntropy
        Training = toy.Training |> epochs 1 }

let private asked c =
    { baseline with
        Name = "asked"
        Model = model c }

let private value (result: RunResult) name =
    some name (Map.tryFind name result.Test.Values)

/// Figures that a single model has too.
let private shared (result: RunResult) =
    [ "accuracy"; "crossEntropy"; "ece"; "brier"; "rocAuc" ]
    |> List.map (fun name -> name, value result name)

let private isUncertain classes (result: RunResult) =
    let total, expected, information =
        value result "predictiveEntropy", value result "expectedEntropy", value result "mutualInformation"

    Expect.isTrue (total > 0.0 && total <= log (float classes)) "entropy"
    Expect.isTrue (expected > 0.0 && expected <= total) "expected"
    Expect.floatClose Accuracy.high information (total - expected) "difference"

let private page (result: RunResult) =
    File.ReadAllText(Path.Combine(result.Folder, "report.html"))

let tests =
    testList
        "Run of averages"
        [ test "mcDropout trains, averages its passes and tells how sure it is" {
              use scene = start ()

              let e =
                  { asked (dense 16 >> relu >> mcDropout 0.3 20 >> classifier []) with
                      Data = moons |> take 256 |> against circles }

              let result = scene.Run e

              isUncertain 2 result
              let run = readable result
              let posterior = some "posterior" run.Posterior
              Expect.equal posterior.Members (Some 20) "members"

              Expect.equal
                  (Array.sum posterior.Right + Array.sum posterior.Wrong)
                  (float (some "count" run.Result).Counts["test"])
                  "every test example"

              Expect.equal
                  (posterior.Rejection |> List.map _.Name)
                  [ "predictiveEntropy"; "mutualInformation" ]
                  "orders"

              Expect.floatClose
                  Accuracy.medium
                  (snd posterior.Rejection.Head.Points[0])
                  result.Test.Accuracy
                  "nobody rejected"

              let scores = (some "outside" run.Outside).Scores |> List.map _.Name
              Expect.equal scores [ "maxSoftmax"; "predictiveEntropy"; "mutualInformation" ] "scores"

              for name in [ "oodAuroc"; "oodAurocEntropy"; "oodAurocInformation" ] do
                  Expect.isTrue (value result name >= 0.0 && value result name <= 1.0) name

              Expect.stringContains (page result) "What the model does not know" "section"
              let again = scene.RunFresh e
              Expect.equal (figures again) (figures result) "the same draws each time"
          }

          test "an ensemble of one is that one" {
              use scene = start ()

              for name, inside in
                  [ "plain", baseline
                    "dropped", asked (dense 8 >> relu >> mcDropout 0.3 7 >> classifier [])
                    "hybrid", { toy with Data = goods } ] do
                  let inside = { inside with Name = "inside" }
                  let alone = scene.Run inside
                  let together = scene.Run(asked (ensemble [ inside ]))
                  Expect.equal (shared together) (shared alone) name
                  Expect.isTrue (abs (value together "mutualInformation") < 1e-12) "nobody disagrees"
          }

          test "an ensemble trains nothing but its members" {
              use scene = start ()
              let members = [ for s in 1..3 -> { baseline with Seed = s } ]
              let together = asked (ensemble members)
              let result = scene.Run together

              let planned =
                  [ for event in scene.Events do
                        match event with
                        | RunEvent.Planned(plan, _, _) -> plan.Experiment.Name, plan.Experiment.Seed
                        | _ -> () ]

              Expect.equal planned [ "baseline", 1; "baseline", 2; "baseline", 3; "asked", 1 ] "members first"
              isUncertain 2 result
              Expect.equal result.Seconds 0.0 "no training"
              let run = readable result
              Expect.isEmpty run.Epochs "no epochs"
              Expect.isTrue run.IsEnsemble "known by its row"
              let page = page result
              Expect.stringContains page "Nothing is trained here" "procedure"
              Expect.isFalse (page.Contains "figure-loss") "no curve of no epochs"
              Expect.isTrue (run.Features.IsNone && run.Filters.IsNone) "nor features"

              let mean = members |> List.averageBy (fun m -> (scene.Run m).Test.CrossEntropy)

              Expect.isLessThan result.Test.CrossEntropy (mean + 1e-6) "as the logarithm is concave"
              let within = tensors (bytes result "model.safetensors")

              for i, m in List.indexed members do
                  for KeyValue(name, held) in tensors (bytes (scene.Run m) "model.safetensors") do
                      Expect.equal within[$"0_ensemble.{i}.{name}"] held name
          }

          test "an ensemble of ensembles, and one of a run again from its file" {
              use scene = start ()
              let inner = asked (ensemble [ for s in 1..2 -> { baseline with Seed = s } ])

              let outer =
                  { asked (ensemble [ { inner with Name = "inner" } ]) with
                      Name = "outer" }

              let result = scene.Run outer
              Expect.equal (shared result) (shared (scene.Run inner)) "the same mean"
          }

          test "members that regress on scales of their own answer on the ensemble's" {
              use scene = start ()

              let single n =
                  { baseline with
                      Data = table "shop.csv" "price" |> take n
                      Model = model (dense 8 >> relu >> regressor [])
                      Loss = mse }

              let member' = { single 60 with Seed = 5 }

              let outer =
                  { single 100 with
                      Name = "outer"
                      Model = model (ensemble [ member' ]) }

              let alone, together = scene.Run member', scene.Run outer
              Expect.isTrue (abs (value alone "rmse" - value together "rmse") < 1e-4) "in the targets' own units"
              Expect.isTrue (value together "predictiveDeviation" = 0.0) "one member"

              let two =
                  scene.Run
                      { outer with
                          Model = model (ensemble [ member'; { member' with Seed = 6 } ]) }

              Expect.isGreaterThan (value two "predictiveDeviation") 0.0 "two differ"
          }

          test "members read sequences of unequal lengths" {
              use scene = start ()
              waves scene "Waves" 0.0

              let states =
                  { asked (gru 3 >> classifier []) with
                      Name = "states"
                      Data = timeSeries "Waves" }

              let together =
                  { asked (ensemble [ states ]) with
                      Data = timeSeries "Waves" }

              Expect.equal (shared (scene.Run together)) (shared (scene.Run states)) "the same"
          }

          test "a vae's bound from importance samples" {
              use scene = start ()
              let result = scene.Run toy

              for figures in [ result.Test.Values; result.Validation.Values ] do
                  Expect.isGreaterThan figures["iwae"] figures["elboSampled"] "Jensen"
                  Expect.isTrue (figures["latentEss"] >= 1.0 && figures["latentEss"] <= 64.0) "effective samples"
                  Expect.isLessThan (abs (figures["elboSampled"] - figures["elbo"])) 0.5 "about the ELBO of one draw"

              let bound = some "bound" (readable result).Bound
              Expect.equal (bound.Curve |> Array.map (fun (k, _, _) -> k)) [| 1.; 2.; 4.; 8.; 16.; 32.; 64. |] "draws"
              let values = bound.Curve |> Array.map (fun (_, v, _) -> v)
              Expect.equal (Array.sort values) values "does not fall"
              Expect.floatClose Accuracy.high values[6] result.Test.Values["iwae"] "the figure"
              Expect.stringContains (page result) "The likelihood behind the bound" "section"
              let plain = scene.Run baseline
              Expect.isFalse (plain.Test.Values.ContainsKey "iwae") "no vae"
              Expect.isTrue (readable plain).Posterior.IsNone "one prediction"
          }

          test "a vae learns from importance samples" {
              use scene = start ()

              let result =
                  scene.Run
                      { toy with
                          Data = goods
                          Model = model (dense 8 >> relu >> vae 2)
                          Loss = iwae 5 }

              Expect.floatClose Accuracy.high result.Test.Loss (value result "importance") "the loss"
              // five draws, each time others, beside 64 of the same kind
              Expect.isLessThan (abs (value result "importance" + value result "iwae")) 1.0 "less the bound"
              let page = page result
              Expect.stringContains page "Importance-weighted loss" "its formula"
              Expect.stringContains page "generative model" "its kind"
          } ]
    |> testSequenced
