namespace M2MCluster.Protocols.Senml;

/// <summary>Sets a field of a record by its label; false where the label's field is of another type or the number is out of range.</summary>
internal static class SenmlFields
{
    public static bool TrySet(SenmlRecord record, SenmlLabel label, string value)
    {
        switch (label)
        {
            case SenmlLabel.BaseName:
                record.BaseName = value;
                return true;
            case SenmlLabel.BaseUnit:
                record.BaseUnit = value;
                return true;
            case SenmlLabel.Name:
                record.Name = value;
                return true;
            case SenmlLabel.Unit:
                record.Unit = value;
                return true;
            case SenmlLabel.StringValue:
                record.StringValue = value;
                return true;
            default:
                return false;
        }
    }

    public static bool TrySet(SenmlRecord record, SenmlLabel label, double value)
    {
        if (!double.IsFinite(value)) return false;
        switch (label)
        {
            case SenmlLabel.BaseTime:
                record.BaseTime = value;
                return true;
            case SenmlLabel.BaseValue:
                record.BaseValue = value;
                return true;
            case SenmlLabel.BaseSum:
                record.BaseSum = value;
                return true;
            case SenmlLabel.BaseVersion when value is >= 1 and <= int.MaxValue:
                record.BaseVersion = (int)value;
                return true;
            case SenmlLabel.Value:
                record.Value = value;
                return true;
            case SenmlLabel.Sum:
                record.Sum = value;
                return true;
            case SenmlLabel.Time:
                record.Time = value;
                return true;
            case SenmlLabel.UpdateTime:
                record.UpdateTime = value;
                return true;
            default:
                return false;
        }
    }
}
