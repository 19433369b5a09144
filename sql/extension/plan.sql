-- What a run is to do: the ledger is brought up to date with what needs no reading, and the rest is
-- put into batches.

-- Whether the ledger has a file whose rows were not all lost to others.
CREATE FUNCTION weather._has_loaded(shape pg_catalog.record) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM weather.load_file AS f
                    WHERE f.source = shape.source AND f.state <> 'replaced'
                      AND f.read - f.rejected > f.lost + f.duplicates);
END $$;

-- Whether the target has no row, though rows were loaded into it.
CREATE FUNCTION weather._is_emptied(shape pg_catalog.record) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_rows boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', shape.target) INTO has_rows;
    RETURN NOT has_rows AND weather._has_loaded(shape);
END $$;

-- Refuses a source that would be loaded wrongly. A target that was emptied by hand is loaded anew.
CREATE FUNCTION weather._check_source(shape pg_catalog.record) RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_strangers boolean;
BEGIN
    IF shape.foreign_table IS NULL THEN
        RAISE EXCEPTION '% reads no foreign table of weather_fdw any more', shape.relation
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF shape.mode = 'replace' THEN
        RETURN;
    END IF;
    IF weather._is_emptied(shape) THEN
        RAISE WARNING 'source "%": % is empty, though rows were loaded into it: all files are loaded again',
            shape.source, shape.target;
        PERFORM weather.forget(shape.source);
    ELSIF shape.mode = 'append' AND NOT weather._has_loaded(shape) THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %s AS t WHERE NOT EXISTS ('
                       'SELECT FROM weather.load_file AS f WHERE f.id = t.load_file_id))', shape.target)
           INTO has_strangers;
        IF has_strangers THEN
            RAISE EXCEPTION '% has rows that no ledger knows: appending could double them', shape.target
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'TRUNCATE it, or load by mode upsert, or append into a table of its own.';
        END IF;
    END IF;
END $$;

-- Whether a source that is replaced as a whole is to be read: if anything is new, and at rest.
CREATE FUNCTION weather._needs_replacing(shape pg_catalog.record) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_new boolean;
    is_at_rest boolean;
    has_rows boolean;
BEGIN
    IF shape.is_program THEN
        RETURN true;
    END IF;
    SELECT coalesce(bool_or(c.action <> 'nothing'),
                    NOT EXISTS (SELECT FROM weather.load_file AS f
                                 WHERE f.source = shape.source AND f.state NOT IN ('replaced', 'displaced'))),
           count(*) FILTER (WHERE c.action = 'wait') = 0
      INTO is_new, is_at_rest FROM weather._changes(shape) AS c;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', shape.target) INTO has_rows;
    RETURN is_at_rest AND (is_new OR NOT has_rows AND NOT shape.may_be_empty);
END $$;

-- Files that are not to be read as they are. One that ends amidst a document was given time: it is as it
-- was when it was loaded.
CREATE FUNCTION weather._fail_files(run pg_catalog.int8, shape pg_catalog.record,
                                        changes weather._file[])
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    file weather._file;
BEGIN
    FOR file IN SELECT * FROM unnest(changes) AS c WHERE c.action IN ('cut', 'misnamed') LOOP
        PERFORM weather._fail_file(run, shape, file,
            CASE file.action WHEN 'cut' THEN '22P02' ELSE '22021' END,
            weather._fault(file.action, file.loaded_to), NULL,
            CASE file.action WHEN 'cut' THEN 'All before it is loaded. The rest is read when the file has grown.'
                             ELSE 'Rename it.' END, NULL);
        UPDATE weather.load_run SET files_to_do = files_to_do + 1 WHERE id = run;
    END LOOP;
END $$;

-- Files that have moved take the paths of others, which lose them; what never was loaded is forgotten. One that is
-- not loaded to its end keeps its time, and will be looked at again. By its new path it may win rows that it lost, if
-- its time has changed or another file has the same.
CREATE FUNCTION weather._note_moves(shape pg_catalog.record, changes weather._file[])
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    displaced bigint[] := ARRAY(
        SELECT f.id FROM weather.load_file AS f JOIN unnest(changes) AS c USING (path)
         WHERE f.source = shape.source AND f.state NOT IN ('replaced', 'displaced')
           AND c.action = 'move' AND f.id <> c.id);
