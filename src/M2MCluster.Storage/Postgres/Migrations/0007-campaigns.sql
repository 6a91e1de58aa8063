-- The members that a message to a group has to reach, as of its acceptance: ids, a line each, some thousand a row. Gone when the message has ended.
CREATE TABLE campaign_targets (
    campaign bigint NOT NULL,
    ordinal bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (campaign, ordinal)
);

-- Unix milliseconds: the parts of a group's message are followed in the order of their ends.
ALTER TABLE messages ADD COLUMN ended_at bigint;
CREATE INDEX messages_ended ON messages (parent, ended_at, id) WHERE parent IS NOT NULL AND ended_at IS NOT NULL;

-- Groups that are more than a list of objects: with groups in them, a query, or characteristics for their members.
ALTER TABLE groups ADD COLUMN rules bigint NOT NULL DEFAULT 0;
CREATE INDEX groups_with_rules ON groups (id) WHERE rules = 1;
