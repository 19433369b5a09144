-- A refresh of a source is a run: it decides what to load, loads it file by file or batch by batch,
-- and commits after each. The procedure holds nothing but the loop and the COMMITs; one that commits
-- can carry no SET search_path, so it has no operator in it, and every name is qualified.
--
-- Two refreshes of a source: a transaction-level advisory lock, which no way out leaves behind, is
-- taken again in each transaction. Between two transactions another refresh may come in; it is in
-- load_run then, with a greater id, and this run stops.

CREATE FUNCTION weather._refuse_transaction_block() RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_refuse_transaction_block' LANGUAGE C;

CREATE FUNCTION weather._lock(name pg_catalog.text) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN pg_try_advisory_xact_lock(1464156500, hashtext(name)); -- 'WEAT'
END $$;

CREATE FUNCTION weather._check_tables() RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('weather.source') IS NULL THEN
        RAISE EXCEPTION 'the tables of the loader are not there'
            USING ERRCODE = 'undefined_table', HINT = 'SELECT weather.setup();';
    END IF;
END $$;

CREATE FUNCTION weather._check_is_own(name pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
BEGIN
    PERFORM weather._check_tables();
    SELECT * INTO entry FROM weather.source WHERE source = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no source "%"', name
            USING ERRCODE = 'undefined_object', HINT = 'weather.source lists them.';
    ELSIF entry.owner <> current_user THEN
        RAISE EXCEPTION 'source "%" belongs to role "%"', name, entry.owner
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Only its owner refreshes a source, since its triggers run with his rights.';
    END IF;
END $$;

-- The sources that the caller is to refresh: his own, or the one that he names.
CREATE FUNCTION weather._refreshable(name pg_catalog.text) RETURNS pg_catalog.text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM weather._check_tables();
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a refresh needs transactions that are READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = 'SET default_transaction_isolation = ''read committed'';';
    END IF;
    IF name IS NULL THEN
        RETURN ARRAY(SELECT source FROM weather.source
                      WHERE enabled AND owner = current_user ORDER BY source);
    END IF;
    PERFORM weather._check_is_own(name);
    IF NOT (SELECT enabled FROM weather.source WHERE source = name) THEN
        RAISE EXCEPTION 'source "%" is not enabled', name
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('UPDATE weather.source SET enabled = true WHERE source = %L;', name);
    END IF;
    RETURN ARRAY[name];
END $$;

-- Null: another session is at it.
CREATE FUNCTION weather._begin_run(name pg_catalog.text, quiet pg_catalog.bool) RETURNS pg_catalog.int8
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run bigint;
BEGIN
    IF NOT weather._lock(name) THEN
        INSERT INTO weather.load_run (source, outcome, finished_at)
        VALUES (name, 'skipped', clock_timestamp());
        IF NOT quiet THEN
            RAISE NOTICE 'source "%": skipped, another refresh is at it', name;
        END IF;
        RETURN NULL;
    END IF;
    UPDATE weather.load_run SET outcome = 'interrupted', finished_at = clock_timestamp()
     WHERE source = name AND outcome = 'running';
    INSERT INTO weather.load_run (source, outcome) VALUES (name, 'running') RETURNING id INTO run;
    RETURN run;
END $$;

-- Locks the run's source for this transaction. False: it is not this run's any more.
CREATE FUNCTION weather._continue_run(run pg_catalog.int8) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := (SELECT source FROM weather.load_run WHERE id = run);
BEGIN
    IF NOT weather._lock(name) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (SELECT FROM weather.load_run
                        WHERE source = name AND id > run AND outcome <> 'skipped')
       AND EXISTS (SELECT FROM weather.source WHERE source = name AND owner = current_user);
END $$;

-- Records that a run as a whole, not one of its files, has failed.
CREATE FUNCTION weather._fail_run(run pg_catalog.int8, code pg_catalog.text, message pg_catalog.text,
                                  hint pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
BEGIN
    UPDATE weather.load_run SET error_code = code, error_message = message WHERE id = run
    RETURNING source INTO name;
    RAISE WARNING 'source "%": %', name, message
        USING ERRCODE = code, HINT = coalesce(hint, 'Nothing of the source was changed.');
END $$;

-- The run's source with its target, which from here on nobody drops or empties; nor has since the run
-- began: what it has loaded by now would be taken for loaded for ever. Nor does another source load into it: of
-- equal keys it could overwrite a greater file's row that it has not seen.
CREATE FUNCTION weather._describe_for(run pg_catalog.int8) RETURNS pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
    shape record;
BEGIN
    SELECT s.source, s.target INTO entry
      FROM weather.load_run AS r JOIN weather.source AS s USING (source) WHERE r.id = run;
    EXECUTE format('LOCK TABLE ONLY %s IN ROW EXCLUSIVE MODE', entry.target::regclass);
    PERFORM pg_advisory_xact_lock(1464156501, hashtext(entry.target::regclass::oid::text));
    SELECT * INTO shape FROM weather._describe(entry.source);
    IF shape.mode <> 'replace' AND weather._is_emptied(shape) THEN
        RAISE EXCEPTION '% was emptied while it was loaded: the next refresh loads all files again', shape.target
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN shape;
END $$;

-- Loads a batch. False: the run is not to go on.
CREATE FUNCTION weather._load_batch(run pg_catalog.int8, batch weather._file[], quiet pg_catalog.bool)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shape record;
BEGIN
    IF NOT weather._continue_run(run) THEN
        RETURN false;
    END IF;
    BEGIN
        shape := weather._describe_for(run);
    EXCEPTION WHEN OTHERS THEN -- dropped, emptied or locked meanwhile
        PERFORM weather._fail_run(run, SQLSTATE, SQLERRM, 'What of the source was loaded by then stays.');
        RETURN false;
    END;
    PERFORM weather._load_in_parts(run, shape, batch, quiet);
    RETURN true;
END $$;

-- Loads a batch as a whole or, if that fails, each tenth of it so, down to the files at fault.
CREATE FUNCTION weather._load_in_parts(run pg_catalog.int8, shape pg_catalog.record, batch weather._file[],
                                       quiet pg_catalog.bool)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size integer := greatest(cardinality(batch) / 10, 1);
BEGIN
    IF weather._try_load(run, shape, batch, quiet) THEN
        RETURN;
    END IF;
    FOR n IN 1 .. cardinality(batch) BY size LOOP
        PERFORM weather._load_in_parts(run, shape, batch[n : n + size - 1], quiet);
    END LOOP;
END $$;

-- False: a batch failed, and nothing of it was loaded or recorded.
CREATE FUNCTION weather._try_load(run pg_catalog.int8, shape pg_catalog.record, batch weather._file[],
                                  quiet pg_catalog.bool)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done jsonb;
    message text; detail text; hint text; context text;
BEGIN
    BEGIN
        done := weather._load(run, shape, batch);
    EXCEPTION WHEN OTHERS THEN
        IF shape.mode <> 'replace' AND cardinality(batch) > 1 THEN
            RETURN false;
        END IF;
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
            hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
        IF shape.mode = 'replace' THEN
            PERFORM weather._fail_run(run, SQLSTATE, message, nullif(hint, ''));
            IF SQLSTATE = '22000' AND NOT shape.is_program THEN -- too many rejects, perhaps
                PERFORM weather._keep_first_rejects(run, shape, weather._all_files(shape), '');
            END IF;
        ELSE
            PERFORM weather._fail_file(run, shape, batch[1], SQLSTATE, message, nullif(detail, ''),
                                       nullif(hint, ''), substring(context FROM 'weather_fdw: [^\n]*'));
        END IF;
        RETURN true;
    END;
    UPDATE weather.load_run AS r
       SET files_to_do = CASE shape.mode WHEN 'replace' THEN d.files ELSE r.files_to_do END,
           (files_done, read, inserted, updated, unchanged, duplicates, rejected, deleted, bytes)
           = (r.files_done + d.files, r.read + d.read, r.inserted + d.inserted, r.updated + d.updated,
              r.unchanged + d.unchanged, r.duplicates + d.duplicates, r.rejected + d.rejected,
              r.deleted + d.deleted, r.bytes + d.bytes)
      FROM jsonb_to_record(done) AS d (files integer, read bigint, inserted bigint, updated bigint,
               unchanged bigint, duplicates bigint, rejected bigint, deleted bigint, bytes bigint)
     WHERE r.id = run;
    IF NOT quiet THEN
        RAISE NOTICE 'source "%": %: read % = inserted % + updated % + unchanged % + duplicates % + rejected %; deleted %',
            shape.source, CASE WHEN (done -> 'files')::int = 1 THEN format('file "%s"', done ->> 'path')
                               ELSE format('%s files', done -> 'files') END,
            done -> 'read', done -> 'inserted', done -> 'updated', done -> 'unchanged',
            done -> 'duplicates', done -> 'rejected', done -> 'deleted';
    END IF;
    RETURN true;
END $$;

-- Records that a file could not be loaded; what an older version of it brought stays. A file that fails
-- again in a run counts once.
CREATE FUNCTION weather._fail_file(run pg_catalog.int8, shape pg_catalog.record, file weather._file,
    code pg_catalog.text, message pg_catalog.text, detail pg_catalog.text, hint pg_catalog.text,
    context pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry bigint := file.id;
    is_first boolean := NOT EXISTS (SELECT FROM weather.load_file
                                     WHERE id = file.id AND state = 'failed' AND run_id = run);
BEGIN
    IF entry IS NULL THEN
        INSERT INTO weather.load_file (source, path, state)
        VALUES (shape.source, file.path, 'failed') RETURNING id INTO entry;
    END IF;
    UPDATE weather.load_file AS f
       SET (state, failures, failed_at, run_id, error_code, error_message, error_detail, error_hint,
            error_context)
           = ('failed', f.failures + is_first::int, clock_timestamp(), run, code, message, detail, hint, context)
     WHERE f.id = entry;
    UPDATE weather.load_run SET files_failed = files_failed + is_first::int WHERE id = run;
    RAISE WARNING 'source "%": file "%" failed: %', shape.source, file.path, message
        USING ERRCODE = code, HINT = coalesce(hint, 'weather.load_file has all of the error.');
    file.new_id := entry;
    file.start := CASE WHEN file.action IN ('grow', 'cut') AND shape."offset" IS NOT NULL THEN file.loaded_to
                       ELSE 0 END;
    PERFORM weather._keep_first_rejects(run, shape, ARRAY[file], weather._part(shape, false, file.start));
END $$;

-- In the place of those of the attempt before. Those of what was loaded stay.
CREATE FUNCTION weather._keep_first_rejects(run pg_catalog.int8, shape pg_catalog.record,
                                            files weather._file[], part pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF shape.error IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM weather.load_reject
     WHERE of_failure AND (load_file_id = ANY (ARRAY(SELECT new_id FROM unnest(files)))
                           OR shape.mode = 'replace' AND source = shape.source);
    PERFORM weather._keep_rejects(run, shape, files, part, 10);
EXCEPTION WHEN OTHERS THEN
    NULL; -- the error is recorded already; it may be that a file is gone
END $$;

CREATE FUNCTION weather._end_run(run pg_catalog.int8) RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_own boolean := weather._continue_run(run);
BEGIN
    UPDATE weather.load_run
       SET outcome = CASE WHEN NOT is_own THEN 'interrupted'
                          WHEN files_failed > 0 OR error_code IS NOT NULL THEN 'failed'
                          WHEN files_done < files_to_do THEN 'interrupted' -- another session had the lock
                          ELSE 'done' END,
           finished_at = clock_timestamp()
     WHERE id = run AND outcome = 'running';
END $$;

CREATE PROCEDURE weather.refresh(source pg_catalog.text DEFAULT NULL, quiet pg_catalog.bool DEFAULT false)
LANGUAGE plpgsql AS $$
DECLARE
    name pg_catalog.text;
    run pg_catalog.int8;
    only_again pg_catalog.bool;
    batch weather._batch;
    goes_on pg_catalog.bool;
BEGIN
    PERFORM weather._refuse_transaction_block();
    FOREACH name IN ARRAY weather._refreshable(source) LOOP
        run := weather._begin_run(name, quiet);
        COMMIT;
        CONTINUE WHEN run IS NULL;
        FOREACH only_again IN ARRAY '{false,true}'::pg_catalog.bool[] LOOP
            FOREACH batch IN ARRAY weather._plan_run(run, only_again) LOOP
                COMMIT;
                goes_on := weather._load_batch(run, batch.files, quiet);
                EXIT WHEN NOT goes_on;
            END LOOP;
            COMMIT;
        END LOOP;
        PERFORM weather._end_run(run);
        COMMIT;
    END LOOP;
END $$;

COMMENT ON PROCEDURE weather.refresh(pg_catalog.text, pg_catalog.bool)
    IS 'loads what is new of the caller''s sources, each file in a transaction of its own';
