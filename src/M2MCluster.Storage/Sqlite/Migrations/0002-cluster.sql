-- What holds for the whole installation and is told once.
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Raised in the transaction that changes who hears of what: applications and subscriptions, or members of groups. One row.
CREATE TABLE hearing (
    subscriptions INTEGER NOT NULL,
    membership INTEGER NOT NULL
);
INSERT INTO hearing VALUES (1, 1);
