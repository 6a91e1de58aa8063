-- Who is in the cluster, as Orleans' AdoNet clustering keeps it: one version for all rows of a cluster, raised with every change but a sign of life.
CREATE TABLE silo_versions (
    cluster text COLLATE "C" NOT NULL PRIMARY KEY,
    version int NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE silos (
    cluster text COLLATE "C" NOT NULL REFERENCES silo_versions,
    address text COLLATE "C" NOT NULL,
    port int NOT NULL,
    generation int NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status int NOT NULL,
    gateway_port int,
    suspected text,
    started_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
) WITH (fillfactor = 50);

CREATE TABLE reminders (
    service text COLLATE "C" NOT NULL,
    grain text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    starts_at timestamptz NOT NULL,
    period bigint NOT NULL,
    hash int NOT NULL,
    version int NOT NULL,
    PRIMARY KEY (service, grain, name)
);
CREATE INDEX reminders_by_hash ON reminders (service, hash);

-- The AdoNet providers find their statements here by key, bind parameters by name, and read columns by name.
CREATE TABLE OrleansQuery (
    QueryKey text NOT NULL PRIMARY KEY,
    QueryText text NOT NULL
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $sql$
    WITH made AS (INSERT INTO silo_versions (cluster, version) VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) > 0 FROM made
$sql$),
-- A change of a row raises the version from the one that was read, or neither happens.
('InsertMembershipKey', $sql$
    WITH raised AS (
        UPDATE silo_versions SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT FROM silos WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster),
    made AS (
        INSERT INTO silos (cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        SELECT cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
        RETURNING 1)
    SELECT count(*) > 0 FROM made
$sql$),
('UpdateMembershipKey', $sql$
    WITH raised AS (
        UPDATE silo_versions SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
            SELECT FROM silos WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster),
    changed AS (
        UPDATE silos s SET status = @Status, suspected = @SuspectTimes, alive_at = greatest(s.alive_at, @IAmAliveTime) FROM raised
        WHERE s.cluster = raised.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1)
    SELECT count(*) > 0 FROM changed
$sql$),
('UpdateIAmAlivetimeKey', $sql$
    UPDATE silos SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$),
('MembershipReadRowKey', $sql$
    SELECT v.cluster AS "DeploymentId", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.name AS "SiloName",
        s.host AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort", s.suspected AS "SuspectTimes",
        s.started_at AS "StartTime", s.alive_at AS "IAmAliveTime", v.version AS "Version"
    FROM silo_versions v LEFT JOIN silos s
        ON s.cluster = v.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE v.cluster = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
    SELECT v.cluster AS "DeploymentId", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.name AS "SiloName",
        s.host AS "HostName", s.status AS "Status", s.gateway_port AS "ProxyPort", s.suspected AS "SuspectTimes",
        s.started_at AS "StartTime", s.alive_at AS "IAmAliveTime", v.version AS "Version"
    FROM silo_versions v LEFT JOIN silos s ON s.cluster = v.cluster
    WHERE v.cluster = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
    SELECT address AS "Address", gateway_port AS "ProxyPort", generation AS "Generation"
    FROM silos WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0
$sql$),
('DeleteMembershipTableEntriesKey', $sql$
    WITH gone AS (DELETE FROM silos WHERE cluster = @DeploymentId)
    DELETE FROM silo_versions WHERE cluster = @DeploymentId
$sql$),
-- 6 is dead. The second is of one row, if it is still as it was read.
('CleanupDefunctSiloEntriesKey', $sql$
    DELETE FROM silos WHERE cluster = @DeploymentId AND status = 6 AND alive_at < @IAmAliveTime AND started_at < @IAmAliveTime
$sql$),
('CleanupDefunctSiloEntryKey', $sql$
    DELETE FROM silos WHERE cluster = @DeploymentId AND status = 6 AND address = @Address AND port = @Port AND generation = @Generation
        AND alive_at = @IAmAliveTime AND started_at = @StartTime AND coalesce(suspected, '') = coalesce(@SuspectTimes, '')
$sql$),
('ReadReminderRowsKey', $sql$
    SELECT grain AS "GrainId", name AS "ReminderName", starts_at AS "StartTime", period AS "Period", version AS "Version"
    FROM reminders WHERE service = @ServiceId AND grain = @GrainId
$sql$),
('ReadReminderRowKey', $sql$
    SELECT grain AS "GrainId", name AS "ReminderName", starts_at AS "StartTime", period AS "Period", version AS "Version"
    FROM reminders WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName
$sql$),
-- A range of the ring of hashes, begin exclusive, end inclusive; the second passes the ring's end.
('ReadRangeRows1Key', $sql$
    SELECT grain AS "GrainId", name AS "ReminderName", starts_at AS "StartTime", period AS "Period", version AS "Version"
    FROM reminders WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash
$sql$),
('ReadRangeRows2Key', $sql$
    SELECT grain AS "GrainId", name AS "ReminderName", starts_at AS "StartTime", period AS "Period", version AS "Version"
    FROM reminders WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)
$sql$),
('UpsertReminderRowKey', $sql$
    INSERT INTO reminders AS r (service, grain, name, starts_at, period, hash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (service, grain, name) DO UPDATE SET starts_at = excluded.starts_at, period = excluded.period, hash = excluded.hash, version = r.version + 1
    RETURNING version AS "Version"
$sql$),
('DeleteReminderRowKey', $sql$
    WITH gone AS (
        DELETE FROM reminders WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1)
    SELECT count(*) > 0 FROM gone
$sql$),
('DeleteReminderRowsKey', $sql$
    DELETE FROM reminders WHERE service = @ServiceId
$sql$);

-- Who may make ids with which node number, until when by this server's clock.
CREATE TABLE node_leases (
    node bigint NOT NULL PRIMARY KEY,
    owner text NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 20);

-- What holds for the whole installation and is told once.
CREATE TABLE facts (
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- Raised in the transaction that changes who hears of what: applications and subscriptions, or members of groups. One row.
CREATE TABLE hearing (
    subscriptions bigint NOT NULL,
    membership bigint NOT NULL
) WITH (fillfactor = 20);
INSERT INTO hearing VALUES (1, 1);

-- Keeps those who change who hears waiting until this transaction ends; ends it itself if its rows were addressed by other versions. The lock is
-- in the server's memory alone and shared by all who write events; who changes the versions takes it for himself before.
CREATE FUNCTION m2m_hear(subscriptions_read bigint[], membership_read bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    now hearing;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(468997439490);
    SELECT * INTO now FROM hearing;
    IF NOT (now.subscriptions = ALL (subscriptions_read) AND now.membership = ALL (membership_read)) THEN
        RAISE EXCEPTION '%,%', now.subscriptions, now.membership USING ERRCODE = 'M2M02';
    END IF;
END
$$;
