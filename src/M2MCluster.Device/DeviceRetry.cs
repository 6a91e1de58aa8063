namespace M2MCluster.Device;

/// <summary>Tries again what may succeed later: after the time that the platform named, else after 0.5 s, doubled each time up to 10 s.</summary>
public static class DeviceRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>True once the attempt succeeded; false where it was refused for good.</summary>
    /// <param name="attempt">Made again and again.</param>
    /// <param name="failed">Told each failure.</param>
    public static async Task<bool> InsistAsync(Func<Task> attempt, Action<DeviceException> failed, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(failed);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return true;
            }
            catch (DeviceException failure)
            {
                failed(failure);
                if (!failure.IsTransient) return false;
                await Task.Delay(failure.RetryAfter ?? pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
