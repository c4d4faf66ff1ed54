/// The plan as `plan.json`.
module GenDisc.PlanJson

open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

let private options =
    JsonWriterOptions(Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

let private optional write value =
    fun (json: Utf8JsonWriter) (name: string) ->
        match value with
        | Some v -> write json name v
        | None -> json.WriteNull name

/// Rows with shapes, parameters and FLOPs per example, their totals, the loss with its terms, likelihood and latent
/// size of the bottleneck or of m2 (null without one), shape and classes of the data, and the training.
/// A term's weight is null, and its schedule is not, where it changes over the epochs.
let write (plan: Plan) =
    let e = plan.Experiment

    let latent =
        plan.Stages
        |> List.tryPick (fun stage ->
            match stage with
            | Stage.Bottleneck b -> Some(b.Latent, b.Likelihood)
            | Stage.M2 m -> Some(m.Latent, m.Likelihood)
            | _ -> None)

    use stream = new MemoryStream()

    do
        use json = new Utf8JsonWriter(stream, options)
        json.WriteStartObject()
        json.WriteStartArray "rows"

        for row in plan.Rows do
            json.WriteStartObject()
            json.WriteString("block", row.Text)
            json.WriteString("in", string row.In)
            json.WriteString("out", string row.Out)
            json.WriteNumber("parameters", row.Parameters)
            json.WriteNumber("flops", row.Flops)
            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteNumber("parameters", plan.Parameters)
        json.WriteNumber("flops", plan.Flops)
        // rows are brief; the report tells of everything that was declared
        e.Model.Blocks
        |> List.tryPick (fun block ->
            match block with
            | Block.Diffusion d -> Some(string d)
            | _ -> None)
        |> Option.iter (fun written -> json.WriteString("diffusion", written))

        json.WriteString("loss", Loss.show e.Loss)
        json.WriteStartArray "terms"

        for term, summands in Loss.summands e.Loss do
            json.WriteStartObject()
            json.WriteString("name", Term.name term)

            if Loss.isConstant summands then
                json.WriteNumber("weight", Map.find term (Loss.final e.Loss))
                json.WriteNull "schedule"
            else
                json.WriteNull "weight"
                json.WriteString("schedule", Loss.showSummands summands)

            json.WriteEndObject()

        json.WriteEndArray()

        optional
            (fun json name (_, likelihood: Likelihood) ->
                json.WriteString(name, (string likelihood).ToLowerInvariant()))
            latent
            json
            "likelihood"

        optional (fun json name (size: int, _) -> json.WriteNumber(name, size)) latent json "latent"
        json.WriteStartArray "shape"
        Shape.dimensions plan.Facts.Shape |> List.iter json.WriteNumberValue
        json.WriteEndArray()
        json.WriteNumber("classes", plan.Facts.Classes)
        json.WriteString("training", Training.show e.Training)
        json.WriteEndObject()

    Encoding.UTF8.GetString(stream.ToArray())
