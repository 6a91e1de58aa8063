namespace M2MCluster.Grains.Tests.Model;

internal enum MoveKind
{
    /// <summary>The application sends.</summary>
    Send,
    /// <summary>The application takes a message back.</summary>
    Cancel,
    /// <summary>The application begins a transaction with the device and another one.</summary>
    Begin,
    /// <summary>The other device looks what there is, and answers.</summary>
    Other,
    /// <summary>A frame that was pushed reaches the device, or is lost, or only its answer is; it may come again, and late.</summary>
    Frame,
    /// <summary>The device fetches what is next.</summary>
    Fetch,
    /// <summary>The device gives the result of something that it has, perhaps again.</summary>
    Result,
    /// <summary>The device reports, and tells how full its battery is.</summary>
    Report,
    /// <summary>A session of the device's own begins.</summary>
    Connect,
    /// <summary>It ends.</summary>
    Disconnect,
    /// <summary>Another application takes the device's commands for itself, or releases them.</summary>
    Hold,
    /// <summary>The device becomes a server of its own, which takes commands, or is one no longer.</summary>
    Serve,
    /// <summary>The device moves behind a gateway, which may be another one than before.</summary>
    Move,
    /// <summary>Its gateway comes within reach or leaves.</summary>
    GatewayComesOrGoes,
    /// <summary>Time passes, and what falls due is dealt with.</summary>
    Time,
    /// <summary>What the platform has in memory of the device, of transactions and of budgets is lost; sessions may go on.</summary>
    Crash,
    /// <summary>The next commit for the device or a transaction fails, or seems to, or was overtaken.</summary>
    Fault,
}
