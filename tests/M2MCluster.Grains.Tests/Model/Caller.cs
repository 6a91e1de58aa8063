using M2MCluster.Contracts;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>How the outside deals with a platform that is away for a moment.</summary>
internal static class Caller
{
    private const int Tries = 6;

    /// <summary>A caller that is told to try again does so.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (M2MException away) when (away.Code == ErrorCode.Unavailable && tries < Tries)
            {
                // A fault, which is over now.
            }
        }
    }

    public static Task InsistAsync(Func<Task> call) => InsistAsync(async () =>
    {
        await call();
        return true;
    });

    /// <summary>A caller that gives up: whether it was heard it does not know then.</summary>
    /// <returns>Whether there was an answer.</returns>
    public static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (M2MException away) when (away.Code == ErrorCode.Unavailable)
        {
            return false;
        }
    }
}
