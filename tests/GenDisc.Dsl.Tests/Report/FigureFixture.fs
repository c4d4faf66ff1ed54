/// Run folders with the files of an evaluation: made-up figures of real sizes.
module GenDisc.Dsl.Tests.Report.FigureFixture

open System
open System.Globalization
open System.IO
open GenDisc.Reporting

let private num (x: float) =
    if Double.IsFinite x then
        Math.Round(x, 5).ToString("R", CultureInfo.InvariantCulture)
    else
        "null"

let private list (items: string seq) = "[" + String.concat "," items + "]"
let private nums xs = xs |> Seq.map num |> list

let private points (ps: (float * float) seq) =
    ps |> Seq.map (fun (x, y) -> nums [ x; y ]) |> list

let private names =
    [| "T-shirt"
       "trouser"
       "pullover"
       "dress"
       "coat"
       "sandal"
       "shirt"
       "sneaker"
       "bag"
       "ankle <b>boot</b>" |]

/// The metrics of a folder, with a status and classes.
let private result name metrics classes confusion extra =
    let quoted = classes |> Seq.map (fun c -> $"\"{c}\"") |> list

    $"""{{"id":"x","name":"{name}","status":"done","message":null,"seed":1,"started":"2026-11-22T18:00:00Z","seconds":22.5,
"totalSeconds":30.1,"examplesPerSecond":12000.0,"epochs":3,"bestEpoch":3,"parameters":52650,"flops":2164,
"metrics":{{{metrics}}},"classes":{quoted},"confusion":{confusion},{extra}"warnings":[]}}"""

let private confusion =
    list
        [ for i in 0..9 ->
              nums
                  [ for j in 0..9 ->
                        if i = j then 930.0
                        elif (i + j) % 7 = 0 then 23.0
                        else float ((i * j) % 3) ] ]

let private metrics =
    """"train.accuracy":0.962,"train.logLoss":0.11,"test.accuracy":0.9238,"test.balancedAccuracy":0.9238,"test.macroF1":0.9231,
"test.logLoss":0.2312,"test.brier":0.1123,"test.top2":0.981,"test.top3":0.9934,"test.rocAuc":0.99512,"test.prAuc":0.9712,
"test.ece":0.0345,"test.eceAfterScaling":0.0061,"test.temperature":1.314,"test.oodAuroc":0.8712,"test.sparsity":12.25"""

let private bins (random: Random) over =
    list
        [ for i in 1..14 ->
              let low, high = float i / 15.0, float (i + 1) / 15.0
              let confidence = (low + high) / 2.0
              let count = if i = 14 then 7800 else 3 + i * i + random.Next 20

              let accuracy =
                  Math.Clamp(confidence - over * (1.0 - confidence) + 0.02 * random.NextDouble(), 0.0, 1.0)

              $"""{{"low":{num low},"high":{num high},"count":{count},"confidence":{num confidence},"accuracy":{num accuracy}}}""" ]

/// An empty bin has neither confidence nor accuracy.
let private reliability random =
    let before =
        (bins random 0.35).Replace("[{", """[{"low":0,"high":0.06667,"count":0,"confidence":null,"accuracy":null},{""")

    $"""{{"before":{before},"after":{bins random 0.03},"temperature":1.314,"eceBefore":0.0345,"eceAfter":0.0061,
"logLossBefore":0.2512,"logLossAfter":0.2312,"fittedOn":"validation","fittedCount":6000}}"""

let private roc =
    list
        [ for label in 0..9 ->
              let power = 0.02 + 0.012 * float label
              let curve = [ for i in 0..200 -> let x = (float i / 200.0) ** 3.0 in x, x ** power ]
              $"""{{"class":{label},"points":{points curve}}}""" ]

let private precisionRecall =
    list
        [ for label in 0..9 ->
              let power = 4.0 + 30.0 / (1.0 + float label)

              let curve =
                  [ for i in 0..200 -> let x = float i / 200.0 in x, 1.0 - 0.9 * x ** power ]

              $"""{{"class":{label},"points":{points curve}}}""" ]

let private mistakes count =
    [ for i in 0 .. count - 1 -> i % 10, (3 * i + 1) % 10, 0.999 - 0.004 * float i ]
    |> List.filter (fun (a, b, _) -> a <> b)

