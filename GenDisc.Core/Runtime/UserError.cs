namespace GenDisc.Core.Runtime;

/// <summary>
/// A failure that the user can mend (missing file, wrong shape, diverging training). Its message is shown as it stands,
/// without a stack trace: it says what is wrong, where, and what to do.
/// </summary>
public class UserError(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The message alone, so that F# Interactive prints no stack trace either.</summary>
    public sealed override string ToString() => Message;
}
