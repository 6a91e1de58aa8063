namespace M2MCluster.Contracts.Objects;

public enum CredentialKind
{
    /// <summary>The password of an MQTT connection.</summary>
    MqttSecret = 1,
}
