/// `gendisc data list` and `gendisc data get NAME`.
module GenDisc.Cli.DataCommand

open System
open GenDisc

/// A data set's name as scripts write it: fashionMnist for fashion-mnist.
let private spelling (name: string) =
    match List.ofArray (name.Split '-') with
    | first :: rest ->
        let capital (word: string) =
            word.Substring(0, 1).ToUpperInvariant() + word.Substring 1

        first + String.Join("", rest |> List.map capital)
    | [] -> name

let private list (flag: string option) =
    let store = Settings.dataStore flag Settings.environment

    [ yield [ "name"; "train"; "test"; "what"; "where" ]
      for info in Settings.datasets () do
          yield
              [ spelling info.Name
                Wording.count (float info.TrainCount)
                Wording.count (float info.TestCount)
                info.Description
                store.Describe info.Name ] ]
    |> Wording.tableOf [ false; true; true; false; false ]
    |> List.iter Console.Out.WriteLine

    ExitCode.Done

let private get (flag: string option) (name: string) =
    if not (Settings.datasets () |> Seq.exists _.IsNamed(name)) then
        let names =
            String.Join(", ", Settings.datasets () |> Seq.map (fun info -> spelling info.Name))

        raise (UsageError("there is no data set named '" + name + "'; known: " + names, "gendisc data list"))

    use display = Display.create false
    use interrupt = new Interrupt(ignore, display.Dispose)

    let progress =
        Settings.fetching (fun file received total -> display.Tell(RunEvent.Fetching(file, received, total)))

    let files =
        (Settings.dataStore flag Settings.environment).Get(name, progress, interrupt.Token)

    if files.Count = 0 then
        display.Say(name + " is built in: there is nothing to fetch")

    for file in files do
        display.Say(string file.Path)

    ExitCode.Done

let run (arguments: string list) =
    let parsed = Arguments.parse<DataArguments> "data" Help.data arguments
    let flag = parsed.TryGetResult DataArguments.Data

    match parsed.TryGetResult Words |> Option.defaultValue [] with
    | [ "list" ] -> list flag
    | [ "get"; name ] -> get flag name
    | [ "get" ] -> raise (UsageError("get which data set? As in: gendisc data get mnist", "gendisc data list"))
    | _ -> raise (UsageError("data needs `list` or `get NAME`", "gendisc data --help"))
