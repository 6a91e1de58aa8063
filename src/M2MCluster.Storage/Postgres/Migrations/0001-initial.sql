-- Ids compare by their bytes, as in every other place, whatever the database's own collation.
CREATE TABLE state (
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body bytea NOT NULL,
    seen_at bigint NOT NULL,
    online_until bigint NOT NULL,
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 80);

CREATE TABLE objects (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    kind bigint NOT NULL,
    gateway text COLLATE "C",
    description bytea NOT NULL
);
CREATE INDEX objects_by_gateway ON objects (gateway, id) WHERE gateway IS NOT NULL;

CREATE TABLE reports (
    id bigint NOT NULL PRIMARY KEY,
    object_id text COLLATE "C" NOT NULL,
    content_type text NOT NULL,
    payload bytea NOT NULL,
    given_name bytea,
    via text COLLATE "C",
    fault text
);
CREATE INDEX reports_by_object ON reports (object_id, id);
CREATE INDEX reports_by_name ON reports (object_id, given_name) WHERE given_name IS NOT NULL;

-- An object that is gone: its reports up to this one are gone from every list, and deleted in small steps afterwards.
CREATE TABLE erasures (
    object_id text COLLATE "C" NOT NULL PRIMARY KEY,
    up_to bigint NOT NULL
);

CREATE TABLE messages (
    id bigint NOT NULL PRIMARY KEY,
    target text COLLATE "C" NOT NULL,
    parent bigint,
    application text COLLATE "C" NOT NULL,
    request_id text COLLATE "C",
    outcome bigint,
    priority bigint NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    payload_of bigint,
    body bytea NOT NULL
);
CREATE INDEX messages_waiting ON messages (target, id) WHERE outcome IS NULL;
CREATE INDEX messages_by_target ON messages (target, id);
CREATE INDEX messages_by_application ON messages (application, id);
CREATE INDEX messages_by_parent ON messages (parent, id) WHERE parent IS NOT NULL;
CREATE INDEX messages_by_request ON messages (application, target, request_id) WHERE request_id IS NOT NULL;

-- A row without data is a report's, whose id is the event's.
CREATE TABLE feed (
    feed text COLLATE "C" NOT NULL,
    partition bigint NOT NULL,
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    data bytea,
    PRIMARY KEY (feed, partition, seq)
);

-- A head is locked from the numbering of its rows to their commit, so that they become visible in order. What is up to the
-- floor is gone for every reader, and deleted in small steps afterwards.
CREATE TABLE feed_heads (
    feed text COLLATE "C" NOT NULL,
    partition bigint NOT NULL,
    seq bigint NOT NULL,
    floor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (feed, partition)
) WITH (fillfactor = 20);

CREATE TABLE feed_acknowledgements (
    feed text COLLATE "C" NOT NULL,
    partition bigint NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (feed, partition)
) WITH (fillfactor = 50);

CREATE TABLE due (
    at bigint NOT NULL,
    object_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (at, object_id)
);

CREATE TABLE applications (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    body bytea NOT NULL
);

CREATE TABLE api_keys (
    hash bytea NOT NULL PRIMARY KEY,
    application text COLLATE "C" NOT NULL
);
CREATE INDEX api_keys_by_application ON api_keys (application);

CREATE TABLE subscriptions (
    application text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (application, id)
);

CREATE TABLE groups (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    body bytea NOT NULL
);

CREATE TABLE members (
    group_id text COLLATE "C" NOT NULL,
    object_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (group_id, object_id)
);
CREATE INDEX members_by_object ON members (object_id, group_id);

CREATE TABLE audit (
    id bigint NOT NULL PRIMARY KEY,
    actor text NOT NULL,
    action text NOT NULL,
    resource text NOT NULL,
    detail text NOT NULL
);

-- The highest timed id that each node wrote.
CREATE TABLE last_ids (
    node bigint NOT NULL PRIMARY KEY,
    id bigint NOT NULL
) WITH (fillfactor = 20);

-- Ends the transaction; the message is the places in the batch of the sets that are stale.
CREATE FUNCTION m2m_refuse(places bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', array_to_string(places, ',') USING ERRCODE = 'M2M01';
END
$$;
