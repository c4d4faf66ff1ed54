/// Small folders of studies, written as a study writes them. All numbers are made up.
module internal GenDisc.Dsl.Tests.Report.StudyFixture

open System
open System.Globalization
open System.IO
open System.Text.Json

let private culture = CultureInfo.InvariantCulture
let quoted (s: string) = JsonSerializer.Serialize s

let private number (x: float) =
    if Double.IsFinite x then x.ToString("R", culture) else "null"

let hostile = "a_b & 50% {#$^~} \\end{verbatim} <img src=x onerror=alert(1)> 漢 “é”"

type Row =
    { Name: string
      Labels: int option
      Weight: float option
      Mean: float
      Verdict: string option }

let row name mean verdict =
    { Name = name
      Labels = None
      Weight = None
      Mean = mean
      Verdict = verdict }

type Sample =
    { Kind: string
      Question: string
      Seeds: int list
      Metric: string
      Rows: Row list
      Front: string list
      Robust: bool
      EqualCompute: bool }

/// Between −1 and 1, the same for the same arguments.
let private wobble (a: int) (b: int) =
    Math.Sin(float (a * a * 37 + b * 101) * 1.7)

let private values (mean: float) spread (seeds: int list) index =
    seeds |> List.mapi (fun i _ -> mean + spread * wobble (i + 1) (index + 1))

let private deviation (values: float list) =
    let mean = List.average values

    sqrt ((values |> List.sumBy (fun v -> (v - mean) ** 2.0)) / float (values.Length - 1))

/// Half of an interval of five seeds.
let private half (values: float list) =
    2.776 * deviation values / sqrt (float values.Length)

let private figure (values: float list) =
    let list = values |> List.map number |> String.concat ","
    let mean = List.average values

    if values.Length = 1 then
        $"""{{"mean":{number mean},"deviation":null,"low":null,"high":null,"count":1,"values":[{list}]}}"""
    else
        $"""{{"mean":{number mean},"deviation":{number (deviation values)},"low":{number (mean - half values)},"high":{number (mean + half values)},"count":{values.Length},"values":[{list}]}}"""

let private contrast (own: float list) (other: float list) verdict =
    let differences = List.map2 (-) own other
    let mean = List.average differences
    let several = differences.Length > 1
    let half = if several then half differences else 0.02
    let test = if several then "paired t-test" else "McNemar's test"

    let several x =
        if several then number (x ()) else "null"

    let p = if verdict = "none" then 0.412 else 0.0021

    $"""{{"difference":{number mean},"low":{number (mean - half)},"high":{number (mean + half)},
"bootstrapLow":{several (fun () -> mean - 0.7 * half)},"bootstrapHigh":{several (fun () -> mean + 0.7 * half)},
"p":{number p},"adjusted":{number (min 1.0 (2.0 * p))},"effect":{several (fun () -> mean / deviation differences)},
"test":{quoted test},"verdict":{quoted verdict}}}"""

let private idOf (s: Sample) index seed =
    $"row-{index + 1}-{s.Kind.ToLowerInvariant()}-{seed}"

let private levels (row: Row) index =
    [ "noise", [ 0.0; 0.1; 0.2; 0.4 ]
      "blur", [ 0.0; 0.5; 1.0; 2.0 ]
      "rotation", [ 0.0; 15.0; 30.0; 45.0 ]
      "missing", [ 0.0; 0.1; 0.3; 0.5 ] ]
    |> List.collect (fun (name, levels) ->
        levels
        |> List.mapi (fun i level ->
            let mean = row.Mean - 0.06 * float i * (1.0 + 0.2 * wobble index i)

            $"""{{"corruption":"{name}","level":{number level},"mean":{number mean},"low":{number (mean - 0.01)},"high":{number (mean + 0.01)}}}"""))
    |> String.concat ","

let private source (row: Row) =
    $"{{ Name = {quoted row.Name}\n  Data = digits |> take 600\n  Model = [ conv 8; vae 4; classifier [ 32 ] ]\n  Loss = 0.1 * elbo + crossEntropy\n  Training = adam 0.001 |> epochs 5 }}"

let private rowJson (s: Sample) index (row: Row) =
    let own = values row.Mean 0.012 s.Seeds index

    let reference =
        let first = s.Rows |> List.findIndex (fun other -> other.Labels = row.Labels)
        values s.Rows[first].Mean 0.012 s.Seeds first

    let runs =
        s.Seeds
        |> List.map (fun seed ->
            let id = idOf s index seed

            $"""{{"seed":{seed},"id":{quoted id},"folder":{quoted ("../" + id)},"seconds":3.25,"reused":{(if seed = 1 then "true" else "false")}}}""")
        |> String.concat ","

    let other start step spread =
        values (start + step * float index) spread s.Seeds index

    let contrast =
        row.Verdict |> Option.map (contrast own reference) |> Option.defaultValue "null"

    let labels =
        row.Labels
        |> Option.map (fun n -> n.ToString culture)
        |> Option.defaultValue "null"

    let weight = row.Weight |> Option.map number |> Option.defaultValue "null"
    let on = if index % 2 = 0 then "true" else "false"
    let robust = if s.Robust then levels row index else ""

    $"""{{"name":{quoted row.Name},"labels":{labels},"weight":{weight},"source":{quoted (source row)},"loss":"0.1 * elbo + crossEntropy",
"data":"digits |> take 600 |> augment helper 100","model":"model (encoder helper >> classifier [32])","training":"adam 0.001 |> epochs 5",
"parameters":{12345 + index},"flops":{456789 + index},"trainingFlops":{1.23e12 + 1e10 * float index},"seconds":{number (12.5 + float index)},"epochs":5,
"figures":{{"accuracy":{figure own},"ece":{figure (other 0.03 0.004 0.002)},
"elbo":{figure (other -104.0 2.0 0.5)},"oodAuroc":{figure (other 0.9 -0.01 0.01)}}},
"contrast":{contrast},"onFront":{on},"runs":[{runs}],"robustness":[{robust}]}}"""

