module GenDisc.Core.Tests.Models.SafeTensorsTests

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.Json
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private saved (model: torch.nn.Module) =
    use stream = new MemoryStream()
    SafeTensors.Save(model, stream, dict [ "gendisc", "a \"quoted\" id" ] |> Collections.Generic.Dictionary)
    stream.ToArray()

let private loadBytes (model: torch.nn.Module) (bytes: byte array) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "model.safetensors")
        File.WriteAllBytes(path, bytes)
        SafeTensors.Load(model, path))

/// A model whose running statistics have moved.
let private trained () =
    let model = normalised 1L
    use batch = batchOf 12
    use noise = generator 1L
    model.train ()
    model.Forward(batch.X, noise) |> ignore
    model

let private headerLength (file: byte array) =
    int (BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(file, 0, 8)))

let private withHeader (header: string) (data: byte array) =
    let json = Encoding.UTF8.GetBytes header
    Array.concat [ BitConverter.GetBytes(int64 json.Length); json; data ]

/// Loading damaged bytes ends well, or in a UserError that leaves the model as it was.
let private survives (bytes: byte array) =
    use _scope = torch.NewDisposeScope()
    use model = normalised 2L
    let before = bits model

    try
        loadBytes model bytes
        true
    with :? UserError as e ->
        e.Message.Contains "holds no usable weights" && bits model = before

let private refuses (part: string) (bytes: byte array) =
    use model = normalised 2L
    let before = bits model

    userError [ "model.safetensors"; "--fresh"; part ] (fun () -> loadBytes model bytes)
    |> ignore

    Expect.equal (bits model) before "the model is as it was"

