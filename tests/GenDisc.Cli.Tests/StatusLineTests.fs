module GenDisc.Cli.Tests.StatusLineTests

open Expecto
open FsCheck
open FsCheck.FSharp
open GenDisc.Cli

let private training: StatusLine.Training =
    { Epoch = 2
      Epochs = 5
      Batch = 312
      Batches = 469
      ExamplesPerSecond = 12034.0
      Loss = 112.3
      Remaining = Some 18.2 }

let private text (p: StatusLine.Parts) = p.Head + p.Done + p.Rest + p.Tail

let tests =
    testList
        "StatusLine"
        [ test "a wide line shows everything, the bar's share is that of the batches" {
              let parts = StatusLine.training false 120 training
              Expect.equal parts.Head "epoch 2/5 " "head"
              Expect.equal (parts.Done.Length, parts.Rest.Length) (27, 13) "312 of 469 in 40 columns"
              Expect.equal parts.Tail "  312/469  ETA 18 s  loss 112.30  12,034 examples/s" "details"
          }
          test "details go in the order of their weight as columns run out" {
              Expect.equal
                  (text (StatusLine.training false 40 training))
                  "epoch 2/5 #######----  312/469  ETA 18 s"
                  "no loss, no rate"

              Expect.equal (text (StatusLine.training false 12 training)) "epoch 2/5" "no bar either"
              Expect.equal (text (StatusLine.training false 4 training)) "epoc" "cut"
          }
          testProperty "no status is wider than the terminal"
          <| fun
                 (width: int)
                 (epoch: int)
                 (batch: int)
                 (batches: int)
                 (rate: float)
                 (loss: float)
                 (remaining: PositiveInt) ->
              let width = abs (width % 300)

              let status =
                  { StatusLine.Epoch = epoch
                    StatusLine.Epochs = 5
                    StatusLine.Batch = batch
                    StatusLine.Batches = batches
                    StatusLine.ExamplesPerSecond = rate
                    StatusLine.Loss = loss
                    StatusLine.Remaining = Some(float remaining.Get) }

              StatusLine.length (StatusLine.training true width status) <= width
          testProperty "no download and no decoding is wider than the terminal"
          <| fun (width: int) (file: NonEmptyString) (received: int64) (total: int64) ->
              let width = abs (width % 300)

              [ file.Get; "decoding " + file.Get ]
              |> List.forall (fun file ->
                  StatusLine.length (StatusLine.reading true width file received total) <= width)
          test "decoding shows images, not bytes" {
              let parts = StatusLine.reading false 80 "decoding cifar10-jpeg.zip" 12_000L 60_000L
              Expect.equal parts.Head "decoding cifar10-jpeg.zip " "no fetching"
              Expect.equal parts.Tail "  20 %  12,000 of 60,000" "images"
          }
          test "a download of unknown length shows what has come" {
              Expect.stringEnds (text (StatusLine.reading true 80 "a.gz" 9_900_000L 0L)) "  9.9 MB" "no percentage"
              Expect.stringContains (text (StatusLine.reading true 80 "a.gz" 5_000_000L 10_000_000L)) "50 %" "known"
          } ]
