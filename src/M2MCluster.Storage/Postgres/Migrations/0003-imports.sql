-- Lines of imports that were refused, in their order. How far an import is stands in its state.
CREATE TABLE import_errors (
    import_id text COLLATE "C" NOT NULL,
    ordinal bigint NOT NULL,
    line bigint NOT NULL,
    field text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (import_id, ordinal)
);
