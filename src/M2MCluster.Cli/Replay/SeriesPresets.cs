namespace M2MCluster.Cli.Replay;

/// <summary>Shapes of known public series, found by their header.</summary>
internal static class SeriesPresets
{
    private static readonly SeriesShape[] Known =
    [
        // Beach water buoys of the Chicago Park District.
        new("sensor", "local_time",
            [
                new("water_temp_c", "water_temperature", "Cel"), new("turbidity_ntu", "turbidity", "NTU"), new("transducer_depth_m", "transducer_depth", "m"),
                new("wave_height_m", "wave_height", "m"), new("wave_period_s", "wave_period", "s"), new("battery_v", "battery", "V"),
            ],
            "America/Chicago"),

        // Half-hourly electricity of homes in London (Low Carbon London), which stand behind two gateways here.
        new("meter_id", "local_time", [new("kwh", "energy", "kWh")], "Europe/London") { Gateways = 2 },

        // The same of homes in New South Wales (Smart Grid, Smart City).
        new("customer_id", "local_time", [new("kwh", "energy", "kWh")], "Australia/Sydney") { Gateways = 2 },

        // Cars and buses in Aracaju.
        new("device_id", "time", [new("track_id", "track"), new("lat", "latitude", "lat"), new("lon", "longitude", "lon")]) { Bearer = ReplayBearer.Mqtt },

        // Phones in public transport in Helsinki.
        new("device_id", "time", [new("lat", "latitude", "lat"), new("lon", "longitude", "lon"), new("accuracy_m", "accuracy", "m")]) { Bearer = ReplayBearer.Mqtt },

        // A car in Munich.
        new("vehicle_id", "time", [new("lat", "latitude", "lat"), new("lon", "longitude", "lon")]) { Bearer = ReplayBearer.Mqtt },

        // A home near Paris, by the minute.
        new(null, "local_time",
            [new("active_kw", "active_power", "kW"), new("reactive_kvar", "reactive_power", "kvar"), new("voltage_v", "voltage", "V"), new("current_a", "current", "A")],
            "Europe/Paris"),

        // An energy-harvesting node in London.
        new(null, "utc_time",
            [
                new("temperature_c", "temperature", "Cel"), new("humidity_pct", "humidity", "%RH"), new("pressure_hpa", "pressure", "hPa"),
                new("battery_state_pct", "battery", "%EL"),
            ]),
    ];

    /// <summary>The first shape all of whose columns are there; null where none is.</summary>
    public static SeriesShape? Find(IReadOnlyList<string> header) => Known.FirstOrDefault(shape =>
        (shape.IdColumn is null || header.Contains(shape.IdColumn)) && header.Contains(shape.TimeColumn) && shape.Values.All(value => header.Contains(value.Column)));
}
