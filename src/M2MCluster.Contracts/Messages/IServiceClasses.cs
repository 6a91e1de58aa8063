namespace M2MCluster.Contracts.Messages;

/// <summary>The catalogue of service classes, the same as long as the process runs. Thread-safe.</summary>
public interface IServiceClasses
{
    /// <summary>By id.</summary>
    IReadOnlyList<ServiceClass> All { get; }

    /// <summary>Null: there is none of that id.</summary>
    ServiceClass? Find(string id);

    /// <summary>How a message of these terms is treated: as its class says, or as messages without one, also if its class is in the catalogue no more.</summary>
    ServiceClass Of(DeliveryTerms? terms);
}
