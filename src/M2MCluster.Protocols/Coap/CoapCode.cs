using System.Globalization;

namespace M2MCluster.Protocols.Coap;

/// <summary>A CoAP code, <c>c.dd</c>: three bits of class, five of detail (RFC 7252 section 3 and 12.1; RFC 7959, 8132, 8516, 8768).</summary>
public readonly record struct CoapCode(byte Value)
{
    public static readonly CoapCode Empty = new(0, 0);

    public static readonly CoapCode Get = new(0, 1);
    public static readonly CoapCode Post = new(0, 2);
    public static readonly CoapCode Put = new(0, 3);
    public static readonly CoapCode Delete = new(0, 4);
    public static readonly CoapCode Fetch = new(0, 5);
    public static readonly CoapCode Patch = new(0, 6);
    public static readonly CoapCode IPatch = new(0, 7);

    public static readonly CoapCode Created = new(2, 1);
    public static readonly CoapCode Deleted = new(2, 2);
    public static readonly CoapCode Valid = new(2, 3);
    public static readonly CoapCode Changed = new(2, 4);
    public static readonly CoapCode Content = new(2, 5);
    public static readonly CoapCode Continue = new(2, 31);

    public static readonly CoapCode BadRequest = new(4, 0);
    public static readonly CoapCode Unauthorized = new(4, 1);
    public static readonly CoapCode BadOption = new(4, 2);
    public static readonly CoapCode Forbidden = new(4, 3);
    public static readonly CoapCode NotFound = new(4, 4);
    public static readonly CoapCode MethodNotAllowed = new(4, 5);
    public static readonly CoapCode NotAcceptable = new(4, 6);
    public static readonly CoapCode RequestEntityIncomplete = new(4, 8);
    public static readonly CoapCode Conflict = new(4, 9);
    public static readonly CoapCode PreconditionFailed = new(4, 12);
    public static readonly CoapCode RequestEntityTooLarge = new(4, 13);
    public static readonly CoapCode UnsupportedContentFormat = new(4, 15);
    public static readonly CoapCode UnprocessableEntity = new(4, 22);
    public static readonly CoapCode TooManyRequests = new(4, 29);

    public static readonly CoapCode InternalServerError = new(5, 0);
    public static readonly CoapCode NotImplemented = new(5, 1);
    public static readonly CoapCode BadGateway = new(5, 2);
    public static readonly CoapCode ServiceUnavailable = new(5, 3);
    public static readonly CoapCode GatewayTimeout = new(5, 4);
    public static readonly CoapCode ProxyingNotSupported = new(5, 5);
    public static readonly CoapCode HopLimitReached = new(5, 8);

    public CoapCode(int @class, int detail)
        : this((byte)((@class << 5) | detail))
    {
    }

    /// <summary>0–7.</summary>
    public int Class => Value >> 5;

    /// <summary>0–31.</summary>
    public int Detail => Value & 0x1F;

    public bool IsEmpty => Value == 0;

    /// <summary>A method, known or not: class 0 without 0.00.</summary>
    public bool IsRequest => Class == 0 && Value != 0;

    /// <summary>Class 2, 4 or 5.</summary>
    public bool IsResponse => Class is 2 or 4 or 5;

    public bool IsSuccess => Class == 2;

    /// <summary>The form of the RFC: <c>4.04</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Class}.{Detail:00}");

    /// <summary>Reads a method's name in any case, such as <c>GET</c> or <c>iPATCH</c>; 0.00 for an unknown one.</summary>
    public static CoapCode OfMethod(string name) => name?.ToUpperInvariant() switch
    {
        "GET" => Get,
        "POST" => Post,
        "PUT" => Put,
        "DELETE" => Delete,
        "FETCH" => Fetch,
        "PATCH" => Patch,
        "IPATCH" => IPatch,
        _ => Empty,
    };
}
