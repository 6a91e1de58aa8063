namespace M2MCluster.Contracts.Sessions;

public enum CloseReason
{
    TakenOver = 0,
    ObjectDeleted = 1,
    CredentialRevoked = 2,
}
