using System.Text;

namespace M2MCluster.Protocols.Coap;

/// <summary>Paths, queries and other options by their meaning.</summary>
public static class CoapOptionAccess
{
    extension(CoapOptions options)
    {
        /// <summary>Content-Format (RFC 7252 section 5.10.3), or null.</summary>
        public int? ContentFormat => (int?)options.GetUint(CoapOptionNumber.ContentFormat);

        public int? Accept => (int?)options.GetUint(CoapOptionNumber.Accept);

        /// <summary>RFC 7641: in a request 0 registers and 1 deregisters, in a notification the 24-bit sequence number.</summary>
        public uint? Observe => options.GetUint(CoapOptionNumber.Observe);

        public CoapBlock? Block1 => CoapBlock.Of(options, CoapOptionNumber.Block1);

        public CoapBlock? Block2 => CoapBlock.Of(options, CoapOptionNumber.Block2);

        /// <summary>Freshness in seconds; 60 where the option is absent (section 5.10.5).</summary>
        public uint MaxAge => options.GetUint(CoapOptionNumber.MaxAge) ?? 60;

        /// <summary>The Uri-Path with a slash before each segment; <c>/</c> where there is none.</summary>
        public string UriPath => Join(options, CoapOptionNumber.UriPath);

        /// <summary>The Location-Path, as <see cref="UriPath"/>.</summary>
        public string LocationPath => Join(options, CoapOptionNumber.LocationPath);

        /// <summary>The number of options with this number.</summary>
        public int CountOf(int number)
        {
            var count = 0;
            for (var i = 0; i < options.Count; i++) count += options[i].Number == number ? 1 : 0;
            return count;
        }

        /// <summary>The value of the <paramref name="index"/>th option with this number; empty where there is none.</summary>
        public ReadOnlyMemory<byte> ValueAt(int number, int index)
        {
            for (var i = 0; i < options.Count; i++)
            {
                if (options[i].Number == number && index-- == 0) return options[i].Value;
            }

            return default;
        }

        /// <summary>The value of the query parameter <c>name=value</c>; empty for a bare <c>name</c>; null where it is absent.</summary>
        public string? GetQuery(ReadOnlySpan<byte> name)
        {
            for (var i = 0; i < options.Count; i++)
            {
                if (options[i].Number != CoapOptionNumber.UriQuery) continue;
                var query = options[i].Value.Span;
                if (!query.StartsWith(name)) continue;
                if (query.Length == name.Length) return string.Empty;
                if (query[name.Length] == (byte)'=') return Encoding.UTF8.GetString(query[(name.Length + 1)..]);
            }

            return null;
        }

        /// <summary>Adds a path option for each segment between the slashes; a leading slash is optional, <c>/</c> alone adds none.</summary>
        public void AddPath(string path, int number = CoapOptionNumber.UriPath)
        {
            ArgumentNullException.ThrowIfNull(path);
            var rest = path.StartsWith('/') ? path.AsSpan(1) : path;
            if (rest.IsEmpty) return;
            foreach (var segment in rest.Split('/')) options.Add(number, rest[segment].ToString());
        }

        /// <summary>Adds <c>name=value</c> as Uri-Query.</summary>
        public void AddQuery(string name, string value) => options.Add(CoapOptionNumber.UriQuery, $"{name}={value}");
    }

    private static string Join(CoapOptions options, int number)
    {
        var path = new StringBuilder();
        for (var i = 0; i < options.Count; i++)
        {
            if (options[i].Number == number) path.Append('/').Append(options[i].GetString());
        }

        return path.Length == 0 ? "/" : path.ToString();
    }
}
