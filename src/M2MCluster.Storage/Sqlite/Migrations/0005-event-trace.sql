-- The trace of the message that an event tells of (W3C traceparent).
ALTER TABLE feed ADD COLUMN trace_parent TEXT;
