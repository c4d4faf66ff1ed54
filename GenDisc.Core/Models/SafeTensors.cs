using System.Buffers.Binary;
using System.Text.Json;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>
/// The safetensors format: 8 bytes of header length (little-endian), a JSON header with dtype, shape and byte range
/// of every tensor, then the raw values. Other frameworks read it without running any code.
/// </summary>
public static class SafeTensors
{
    private const long LargestHeader = 100_000_000; // as the reference implementation

    /// <summary>Writes parameters and buffers by name. Metadata are free strings (`__metadata__`).</summary>
    public static void Save(nn.Module module, Stream to, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        var tensors = module.state_dict().OrderBy(e => e.Key, StringComparer.Ordinal)
            .Select(e => (e.Key, Value: e.Value.detach().cpu().contiguous())).ToList();
        var header = new Dictionary<string, object>();
        if (metadata is not null) header["__metadata__"] = metadata;
        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = offset + tensor.bytes.Length;
            header[name] = new { dtype = NameOf(tensor.dtype), shape = tensor.shape, data_offsets = new[] { offset, end } };
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header).ToList();
        while (json.Count % 8 != 0) json.Add((byte)' '); // the format asks for aligned data
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Count);
        to.Write(length);
        to.Write([.. json]);
        foreach (var (_, tensor) in tensors) to.Write(tensor.bytes);
    }

    /// <summary>Copies the file's values into the module's parameters and buffers, in place.</summary>
    /// <exception cref="UserError">Not such a file, truncated, or its tensors are not those of the module.</exception>
    public static void Load(nn.Module module, string path)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var bytes = File.ReadAllBytes(path);
        UserError Bad(string why) => new($"{path} holds no usable weights: {why}.\nTrain again (--fresh) to write a new file.");

        if (bytes.Length < 8) throw Bad("it is shorter than a header");
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (length is < 2 or > LargestHeader || length > bytes.Length - 8) throw Bad("its header length is out of range");
        var data = bytes.AsSpan(8 + (int)length);
        JsonDocument header;
        try
        {
            header = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
        }
        catch (JsonException e)
        {
            throw Bad($"its header is not JSON ({e.Message})");
        }

        using (header)
        {
            foreach (var (name, tensor) in module.state_dict())
            {
                if (!header.RootElement.TryGetProperty(name, out var entry)) throw Bad($"{name} is missing");
                var range = Numbers(entry, "data_offsets");
                if (!Numbers(entry, "shape").SequenceEqual(tensor.shape) || Text(entry, "dtype") != NameOf(tensor.dtype))
                    throw Bad($"{name} is not {NameOf(tensor.dtype)} [{string.Join(", ", tensor.shape)}]");
                var size = tensor.numel() * tensor.ElementSize;
                if (range.Length != 2 || range[0] < 0 || range[1] - range[0] != size || range[1] > data.Length)
                    throw Bad($"the values of {name} lie outside the file");
                var values = empty(tensor.shape, tensor.dtype, CPU);
                data.Slice((int)range[0], (int)size).CopyTo(values.bytes);
                tensor.copy_(values);
            }
        }
    }

    private static long[] Numbers(JsonElement entry, string property) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty(property, out var list)
        && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(n => n.TryGetInt64(out var v) ? v : -1)]
            : [];

    private static string? Text(JsonElement entry, string property) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(property, out var text)
            ? text.GetString()
            : null;

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        _ => throw new ArgumentException($"no safetensors name for {type}", nameof(type)),
    };
}
