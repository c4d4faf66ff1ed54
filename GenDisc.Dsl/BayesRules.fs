/// What must hold of the blocks whose predictions are averaged: Monte-Carlo dropout and ensembles.
module internal GenDisc.BayesRules

let private dropouts (block: Block) =
    Block.everyBlock [ block ] |> List.filter _.IsMcDropout

let private passes block =
    match block with
    | Block.McDropout(_, count) -> count
    | _ -> 0

let private mcDropout (m: Model) =
    let found =
        List.indexed m.Blocks
        |> List.collect (fun (i, block) -> dropouts block |> List.map (fun d -> i, d))

    [ match List.tryLast found with
      | Some(last, dropout) when
          m.Blocks
          |> List.skip (last + 1)
          |> List.exists (fun b -> b.IsClassifier || b.IsRegressor)
          |> not
          ->
          Problem.at
              (Place.Block [ last ])
              $"{Block.show dropout} averages what a head predicts, but no classifier or regressor follows it"
              "append >> classifier [128] or >> regressor [64], or use dropout"
      | _ -> ()
      match found with
      | (_, first) :: rest ->
          match rest |> List.tryFind (fun (_, other) -> passes other <> passes first) with
          | Some(i, other) ->
              Problem.at
                  (Place.Block [ i ])
                  $"{Block.show other} asks for other passes than {Block.show first}, but each pass goes through both"
                  $"give both the same number of passes: {Show.integer (passes first)}"
          | None -> ()
      | [] -> () ]

let private ensemble (m: Model) =
    [ match m.Blocks |> List.tryFindIndex _.IsEnsemble with
      | Some i when m.Blocks.Length > 1 ->
          Problem.at
              (Place.Block [ i ])
              $"{Block.brief m.Blocks[i]} reads the data themselves and is a whole model, but other blocks stand beside it"
              "make it the only block"
      | _ -> () ]

/// Problems of a model that averages predictions.
let model (m: Model) = mcDropout m @ ensemble m
