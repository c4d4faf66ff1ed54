/// Problems and plans as text for people.
module GenDisc.Explain

/// The most characters of source on one line.
let private window = 80

/// The stretch of a long source that keeps `part` in sight, and where the part stands in it.
let private windowed (part: Show.Span option) (source: string) =
    if source.Length <= window then
        source, part
    else
        let anchor = part |> Option.defaultValue { Start = 0; Length = 0 }
        let shown = min anchor.Length window

        let start =
            anchor.Start - (window - shown) / 2 |> max 0 |> min (source.Length - window)

        let before = if start > 0 then "…" else ""
        let after = if start + window < source.Length then "…" else ""

        before + source.Substring(start, window) + after,
        part
        |> Option.map (fun p ->
            { Start = p.Start - start + before.Length
              Length = min p.Length (window - (p.Start - start)) })

let private sourceOf (e: Experiment) place =
    match place with
    | Place.Block _ -> "model: ", (Model.source e.Model).Text
    | Place.Loss -> "loss:  ", Loss.show e.Loss
    | Place.Data -> "data:  ", Data.show e.Data
    | Place.Training -> "training: ", Training.show e.Training
    | Place.Name -> "name:  ", Show.quoted e.Name

/// Every problem with the source it sits in, a caret under the part at fault, and a hint.
let problems (e: Experiment) (problems: Problem list) =
    String.concat
        "\n"
        [ $"{Show.name e.Name} is not a valid experiment:"
          for problem in problems do
              let label, source = sourceOf e problem.Place
              let line, part = windowed problem.Part source
              $"  {label}{line}"

              match part with
              | Some span ->
                  String.replicate (2 + label.Length + span.Start) " "
                  + String.replicate span.Length "^"
              | None -> ()

              $"  {problem.Says}"
              $"  hint: {problem.Hint}" ]

/// The normal form of a loss: each term after its weight.
let private normalForm loss =
    Loss.summands loss
    |> List.map (fun (term, summands) ->
        match Loss.showSummands summands with
        | "1.0" -> Term.show term
        | weight when weight.Contains " + " -> $"({weight}) {Term.show term}"
        | weight -> $"{weight} {Term.show term}")
    |> String.concat ", "

let private clipped width (s: string) =
    if s.Length <= width then s else s.Substring(0, width - 1) + "…"

/// The most characters of a table row, wherever the columns allow it.
let private tableWidth = 80

/// The plan as a table (block, input, output, parameters, floating-point operations per example), then how a diffusion
/// model is used, the data, the loss and the training.
let plan (p: Plan) =
    let e = p.Experiment

    let cells =
        [ for row in p.Rows do
              [ row.Text
                string row.In
                string row.Out
                Show.grouped row.Parameters
                Show.grouped row.Flops ] ]

    let header = [ "block"; "input"; "output"; "parameters"; "FLOPs" ]
    let totals = [ "total"; ""; ""; Show.grouped p.Parameters; Show.grouped p.Flops ]

    let widths =
        header :: totals :: cells
        |> List.transpose
        |> List.map (List.map String.length >> List.max)

    let gaps = 2 * (widths.Length - 1)
    let first = tableWidth - gaps - List.sum widths.Tail |> max 16 |> min widths.Head

    let line (row: string list) =
        List.zip (first :: widths.Tail) row
        |> List.mapi (fun i (width, cell) ->
            let cell = clipped width cell
            if i < 3 then cell.PadRight width else cell.PadLeft width)
        |> String.concat "  "

    let rule = String.replicate (first + List.sum widths.Tail + gaps) "─"

    String.concat
        "\n"
        [ line header
          rule
          yield! List.map line cells
          rule
          line totals
          ""
          for block in e.Model.Blocks do
              match block with
              | Block.Diffusion d -> $"diffusion: {d}"
              | _ -> ()
          $"data:      {e.Data}"
          $"loss:      {e.Loss}"
          $"terms:     {normalForm e.Loss}"
          $"training:  {e.Training}" ]
