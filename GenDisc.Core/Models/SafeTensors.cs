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
    private const string Metadata = "__metadata__";

    /// <summary>Writes parameters and buffers by name. Metadata are free strings (`__metadata__`).</summary>
    public static void Save(nn.Module module, Stream to, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        var tensors = module.state_dict().OrderBy(e => e.Key, StringComparer.Ordinal)
            .Select(e => (e.Key, Value: e.Value.detach().cpu().contiguous())).ToList();
        var header = new Dictionary<string, object>();
        if (metadata is not null) header[Metadata] = metadata;
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

    /// <summary>
    /// Copies the file's values into the module's parameters and buffers, in place. The whole file is checked first:
    /// a module is either filled or left as it was.
    /// </summary>
    /// <exception cref="UserError">Not such a file, unreadable, damaged, or its tensors are not those of the module.</exception>
    public static void Load(nn.Module module, string path)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        UserError Bad(string why, Exception? inner = null) =>
            new($"{path} holds no usable weights: {why}.\nTrain again (--fresh) to write a new file.", inner);

        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length < 8) throw Bad("it is shorter than a header");
            var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            if (length is < 2 or > LargestHeader || length > bytes.Length - 8) throw Bad("its header length is out of range");
            using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
            var data = bytes.AsMemory(8 + (int)length);
            var found = Entries(header.RootElement);
            var wanted = module.state_dict();
            if (found.Keys.Except(wanted.Keys).FirstOrDefault() is { } foreign) throw Bad($"the model has no {foreign}");
            var copies = new List<(Tensor To, Tensor From)>();
            foreach (var (name, tensor) in wanted)
            {
                if (!found.TryGetValue(name, out var entry)) throw Bad($"{name} is missing");
                var range = Numbers(entry, "data_offsets");
                if (!Numbers(entry, "shape").SequenceEqual(tensor.shape) || Text(entry, "dtype") != NameOf(tensor.dtype))
                    throw Bad($"{name} is not {NameOf(tensor.dtype)} [{string.Join(", ", tensor.shape)}]");
                var size = tensor.numel() * tensor.ElementSize;
                if (range.Length != 2 || range[0] < 0 || range[1] - range[0] != size || range[1] > data.Length)
                    throw Bad($"the values of {name} lie outside the file");
                var values = empty(tensor.shape, tensor.dtype, CPU);
                data.Span.Slice((int)range[0], (int)size).CopyTo(values.bytes);
                copies.Add((tensor, values));
            }

            if (copies.Sum(c => c.From.numel() * c.From.ElementSize) != data.Length)
                throw Bad("the file's length is not that of its tensors");
            foreach (var (to, from) in copies) to.copy_(from);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad($"it cannot be read ({e.Message.TrimEnd('.')})", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad($"its header is no valid JSON ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>The header's tensors by name. A name given twice counts once, as its last.</summary>
    private static Dictionary<string, JsonElement> Entries(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object) throw new JsonException("not an object");
        var entries = new Dictionary<string, JsonElement>();
        foreach (var property in header.EnumerateObject())
            if (property.Name != Metadata) entries[property.Name] = property.Value;
        return entries;
    }

    private static long[] Numbers(JsonElement entry, string property) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty(property, out var list)
        && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.Number && n.TryGetInt64(out var v) ? v : -1)]
            : [];

    private static string? Text(JsonElement entry, string property) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(property, out var text)
        && text.ValueKind == JsonValueKind.String
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