let json (s: Sample) =
    let seeds = s.Seeds |> List.map (fun n -> n.ToString culture) |> String.concat ","
    let rows = s.Rows |> List.mapi (rowJson s) |> String.concat ",\n"
    let front = s.Front |> List.map quoted |> String.concat ","
    let equal = if s.EqualCompute then "true" else "false"

    $"""{{"id":"study-1a2b3c4d","question":{quoted s.Question},"kind":"{s.Kind}","metric":"{s.Metric}","seeds":[{seeds}],
"equalCompute":{equal},"source":"compare \"made up\" [ first; second ]","script":"#r \"GenDisc.dll\"\nopen GenDisc\n\ncompare \"question\" [ first; second ] |> run",
"started":"2026-11-22T18:00:00Z","seconds":123.4,
"environment":{{"cpu":"Made-up processor","threads":2,"os":"Linux","dotnet":"10.0","gendisc":"0.6.0","torchSharp":"0.107","libtorch":"2.10","device":"cpu","kernels":"avx2"}},
"data":{{"title":"digits (made up)","training":54000,"validation":6000,"test":10000}},"family":{s.Rows.Length - 1},"front":[{front}],
"rows":[{rows}],
"statements":["All numbers of this study are made up for a test.","The second row is better than the first: 2.00 percentage points, 95 %% interval [1.30, 2.70], p = 0.004 after correction.","Of the third row, no difference to the first was detected."],
"limits":["These numbers come from no experiment."]}}"""

let plan =
    """{"rows":[{"block":"vae 2","in":"image 1×4×4","out":"vector 2","parameters":12,"flops":2000}],
"parameters":12345,"flops":2164,"loss":"0.1 * elbo + crossEntropy",
"terms":[{"name":"reconstruction","weight":0.1,"schedule":null},{"name":"kl","weight":0.1,"schedule":"ramp 3"},
{"name":"crossEntropy","weight":1.0,"schedule":null}],
"likelihood":"bernoulli","latent":2,"shape":[1,4,4],"classes":10,"training":"adam 0.001 |> epochs 5 |> batch 64"}"""

let private plain =
    """{"rows":[{"block":"classifier [32]","in":"image 1×4×4","out":"10 classes","parameters":12,"flops":2000}],
"parameters":12345,"flops":2164,"loss":"crossEntropy","terms":[{"name":"crossEntropy","weight":1.0,"schedule":null}],
"shape":[1,4,4],"classes":10,"training":"adam 0.001 |> epochs 5 |> batch 64"}"""

/// The folder of the study, beside those of its runs.
let writeIn (root: string) (s: Sample) =
    s.Rows
    |> List.iteri (fun index row ->
        for seed in s.Seeds do
            let folder = Path.Combine(root, idOf s index seed)
            Directory.CreateDirectory folder |> ignore

            File.WriteAllText(
                Path.Combine(folder, "result.json"),
                $"""{{"id":"x","name":{quoted row.Name},"status":"done","seed":{seed},"metrics":{{"test.accuracy":0.9}}}}"""
            )

            File.WriteAllText(Path.Combine(folder, "plan.json"), (if index = 0 then plain else plan)))

    let folder = Path.Combine(root, "study-1a2b3c4d")
    Directory.CreateDirectory folder |> ignore
    File.WriteAllText(Path.Combine(folder, "study.json"), json s)
    folder

let comparison =
    { Kind = "comparison"
      Question = "Does a generative front end help? (made-up numbers)"
      Seeds = [ 1; 2; 3; 4; 5 ]
      Metric = "accuracy"
      Rows =
        [ row "cnn" 0.941 None
          row "hybrid" 0.961 (Some "better")
          row "latents frozen" 0.943 (Some "none")
          row "latents fine-tuned" 0.957 (Some "better")
          row "augmentation by a generator of each class" 0.929 (Some "worse")
          row "m2" 0.952 (Some "untested") ]
      Front = []
      Robust = true
      EqualCompute = false }

let labelCurve =
    { comparison with
        Kind = "labelCurve"
        Question = "How much does each model make of few labels? (made-up numbers)"
        Robust = false
        Rows =
            [ for i, labels in List.indexed [ 100; 300; 1000; 3000 ] do
                  for j, name in List.indexed [ "cnn"; "latents frozen"; "hybrid"; "m2"; "augmentation" ] do
                      let mean = 0.70 + 0.07 * float i + (0.05 - 0.01 * float i) * 0.5 * float j

                      { row
                            name
                            mean
                            (if j = 0 then None
                             elif j = 1 then Some "none"
                             else Some "better") with
                          Labels = Some labels } ] }

let pareto =
    { comparison with
        Kind = "pareto"
        Question = "Which weight of the generative term is best, and for what? (made-up numbers)"
        Front = [ "accuracy"; "elbo"; "ece"; "oodAuroc" ]
        Robust = false
        Rows =
            [ for i, w in List.indexed [ 0.0; 0.001; 0.01; 0.1; 1.0 ] do
                  { row "hybrid" (0.95 + 0.01 * wobble i 3) (if i = 0 then None else Some "none") with
                      Weight = Some w } ] }

let oneSeed =
    { comparison with
        Seeds = [ 7 ]
        Robust = false
        EqualCompute = true
        Rows = [ row hostile 0.9 None; row "second" 0.91 (Some "none") ]
        Question = hostile }
