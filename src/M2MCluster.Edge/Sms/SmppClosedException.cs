namespace M2MCluster.Edge.Sms;

/// <summary>There is no connection, so nothing was sent.</summary>
internal sealed class SmppClosedException() : IOException("there is no session with the SMSC");