BEGIN
    UPDATE weather.load_file SET state = 'displaced' WHERE id = ANY (displaced);
    DELETE FROM weather.load_reject AS r USING weather.load_file AS f
     WHERE f.id = ANY (displaced) AND f.version = 0 AND r.load_file_id = f.id;
    DELETE FROM weather.load_file WHERE id = ANY (displaced) AND version = 0;
    UPDATE weather.load_file AS f
       SET path = c.path,
           state = CASE WHEN f.failures > 0 THEN 'failed' ELSE 'loaded' END,
           mtime = CASE c.size WHEN f.loaded_to THEN c.mtime ELSE f.mtime END,
           load_again = f.load_again OR shape.mode = 'upsert' AND f.lost > 0 AND (
               c.mtime <> f.mtime OR f.mtime IN (SELECT other.mtime FROM weather.load_file AS other
                                                  WHERE other.source = shape.source AND other.state <> 'replaced'
                                                  GROUP BY other.mtime HAVING count(*) > 1))
      FROM unnest(changes) AS c
     WHERE f.id = c.id AND c.action = 'move';
    UPDATE weather.load_reject AS r SET path = c.path
      FROM unnest(changes) AS c
     WHERE r.load_file_id = c.id AND c.action = 'move';
END $$;

-- What the ledger has to learn before anything is read: files that are as known but for their place,
-- time or presence. True: now there may be more to do; what has moved may have grown, and rows that it, or another
-- file, had lost may be its own again.
CREATE FUNCTION weather._note_changes(shape pg_catalog.record, changes weather._file[])
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_moved boolean;
    has_sunk boolean;
    has_lost boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(changes) AS c WHERE c.action IN ('vanish', 'return', 'touch', 'move')) THEN
        RETURN false;
    END IF;
    -- Of equal keys the greatest (mtime, path) wins: a file that sinks may lose rows, one that rises
    -- may win rows that it lost.
    SELECT count(*) FILTER (WHERE c.action = 'move') > 0,
           count(*) FILTER (WHERE (c.mtime, c.path COLLATE "C") < (f.mtime, f.path COLLATE "C")) > 0,
           count(*) FILTER (WHERE f.lost > 0) > 0
      INTO has_moved, has_sunk, has_lost
      FROM weather.load_file AS f
      JOIN unnest(changes) AS c ON f.id = c.id AND c.action IN ('touch', 'move');
    UPDATE weather.load_file AS f
       SET state = 'vanished'
      FROM unnest(changes) AS c
     WHERE f.id = c.id AND c.action = 'vanish';
    UPDATE weather.load_file AS f
       SET (state, failures, failed_at, error_code, error_message, error_detail, error_hint, error_context)
           = ('loaded', 0, NULL, NULL, NULL, NULL, NULL, NULL),
           size = c.size, mtime = c.mtime,
           load_again = f.load_again OR c.action = 'touch' AND shape.mode = 'upsert' AND f.lost > 0
      FROM unnest(changes) AS c
     WHERE f.id = c.id AND c.action IN ('return', 'touch');
    DELETE FROM weather.load_reject AS r USING unnest(changes) AS c
     WHERE r.load_file_id = c.id AND r.of_failure AND c.action IN ('return', 'touch');
    IF has_moved THEN
        PERFORM weather._note_moves(shape, changes);
    END IF;
    IF has_sunk AND shape.mode = 'upsert' THEN
        PERFORM weather._load_losers_again(shape.source);
    END IF;
    RETURN has_moved OR shape.mode = 'upsert' AND (has_sunk OR has_lost);
END $$;

