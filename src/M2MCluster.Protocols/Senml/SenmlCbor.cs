using System.Formats.Cbor;
using System.Text;

namespace M2MCluster.Protocols.Senml;

/// <summary>SenML in CBOR, <c>application/senml+cbor</c> (RFC 8428 section 6).</summary>
public static class SenmlCbor
{
    private const double LargestExactInteger = 1L << 53;

    /// <summary>The records as they stand; lengths may be indefinite, labels numbers or text, numbers integers, floats or decimal fractions.</summary>
    /// <param name="cbor">One data item and nothing after it.</param>
    /// <param name="maxRecords">More records than this are invalid.</param>
    public static Decoded<IReadOnlyList<SenmlRecord>> Read(ReadOnlyMemory<byte> cbor, int maxRecords = 4096)
    {
        var records = new List<SenmlRecord>();
        try
        {
            var reader = new CborReader(cbor, CborConformanceMode.Strict);
            var reason = ReadPack(reader, records, maxRecords);
            return reason is null ? records : Decoded<IReadOnlyList<SenmlRecord>>.Invalid(reason);
        }
        catch (Exception malformed) when (malformed is CborContentException or InvalidOperationException or OverflowException)
        {
            // Malformed items have no other way out of the reader.
            return Decoded<IReadOnlyList<SenmlRecord>>.Invalid("not CBOR");
        }
    }

    /// <summary>Writes the records as they stand, numbers in the shortest form that loses nothing.</summary>
    public static byte[] Write(IReadOnlyList<SenmlRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var writer = new CborWriter(CborConformanceMode.Strict);
        writer.WriteStartArray(records.Count);
        foreach (var record in records) WriteRecord(writer, record);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static string? ReadPack(CborReader reader, List<SenmlRecord> records, int maxRecords)
    {
        if (reader.PeekState() != CborReaderState.StartArray) return "a pack is an array";
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            if (reader.PeekState() != CborReaderState.StartMap) return "a record is a map";
            if (records.Count == maxRecords) return "too many records";
            var record = new SenmlRecord();
            reader.ReadStartMap();
            while (reader.PeekState() != CborReaderState.EndMap)
            {
                if (ReadField(reader, record, ReadLabel(reader)) is { } reason) return reason;
            }

            reader.ReadEndMap();
            records.Add(record);
        }

        reader.ReadEndArray();
        return reader.BytesRemaining == 0 ? null : "bytes after the pack";
    }

    private static SenmlLabel ReadLabel(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                var number = reader.ReadInt64();
                return number is >= (int)SenmlLabel.BaseSum and <= (int)SenmlLabel.DataValue ? (SenmlLabel)number : SenmlLabel.Unknown;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return SenmlLabels.Parse(Encoding.UTF8.GetBytes(reader.ReadTextString()));
            default:
                reader.SkipValue();
                return SenmlLabel.Unknown;
        }
    }

    private static string? ReadField(CborReader reader, SenmlRecord record, SenmlLabel label)
    {
        var state = reader.PeekState();
        switch (label)
        {
            case SenmlLabel.MustUnderstand:
                return "a label that must be understood";
            case SenmlLabel.Unknown:
                reader.SkipValue();
                return null;
            case SenmlLabel.BooleanValue:
                if (state != CborReaderState.Boolean) return "a field of another type";
                record.BooleanValue = reader.ReadBoolean();
                return null;
            case SenmlLabel.DataValue:
                if (state is not (CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString)) return "a field of another type";
                record.DataValue = reader.ReadByteString();
                return null;
            case SenmlLabel.BaseName or SenmlLabel.BaseUnit or SenmlLabel.Name or SenmlLabel.Unit or SenmlLabel.StringValue:
                return state is CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString
                    && SenmlFields.TrySet(record, label, reader.ReadTextString()) ? null : "a field of another type";
            default:
                return ReadNumber(reader) is { } number && SenmlFields.TrySet(record, label, number) ? null : "a field that is no finite number";
        }
    }

    private static double? ReadNumber(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                return reader.ReadUInt64();
            case CborReaderState.NegativeInteger:
                return -1d - reader.ReadCborNegativeIntegerRepresentation();
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble();
            case CborReaderState.Tag when reader.ReadTag() == CborTag.DecimalFraction && reader.PeekState() == CborReaderState.StartArray:
                if (reader.ReadStartArray() != 2) return null;
                var exponent = reader.ReadInt64();
                var mantissa = reader.ReadInt64();
                reader.ReadEndArray();
                return exponent >= 0 ? mantissa * Math.Pow(10, exponent) : mantissa / Math.Pow(10, -(double)exponent);
            default:
                return null;
        }
    }

    private static void WriteRecord(CborWriter writer, SenmlRecord record)
    {
        writer.WriteStartMap(null);
        WriteText(writer, SenmlLabel.BaseName, record.BaseName);
        WriteNumber(writer, SenmlLabel.BaseTime, record.BaseTime);
        WriteText(writer, SenmlLabel.BaseUnit, record.BaseUnit);
        WriteNumber(writer, SenmlLabel.BaseValue, record.BaseValue);
        WriteNumber(writer, SenmlLabel.BaseSum, record.BaseSum);
        WriteNumber(writer, SenmlLabel.BaseVersion, record.BaseVersion);
        WriteText(writer, SenmlLabel.Name, record.Name);
        WriteText(writer, SenmlLabel.Unit, record.Unit);
        WriteNumber(writer, SenmlLabel.Value, record.Value);
        WriteText(writer, SenmlLabel.StringValue, record.StringValue);
        if (record.BooleanValue is { } boolean)
        {
            writer.WriteInt32((int)SenmlLabel.BooleanValue);
            writer.WriteBoolean(boolean);
        }

        if (record.DataValue is { } data)
        {
            writer.WriteInt32((int)SenmlLabel.DataValue);
            writer.WriteByteString(data.Span);
        }

        WriteNumber(writer, SenmlLabel.Sum, record.Sum);
        WriteNumber(writer, SenmlLabel.Time, record.Time);
        WriteNumber(writer, SenmlLabel.UpdateTime, record.UpdateTime);
        writer.WriteEndMap();
    }

    private static void WriteText(CborWriter writer, SenmlLabel label, string? value)
    {
        if (value is null) return;
        writer.WriteInt32((int)label);
        writer.WriteTextString(value);
    }

    private static void WriteNumber(CborWriter writer, SenmlLabel label, double? value)
    {
        if (value is not { } number) return;
        writer.WriteInt32((int)label);
        if (Math.Abs(number) <= LargestExactInteger && Math.Floor(number) == number && !double.IsNegative(number) | number < 0) writer.WriteInt64((long)number);
        else if ((double)(Half)number == number) writer.WriteHalf((Half)number);
        else if ((double)(float)number == number) writer.WriteSingle((float)number);
        else writer.WriteDouble(number);
    }
}
