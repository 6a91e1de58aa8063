-- What has ended, oldest first, without the parts of others: those go with the whole. Unix milliseconds; of an end before ended_at was told, the latest that
-- it can have had: a year, the longest time to live, after acceptance, which is the time that the id bears (since 2024-01-01).
CREATE INDEX messages_kept ON messages (coalesce(ended_at, (id >> 22) + 1735603200000), id) WHERE parent IS NULL AND outcome IS NOT NULL;

-- What an application's messages wait for, among all that it has ever sent.
CREATE INDEX messages_waiting_of ON messages (application, id) WHERE outcome IS NULL;
