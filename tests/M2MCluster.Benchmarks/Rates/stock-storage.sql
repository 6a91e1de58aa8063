-- The table that Microsoft.Orleans.Persistence.AdoNet wants, which its package does not bring: columns, index without key, and the write by a function as in the scripts for it.
CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL);
CREATE TABLE OrleansStorage (
    GrainIdHash integer NOT NULL, GrainIdN0 bigint NOT NULL, GrainIdN1 bigint NOT NULL, GrainTypeHash integer NOT NULL, GrainTypeString varchar(512) NOT NULL,
    GrainIdExtensionString varchar(512), ServiceId varchar(150) NOT NULL, PayloadBinary bytea, ModifiedOn timestamp NOT NULL, Version integer);
CREATE INDEX ix_orleansstorage ON OrleansStorage (GrainIdHash, GrainTypeHash);

CREATE FUNCTION WriteToStorage(
    hash integer, n0 bigint, n1 bigint, type_hash integer, type_name varchar, extension varchar, service varchar, known integer, body bytea)
    RETURNS TABLE (NewGrainStateVersion integer) LANGUAGE plpgsql AS $$
DECLARE
    now_known integer := known;
    changed integer;
BEGIN
    IF known IS NOT NULL THEN
        UPDATE OrleansStorage SET PayloadBinary = body, ModifiedOn = now() AT TIME ZONE 'utc', Version = Version + 1
        WHERE GrainIdHash = hash AND GrainTypeHash = type_hash AND GrainIdN0 = n0 AND GrainIdN1 = n1 AND GrainTypeString = type_name
            AND GrainIdExtensionString IS NOT DISTINCT FROM extension AND ServiceId = service AND Version = known;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed > 0 THEN now_known := known + 1; END IF;
    ELSE
        INSERT INTO OrleansStorage SELECT hash, n0, n1, type_hash, type_name, extension, service, body, now() AT TIME ZONE 'utc', 1
        WHERE NOT EXISTS (
            SELECT FROM OrleansStorage WHERE GrainIdHash = hash AND GrainTypeHash = type_hash AND GrainIdN0 = n0 AND GrainIdN1 = n1
                AND GrainTypeString = type_name AND GrainIdExtensionString IS NOT DISTINCT FROM extension AND ServiceId = service);
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed > 0 THEN now_known := 1; END IF;
    END IF;
    RETURN QUERY SELECT now_known;
END
$$;

INSERT INTO OrleansQuery VALUES
('WriteToStorageKey', 'SELECT * FROM WriteToStorage(@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @GrainStateVersion, @PayloadBinary)'),
('ReadFromStorageKey', 'SELECT PayloadBinary, now() AT TIME ZONE ''utc'', Version FROM OrleansStorage
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
        AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString AND ServiceId = @ServiceId'),
('ClearStorageKey', 'UPDATE OrleansStorage SET PayloadBinary = NULL, Version = Version + 1
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
        AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString AND ServiceId = @ServiceId AND Version = @GrainStateVersion RETURNING Version AS NewGrainStateVersion');
