using M2MCluster.Protocols.Coap;

namespace M2MCluster.Device.Coap;

/// <summary>The last response to a request, and the whole body.</summary>
internal sealed record CoapAnswer(CoapMessage Response, ReadOnlyMemory<byte> Body)
{
    public CoapCode Code => Response.Code;

    public string? ContentType => Response.Options.ContentFormat is { } format ? CoapContentFormat.ToMediaType(format) : null;

    /// <summary>How many messages wait still; null: the platform did not say.</summary>
    public uint? Waiting => Response.Options.TryGet(CoapOptionNumber.Waiting, out _) ? Response.Options.GetUint(CoapOptionNumber.Waiting) ?? 0 : null;

    /// <exception cref="DeviceException">The code is no success.</exception>
    public CoapAnswer OrThrow()
    {
        if (Code.IsSuccess) return this;
        var failure = Code switch
        {
            _ when Code == CoapCode.ServiceUnavailable || Code == CoapCode.TooManyRequests || Code == CoapCode.GatewayTimeout => DeviceFailure.Busy,
            _ when Code == CoapCode.RequestEntityIncomplete => DeviceFailure.Busy,
            _ when Code == CoapCode.Unauthorized || Code == CoapCode.Forbidden => DeviceFailure.NotAllowed,
            _ when Code == CoapCode.NotFound => DeviceFailure.NotFound,
            _ when Code == CoapCode.Conflict => DeviceFailure.Conflict,
            _ => DeviceFailure.Refused,
        };
        var wait = failure == DeviceFailure.Busy && Response.Options.GetUint(CoapOptionNumber.MaxAge) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var diagnostic = System.Text.Encoding.UTF8.GetString(Body.Span);
        throw new DeviceException(failure, diagnostic.Length == 0 ? $"The platform answered {Code}." : $"The platform answered {Code}: {diagnostic}", wait);
    }
}
