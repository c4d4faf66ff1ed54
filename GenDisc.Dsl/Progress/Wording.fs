/// Numbers and tables as plain text, the same under every culture.
module internal GenDisc.Wording

open System
open System.Globalization
open System.IO

let private invariant = CultureInfo.InvariantCulture

let fixedPoint (decimals: int) (x: float) =
    x.ToString("F" + decimals.ToString invariant, invariant)

/// `12,034`
let count (n: float) =
    (Math.Round n).ToString("#,0", invariant)

/// `4.4 s`, `1:05`, `2:00:09`
let duration (seconds: float) =
    if seconds < 60.0 then
        fixedPoint 1 seconds + " s"
    else
        let t = TimeSpan.FromSeconds(Math.Round seconds)
        let clock = t.ToString(@"mm\:ss", invariant)

        if t.TotalHours >= 1.0 then
            (int t.TotalHours).ToString invariant + ":" + clock
        else
            clock.TrimStart '0' |> fun c -> if c.StartsWith ':' then "0" + c else c

/// `9.9 MB` (10^6 bytes)
let bytes (n: int64) =
    if n < 1_000_000L then
        fixedPoint 0 (float n / 1e3) + " kB"
    else
        fixedPoint 1 (float n / 1e6) + " MB"

/// A path below the current directory as the user would type it; others in full.
let path (file: string) =
    let relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), file)

    if relative.StartsWith("..", StringComparison.Ordinal) then
        file
    else
        relative

/// A figure of that name: accuracy in percent, the rest with about four digits.
let metric (name: string) (x: float) =
    if not (Double.IsFinite x) then
        x.ToString invariant
    elif name = "accuracy" then
        fixedPoint 2 (100.0 * x) + " %"
    elif abs x >= 100.0 then
        fixedPoint 2 x
    elif abs x >= 1.0 || x = 0.0 then
        fixedPoint 3 x
    else
        x.ToString("G4", invariant)

let private order =
    [ "loss"; "accuracy"; "elbo"; "reconstruction"; "kl"; "crossEntropy"; "mse" ]

/// Names of the figures that any of these splits has; the well-known first.
let metricNames (splits: Metrics list) =
    let all = splits |> List.collect (fun m -> m.Values |> Map.toList |> List.map fst) |> List.distinct

    [ yield! order |> List.filter (fun name -> List.contains name all)
      yield! all |> List.filter (fun name -> not (List.contains name order)) |> List.sort ]

/// Rows of metrics × splits, header first; splits without any figure are left out.
let metricRows (splits: (string * Metrics) list) =
    let splits = splits |> List.filter (fun (_, m) -> not m.Values.IsEmpty)

    [ yield "" :: List.map fst splits
      for name in metricNames (List.map snd splits) do
          yield
              name
              :: [ for _, m in splits do
                       match Map.tryFind name m.Values with
                       | Some x -> metric name x
                       | None -> "" ] ]

/// Aligned lines: the first column to the left, the others to the right, two spaces between.
let table (rows: string list list) =
    match rows with
    | [] -> []
    | header :: _ ->
        let widths =
            [ for column in 0 .. header.Length - 1 do
                  rows |> List.map (fun row -> row[column].Length) |> List.max ]

        [ for row in rows do
              List.zip row widths
              |> List.mapi (fun i (cell, width) -> if i = 0 then cell.PadRight width else cell.PadLeft width)
              |> String.concat "  "
              |> _.TrimEnd() ]

/// The line that stays after an epoch: train | validation of the figures people watch.
let epoch (record: EpochRecord) (epochs: int) =
    let watched =
        metricNames [ record.Train ]
        |> List.filter (fun name -> List.contains name [ "loss"; "accuracy"; "elbo"; "mse" ])

    let number = record.Epoch.ToString(invariant).PadLeft((epochs.ToString invariant).Length)

    [ yield "epoch " + number + "/" + epochs.ToString invariant
      yield duration record.Seconds
      for name in watched do
          match Map.tryFind name record.Validation.Values with
          | Some validation -> yield name + " " + metric name record.Train[name] + " | " + metric name validation
          | None -> yield name + " " + metric name record.Train[name] ]
    |> String.concat "   "
