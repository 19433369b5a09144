-- What the loader did, and what it would do.

-- Views on the ledger. They are made by setup(), with the tables.
CREATE FUNCTION weather._make_status_views() RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $views$
BEGIN
    -- A run that is said to be running was interrupted if its lock is free, and its session, between two
    -- transactions, is not at it either. A standby sees neither.
    CREATE OR REPLACE VIEW weather.progress AS
    SELECT r.id AS run_id, r.source, r.pid, r.started_at, r.files_done + r.files_failed AS files_done,
           r.files_to_do, r.read, r.bytes
      FROM weather.load_run AS r
     WHERE r.outcome = 'running'
       AND (pg_is_in_recovery()
            OR EXISTS (SELECT FROM pg_stat_activity AS a
                        WHERE a.pid = r.pid AND a.backend_start <= r.started_at AND a.state = 'active')
            OR EXISTS (SELECT FROM pg_locks AS l
                    WHERE l.locktype = 'advisory' AND l.granted AND l.pid = r.pid
                      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND l.classid = 1464156500 AND l.objsubid = 2
                      AND l.objid::bigint = hashtext(r.source)::bigint & 4294967295));
    COMMENT ON VIEW weather.progress IS 'the refreshes that are running: files done of files to do';

    CREATE OR REPLACE VIEW weather.status AS
    SELECT s.source,
           CASE WHEN NOT s.enabled THEN 'disabled'
                WHEN last.id IS NULL THEN 'unknown'
                WHEN outcome.now = 'running' THEN 'running'
                WHEN outcome.now IN ('failed', 'interrupted') OR files.failed > 0 THEN 'critical'
                WHEN last.rejected > 0 THEN 'warning'
                ELSE 'ok' END AS state,
           outcome.now AS last_outcome, last.started_at AS last_started, last.finished_at AS last_finished,
           success.finished_at AS last_success, clock_timestamp() - success.finished_at AS age,
           last.read, last.inserted, last.updated, last.unchanged, last.duplicates, last.rejected,
           last.deleted,
           files.loaded AS files_loaded, files.failed AS files_failed, files.vanished AS files_vanished,
           files.newest AS newest_file,
           coalesce(last.error_message, files.error) AS last_error
      FROM weather.source AS s
      LEFT JOIN LATERAL (SELECT * FROM weather.load_run AS r
                          WHERE r.source = s.source AND r.outcome <> 'skipped'
                          ORDER BY r.id DESC LIMIT 1) AS last ON true
      LEFT JOIN LATERAL (SELECT r.finished_at FROM weather.load_run AS r
                          WHERE r.source = s.source AND r.outcome = 'done'
                          ORDER BY r.id DESC LIMIT 1) AS success ON true
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE f.state = 'loaded') AS loaded,
                                count(*) FILTER (WHERE f.state = 'failed') AS failed,
                                count(*) FILTER (WHERE f.state = 'vanished') AS vanished,
                                max(f.mtime) AS newest,
                                (array_agg(f.path || ': ' || f.error_message ORDER BY f.failed_at DESC)
                                    FILTER (WHERE f.state = 'failed'))[1] AS error
                           FROM weather.load_file AS f
                          WHERE f.source = s.source AND f.state <> 'replaced') AS files ON true
      CROSS JOIN LATERAL (SELECT CASE WHEN last.outcome = 'running'
                                           AND last.id NOT IN (SELECT p.run_id FROM weather.progress AS p)
                                      THEN 'interrupted' ELSE last.outcome END AS now) AS outcome;
    COMMENT ON VIEW weather.status IS 'how each source is: for people and for monitoring';
END $views$;

-- The ledger's memory of a source or of one of its files, and the rows that came from there; but not what other
-- files have displaced from that path, since it cannot be loaded again.
CREATE FUNCTION weather.forget(source pg_catalog.text, path pg_catalog.text DEFAULT NULL,
                               OUT files pg_catalog.int8, OUT rows pg_catalog.int8)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    shape record;
    ids bigint[];
