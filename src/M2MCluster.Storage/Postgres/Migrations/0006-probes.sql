-- What readiness writes and deletes after a transaction failed.
CREATE TABLE probes (body text NOT NULL);
