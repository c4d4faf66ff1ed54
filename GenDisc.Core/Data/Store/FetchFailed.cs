namespace GenDisc.Core.Data;

/// <summary>A file could not be fetched from anywhere; the message lists what happened at each mirror.</summary>
internal sealed class FetchFailed(string message) : Exception(message);