let private evaluation random =
    let wrong =
        mistakes 32
        |> Seq.map (fun (a, b, c) -> $"""{{"truth":{a},"predicted":{b},"confidence":{num c}}}""")
        |> list

    let areas =
        list
            [ for i in 0..9 -> $"""{{"rocAuc":{num (0.999 - 0.002 * float i)},"prAuc":{num (0.99 - 0.01 * float i)}}}""" ]

    $"""{{"intervals":{{"accuracy":[0.9186,0.9291],"logLoss":[0.2201,0.2424],"macroF1":[0.918,0.9284],"rocAuc":[0.9942,0.996]}},
"resamples":1000,"classes":{areas},"topK":[{{"k":2,"value":0.981}},{{"k":3,"value":0.9934}}],"roc":{roc},
"precisionRecall":{precisionRecall},"reliability":{reliability random},"mistakes":{wrong}}}"""

let private gaussian (random: Random) =
    sqrt (-2.0 * log (1.0 - random.NextDouble()))
    * cos (2.0 * Math.PI * random.NextDouble())

let private clusters (random: Random) spread =
    [ for i in 0..999 ->
          let angle = 2.0 * Math.PI * float (i % 10) / 10.0
          spread * cos angle + gaussian random, spread * sin angle + gaussian random ]

let private features random labels =
    $"""{{"dimension":128,{labels},"pca":{{"explained":[0.213,0.117],"points":{points (clusters random 3.0)}}},
"tsne":{{"perplexity":30,"iterations":750,"points":{points (clusters random 9.0)}}}}}"""

let private histogram centre =
    [ for i in 0..39 -> Math.Round(800.0 * exp (-((float i / 40.0 - centre) ** 2.0) / 0.03)) ]

let private outside =
    let edges = nums [ for i in 0..40 -> float i / 40.0 ]

    let score name auroc =
        $"""{{"name":"{name}","auroc":{num auroc},"low":{num (auroc - 0.005)},"high":{num (auroc + 0.005)},"fpr95":0.512,
"edges":{edges},"insideCounts":{nums (histogram 0.75)},"outsideCounts":{nums (histogram 0.35)}}}"""

    $"""{{"against":"fashionMnist <i>","inside":10000,"outside":10000,"scores":[{score "maxSoftmax" 0.8712},{score "energy" 0.9011}]}}"""

let private picture size k =
    Array.init (size * size) (fun i -> float32 ((i * (k + 3)) % 97) / 96.0f)

/// An image classifier with all figures of its evaluation.
let images (folder: string) =
    let random = Random 1
    let put = Fixture.put folder
    let at name = Path.Combine(folder, "figures", name)

    put
        "result.json"
        (result "clothes" metrics names confusion """"counts":{"train":54000,"validation":6000,"test":10000},""")

    put
        "plan.json"
        """{"parameters":52650,"terms":[{"name":"crossEntropy","weight":1.0},{"name":"sparsity","weight":0.001}],"latent":32,"shape":[1,28,28],"classes":10}"""

    put "figures/evaluation.json" (evaluation random)
    put "figures/features.json" (features random $"\"labels\":{nums [ for i in 0..999 -> float (i % 10) ]}")
    put "figures/outOfDistribution.json" outside
    Mosaic.write (at "mistakes.png") 10 (1, 28, 28) (Array.init (mistakes 32).Length (picture 28))
    Mosaic.write (at "filters.png") 8 (1, 5, 5) (Array.init 16 (picture 5))

    Mosaic.pairs
        (at "augmented.png")
        10
        (1, 28, 28)
        (Array.init 10 (picture 28))
        (Array.init 10 (fun k -> picture 28 (k + 1)))

let private wave (random: Random) label feature =
    [ for t in 0..59 -> sin (float t / (4.0 + float label) + float feature) + 0.15 * gaussian random ]

/// A classifier of sequences with two features.
let sequences (folder: string) =
    let random = Random 2
    let put = Fixture.put folder

    let values label =
        list [ nums (wave random label 0); nums (wave random label 1) ]

    let examples =
        list [ for i in 0..8 -> $"""{{"class":{i / 3},"values":{values (i / 3)}}}""" ]

    let wrong =
        list
            [ for i in 0..7 ->
                  $"""{{"truth":{i % 3},"predicted":{(i + 1) % 3},"confidence":{num (0.98 - 0.03 * float i)},"values":{values (i % 3)}}}""" ]

    put
        "result.json"
        (result "gestures" "\"test.accuracy\":0.95" [ "circle"; "swipe"; "<u>tap" ] "[[9,1,0],[0,9,1],[1,0,9]]" "")

    put "figures/sequences.json" $"""{{"series":{examples}}}"""
    put "figures/mistakes.json" $"""{{"series":{wrong}}}"""

