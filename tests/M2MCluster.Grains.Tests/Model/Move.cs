namespace M2MCluster.Grains.Tests.Model;

/// <summary>What happens next. The numbers choose among what is there at the time: which message, which frame, how long.</summary>
internal readonly record struct Move(MoveKind Kind, int A, int B, int C)
{
    public override string ToString() => $"{Kind}({A},{B},{C})";
}
