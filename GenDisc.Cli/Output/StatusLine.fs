/// The one line that moves while a model trains. Pure: what it shows in how many columns.
module GenDisc.Cli.StatusLine

open GenDisc
open System
open System.Globalization

type Training =
    {
        Epoch: int
        Epochs: int
        Batch: int
        Batches: int
        ExamplesPerSecond: float
        Loss: float
        /// Seconds until the last epoch ends, once there is something to go by.
        Remaining: float option
    }

/// Three parts, so that the bar can be coloured: their total length never exceeds the width asked for.
type Parts =
    { Head: string
      Done: string
      Rest: string
      Tail: string }

let length (p: Parts) =
    p.Head.Length + p.Done.Length + p.Rest.Length + p.Tail.Length

let private text (n: int) = n.ToString CultureInfo.InvariantCulture

let private cut (width: int) (s: string) =
    if s.Length <= width then s else s.Substring(0, max 0 width)

let private bar (unicode: bool) (width: int) (share: float) =
    let full = int (Math.Round(Math.Clamp(share, 0.0, 1.0) * float width))
    let filled, empty = if unicode then '━', '─' else '#', '-'
    String(filled, full), String(empty, width - full)

[<Literal>]
let private ShortestBar = 8

[<Literal>]
let private LongestBar = 40

/// `head` always, the bar if at least 8 columns are left, then as many of the details as fit, most important first.
let private compose (unicode: bool) (width: int) (head: string) (share: float) (details: string list) =
    let head = cut width head

    let tail, _ =
        details
        |> List.fold
            (fun (tail: string, full) detail ->
                if full || head.Length + 1 + ShortestBar + tail.Length + 2 + detail.Length > width then
                    tail, true
                else
                    tail + "  " + detail, false)
            ("", false)

    let room = min LongestBar (width - head.Length - 1 - tail.Length)

    if room < ShortestBar then
        { Head = head
          Done = ""
          Rest = ""
          Tail = "" }
    else
        let filled, empty = bar unicode room share

        { Head = head + " "
          Done = filled
          Rest = empty
          Tail = tail }

let private percent (share: float) =
    text (int (Math.Floor(100.0 * share))) + " %"

let training (unicode: bool) (width: int) (t: Training) =
    let share = if t.Batches > 0 then float t.Batch / float t.Batches else 0.0

    compose
        unicode
        width
        ("epoch " + text t.Epoch + "/" + text t.Epochs)
        share
        [ text t.Batch + "/" + text t.Batches
          match t.Remaining with
          | Some seconds -> "ETA " + Wording.about seconds
          | None -> ()
          "loss " + Wording.metric "loss" t.Loss
          Wording.count t.ExamplesPerSecond + " examples/s" ]

/// A download or the decoding of images; `total` is 0 where the server did not say.
let reading (unicode: bool) (width: int) (file: string) (received: int64) (total: int64) =
    let share = if total > 0L then float received / float total else 0.0
    let now = Wording.reading file received total

    compose
        unicode
        width
        now.Doing
        share
        [ if total > 0L then
              percent share

          now.SoFar ]