let private regressionFigures (random: Random) =
    let fitted =
        [ for _ in 0..2999 -> let x = 200.0 * random.NextDouble() in x, 20.0 * gaussian random ]

    let edges = [ for i in 0..30 -> -75.0 + 5.0 * float i ]

    let counts =
        [ for i in 0..29 -> Math.Round(598.0 * exp (-((-72.5 + 5.0 * float i) ** 2.0) / 800.0)) ]

    $"""{{"baselines":[{{"name":"persistence","mse":730.1,"rmse":27.02,"mae":19.6,"mase":1.01}},
{{"name":"seasonal naive (12)","mse":2101.0,"rmse":45.84,"mae":33.1,"mase":1.72}},{{"name":"mean","mse":4900.0,"rmse":70.0,"mae":55.2,"mase":null}}],
"model":{{"mse":528.9,"rmse":23.0,"mae":16.7,"mase":0.862,"r2":0.8823}},
"residuals":{{"fitted":{points fitted},"histogram":{{"edges":{nums edges},"counts":{nums counts}}},
"acf":{{"values":{nums [ for lag in 1..24 -> 0.2 * exp (-float lag / 4.0) * cos (float lag) + 0.02 * gaussian random ]},"band":0.0358}},
"ljungBox":{{"lags":20,"statistic":41.03,"p":0.0037}}}}}}"""

let private spots (random: Random) t =
    max 0.0 (90.0 + 80.0 * sin (2.0 * Math.PI * float t / 132.0) + 12.0 * gaussian random)

let private forecast (random: Random) =
    let steps = [ 2115..2680 ]
    let truth = steps |> List.map (spots random)
    let predicted = steps |> List.map (fun t -> spots random t * 0.96 + 4.0)
    let earlier = [ 2000..2114 ]
    let ahead = List.truncate 60 steps
    let numbers = List.map float >> nums

    $"""{{"columns":["Sunspots"],"unit":"spots","history":36,"horizon":1,"start":2115,
"series":[{{"column":0,"steps":{numbers steps},"truth":{nums truth},"oneStep":{nums predicted}}}],
"before":[{{"column":0,"steps":{numbers earlier},"truth":{nums (earlier |> List.map (spots random))}}}],
"rollout":{{"steps":{numbers ahead},"columns":[{{"column":0,"truth":{nums (List.truncate 60 truth)},
"prediction":{nums [ for t in ahead -> spots random t + 0.4 * float (t - 2115) ]}}}],
"rmse":{nums [ for lead in 1..60 -> 22.0 + 30.0 * (1.0 - exp (-float lead / 20.0)) ]}}}}}"""

/// A forecaster in its own unit.
let forecasting (folder: string) =
    let random = Random 3
    let put = Fixture.put folder

    let metrics =
        """"train.mse":0.11,"test.mse":0.12,"test.rmse":23.0,"test.mae":16.7,"test.mase":0.862,"test.r2":0.8823,"test.persistenceRmse":27.02"""

    put "result.json" (result "sunspots" metrics [] "[]" """"counts":{"train":1700,"validation":300,"test":566},""")
    put "plan.json" """{"parameters":52650,"terms":[{"name":"mse","weight":1.0}],"shape":[36,1]}"""

    put
        "figures/evaluation.json"
        """{"intervals":{"rmse":[21.41,24.72],"mae":[15.6,17.9],"r2":[0.864,0.899]},"resamples":1000}"""

    put "figures/regression.json" (regressionFigures random)
    put "figures/forecast.json" (forecast random)

    put
        "figures/predictions.json"
        $"""{{"truth":{nums [ for t in 0..199 -> float t ]},"prediction":{nums [ for t in 0..199 -> float t + 9.0 * gaussian random ]}}}"""

    let targets = nums [ for i in 0..999 -> float (i % 10) * 20.0 ]
    put "figures/features.json" (features random $"\"values\":{targets}")
