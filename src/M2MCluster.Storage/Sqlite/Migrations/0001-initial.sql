CREATE TABLE state (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    online_until INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE objects (
    id TEXT NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    gateway TEXT,
    description BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX objects_by_gateway ON objects (gateway, id) WHERE gateway IS NOT NULL;

CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY,
    object_id TEXT NOT NULL,
    content_type TEXT NOT NULL,
    payload BLOB NOT NULL,
    given_name BLOB,
    via TEXT,
    fault TEXT
);
CREATE INDEX reports_by_object ON reports (object_id, id);
CREATE INDEX reports_by_name ON reports (object_id, given_name) WHERE given_name IS NOT NULL;

-- An object that is gone: its reports up to this one are gone from every list, and deleted in small steps afterwards.
CREATE TABLE erasures (
    object_id TEXT NOT NULL PRIMARY KEY,
    up_to INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE messages (
    id INTEGER NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    parent INTEGER,
    application TEXT NOT NULL,
    request_id TEXT,
    outcome INTEGER,
    priority INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    payload_of INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX messages_waiting ON messages (target, id) WHERE outcome IS NULL;
CREATE INDEX messages_by_target ON messages (target, id);
CREATE INDEX messages_by_application ON messages (application, id);
CREATE INDEX messages_by_parent ON messages (parent, id) WHERE parent IS NOT NULL;
CREATE INDEX messages_by_request ON messages (application, target, request_id) WHERE request_id IS NOT NULL;

-- A row without data is a report's, whose id is the event's.
CREATE TABLE feed (
    feed TEXT NOT NULL,
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    data BLOB,
    PRIMARY KEY (feed, partition, seq)
) WITHOUT ROWID;

-- What is up to the floor is gone for every reader, and deleted in small steps afterwards.
CREATE TABLE feed_heads (
    feed TEXT NOT NULL,
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (feed, partition)
) WITHOUT ROWID;

CREATE TABLE feed_acknowledgements (
    feed TEXT NOT NULL,
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (feed, partition)
) WITHOUT ROWID;

CREATE TABLE due (
    at INTEGER NOT NULL,
    object_id TEXT NOT NULL,
    PRIMARY KEY (at, object_id)
) WITHOUT ROWID;

CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_keys (
    hash BLOB NOT NULL PRIMARY KEY,
    application TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX api_keys_by_application ON api_keys (application);

CREATE TABLE subscriptions (
    application TEXT NOT NULL,
    id TEXT NOT NULL,
    feed TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (application, id)
) WITHOUT ROWID;

CREATE TABLE groups (
    id TEXT NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE members (
    group_id TEXT NOT NULL,
    object_id TEXT NOT NULL,
    PRIMARY KEY (group_id, object_id)
) WITHOUT ROWID;
CREATE INDEX members_by_object ON members (object_id, group_id);

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- The highest timed id that each node wrote.
CREATE TABLE last_ids (
    node INTEGER NOT NULL PRIMARY KEY,
    id INTEGER NOT NULL
);
