using System.Reflection.PortableExecutable;

namespace GenDisc.Benchmarks;

/// <summary>Whether an assembly brings code compiled ahead of time.</summary>
internal static class ReadyToRun
{
    private const uint Signature = 0x00525452; // "RTR"

    public static bool Is(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        return image.PEHeaders.CorHeader?.ManagedNativeHeaderDirectory is { Size: > 0 } native
            && image.GetSectionData(native.RelativeVirtualAddress).GetReader().ReadUInt32() == Signature;
    }
}
