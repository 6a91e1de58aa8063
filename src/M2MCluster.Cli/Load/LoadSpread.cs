namespace M2MCluster.Cli.Load;

/// <summary>How a run's devices are numbered: every so many of the objects that there are, so that a few active ones lie all over the rows of many.</summary>
/// <param name="Digits">Of an object's number in its id.</param>
/// <param name="Stride">From one device's object to the next one's.</param>
internal sealed record LoadSpread(int Digits, int Stride)
{
    /// <summary>The devices that a run makes for itself.</summary>
    public static readonly LoadSpread Own = new(6, 1);

    /// <summary>The digits of <c>m2m objects generate</c>.</summary>
    public static LoadSpread Over(int objects, int devices) => new(8, Math.Max(1, objects / devices));

    public int NumberOf(int device) => device * Stride;
}
