-- Due times by shards, each the business of one grain: FNV-1a of 32 bits over the id, modulo 64. Ids are ASCII.
CREATE FUNCTION m2m_due_shard(id text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    hash bigint := 2166136261;
    place int;
BEGIN
    FOR place IN 1..length(id) LOOP
        hash := ((hash # ascii(substr(id, place, 1))) * 16777619) & 4294967295;
    END LOOP;
    RETURN hash % 64;
END
$$;

CREATE TABLE due_by_shard (
    shard bigint NOT NULL,
    at bigint NOT NULL,
    object_id text COLLATE "C" NOT NULL
);
INSERT INTO due_by_shard SELECT m2m_due_shard(object_id), at, object_id FROM due;
DROP TABLE due;
ALTER TABLE due_by_shard RENAME TO due;
ALTER TABLE due ADD CONSTRAINT due_pkey PRIMARY KEY (shard, at, object_id);
DROP FUNCTION m2m_due_shard(text);
