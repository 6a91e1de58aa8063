-- Due times by shards, each the business of one grain: FNV-1a of 32 bits over the id, modulo 64. Ids are ASCII. The function is this
-- program's, registered for the migration.
CREATE TABLE due_by_shard (
    shard INTEGER NOT NULL,
    at INTEGER NOT NULL,
    object_id TEXT NOT NULL,
    PRIMARY KEY (shard, at, object_id)
) WITHOUT ROWID;
INSERT INTO due_by_shard SELECT m2m_due_shard(object_id), at, object_id FROM due ORDER BY 1, 2, 3;
DROP TABLE due;
ALTER TABLE due_by_shard RENAME TO due;
