/// The confusion matrix as a heat map with its counts.
module internal GenDisc.Reporting.ConfusionChart

open XPlot.Plotly
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chart

/// Stretched at the low end: mistakes are rare and would all look white.
let private shares =
    [ [ box 0.0; box "#ffffff" ]
      [ box 0.01; box "#e3eef9" ]
      [ box 0.1; box "#9ecae1" ]
      [ box 0.5; box "#3787c0" ]
      [ box 1.0; box "#08306b" ] ]

/// Counts by true class (row) and predicted class (column), coloured by their share of the row.
let confusion id description (names: string[]) (counts: int64[][]) caption =
    let ticks = names |> Array.map escape

    let share =
        counts
        |> Array.map (fun row ->
            let total = Array.sum row
            row |> Array.map (fun n -> if total = 0L then 0.0 else float n / float total))

    let hover =
        counts
        |> Array.mapi (fun i row ->
            row
            |> Array.mapi (fun j n ->
                $"true {ticks[i]}, predicted {ticks[j]}: {Number.count n} ({Number.percent 1 (share[i][j])})"))

    let places = [ 0 .. names.Length - 1 ]
    let axisRange = [ -0.5; float names.Length - 0.5 ]

    let heatmap =
        Heatmap(
            x = places,
            y = places,
            z = share,
            text = hover,
            hoverinfo = "text",
            zmin = 0.0,
            zmax = 1.0,
            colorscale = shares,
            showscale = false
        )

    let layout =
        Layout(
            xaxis =
                Xaxis(
                    title = "predicted class",
                    tickmode = "array",
                    tickvals = places,
                    ticktext = ticks,
                    range = axisRange,
                    showgrid = false,
                    zeroline = false
                ),
            yaxis =
                Yaxis(
                    title = "true class",
                    tickmode = "array",
                    tickvals = places,
                    ticktext = ticks,
                    range = List.rev axisRange,
                    showgrid = false,
                    zeroline = false
                ),
            showlegend = false
        )

    if names.Length <= 20 then
        layout.annotations <-
            [ for i in places do
                  for j in places do
                      let count = counts[i][j]

                      if count > 0L then
                          Annotation(
                              x = j,
                              y = i,
                              text = string count,
                              showarrow = false,
                              font = Font(size = 11.0, color = (if share[i][j] > 0.35 then "#ffffff" else "#1b2430"))
                          ) ]

    let height = if names.Length <= 4 then Compact else Tall
    figure id description (plain height) [ heatmap ] layout caption
