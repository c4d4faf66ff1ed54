/// `gendisc data list` and `gendisc data get NAME`.
module GenDisc.Cli.DataCommand

open System
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// A data set's name as scripts write it: fashionMnist for fashion-mnist.
let private spelling (name: string) =
    match List.ofArray (name.Split '-') with
    | first :: rest ->
        let capital (word: string) =
            word.Substring(0, 1).ToUpperInvariant() + word.Substring 1

        first + String.Join("", rest |> List.map capital)
    | [] -> name

/// Data that has no name of its own: how scripts name the user's files.
let private ownData =
    [ "imageFolder \"PATH\"", "PNG and JPEG images in a folder for each class, in a folder or a zip"
      "timeSeries \"NAME\"", "labelled series, NAME_TRAIN.ts and NAME_TEST.ts (UCR/UEA)"
      "csvSeries \"FILE\" [\"COLUMN\"]", "columns of a CSV file over time; [] for all numeric ones"
      "table \"FILE\" \"TARGET\"", "a CSV table; the target column holds classes or numbers"
      "classTable \"FILE\" \"TARGET\"", "as table, where the target's numbers are classes" ]

let private list (flag: string option) =
    let store = Settings.dataStore flag Settings.environment
    let roots = Settings.dataRoots flag Settings.environment

    let show right rows =
        rows |> Wording.tableOf right |> List.iter Console.Out.WriteLine

    [ yield [ "name"; "train"; "test"; "what"; "where" ]
      for info in Settings.datasets () do
          yield
              [ spelling info.Name
                Wording.count (float info.TrainCount)
                Wording.count (float info.TestCount)
                info.Description
                store.Describe info.Name ] ]
    |> show [ false; true; true; false; false ]

    Console.Out.WriteLine()

    [ yield [ "series"; "steps"; "what"; "where" ]
      for series in Published.all do
          yield
              [ Published.word series
                Wording.count (float series.Steps)
                series.What
                Running.PublishedFile.tryFind roots series
                |> Option.defaultValue "not on this machine" ]
      yield
          [ "sines, lorenz, …"
            ""
            "generated: also dampedOscillator, drivenOscillator, vanDerPol"
            "built in" ] ]
    |> show [ false; true; false; false ]

    Console.Out.WriteLine()

    [ yield [ "your own files"; "what" ]
      for source, what in ownData do
          yield [ source; what ] ]
    |> show [ false; false ]

    Console.Out.WriteLine(
        "\nPaths are looked for in the current folder, then, as names are, in\n  "
        + String.Join("\n  ", roots |> List.map Path.GetFullPath)
    )

    ExitCode.Done

let private getSeries (flag: string option) (series: Published.Series) =
    let roots = Settings.dataRoots flag Settings.environment

    match Running.PublishedFile.tryFind roots series with
    | Some file ->
        Console.Out.WriteLine file
        ExitCode.Done
    | None -> raise (UserError(Running.PublishedFile.absent roots series))

let private getSet (flag: string option) (name: string) =
    use display = Display.create false
    use interrupt = new Interrupt(display.Say, display.Dispose)
    interrupt.Stopping <- Some "stopping…"

    let progress =
        Settings.fetching (fun file received total -> display.Tell(RunEvent.Fetching(file, received, total)))

    let files =
        (Settings.dataStore flag Settings.environment).Get(name, progress, interrupt.Token)

    if files.Count = 0 then
        display.Say(name + " is built in: there is nothing to fetch")

    for file in files do
        display.Say(string file.Path)

    ExitCode.Done

let private get (flag: string option) (name: string) =
    let series =
        Published.all
        |> List.tryFind (fun s -> String.Equals(Published.word s, name, StringComparison.OrdinalIgnoreCase))

    match series with
    | Some series -> getSeries flag series
    | None when Settings.datasets () |> Seq.exists _.IsNamed(name) -> getSet flag name
    | None ->
        let names =
            String.Join(
                ", ",
                [ for info in Settings.datasets () do
                      spelling info.Name
                  for s in Published.all do
                      Published.word s ]
            )

        raise (UsageError("there is no data set named '" + name + "'; known: " + names, "gendisc data list"))

let run (arguments: string list) =
    let parsed = Arguments.parse<DataArguments> "data" Help.data arguments
    let flag = parsed.TryGetResult DataArguments.Data

    match parsed.TryGetResult Words |> Option.defaultValue [] with
    | [ "list" ] -> list flag
    | [ "get"; name ] -> get flag name
    | [ "get" ] -> raise (UsageError("get which data set? As in: gendisc data get mnist", "gendisc data list"))
    | _ -> raise (UsageError("data needs `list` or `get NAME`", "gendisc data --help"))
