namespace M2MCluster.Contracts.Sessions;

public enum CloseReason
{
    TakenOver = 0,
    ObjectDeleted = 1,
    CredentialRevoked = 2,
    /// <summary>By a call.</summary>
    Released = 3,
    /// <summary>Nothing went over it for as long as the object's idle timeout.</summary>
    Idle = 4,
}
