namespace M2MCluster.Contracts.Planning;

/// <summary>When what can wait is best sent to where no bearer leads, as to applications: by the entries of the tariff calendar that name no bearer. Thread-safe.</summary>
public interface IQuietTimes
{
    /// <summary>
    /// <paramref name="from"/>, if it never becomes cheaper until <paramref name="latest"/>; else a moment of the first time that is as cheap as any, by
    /// <paramref name="of"/> another one, so that not all leave at its beginning. Never before <paramref name="from"/>, never after <paramref name="latest"/>.
    /// </summary>
    DateTimeOffset CheapestWithin(DateTimeOffset from, DateTimeOffset latest, string of);
}
