using System.Text.Json;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Applications;
using M2MCluster.Grains.Objects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace M2MCluster.Grains.Tests.Wire;

/// <summary>What release 0.1 wrote is read by every later one, and what this one writes by the one before, which runs beside it during an upgrade.</summary>
public sealed class BodiesTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<string> Names => new(Bodies.OfRelease01.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Body_OfRelease01_IsRead(string name)
    {
        var written = Written("bodies-0.1.txt");
        var value = Bodies.OfRelease01[name];
        if (!written.TryGetValue(name, out var body))
        {
            var now = $"{name} {Convert.ToBase64String(Write(value))}";
            Assert.Fail($"bodies-0.1.txt has no bytes of {name}. Before 0.1 is released, add the line below; later, they belong to the later release and a file of its own.\n{now}");
        }

        Assert.Equal(Text(value), Text(Read(value.GetType(), body)));
    }

    /// <summary>Otherwise a type could be stored whose bytes nobody keeps.</summary>
    [Fact]
    public void Bodies_OfAllMembers_AreKept()
    {
        foreach (var type in Bodies.OfRelease01.Values.Select(value => value.GetType()).Distinct())
        {
            var values = Bodies.OfRelease01.Values.Where(value => value.GetType() == type).ToList();
            var never = WireManifest.Members(type).Select(member => member.Member.Name)
                .Where(name => values.TrueForAll(value => type.GetProperty(name)!.GetValue(value) is not { } set || Equals(set, Default(set.GetType())))).ToList();
            Assert.True(never.Count == 0, $"no kept value of {type.Name} has {string.Join(", ", never)}: add one that does, as the comment of {nameof(Bodies)} says");
        }
    }

    [Fact]
    public void Object_WithMembersThatTheReaderLacks_IsRead()
    {
        var written = (ObjectState)Bodies.OfRelease01["object"];
        var read = As<FormerObjectState>(written);
        Assert.Equal(new FormerObjectState { SeenAt = written.SeenAt, Epoch = 4, Reports = 100, CreatedBy = written.CreatedBy }, read);
    }

    [Fact]
    public void Description_WithMembersThatTheReaderLacks_IsRead()
    {
        var read = As<FormerDescription>(Bodies.OfRelease01["description"]);
        Assert.Equal(("meter-1", "true", "imei:1", new MailboxPolicy(5, 4096)), (read.Id, read.Provided!["sleeping"], read.Names.Single(), read.Mailbox));
    }

    [Fact]
    public void Message_WithMembersThatTheReaderLacks_IsRead()
    {
        var read = As<FormerMessage>((MessageRecord)Bodies.OfRelease01["message"] with { TraceParent = "00-00-00-01" });
        Assert.Equal((77L, "objects/a", "done"), (read.Id.Value, read.Target, read.Detail));
        Assert.Equal<byte>([1, 2, 3], read.Payload);
    }

    /// <summary>A value that stands twice is written once: here first in a member that the reader lacks.</summary>
    [Fact]
    public void Application_WhoseSubscriptionRefersIntoAMemberThatTheReaderLacks_IsRead()
    {
        var written = (ApplicationState)Bodies.OfRelease01["application-state"];
        var id = new string("app2".AsSpan());
        var read = As<FormerApplicationState>(written with { View = written.View with { Id = id }, Subscriptions = [written.Subscriptions[0] with { Application = id }] });
        Assert.Equal("App", read.View.DisplayName);
        Assert.Equal("app2", Assert.Single(read.Subscriptions).Application);
    }

    public void Dispose() => _services.Dispose();

    private static Dictionary<string, byte[]> Written(string file) => File.ReadAllLines(Path.Combine(WireManifest.Folder(), file))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => Convert.FromBase64String(parts[1]));

    private static object? Default(Type type) => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;

    private static string Text(object? value) => JsonSerializer.Serialize(value);

    private T As<T>(object written) => (T)Read(typeof(T), Write(written));

    // By the type that is stored, as the writers do: a serializer of object would put the type's name before the value.
    private byte[] Write(object value)
    {
        var serializer = _services.GetRequiredService(typeof(Serializer<>).MakeGenericType(value.GetType()));
        return (byte[])serializer.GetType().GetMethod(nameof(Serializer<>.SerializeToArray), [value.GetType()])!.Invoke(serializer, [value])!;
    }

    private object Read(Type type, byte[] body)
    {
        var serializer = _services.GetRequiredService(typeof(Serializer<>).MakeGenericType(type));
        return serializer.GetType().GetMethod(nameof(Serializer<>.Deserialize), [typeof(byte[])])!.Invoke(serializer, [body])!;
    }
}
