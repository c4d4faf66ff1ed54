/// Examples that an experiment is judged by and something inside it has learnt from, told by their very numbers.
module internal GenDisc.Running.Leaks

open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Augmentation
open GenDisc.Core.Runtime

/// Examples of a part that are, number for number, among what a generator has learnt from, and how many of these this
/// experiment has learnt from too.
type Shared =
    { Part: string
      Known: int
      Own: int
      Count: int }

/// The examples of an experiment before anything is done to them: not prepared, pixels grey.
let examples (loader: Loader) (e: Experiment) : Splits =
    (loader.Prepare { e.Data with Binarised = false } (Streams(int64 e.Seed))).Splits

let private sharedWith (splits: Splits) (training: Split) : Shared list =
    let own, known =
        Duplicates.Fingerprints splits.Train, Duplicates.Fingerprints training

    [ for part, split in [ "validation", splits.Validation; "test", splits.Test ] do
          let rows =
              Duplicates.PlacesAmong(split, known)
              |> Array.map (fun p -> split.Indices.Span[p])

          { Part = part
            Known = rows.Length
            Own = (Duplicates.PlacesAmong(Split(split.Data, rows), own)).Length
            Count = split.Count } ]

/// What of it the experiment has not learnt from itself, in words; "" for nothing.
let private told (shared: Shared list) =
    [ for s in shared do
          if s.Known > s.Own then
              $"{Show.grouped (int64 (s.Known - s.Own))} of the {Show.grouped (int64 s.Count)} {s.Part} examples" ]
    |> String.concat " and "

/// Raises UserError where a generator has learnt from examples that this experiment, `name`, is judged by and does not
/// learn from itself.
let ofGenerator name (splits: Splits) (generator: string) (training: Split) : Shared list =
    let shared = sharedWith splits training

    match told shared with
    | "" -> shared
    | found ->
        raise (
            UserError(
                $"{name}: its generator {generator} has learnt from {found}, which {name} itself does not learn from.\nWhat it draws would tell of examples that {name} is judged by. Train {generator} on the training part of {name} alone."
            )
        )

/// The experiments that a plan stands on, however deep.
let rec private below (plan: Plan) =
    [ for inner in plan.Dependencies do
          inner.Experiment
          yield! below inner ]

/// Raises UserError where an experiment inside this one has learnt, from a source of another name, what this one is judged
/// by and does not learn from itself. Of the same source the shares tell it before anything is read.
let refuse (loader: Loader) (plan: Plan) =
    let outer = plan.Experiment
    let splits = lazy (examples loader outer)

    for inner in List.distinct (below plan) do
        if EncoderRules.examples inner.Data <> EncoderRules.examples outer.Data then
            match told (sharedWith splits.Value (examples loader inner).Train) with
            | "" -> ()
            | found ->
                raise (
                    UserError(
                        $"{outer.Name}: {inner.Name}, which it is built on, has learnt from {found}, which {outer.Name} itself does not learn from.\nWhat it knows would tell of examples that {outer.Name} is judged by. Train {inner.Name} on other examples than these."
                    )
                )
