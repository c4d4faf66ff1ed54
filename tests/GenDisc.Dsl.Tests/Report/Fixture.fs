/// Small run folders, written as a run writes them.
module GenDisc.Dsl.Tests.Report.Fixture

open System
open System.IO
open GenDisc.Reporting

/// Runs `f` on a new empty folder and deletes it afterwards.
let inFolder (f: string -> 'a) : 'a =
    let folder =
        Path.Combine(Path.GetTempPath(), "gendisc-report-" + Guid.NewGuid().ToString "N")

    Directory.CreateDirectory(Path.Combine(folder, "figures")) |> ignore

    try
        f folder
    finally
        Directory.Delete(folder, true)

let put (folder: string) (name: string) (content: string) =
    File.WriteAllText(Path.Combine(folder, name), content)

let name = "hybrid <script>alert(1)</script>"

let private plan =
    """{"rows":[{"block":"vae 2","in":"image 1×4×4","out":"vector 2","parameters":1234567,"flops":2000},
{"block":"decoder: dense 16","in":"vector 2","out":"image 1×4×4","parameters":48,"flops":64},
{"block":"classifier [8]","in":"vector 2","out":"3 classes","parameters":51,"flops":100}],
"parameters":1234666,"flops":2164,"loss":"0.1 * elbo + crossEntropy",
"terms":[{"name":"reconstruction","weight":0.1,"schedule":null},{"name":"kl","weight":0.1,"schedule":null},
{"name":"crossEntropy","weight":1.0,"schedule":null}],
"likelihood":"bernoulli","latent":2,"shape":[1,4,4],"classes":3,"training":"adam 0.001 |> epochs 3 |> batch 16"}"""

let private epoch n =
    let side =
        $"""{{"loss":{12 - n}.5,"reconstruction":90.5,"kl":{n}.25,"crossEntropy":0.5,"accuracy":0.{n}5,"elbo":-100.5}}"""

    $"""{{"epoch":{n},"seconds":1.5,"examplesPerSecond":100.0,"learningRate":0.00{n},"weights":{{"kl":0.{n}}},"train":{side},"validation":{side}}}"""

let epochs = [ 1; 2; 3 ] |> List.map epoch |> String.concat "\n"

let result status message warnings =
    $"""{{"id":"x","name":"{name}","status":"{status}","message":{message},"seed":1,"started":"2026-11-22T18:00:00Z",
"seconds":22.5,"totalSeconds":30.1,"examplesPerSecond":12000.0,"epochs":3,"bestEpoch":2,"parameters":1234666,"flops":2164,
"metrics":{{"train.loss":9.5,"test.accuracy":0.9,"test.elbo":-105.25,"test.kl":20.5,"validation.accuracy":0.91}},
"classes":["a<b>","b","c"],"confusion":[[8,1,0],[0,10,1],[1,0,9]],
"environment":{{"gendisc":"0.1.0","threads":2,"device":"cpu"}},
"data":[{{"file":"images","sha256":"0fa7","bytes":7840016}}],
"counts":{{"train":54000,"validation":6000,"test":30}},"warnings":[{warnings}]}}"""

let private image k =
    [| for i in 0..15 -> float32 ((i + k) % 16) / 15.0f |]

/// Everything an image hybrid leaves.
let full (folder: string) =
    let put = put folder
    put "experiment.fsx" $"let experiment = {{ Name = \"{name}\"; Seed = 1 }} // <b>\n"
    put "plan.json" plan
    put "metrics.jsonl" (epochs + "\n")
    put "result.json" (result "done" "null" "")
    let images = Array.init 6 image
    Mosaic.pairs (Path.Combine(folder, "figures/reconstructions.png")) 3 (1, 4, 4) images images
    Mosaic.write (Path.Combine(folder, "figures/samples.png")) 3 (1, 4, 4) images

    put
        "figures/latent.json"
        """{"method":"posterior means, principal components","explained":[0.2,0.1],
"points":[[0.5,1.5],[-1.0,2.0],[0.25,null]],"labels":[0,1,2]}"""

/// A model of the plane: no images, no classes.
let plane (folder: string) =
    put folder "result.json" """{"name":"plane","status":"done","metrics":{"test.elbo":-1.5}}"""

    put
        folder
        "figures/plane.json"
        """{"data":[[0,1],[1,0]],"labels":[0,1],"samples":[[0.5,0.5]],"reconstructions":[[0,1.1]]}"""

/// A regression.
let regression (folder: string) =
    put folder "result.json" """{"name":"regression","status":"done","metrics":{"test.mse":1.5}}"""
    put folder "figures/predictions.json" """{"truth":[1,2,3],"prediction":[1.5,2,2.5]}"""

/// The page's text without scripts: what a reader sees, still escaped.
let markup (folder: string) =
    let page = File.ReadAllText(Report.write folder)

    Text.RegularExpressions.Regex.Replace(
        page,
        @"<(script|style)\b[^>]*>.*?</\1>",
        "",
        Text.RegularExpressions.RegexOptions.Singleline
    )
