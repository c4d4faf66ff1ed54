/// The energy that the processor takes, where the machine tells it.
module internal GenDisc.Running.Studies.EnergyMeter

open System
open System.Globalization
open System.IO

/// One package of the processor: its counter, and where the counter starts again, in microjoules.
type private Domain = { Counter: string; Range: float }

let private number (path: string) =
    try
        match Double.TryParse(File.ReadAllText path, CultureInfo.InvariantCulture) with
        | true, value -> Some value
        | _ -> None
    with
    | :? IOException
    | :? UnauthorizedAccessException -> None

/// Intel's and AMD's counters as Linux shows them (powercap); elsewhere, and where they may not be read, none.
let private domains () =
    let root = "/sys/class/powercap"

    if not (Directory.Exists root) then
        []
    else
        [ for folder in Directory.GetDirectories(root, "intel-rapl:*") do
              // packages alone: their parts are counted with them
              if folder.IndexOf(':') = folder.LastIndexOf(':') then
                  let counter = Path.Combine(folder, "energy_uj")

                  match number counter, number (Path.Combine(folder, "max_energy_range_uj")) with
                  | Some _, Some range -> { Counter = counter; Range = range }
                  | _ -> () ]

/// Starts measuring; the answer tells the joules since then, of everything that the machine did; None where the machine
/// does not tell. A counter that has started again more than once is not noticed.
let start () : unit -> float option =
    let before =
        [ for d in domains () do
              match number d.Counter with
              | Some value -> d, value
              | None -> () ]

    fun () ->
        let used =
            before
            |> List.choose (fun (d, first) ->
                number d.Counter
                |> Option.map (fun last -> if last >= first then last - first else last + d.Range - first))

        if used.IsEmpty || used.Length < before.Length then
            None
        else
            Some(List.sum used / 1e6)
