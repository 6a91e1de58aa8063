using System.Reflection;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>Stands in for an interface by an object that has some of its methods, found by name and parameters; the others fail.</summary>
public class ProxyTo : DispatchProxy
{
    private object? _target;

    public static T Of<T>(object target)
        where T : class
    {
        var proxy = Create<T, ProxyTo>();
        ((ProxyTo)(object)proxy)._target = target;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var types = targetMethod!.GetParameters().Select(p => p.ParameterType).ToArray();
        var method = targetMethod.IsGenericMethod
            ? _target!.GetType().GetMethods().FirstOrDefault(m => m.IsGenericMethod && m.Name == targetMethod.Name && m.GetParameters().Length == types.Length)?.MakeGenericMethod(targetMethod.GetGenericArguments())
            : _target!.GetType().GetMethod(targetMethod.Name, types);
        if (method is null) throw new NotSupportedException(targetMethod.ToString());
        return method.Invoke(_target, BindingFlags.DoNotWrapExceptions, null, args, null);
    }
}
