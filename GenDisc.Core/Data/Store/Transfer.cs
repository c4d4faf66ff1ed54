using System.Net;
using System.Net.Http.Headers;

namespace GenDisc.Core.Data;

/// <summary>An attempt failed; <paramref name="again"/> if another one may succeed.</summary>
internal sealed class TransferFailed(string message, bool again) : Exception(message)
{
    public bool Again => again;
}

/// <summary>One attempt to receive a file over HTTP, from where the partial file ends.</summary>
internal sealed class Transfer(HttpClient client, TimeSpan stall, long most)
{
    /// <exception cref="TransferFailed">The server refused, went silent, broke off, or sent too much.</exception>
    public async Task Receive(string url, PartialFile part, string name, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        // Cancelled by the user, or by the clock, which every received piece sets back.
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        watch.CancelAfter(stall);
        try
        {
            var version = part.VersionFrom(url);
            var start = version is null ? 0 : part.Length;
            using var response = await client.SendAsync(Request(url, start, version), HttpCompletionOption.ResponseHeadersRead, watch.Token);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && start > 0)
            {
                // Nothing follows what we have: either it is whole, or it is of another version.
                if (response.Content.Headers.ContentRange?.Length == start) return;
                part.Delete();
                throw new TransferFailed("it holds another version than before", again: true);
            }

            CheckStatus(response);
            var append = response.StatusCode == HttpStatusCode.PartialContent;
            if (append && response.Content.Headers.ContentRange?.From != start)
            {
                part.Delete();
                throw new TransferFailed("it sent another part of the file than asked for", again: true);
            }

            if (!append) start = 0;
            await using var file = part.Open(append, url, Version(response));
            await Copy(response, file, start, (received, total) => progress?.Report(new FetchProgress(name, received, total)), watch);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TransferFailed(FormattableString.Invariant($"it sent nothing for {stall.TotalSeconds:0.#} s"), again: true);
        }
        catch (HttpRequestException e)
        {
            var unreachable = e.HttpRequestError is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError;
            throw new TransferFailed(e.Message, again: !unreachable || part.Length > 0);
        }
        catch (HttpIOException)
        {
            throw new TransferFailed("it broke off", again: true);
        }
    }

    private static HttpRequestMessage Request(string url, long start, string? version)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (start == 0) return request;
        request.Headers.Range = new RangeHeaderValue(start, null);
        if (version is { Length: > 0 } && RangeConditionHeaderValue.TryParse(version, out var condition))
            request.Headers.IfRange = condition;
        return request;
    }

    /// <summary>What If-Range may ask for: a strong entity tag, else the date of the last change.</summary>
    private static string Version(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } tag
        ? tag.Tag
        : response.Content.Headers.LastModified?.ToString("r") ?? "";

    private static void CheckStatus(HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent) return;
        var code = (int)response.StatusCode;
        throw new TransferFailed($"it answered {code} {response.ReasonPhrase}", again: code is 408 or 429 or >= 500);
    }

    private async Task Copy(HttpResponseMessage response, FileStream file, long start, Action<long, long> report, CancellationTokenSource watch)
    {
        await using var body = await response.Content.ReadAsStreamAsync(watch.Token);
        var total = response.Content.Headers.ContentLength is { } length ? start + length : 0;
        var received = start;
        var buffer = new byte[1 << 16];
        report(received, total);
        while (true)
        {
            watch.CancelAfter(stall);
            int got;
            try
            {
                got = await body.ReadAsync(buffer, watch.Token);
            }
            catch (IOException e) when (e is not HttpIOException)
            {
                throw new TransferFailed($"it broke off ({e.Message})", again: true);
            }

            if (got == 0) break;
            received += got;
            await file.WriteAsync(buffer.AsMemory(0, got), watch.Token);
            if (received > most) throw new TransferFailed("it sends more than the file can hold", again: false);
            report(received, total);
        }

        if (total > 0 && received < total) throw new TransferFailed("it broke off", again: true);
    }
}
