-- Unix milliseconds from which the object may have the message; beyond all time while it is held, as a part of a transaction that has been prepared.
ALTER TABLE messages ADD COLUMN open_at bigint NOT NULL DEFAULT 0;
