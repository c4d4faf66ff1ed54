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

let script (load: string) (name: string) =
    $"""#load "{load}"
open GenDisc

// A hybrid model: a variational autoencoder learns to generate digits, and a classifier reads its latent vector.
let experiment =
    {{ Name = "{name}"
      Data = digits // built in, nothing to download; also: mnist, fashionMnist, moons; fewer labels: mnist |> take 1000
      Model = model (dense 256 >> relu >> vae 16 >> classifier [64])
      Loss = 0.05 * elbo + crossEntropy // weights are floats; also: ramp 10 * kl + reconstruction + crossEntropy
      Training = adam 2e-3 |> epochs 5 |> batch 128
      Seed = 1 }}

// `let result = run experiment` keeps the figures for the script: result.Test.Accuracy, result.Test.Elbo, ...
run experiment
"""

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

                create path (script load (experimentName stem))
                Console.Out.WriteLine("wrote " + Wording.path path)
                Console.Out.WriteLine("run it: gendisc run " + Wording.path path)
                ExitCode.Done
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> wrong ("cannot write " + Wording.path path + ": " + e.Message)
