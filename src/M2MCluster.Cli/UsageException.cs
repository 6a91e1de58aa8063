namespace M2MCluster.Cli;

/// <summary>What the user asked for cannot be done; the message is for the user.</summary>
internal sealed class UsageException(string message) : Exception(message);
