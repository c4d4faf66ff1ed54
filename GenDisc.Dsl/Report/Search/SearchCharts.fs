/// The figures of a search.
module internal GenDisc.Reporting.SearchCharts

open System
open GenDisc
open XPlot.Plotly
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html
open GenDisc.Reporting.ReadSearch

/// The colour of trials, and of the best among them.
let private trials, private winner = colour 0, colour 3

/// A figure of this name, as people read it.
let shown (name: string) x =
    if not (Double.IsFinite x) then
        "–"
    else
        match Wording.kind name with
        | Wording.Kind.Share -> Number.percent 2 x
        | Wording.Kind.Area -> Number.decimals 4 x
        | Wording.Kind.Plain -> Number.short x

/// A figure in the unit of its axis: shares in percent.
let private scaled (name: string) x =
    match Wording.kind name with
    | Wording.Kind.Share -> 100.0 * x
    | _ -> x

let private axis (s: SearchFolder) =
    match Wording.kind s.Figure with
    | Wording.Kind.Share -> $"validation {s.Figure} in %%"
    | _ -> $"validation {s.Figure}"

let described (s: SearchFolder) (t: SearchTrial) =
    let choices =
        t.Choices
        |> List.map (fun (name, value) -> $"{name} = {value}")
        |> String.concat ", "

    $"trial {t.Index}: {choices}; validation {s.Figure} {shown s.Figure t.Validation}"

/// A label at a place of an upright axis, to its right.
let private label (x: int) y (words: string) anchor =
    Annotation(
        x = float x,
        y = y,
        xref = "x",
        yref = "y",
        text = escape words,
        showarrow = false,
        xanchor = anchor,
        yanchor = "middle",
        font = Font(size = 10.0)
    )

/// The most characters of a label.
let private clipped (words: string) =
    if words.Length <= 14 then words else words.Substring(0, 13) + "…"

/// The ends of the axis of the figure, the better one above. What is far worse than most would leave no room to the others.
let private ends (s: SearchFolder) (ended: SearchTrial list) =
    let values = (s.Ranked ended) |> List.map _.Validation |> Array.ofList
    let sign = if s.Maximised then -1.0 else 1.0
    let values = values |> Array.sortBy (fun v -> sign * v)
    let best, worst, median = values[0], Array.last values, values[values.Length / 2]

    if abs (worst - best) > 10.0 * abs (median - best) && median <> best then
        best, best + 4.0 * (median - best), true
    else
        best, worst, false

/// Where a line passes an axis whose choice was not made.
let private unmade = -0.12

/// Trials as lines over the choices and the figure: the better, the darker, and the winner in a colour of its own.
let parallels id (s: SearchFolder) (ended: SearchTrial list) caption =
    let names = s.Names
    let best, worst, cut = ends s ended
    let last = names.Length

    let height v =
        if best = worst then 0.5 else Math.Clamp((v - worst) / (best - worst), 0.0, 1.0)

    let place (t: SearchTrial) name =
        t.Choice name
        |> Option.bind (fun value ->
            s.Dimensions
            |> List.filter (fun d -> d.Name = name)
            |> List.tryPick (fun d ->
                d.Place value
                |> Option.map (fun place ->
                    if d.Kind = "oneOf" then
                        // lines of the same item would lie on each other
                        let apart = float t.Index * 0.618 % 1.0 - 0.5
                        place + 0.5 * apart / float d.Options.Length
                    else
                        place)))
        |> Option.defaultValue unmade

    let points (t: SearchTrial) =
        [| for i, name in List.indexed names do
               float i, place t name
           float last, height t.Validation |]

    let line name colour width opacity (chosen: SearchTrial list) =
        let gap (y: float) =
            if Double.IsFinite y then box (rounded y) else null

        let points =
            chosen |> List.map (fun t -> t, Array.append (points t) [| float last, nan |])

        Scatter(
            x =
                [ for _, line in points do
                      yield! Array.map fst line ],
            y =
                [ for _, line in points do
                      yield! Array.map (snd >> gap) line ],
            text =
                [ for t, line in points do
                      for _ in line -> escape (described s t) ],
            hoverinfo = "text",
            name = name,
            mode = "lines+markers",
            opacity = opacity,
            line = Line(color = colour, width = width),
            marker = Marker(color = colour, size = 4)
        )
        :> Trace

    let ranked = s.Ranked ended

    let won =
        ranked
        |> List.tryFind (fun t -> s.Best |> Option.exists (fun best -> best.Index = t.Index))
        |> Option.defaultValue ranked.Head

    let others = ranked |> List.filter (fun t -> t.Index <> won.Index)
    let fifths = others |> List.splitInto 5 |> List.rev
    let shades = [ 0.16; 0.28; 0.42; 0.6; 0.85 ] |> List.skip (5 - fifths.Length)

    let traces =
        [ for shade, fifth in List.zip shades fifths do
              line "others" trials 1.4 shade fifth
          line "winner" winner 3.0 1.0 [ won ] ]

    let sometimes =
        names
        |> List.filter (fun name -> ended |> List.exists (fun t -> (t.Choice name).IsNone))

    let lowest = if sometimes.IsEmpty then -0.06 else unmade - 0.06

    let layout =
        Layout(
            xaxis =
                Xaxis(
                    tickmode = "array",
                    tickvals = [ 0..last ],
                    ticktext = [ for name in names @ [ s.Figure ] -> escape name ],
                    range = [ -0.12; float last + 0.3 ],
                    showgrid = false
                ),
            yaxis = Yaxis(range = [ lowest; 1.06 ], showgrid = false, showticklabels = false),
            showlegend = false,
            hovermode = "closest"
        )

    layout.shapes <- [ for i in 0..last -> Plot.rule ("x", float i, float i) ("y", 0.0, 1.0) "solid" ]

    layout.annotations <-
        [ for i, name in List.indexed names do
              if List.contains name sometimes then
                  label i unmade " not made" "left"

              for d in s.Dimensions |> List.filter (fun d -> d.Name = name) do
                  match d.Kind with
                  | "oneOf" ->
                      // of many, the first and the last
                      let n = d.Options.Length

                      for k, option in List.indexed d.Options do
                          if n <= 12 || k = 0 || k = n - 1 then
                              label i ((float k + 0.5) / float n) (" " + clipped option) "left"
                  | _ ->
                      label i 0.0 (" " + Number.plain d.Low) "left"
                      label i 1.0 (" " + Number.plain d.High) "left"
          label last 1.0 (" " + shown s.Figure best) "left"
          label last 0.0 ((if cut then " worse than " else " ") + shown s.Figure worst) "left" ]

    figure
        id
        "Each trial as a line over its choices and its validation figure."
        { plain Wide with Tools = false }
        traces
        layout
        caption

