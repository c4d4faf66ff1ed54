/// `gendisc new NAME`: a starter script that runs as it is.
module GenDisc.Cli.NewCommand

open System
open GenDisc
open System.IO

/// A run's name: lower-case letters, digits and hyphens, no more of them than an experiment's name may have.
let private experimentName (stem: string) =
    let name =
        stem.ToLowerInvariant()
        |> String.map (fun c -> if Char.IsAsciiLetterOrDigit c then c else '-')
        |> _.Trim('-')

    if name = "" then
        "first"
    else
        name.Substring(0, min 64 name.Length).TrimEnd('-')

/// What a starter is about.
[<RequireQualifiedAccess>]
type Starter =
    | Hybrid
    | Series

let private hybrid (load: string) (name: string) =
    $"""#load "{load}"
open GenDisc

// A hybrid model: a variational autoencoder learns to generate digits, and a classifier reads its latent vector.
// Other data: mnist, fashionMnist, cifar10, moons, spirals, imageFolder "photos" |> resized 32 32,
// table "iris.csv" "species"; fewer labels: mnist |> take 1000. `gendisc data list` lists them all.
// Other models: conv 32 >> relu >> pool >> classifier [64]; with data like timeSeries "GunPoint":
// bidirectional (lstm 32) >> classifier []; on another experiment's features: encoder other >> classifier [64].
let experiment =
    {{ Name = "{name}"
      Data = digits // built in, nothing to download
      Model = model (dense 256 >> relu >> vae 16 >> classifier [64])
      Loss = 0.05 * elbo + crossEntropy // weights are floats; also: ramp 10 * kl + reconstruction + crossEntropy
      Training = adam 2e-3 |> epochs 5 |> batch 128
      Seed = 1 }}

// `let result = run experiment` keeps the figures for the script: result.Test.Accuracy, result.Test.Elbo, ...
run experiment
"""

let private series (load: string) (name: string) =
    $"""#load "{load}"
open GenDisc

// A forecast: the next point of a noisy sine from the 50 before it, by a recurrent network.
// Other series: lorenz, vanDerPol 1.0, sunspots, minTemperatures, csvSeries "sales.csv" ["total"]; of a season that the
// data do not tell themselves: csvSeries "sales.csv" [] |> season 12. `gendisc data list` lists them all.
// Other models: lstm 32 >> regressor []; causalConv 16 1 >> relu >> causalConv 16 2 >> relu >> lastState >> regressor [].
let experiment =
    {{ Name = "{name}"
      Data = sines [ 1.0 ] |> noise 0.05 |> window 50 1
      Model = model (gru 16 >> regressor [])
      Loss = mse
      Training = adam 1e-2 |> epochs 20 |> batch 32
      Seed = 1 }}

let result = run experiment

// below 1, a forecast errs less than repeating the last season does
printfn "RMSE %%.4f, MASE %%.3f" result.Test.Rmse result.Test.Mase
"""

/// A starter's source; `load` is the preamble as the script sees it.
let script (starter: Starter) (load: string) (name: string) =
    match starter with
    | Starter.Hybrid -> hybrid load name
    | Starter.Series -> series load name

/// Serves `dotnet fsi` and editors, which need the libraries' places; empty under `gendisc run`.
let preamble (toolFolder: string) =
    let reference (dll: string) =
        "#r @\"" + Path.Combine(toolFolder, dll) + "\""

    String.Join(
        "\n",
        [ "// Loaded by the scripts of this folder. Under `gendisc run` it is empty; `dotnet fsi` and editors find the"
          "// installed libraries through it."
          "#if !GENDISC_HOST"
          reference "TorchSharp.dll"
          reference "GenDisc.Core.dll"
          reference "GenDisc.Dsl.dll"
          "#endif"
          "" ]
    )

/// Writes a file that must not exist yet.
let private create (path: string) (text: string) =
    use stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write)
    use writer = new StreamWriter(stream)
    writer.Write text

let run (arguments: string list) =
    let parsed = Arguments.parse<NewArguments> "new" Help.create arguments

    let wrong message =
        raise (UsageError(message, "gendisc new --help"))

    let starter =
        if parsed.Contains NewArguments.Series then Starter.Series else Starter.Hybrid

    match parsed.TryGetResult Name with
    | None -> wrong "which name? As in: gendisc new first"
    | Some name when String.IsNullOrWhiteSpace name || name.IndexOf '\000' >= 0 || name.EndsWith '/' ->
        wrong ("'" + name + "' cannot be the name of a script")
    | Some name ->
        let path =
            Path.GetFullPath(
                if name.EndsWith(".fsx", StringComparison.OrdinalIgnoreCase) then
                    name
                else
                    name + ".fsx"
            )

        let folder = string (Path.GetDirectoryName path)
        let stem = string (Path.GetFileNameWithoutExtension path)

        if stem = "gendisc" then
            wrong "gendisc.fsx is what scripts load; choose another name"
        elif File.Exists path || Directory.Exists path then
            wrong (Wording.path path + " exists already and is left as it is; choose another name")
        else
            try
                Directory.CreateDirectory folder |> ignore

                let load =
                    if File.Exists(Path.Combine(folder, "gendisc.fsx")) then
                        "gendisc.fsx"
                    elif File.Exists(Path.Combine(folder, "..", "gendisc.fsx")) then
                        "../gendisc.fsx"
                    else
                        let file = Path.Combine(folder, "gendisc.fsx")
                        create file (preamble AppContext.BaseDirectory)
                        Console.Out.WriteLine("wrote " + Wording.path file)
                        "gendisc.fsx"

                create path (script starter load (experimentName stem))
                Console.Out.WriteLine("wrote " + Wording.path path)
                Console.Out.WriteLine("run it: gendisc run " + Wording.path path)
                ExitCode.Done
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> wrong ("cannot write " + Wording.path path + ": " + e.Message)
