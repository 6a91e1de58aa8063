using System.Text;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Access;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>
/// Stands before pages that only the operator may see. A browser cannot send a bearer token by itself, so that here, and nowhere else, a key
/// may also come as the password of HTTP Basic (RFC 7617).
/// </summary>
internal sealed class OperatorGate(Authenticator authenticator, ErrorTable errors)
{
    private const string Scheme = "Basic ";
    private const string Challenge = "Basic realm=\"M2MCluster operator\", charset=\"UTF-8\"";

    public async Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            var header = context.Request.Headers.Authorization;
            var principal = header is [{ } text] && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? await authenticator.AuthenticateAsync(context, Password(text[Scheme.Length..].Trim()))
                : await authenticator.AuthenticateAsync(context);
            if (!principal.IsOperator) throw new M2MException(ErrorCode.PermissionDenied, "this key may not do that");
        }
        catch (M2MException refused)
        {
            await ErrorResponse.WriteAsync(context, errors.StatusOf(refused, context.RequestAborted.IsCancellationRequested), challenge: Challenge);
            return;
        }

        // What is behind shows the cluster's inside: it is neither kept nor shown in frames.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XFrameOptions = "DENY";
        await next(context);
    }

    /// <summary>What follows the user name; empty where there is none.</summary>
    private static string Password(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length)) return "";
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? pair[(colon + 1)..].Trim() : "";
    }
}