/// The figure of every trial, and the best so far.
let history id (s: SearchFolder) (ended: SearchTrial list) caption =
    let better a b =
        if s.Maximised then max a b else min a b

    let points = [| for t in ended -> float t.Index, scaled s.Figure t.Validation |]

    let bests =
        points |> Array.map snd |> Array.scan better (snd points[0]) |> Array.tail

    let steps =
        Scatter(
            x = Array.map fst points,
            y = Array.map rounded bests,
            name = "best so far",
            mode = "lines",
            line = Line(color = winner, width = 2.0, shape = "hv")
        )
        :> Trace

    let dots =
        Scatter(
            x = Array.map fst points,
            y = Array.map (snd >> rounded) points,
            text = [ for t in ended -> escape (described s t) ],
            hoverinfo = "text",
            name = "trial",
            mode = "markers",
            marker = Marker(color = trials, size = 7)
        )
        :> Trace

    figure
        id
        "Validation figure of every trial in order, with the best so far."
        (plain Small)
        [ dots; steps ]
        (Plot.layout "trial" (axis s) true)
        caption

/// The figure of every trial over the epochs of the rungs it came to.
let rungs id (s: SearchFolder) (ended: SearchTrial list) caption =
    let best = s.Best |> Option.map _.Index

    let traces =
        [ for index, runs in ended |> List.groupBy _.Index |> List.sortBy (fun (i, _) -> Some i = best) do
              let won = Some index = best

              Scatter(
                  x = [ for t in runs -> defaultArg t.Epochs 0 ],
                  y = [ for t in runs -> rounded (scaled s.Figure t.Validation) ],
                  text = [ for t in runs -> escape (described s t) ],
                  hoverinfo = "text",
                  name = (if won then "winner" else $"trial {index}"),
                  mode = "lines+markers",
                  opacity = (if won then 1.0 else 0.45),
                  line = Line(color = (if won then winner else trials), width = (if won then 3.0 else 1.4)),
                  marker = Marker(color = (if won then winner else trials), size = 6)
              )
              :> Trace ]

    let layout = Plot.layout "epochs (logarithmic)" (axis s) false
    let ticks = s.Rungs |> List.map snd
    layout.xaxis.``type`` <- "log"
    layout.xaxis.tickvals <- ticks
    layout.xaxis.ticktext <- (ticks |> List.map Show.integer)
    figure id "Validation figure of every trial over its epochs." (plain Small) traces layout caption

/// How much of the variance each choice explains, the most on top.
let importance id (s: SearchFolder) caption =
    let shares = s.Alone |> Map.toList |> List.sortBy snd

    let bars =
        Bar(
            x = [ for _, share in shares -> rounded (100.0 * share) ],
            y = [ for name, _ in shares -> escape name ],
            orientation = "h",
            marker = Marker(color = trials)
        )
        :> Trace

    let layout = Plot.layout "share of the variance in %" "" false
    layout.xaxis.range <- [ 0.0; 100.0 ]
    figure id "Share of the variance that each choice explains." (plain Mini) [ bars ] layout caption
