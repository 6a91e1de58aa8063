using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Wire;

/// <summary>
/// Every serialized type and every enum of Contracts and Grains in lines of text, as silos send them to each other and keep them on disk: <c>type ALIAS</c> with
/// its members by id, <c>enum NAME</c> with its values. What silos call of each other is in the <c>OrleansContracts.txt</c> of each project.
/// </summary>
internal static class WireManifest
{
    public static string Folder([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;

    public static IReadOnlyList<Type> Types { get; } =
        [.. new[] { typeof(ObjectDescription).Assembly, typeof(ObjectState).Assembly }.SelectMany(assembly => assembly.GetTypes())];

    public static IEnumerable<Type> Serialized => Types.Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);

    public static IEnumerable<(MemberInfo Member, uint Id)> Members(Type type) =>
        from member in type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let id = member.GetCustomAttribute<IdAttribute>()
        where id is not null
        orderby id.Id
        select (member, id.Id);

    /// <summary>One line for each member and value, which names its type too, so that two versions can be compared as sets.</summary>
    public static IEnumerable<string> Lines() => Serialized.SelectMany(OfType)
        .Concat(Types.Where(type => type.IsEnum && type.IsPublic).SelectMany(OfEnum))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> OfType(Type type) => Members(type)
        .Select(member => string.Create(CultureInfo.InvariantCulture, $"type {Name(type)} {member.Id:00} {member.Member.Name}: {Name(TypeOf(member.Member))}"))
        .Prepend($"type {Name(type)}");

    private static IEnumerable<string> OfEnum(Type type) => Enum.GetValues(type).Cast<object>()
        .Select(value => string.Create(CultureInfo.InvariantCulture, $"enum {type.Name} {Convert.ToInt64(value, CultureInfo.InvariantCulture):00} {value}"))
        .Prepend($"enum {type.Name}: {Name(Enum.GetUnderlyingType(type))}");

    private static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static string Name(Type type)
    {
        if (type.GetCustomAttribute<AliasAttribute>() is { } alias) return alias.Alias;
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
