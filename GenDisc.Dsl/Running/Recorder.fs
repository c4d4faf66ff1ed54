namespace GenDisc.Running

open System
open System.Globalization
open GenDisc
open GenDisc.Core.Training

/// Keeps what happens during a run and writes it down after every epoch: `metrics.jsonl` and `log.txt`.
type internal Recorder(folder: RunFolder, epochs: int, tell: RunEvent -> unit) =
    let lines = ResizeArray<string>()
    let log = ResizeArray<string>()
    let warnings = ResizeArray<string>()

    let stamp (text: string) =
        let now =
            DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z' ", CultureInfo.InvariantCulture)

        log.Add(now + text)

    let metrics (values: Collections.Generic.IReadOnlyDictionary<string, float>) : Metrics =
        { Values = Map.ofSeq (values |> Seq.map (|KeyValue|)) }

    let flush () =
        Atomic.writeText (folder.File "metrics.jsonl") (String.Join("", lines))
        Atomic.writeText (folder.File "log.txt") (String.Join("", log |> Seq.map (fun l -> l + "\n")))

    member _.Warnings = List.ofSeq warnings

    member _.Log text =
        stamp text
        flush ()

    member this.Warn text =
        warnings.Add text
        this.Log("warning: " + text)
        tell (RunEvent.Warning text)

    member _.Epoch(report: EpochReport) =
        let record =
            { Epoch = report.Epoch
              Seconds = report.Seconds
              ExamplesPerSecond = report.ExamplesPerSecond
              LearningRate = report.LearningRate
              Weights = (metrics report.Weights).Values
              Train = metrics report.Train
              Validation = metrics report.Validation }

        Json.object
            [ "epoch", Json.integer record.Epoch
              "seconds", Json.number record.Seconds
              "examplesPerSecond", Json.number record.ExamplesPerSecond
              "learningRate", Json.number record.LearningRate
              "weights", Json.numbers record.Weights
              "train", Json.numbers record.Train.Values
              "validation", Json.numbers record.Validation.Values ]
        |> Json.line
        |> fun line -> lines.Add(line + "\n")

        stamp $"epoch {report.Epoch} of {epochs}: train loss {Show.number record.Train.Loss}"
        flush ()
        tell (RunEvent.Epoch(record, epochs))

    interface ITrainingObserver with
        member _.BatchDone(epoch, batch, batches, rate, loss) =
            tell (RunEvent.Batch(epoch, epochs, batch, batches, rate, loss))

        member this.EpochDone report = this.Epoch report
        member this.Warn message = this.Warn message