let tests =
    testList
        "SafeTensors"
        [ torchTest "a model comes back bit for bit, buffers included, with identical outputs" (fun () ->
              use model = trained ()
              use other = normalised 2L
              Expect.notEqual (bits other) (bits model) "unlike before"
              loadBytes other (saved model)
              Expect.equal (bits other) (bits model) "bits"
              model.eval ()
              other.eval ()
              use batch = batchOf 5
              use noise = generator 1L

              let logits (m: HybridModel) =
                  numbers (Unchecked.nonNull (m.Forward(batch.X, noise).Logits))

              Expect.equal (logits other) (logits model) "outputs")
          torchTest "recurrent layers come back bit for bit, with identical outputs" (fun () ->
              for kind in [ RecurrentKind.Rnn; RecurrentKind.Lstm; RecurrentKind.Gru ] do
                  use model = recurrent kind (SequenceLengths()) 1L
                  use other = recurrent kind (SequenceLengths()) 2L
                  Expect.notEqual (bits other) (bits model) "unlike before"
                  loadBytes other (saved model)
                  Expect.equal (bits other) (bits model) "bits"
                  use batch = sequenceBatch 5
                  Expect.equal (numbers (other.Encode batch.X)) (numbers (model.Encode batch.X)) "outputs")
          torchTest "values that are not finite come back as they are" (fun () ->
              use layer = new Affine(2, 1, init 1L)
              assign layer "weight" (torch.tensor([| nanf; -infinityf |]).reshape(1, 2))
              use other = new Affine(2, 1, init 2L)
              loadBytes other (saved layer)
              Expect.equal (bits other) (bits layer) "bits")
          torchTest "the file is as the format says" (fun () ->
              use model = trained ()
              let file = saved model
              let length = headerLength file
              Expect.equal (length % 8) 0 "aligned"
              Expect.equal file[8] (byte '{') "JSON from the first byte"
              use header = JsonDocument.Parse(ReadOnlyMemory(file, 8, length))
              let metadata = header.RootElement.GetProperty "__metadata__"
              Expect.equal (metadata.GetProperty("gendisc").GetString()) "a \"quoted\" id" "metadata"

              let entries =
                  [ for p in header.RootElement.EnumerateObject() do
                        if p.Name <> "__metadata__" then
                            p ]

              let state = model.state_dict ()
              Expect.equal (entries |> List.map _.Name |> List.sort) (List.sort (List.ofSeq state.Keys)) "names"

              let last =
                  (0L, entries)
                  ||> List.fold (fun at entry ->
                      let offsets =
                          [ for n in entry.Value.GetProperty("data_offsets").EnumerateArray() do
                                n.GetInt64() ]

                      let shape =
                          [| for n in entry.Value.GetProperty("shape").EnumerateArray() do
                                 n.GetInt64() |]

                      let tensor = state[entry.Name]
                      Expect.equal shape tensor.shape entry.Name
                      let dtype = if tensor.dtype = torch.int64 then "I64" else "F32"
                      Expect.equal (entry.Value.GetProperty("dtype").GetString()) dtype entry.Name
                      Expect.equal offsets [ at; at + int64 tensor.bytes.Length ] "contiguous"
                      let stored = file[8 + length + int at .. 8 + length + int offsets[1] - 1]
                      Expect.equal stored (tensor.bytes.ToArray()) "values"
                      offsets[1])

              Expect.equal (8 + length + int last) file.Length "nothing after the last tensor")
          testProperty
              "a truncated file is refused"
              (Prop.forAll (Arb.fromGen (Gen.choose (0, 10000))) (fun cut ->
                  use _scope = torch.NewDisposeScope()
                  use model = normalised 1L
                  let file = saved model
                  let before = bits model
                  let short = Array.truncate (cut % file.Length) file

                  try
                      loadBytes model short
                      false
                  with :? UserError ->
                      bits model = before))
          testProperty
              "a damaged header gives a UserError or loads, never another exception"
              (Prop.forAll (Arb.fromGen (Gen.zip (Gen.choose (0, 100000)) (Gen.choose (0, 255)))) (fun (at, value) ->
                  use _scope = torch.NewDisposeScope()
                  use model = normalised 1L
                  let file = saved model
                  file[at % (8 + headerLength file)] <- byte value
                  survives file))
          torchTest "foreign JSON is refused" (fun () ->
              for header in
                  [ "{}"
                    "[]"
                    "[1]"
                    "1 "
                    "null"
                    "\"text\""
                    "{\"0_trunk.0.bias\":1}"
                    "{\"0_trunk.0.bias\":{\"dtype\":5,\"shape\":[8],\"data_offsets\":[0,32]}}"
                    "{\"0_trunk.0.bias\":{\"dtype\":\"F32\",\"shape\":[\"8\"],\"data_offsets\":[0,32]}}"
                    "{\"0_trunk.0.bias\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[-32,0]}}"
                    "{\"0_trunk.0.bias\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[9223372036854775807,32]}}"
                    "{\"\\ud800\":1}"
                    String('[', 100) ] do
                  refuses "" (withHeader header (Array.zeroCreate 32)))
          torchTest "another model's weights are refused by name" (fun () ->
              use model = hybrid 1L
              refuses "the model has no 1_bottleneck" (saved model)
              use shorter = new HybridModel([| trunk (init 1L) |])
              refuses "is missing" (saved shorter)

              use wider =
                  new HybridModel([| TrunkStage(new Chain(nets [ new Affine(features, 9, init 1L) ])) |])

              use narrow = new HybridModel([| trunk (init 1L) |])

              userError [ "0_trunk.0"; "is not F32 [8" ] (fun () -> loadBytes narrow (saved wider))
              |> ignore)
          torchTest "bytes after the last tensor are refused" (fun () ->
              use model = normalised 1L
              refuses "length" (Array.append (saved model) [| 0uy |]))
          torchTest "an absent file and a folder are user errors" (fun () ->
              use model = normalised 1L

              inFolder (fun folder ->
                  for path in [ folder; Path.Combine(folder, "absent") ] do
                      userError [ path; "cannot be read" ] (fun () -> SafeTensors.Load(model, path))
                      |> ignore)) ]
