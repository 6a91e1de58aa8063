-- Lines of imports that were refused, in their order. How far an import is stands in its state.
CREATE TABLE import_errors (
    import_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, ordinal)
) WITHOUT ROWID;
