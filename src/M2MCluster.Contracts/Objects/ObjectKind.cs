namespace M2MCluster.Contracts.Objects;

public enum ObjectKind
{
    Device = 1,
    /// <summary>Speaks for its children also.</summary>
    Gateway = 2,
}
