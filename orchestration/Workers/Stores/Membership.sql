-- The list of a cluster's members. Orleans reads and changes it through the statements in OrleansQuery and nothing else; the names of
-- their keys, parameters and result columns are its contract, the tables behind them are ours. A change of the list is one statement that
-- raises the version it was based on, or does nothing: the row of mesh_cluster is the lock.
CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey varchar(64) PRIMARY KEY,
    QueryText varchar(8000) NOT NULL);

CREATE TABLE IF NOT EXISTS mesh_cluster (
    cluster_id varchar(150) PRIMARY KEY,
    version integer NOT NULL);

CREATE TABLE IF NOT EXISTS mesh_member (
    cluster_id varchar(150) NOT NULL REFERENCES mesh_cluster,
    address varchar(45) NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    silo_name varchar(150) NOT NULL,
    host_name varchar(150) NOT NULL,
    status integer NOT NULL,
    gateway_port integer NOT NULL,
    suspect_times text,
    started_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation));

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $q$
    WITH added AS (INSERT INTO mesh_cluster (cluster_id, version) VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM added
$q$),
('InsertMembershipKey', $q$
    WITH raised AS (
        UPDATE mesh_cluster AS c SET version = version + 1
        WHERE c.cluster_id = @DeploymentId AND c.version = @Version AND NOT EXISTS (
            SELECT 1 FROM mesh_member AS m
            WHERE m.cluster_id = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
        RETURNING c.cluster_id),
    added AS (
        INSERT INTO mesh_member (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
        SELECT cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
        RETURNING 1)
    SELECT count(*) FROM added
$q$),
('UpdateMembershipKey', $q$
    WITH raised AS (
        UPDATE mesh_cluster AS c SET version = version + 1
        WHERE c.cluster_id = @DeploymentId AND c.version = @Version AND EXISTS (
            SELECT 1 FROM mesh_member AS m
            WHERE m.cluster_id = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
        RETURNING c.cluster_id),
    changed AS (
        UPDATE mesh_member AS m SET status = @Status, suspect_times = @SuspectTimes, alive_at = GREATEST(m.alive_at, @IAmAliveTime)
        FROM raised
        WHERE m.cluster_id = raised.cluster_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
        RETURNING 1)
    SELECT count(*) FROM changed
$q$),
('UpdateIAmAlivetimeKey', $q$
    UPDATE mesh_member SET alive_at = GREATEST(alive_at, @IAmAliveTime)
    WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$q$),
('MembershipReadRowKey', $q$
    SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName,
        m.status AS Status, m.gateway_port AS ProxyPort, m.suspect_times AS SuspectTimes, m.started_at AS StartTime,
        m.alive_at AS IAmAliveTime, c.version AS Version
    FROM mesh_cluster AS c LEFT JOIN mesh_member AS m
        ON m.cluster_id = c.cluster_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    WHERE c.cluster_id = @DeploymentId
$q$),
('MembershipReadAllKey', $q$
    SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName,
        m.status AS Status, m.gateway_port AS ProxyPort, m.suspect_times AS SuspectTimes, m.started_at AS StartTime,
        m.alive_at AS IAmAliveTime, c.version AS Version
    FROM mesh_cluster AS c LEFT JOIN mesh_member AS m ON m.cluster_id = c.cluster_id
    WHERE c.cluster_id = @DeploymentId
$q$),
('GatewaysQueryKey', $q$
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation FROM mesh_member
    WHERE cluster_id = @DeploymentId AND status = @Status AND gateway_port > 0
$q$),
('DeleteMembershipTableEntriesKey', $q$
    WITH members AS (DELETE FROM mesh_member WHERE cluster_id = @DeploymentId)
    UPDATE mesh_cluster SET version = 0 WHERE cluster_id = @DeploymentId
$q$),
('CleanupDefunctSiloEntriesKey', $q$
    DELETE FROM mesh_member
    WHERE cluster_id = @DeploymentId AND status = 6 AND alive_at < @IAmAliveTime AND started_at < @IAmAliveTime
$q$),
('CleanupDefunctSiloEntryKey', $q$
    DELETE FROM mesh_member
    WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status = 6
        AND alive_at = @IAmAliveTime AND started_at = @StartTime AND COALESCE(suspect_times, '') = COALESCE(@SuspectTimes, '')
$q$);
