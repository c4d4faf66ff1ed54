/// Shape inference for the blocks over sequences.
module internal GenDisc.SequenceTrunk

open GenDisc.Position

/// Steps and features that a block over sequences receives; a guess and a problem where it receives none.
let private sequenceOf block path position =
    match position.Shape, position.Sequence with
    | Sequence(t, f), _ -> [], (t, f)
    | _, Sequence(t, f) -> [ sequenceWanted block path position ], (t, f)
    | _ -> [ sequenceWanted block path position ], (50, 1)

/// A convolution of a sequence.
let conv1d path position block channels dilation causal =
    let misfit, (t, f) = sequenceOf block path position

    let sized =
        match positive path block "a number of channels" channels "conv 32" with
        | [] ->
            oversize path block (Cost.parameters (Layer.Conv1d(f, channels, t, 1, false))) (int64 t * int64 channels)
        | problems -> problems

    let channels' = if sized.IsEmpty then channels else 1
    let dilated = positive path block "a dilation" dilation "causalConv 32 2"

    { Layers = [ Layer.Conv1d(f, channels', t, max 1 dilation, causal) ]
      After = moved (Sequence(t, channels')) (misfit.IsEmpty && sized.IsEmpty && position.Sure) position
      Problems = misfit @ sized @ dilated }

/// A recurrent layer; its states are what heads after it read the last of.
let recurrent path position block cell width both =
    let misfit, (t, f) = sequenceOf block path position

    let sized =
        match positive path block "a width" width "gru 32" with
        | [] ->
            oversize path block (Cost.parameters (Layer.Recurrent(cell, f, width, both))) (2L * int64 t * int64 width)
        | problems -> problems

    let width = if sized.IsEmpty then width else 1
    let states = if both then 2 * width else width

    { Layers = [ Layer.Recurrent(cell, f, width, both) ]
      After =
        { moved (Sequence(t, states)) (misfit.IsEmpty && sized.IsEmpty && position.Sure) position with
            States = true
            Backward = if both then width else 0 }
      Problems = misfit @ sized }

/// To one vector for the whole sequence.
let summary path position block layer =
    match position.Shape with
    | Sequence(_, f) ->
        { Layers = [ layer ]
          After = moved (Vector f) position.Sure position
          Problems = [] }
    | Vector _
    | Image _ ->
        { Layers = []
          After = { position with Sure = false }
          Problems = [ sequenceWanted block path position ] }

/// Recurrent blocks that read in both directions.
let bidirectional path position block inner =
    let steps, last =
        inner
        |> List.indexed
        |> List.mapFold
            (fun at (i, b) ->
                let s =
                    match b with
                    | Block.Recurrent(cell, width) -> recurrent (path @ [ i ]) at b cell width true
                    | _ ->
                        { Layers = []
                          After = at
                          Problems =
                            [ Problem.at
                                  (Place.Block(path @ [ i ]))
                                  $"{Block.brief b} stands inside bidirectional, which expects rnn, lstm and gru blocks"
                                  "put it before or after the bidirectional block" ] }

                s, s.After)
            position

    { Layers = steps |> List.collect _.Layers
      After = last
      Problems =
        [ if inner.IsEmpty then
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects at least one recurrent block, but got none"
                  "write bidirectional (gru 32)"
          yield! steps |> List.collect _.Problems ] }
