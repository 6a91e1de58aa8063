namespace M2MCluster.Storage.Sweeping;

/// <summary>A small deletion, which goes to the database with a batch of write sets.</summary>
/// <param name="Sql">In both engines' words, with <c>$1</c> and so on, each first named in that order.</param>
/// <param name="Values">Strings and 64-bit numbers.</param>
internal sealed record Sweep(string Sql, params object[] Values);