BEGIN
    PERFORM weather._check_is_own(forget.source);
    IF NOT weather._lock(forget.source) THEN
        RAISE EXCEPTION 'source "%" is being refreshed', forget.source USING ERRCODE = 'lock_not_available';
    END IF;
    SELECT * INTO shape FROM weather._describe(forget.source);
    SELECT coalesce(array_agg(f.id), '{}'), count(DISTINCT f.path) INTO ids, files
      FROM weather.load_file AS f
     WHERE f.source = shape.source
       AND (forget.path IS NULL OR f.path = forget.path AND f.state <> 'displaced');
    rows := 0;
    IF shape.has_lineage THEN
        EXECUTE format('DELETE FROM %s WHERE load_file_id = ANY ($1)', shape.target) USING ids;
        GET DIAGNOSTICS rows = ROW_COUNT;
    END IF;
    DELETE FROM weather.load_reject AS r WHERE r.load_file_id = ANY (ids);
    DELETE FROM weather.load_file AS f WHERE f.id = ANY (ids);
    IF rows > 0 AND shape.mode = 'upsert' THEN
        PERFORM weather._load_losers_again(shape.source);
    END IF;
END $$;

COMMENT ON FUNCTION weather.forget(pg_catalog.text, pg_catalog.text)
    IS 'forgets a source, or a file of it, and removes its rows: the next refresh loads them again';

-- Reads what a refresh would read, and changes nothing.
CREATE FUNCTION weather.preview(source pg_catalog.text,
    OUT path pg_catalog.text, OUT action pg_catalog.text, OUT size pg_catalog.int8,
    OUT mtime pg_catalog.timestamptz, OUT rows pg_catalog.int8, OUT rejects pg_catalog.int8,
    OUT error pg_catalog.text)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    shape record;
    change record;
    message text;
BEGIN
    PERFORM weather._check_is_own(preview.source);
    SELECT * INTO shape FROM weather._describe(preview.source);
    IF shape.is_program THEN
        path := shape.relation::text;
        action := 'replace';
        RETURN NEXT;
        RETURN;
    END IF;
    FOR change IN SELECT * FROM weather._changes(shape) AS c WHERE c.action <> 'nothing' ORDER BY c.path LOOP
        path := change.path;
        action := change.action;
        size := change.size;
        mtime := change.mtime;
        rows := NULL;
        rejects := NULL;
        error := weather._fault(change.action, change.loaded_to);
        IF action IN ('load', 'change', 'grow', 'again') OR action = 'move' AND size > change.loaded_to THEN
            SELECT t.rows, t.rejects, t.error INTO rows, rejects, error
              FROM weather._try_reading(shape, change.path,
                       CASE WHEN action IN ('grow', 'move') THEN change.loaded_to ELSE 0 END) AS t;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

COMMENT ON FUNCTION weather.preview(pg_catalog.text)
    IS 'what a refresh would do, file by file, with the first errors';

-- Every column of every row is read, as loading would; of the rejects the first ten are shown.
CREATE FUNCTION weather._try_reading(shape pg_catalog.record, path pg_catalog.text, start pg_catalog.int8,
    OUT rows pg_catalog.int8, OUT rejects pg_catalog.int8, OUT error pg_catalog.text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('SELECT count(ROW(%s)) FILTER (WHERE %s IS NULL), count(%2$s), '
                   'array_to_string((array_agg(%2$s))[1:10], E''\n'') '
                   'FROM %s AS r WHERE r.%I = $1%s',
        weather._list(shape.columns, 'r.'),
        CASE WHEN shape.error IS NULL THEN 'NULL::text' ELSE format('r.%I::text', shape.error) END,
        shape.relation, shape.filename,
        CASE WHEN start > 0 AND shape."offset" IS NOT NULL THEN format(' AND r.%I >= $2', shape."offset") ELSE '' END)
    INTO rows, rejects, error USING path, start;
EXCEPTION WHEN OTHERS THEN
    error := SQLERRM;
END $$;

-- History is pruned by age; the ledger never is.
CREATE FUNCTION weather.prune_runs(older_than pg_catalog.interval DEFAULT '90 days')
RETURNS pg_catalog.int8
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    pruned bigint;
BEGIN
    DELETE FROM weather.load_run AS r
     WHERE r.started_at < clock_timestamp() - older_than AND r.outcome <> 'running'
       AND r.source IN (SELECT s.source FROM weather.source AS s WHERE s.owner = current_user)
       AND r.id < (SELECT max(n.id) FROM weather.load_run AS n WHERE n.source = r.source);
    GET DIAGNOSTICS pruned = ROW_COUNT;
    RETURN pruned;
END $$;

COMMENT ON FUNCTION weather.prune_runs(pg_catalog.interval)
    IS 'removes old runs of the caller''s sources from the history; the ledger stays';
