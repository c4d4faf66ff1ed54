/// The model block by block, and the mathematics of its loss.
module internal GenDisc.Reporting.ModelSection

open GenDisc.Reporting.Html

let private decoderPrefix = "decoder:"

let private blocks (plan: PlanFile) (numbers: Numbering) =
    let row (r: PlanRow) =
        let isDecoder = r.Block.StartsWith(decoderPrefix, System.StringComparison.Ordinal)

        let block =
            if isDecoder then r.Block.Substring(decoderPrefix.Length).Trim() else r.Block

        (if isDecoder then [ "class", "decoder" ] else []),
        [ [ code block ]
          [ text r.In ]
          [ text r.Out ]
          [ text (Number.count r.Parameters) ]
          [ text (Number.count r.Flops) ] ]

    let total =
        [ "class", "total" ],
        [ [ text "total" ]
          []
          []
          [ text (Number.count plan.Parameters) ]
          [ text (Number.count plan.Flops) ] ]

    let hasDecoder =
        plan.Rows
        |> List.exists (fun r -> r.Block.StartsWith(decoderPrefix, System.StringComparison.Ordinal))

    let caption =
        "The blocks of the model in the order of the data. FLOPs are floating-point operations of one forward pass of "
        + "one example; a multiply-add counts as two."
        + (if hasDecoder then
               " Tinted rows are the decoder, which mirrors the blocks before the bottleneck."
           else
               "")

    table
        (numbered (numbers.Table()) [ text caption ])
        [ "Block", Align.Left
          "In", Align.Left
          "Out", Align.Left
          "Parameters", Align.Right
          "FLOPs", Align.Right ]
        ((plan.Rows |> List.map row) @ [ total ])

/// The blocks, from plan.json.
let model (run: RunFolder) (numbers: Numbering) =
    match run.Plan with
    | Some plan when not plan.Rows.IsEmpty -> [ blocks plan numbers ]
    | _ -> []

/// The objective, its terms, and the bound they make.
let mathematics (run: RunFolder) =
    match run.Plan with
    | Some plan when not plan.Terms.IsEmpty ->
        let written =
            match plan.Loss with
            | Some loss -> [ text "The loss was declared as "; code loss; text ". " ]
            | None -> []

        let scheduled = plan.Terms |> List.exists _.Schedule.IsSome

        let terms =
            Formulas.terms plan run.Unit
            |> List.collect (fun (title, formula, explanation) ->
                el "h3" [] [ text title ] :: formula @ [ p explanation ])

        let bound =
            match Formulas.bound plan run.Unit with
            | [] -> []
            | formula -> el "h3" [] [ text "Evidence lower bound" ] :: formula

        let measured =
            [ p (
                  written
                  @ [ text "Nothing learns from it here; it measures the ensemble, averaged over examples:" ]
              ) ]

        let learnt =
            [ p (
                  written
                  @ [ text "Training looks for parameters "
                      MathMl.inlined [ MathMl.mi "θ" ]
                      text " that make this small, averaged over the examples of a batch"
                      text (if scheduled then "; " else ":") ]
                  @ (if scheduled then
                         [ MathMl.inlined [ MathMl.mi "t" ]; text " is the epoch, counted from 1:" ]
                     else
                         [])
              ) ]

        (if run.IsEnsemble then measured else learnt)
        @ Objective.formula plan.Terms
        @ terms
        @ SamplingFormulas.sampling plan
        @ bound
    | _ -> []