-- Decides what to load, in batches; small files share one, each other file is one. Once more after
-- all are loaded: `only_again` are the files whose lost rows became free meanwhile.
CREATE FUNCTION weather._plan_run(run pg_catalog.int8, only_again pg_catalog.bool)
RETURNS weather._batch[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shape record;
    changes weather._file[];
    batches weather._batch[];
    message text;
    hint text;
BEGIN
    IF NOT weather._continue_run(run) THEN
        RETURN '{}';
    END IF;
    -- a file that ends amidst a document has failed, and may have lost rows before its end
    IF only_again AND NOT EXISTS (SELECT FROM weather.load_file
                                   WHERE load_again AND (state = 'loaded' OR state = 'failed' AND loaded_to < size)
                                     AND source = (SELECT source FROM weather.load_run WHERE id = run)) THEN
        RETURN '{}';
    END IF;
    BEGIN
        SELECT * INTO shape
          FROM weather._describe((SELECT source FROM weather.load_run WHERE id = run));
        PERFORM weather._check_source(shape);
        IF shape.mode = 'replace' THEN
            batches := CASE WHEN NOT only_again AND weather._needs_replacing(shape)
                            THEN ARRAY[ROW(NULL)::weather._batch] ELSE '{}' END;
            IF batches = '{}' AND NOT only_again THEN -- as it was before what failed
                DELETE FROM weather.load_reject AS r WHERE r.source = shape.source AND r.of_failure;
            END IF;
        ELSE
            LOOP
                changes := weather._changes_of(shape);
                EXIT WHEN NOT weather._note_changes(shape, changes);
            END LOOP;
            IF NOT only_again THEN
                PERFORM weather._fail_files(run, shape, changes);
            END IF;
            batches := weather._batches(changes, only_again);
        END IF;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
        PERFORM weather._fail_run(run, SQLSTATE, message, coalesce(nullif(hint, ''),
            CASE WHEN only_again THEN 'What of the source was loaded by then stays.' END));
        RETURN '{}';
    END;
    UPDATE weather.load_run AS r
       SET files_to_do = r.files_to_do + (SELECT coalesce(sum(coalesce(cardinality(b.files), 1)), 0)
                                            FROM unnest(batches) AS b)
     WHERE id = run;
    RETURN batches;
END $$;

-- In the order in which the later file wins: (mtime, path).
CREATE FUNCTION weather._changes_of(shape pg_catalog.record) RETURNS weather._file[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT ROW(c.action, c.path, c.size, c.mtime, c.id, c.loaded_to, c.fingerprint,
                            NULL, NULL, NULL, NULL)::weather._file
                   FROM weather._changes(shape) AS c
                  WHERE c.action NOT IN ('nothing', 'wait')
                  ORDER BY c.mtime, c.path COLLATE "C");
END $$;

-- Small files share a batch of at most 5,000 files or 16 MB.
CREATE FUNCTION weather._batches(changes weather._file[], only_again pg_catalog.bool)
RETURNS weather._batch[]
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(files)::weather._batch ORDER BY first), '{}')
      FROM (SELECT array_agg(file ORDER BY n) AS files, min(n) AS first
              FROM (SELECT file, n,
                           CASE WHEN is_small
                                THEN (count(*) FILTER (WHERE is_small) OVER in_order - 1) / 5000
                                     + (sum(size::float8) FILTER (WHERE is_small) OVER in_order)::bigint / (16 << 20)
                                ELSE -n END AS batch
                      FROM (SELECT ROW(c.action, c.path, c.size, c.mtime, c.id, c.loaded_to, c.fingerprint,
                                       c.new_id, c.start, c.stop, c.is_plain)::weather._file AS file, c.size, c.ordinality AS n,
                                   -- what failed before would have its batch fail again
                                   (c.action = 'again' OR c.action = 'load' AND c.id IS NULL)
                                   AND c.size < 1 << 20 AS is_small
                              FROM unnest(changes) WITH ORDINALITY AS c
                             WHERE c.action = 'again'
                                OR c.action IN ('load', 'change', 'grow') AND NOT only_again) AS file
                    WINDOW in_order AS (ORDER BY n ROWS UNBOUNDED PRECEDING)) AS file
             GROUP BY batch) AS batch
$$;
