-- Loading: the rows of some files and their ledger entries, in the caller's transaction. An error
-- leaves it to the caller to undo everything.
--
-- A file by itself is looked at before it is read: a log may have grown, or end amidst a line. Small
-- files that are new are many, and mostly whole: they are read at once, and the scan takes their
-- fingerprints; if anything is amiss the batch fails, and is loaded in parts.
--
-- The fingerprint is taken before the rows are read. A file that is exchanged in between thus gets an
-- entry that does not fit it, and is a changed file for the next refresh.

-- Where the part of a file begins and ends that is to be read, and the fingerprint of all before its end;
-- `known` is that of what is before the given start. By lines, a part begins with the line behind the
-- given start (NULL: something else is on that line) and ends with the last whole line within the given
-- length. Null: the file is not there, or shorter.
CREATE FUNCTION weather._inspect(relation pg_catalog.regclass, path pg_catalog.text,
    length pg_catalog.int8, start_from pg_catalog.int8, known pg_catalog.text, by_lines pg_catalog.bool,
    OUT start pg_catalog.int8, OUT stop pg_catalog.int8, OUT is_plain pg_catalog.bool,
    OUT fingerprint pg_catalog.text)
AS 'MODULE_PATHNAME', 'weather_inspect' LANGUAGE C STRICT;

-- Between these, pg_stat_progress_copy shows bytes and rows of the file that is being read.
CREATE FUNCTION weather._begin_progress(foreign_table pg_catalog.regclass) RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_begin_progress' LANGUAGE C STRICT;

CREATE FUNCTION weather._end_progress(foreign_table pg_catalog.regclass) RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_end_progress' LANGUAGE C STRICT;

-- Runs the source's statement for these files.
CREATE FUNCTION weather._move_rows(run_id pg_catalog.int8, shape pg_catalog.record, files weather._file[],
                                   part pg_catalog.text)
RETURNS weather._work
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET weather_fdw.fingerprints = off AS $$
DECLARE
    is_batch boolean := cardinality(files) > 1 OR shape.mode = 'replace' AND NOT shape.is_program;
    statement text := CASE shape.mode
        WHEN 'append' THEN weather._append_statement(shape, is_batch, part)
        WHEN 'upsert' THEN weather._upsert_statement(shape, is_batch, part)
        ELSE weather._replace_statement(shape) END;
    ids bigint[] := ARRAY(SELECT new_id FROM unnest(files));
    places jsonb;
    work weather._work;
BEGIN
    IF is_batch THEN
        places := (SELECT jsonb_object_agg(path, ordinality) FROM unnest(files) WITH ORDINALITY);
        PERFORM set_config('weather_fdw.fingerprints', 'on', true);
    END IF;
    RAISE DEBUG USING MESSAGE = statement;
    IF shape.mode = 'append' AND NOT is_batch THEN
        EXECUTE statement
          USING ARRAY[files[1].path], NULL, ids, NULL, files[1].start, files[1].stop;
        GET DIAGNOSTICS work.written = ROW_COUNT;
        work.of_files := ARRAY[ROW(ids[1], work.written, 0, 0, 0, 0, work.written)::weather._count];
        work.deleted := 0;
    ELSE
        EXECUTE statement INTO work
          USING ARRAY(SELECT path FROM unnest(files)), places, ids, ARRAY(SELECT mtime FROM unnest(files)),
                files[1].start, files[1].stop, run_id, shape.source;
    END IF;
    RETURN work;
END $$;

-- Keeps the rejects of these files; the relation must show them. `at_most` so many of a failure.
CREATE FUNCTION weather._keep_rejects(run_id pg_catalog.int8, shape pg_catalog.record,
                                      files weather._file[], part pg_catalog.text,
                                      at_most pg_catalog.int8 DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept bigint;
BEGIN
    EXECUTE weather._reject_statement(shape, format('($2 ->> r.%I)::bigint', shape.filename),
                                      shape.relation::text, at_most IS NOT NULL)
            || weather._only(shape, part) || ' LIMIT $9'
      USING ARRAY(SELECT path FROM unnest(files)), (SELECT jsonb_object_agg(path, new_id) FROM unnest(files)),
            NULL, NULL, files[1].start, files[1].stop, run_id, shape.source, at_most;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

-- A file with what is to be known before it is read: the id that its rows will bear, the part that is to
-- be read, its fingerprint. A part begins where the last one ended and ends with the last whole line.
CREATE FUNCTION weather._prepare(shape pg_catalog.record, file weather._file)
RETURNS weather._file
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_grown boolean;
    found record;
BEGIN
    -- By growing it has become younger. Rows that a file of this run has won meanwhile may be its own again.
    IF file.action = 'grow' AND (SELECT lost > 0 FROM weather.load_file WHERE id = file.id) THEN
        file.action := 'again';
    END IF;
    is_grown := file.action = 'grow';
    SELECT * INTO found
      FROM weather._inspect(shape.foreign_table, file.path, file.size,
                            CASE WHEN is_grown THEN file.loaded_to ELSE 0 END,
                            CASE WHEN is_grown THEN file.fingerprint ELSE '' END, shape.may_grow);
    IF found.fingerprint IS NULL THEN
        RAISE EXCEPTION 'file "%" vanished or shrank since it was listed', file.path
            USING ERRCODE = 'undefined_file',
                  HINT = 'The next refresh looks again. A quiet_period lets files come to rest.';
    END IF;
    IF is_grown AND found.start IS NULL AND found.stop <= file.loaded_to THEN
        found.start := file.loaded_to; -- the line goes on, and is not whole yet
        found.stop := file.loaded_to;
        found.fingerprint := file.fingerprint;
    ELSIF is_grown AND found.start IS NULL THEN
        file.action := 'change'; -- what goes on amidst a line cannot be read from there
    END IF;
    file.new_id := CASE WHEN file.id IS NULL OR file.action = 'change'
                        THEN nextval('weather.load_file_id_seq') ELSE file.id END;
    file.start := coalesce(found.start, 0);
    file.stop := found.stop;
    file.is_plain := found.is_plain;
    file.fingerprint := found.fingerprint;
    RETURN file;
END $$;

-- Files that are to be read as they are, with the ids that their rows will bear.
CREATE FUNCTION weather._number(files weather._file[]) RETURNS weather._file[]
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(f.action, f.path, f.size, f.mtime, f.id, 0, NULL,
               coalesce(f.id, nextval('weather.load_file_id_seq')), 0, f.size, NULL)::weather._file), '{}')
      FROM unnest(files) AS f
$$;

-- What the ledger is to hold of these files: what is known of each, what the scan and the statement have
-- counted. `was_read` is false if nothing was there to be read. A file is unread if it was not read to its
-- end, as it was listed: it was exchanged, or the relation does not show all of its rows. One that is loaded again must
-- still begin with what it had: its rows of then stay.
--
-- The plan of this and the next is made anew each time: there may be one file or thousands.
CREATE FUNCTION weather._entries(shape pg_catalog.record, files weather._file[], work weather._work,
                                 was_read pg_catalog.bool)
RETURNS SETOF weather._entry
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT f.path, f.size, f.mtime, f.id, f.new_id, f.stop, (f.action = 'grow')::int,
           coalesce(f.fingerprint, s.fingerprint),
           -- the scan has read as many bytes as the file has where it is not compressed
           coalesce(f.is_plain, shape.may_grow AND s.bytes = s.size)
               AND (s.next_offset IS NOT NULL OR f.start > 0),
           CASE WHEN NOT was_read THEN false
                WHEN s.path IS NULL OR NOT s.complete THEN true
                WHEN f.action = 'again' AND NOT (
                    SELECT weather._begins_as(shape.foreign_table, f.path, known.loaded_to, known.fingerprint)
                      FROM weather.load_file AS known WHERE known.id = f.id) THEN true
                -- all of it was to be read
                WHEN f.is_plain IS NOT TRUE AND s.size <> f.size THEN true
                -- the scan took that of what it opened; a last line that is cut is to wait
                WHEN f.fingerprint IS NULL THEN
                    shape.may_grow AND s.rejects > 0 AND s.bytes = s.size AND s.next_offset < s.size
                -- another file may stand where the one stood whose fingerprint is entered
                WHEN (s.size, s.mtime) = (f.size, f.mtime) THEN false
                ELSE NOT weather._begins_as(shape.foreign_table, f.path, f.stop, f.fingerprint) END,
           coalesce(s.bytes, 0), coalesce(s.rows + s.rejects, 0), coalesce(s.rejects, 0),
           coalesce(c.inserted, 0), coalesce(c.updated, 0), coalesce(c.unchanged, 0),
           coalesce(c.duplicates, 0), coalesce(c.lost, 0), coalesce(c.to_write, 0)
      FROM unnest(files) AS f
      LEFT JOIN weather.last_scan_files(shape.foreign_table) AS s ON was_read AND s.path = f.path
      LEFT JOIN unnest(work.of_files) AS c ON c.id = f.new_id;
END $$;

-- Writes them into the ledger. What a part of a file brought is added to what the parts before have brought.
-- `dropped` are rows of the older version of the only file.
CREATE FUNCTION weather._enter(run pg_catalog.int8, name pg_catalog.text, entries weather._entry[],
                               dropped pg_catalog.int8)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET jit = off AS $$
DECLARE
    -- by themselves, so that the planner knows how many
    known weather._entry[] := ARRAY(SELECT e FROM unnest(entries) AS e WHERE e.id = e.new_id);
    found bigint;
BEGIN
    UPDATE weather.load_file AS old
       SET (state, version, size, mtime, loaded_to, fingerprint, is_growable, load_again,
            read, inserted, updated, unchanged, duplicates, rejected, lost, run_id, loaded_at,
            failures, failed_at, error_code, error_message, error_detail, error_hint, error_context)
           = ('loaded', greatest(old.version, 1), e.size, e.mtime, e.loaded_to, e.fingerprint, e.is_growable,
              false, e.read + e.goes_on * old.read, e.inserted + e.goes_on * old.inserted,
              e.updated + e.goes_on * old.updated, e.unchanged + e.goes_on * old.unchanged,
              e.duplicates + e.goes_on * old.duplicates, e.rejected + e.goes_on * old.rejected,
              e.lost + e.goes_on * old.lost, run, clock_timestamp(), 0, NULL, NULL, NULL, NULL, NULL, NULL)
      FROM unnest(known) AS e WHERE old.id = e.id;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found <> cardinality(known) THEN
        RAISE EXCEPTION 'source "%": entries of its files are gone from the ledger', name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The next refresh takes the files for new.';
    END IF;
    INSERT INTO weather.load_file
           (id, source, path, state, version, size, mtime, loaded_to, fingerprint, is_growable,
            read, inserted, updated, unchanged, duplicates, rejected, lost, deleted, run_id, loaded_at)
    SELECT e.new_id, name, e.path, 'loaded',
           CASE WHEN e.id IS NULL THEN 1
                ELSE (SELECT old.version + 1 FROM weather.load_file AS old WHERE old.id = e.id) END,
           e.size, e.mtime, e.loaded_to, e.fingerprint, e.is_growable, e.read, e.inserted, e.updated,
           e.unchanged, e.duplicates, e.rejected, e.lost, dropped, run, clock_timestamp()
      FROM unnest(entries) AS e WHERE e.id IS DISTINCT FROM e.new_id;
END $$;

-- Enters these files, once all of them is accounted for: each was read, and every row that the engine read
-- was written, if it was to be (a trigger may have swallowed it). Returns sums.
CREATE FUNCTION weather._book(run_id pg_catalog.int8, shape pg_catalog.record, files weather._file[],
                              work weather._work, was_read pg_catalog.bool)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entries weather._entry[] := ARRAY(SELECT ROW(e.*)::weather._entry
                                        FROM weather._entries(shape, files, work, was_read) AS e);
    found record;
BEGIN
    SELECT jsonb_build_object('files', count(*), 'read', coalesce(sum(e.read), 0),
               'inserted', coalesce(sum(e.inserted), 0), 'updated', coalesce(sum(e.updated), 0),
               'unchanged', coalesce(sum(e.unchanged), 0), 'duplicates', coalesce(sum(e.duplicates), 0),
               'rejected', coalesce(sum(e.rejected), 0), 'deleted', coalesce(work.deleted, 0),
               'to_write', coalesce(sum(e.to_write), 0), 'written', coalesce(work.written, 0),
               'bytes', coalesce(sum(e.bytes), 0), 'path', min(e.path)) AS sums,
           (array_agg(e.path) FILTER (WHERE e.is_unread))[1] AS unread,
           (array_agg(to_jsonb(e) || jsonb_build_object('written', e.to_write)) FILTER (
                WHERE e.read <> e.rejected + e.inserted + e.updated + e.unchanged + e.duplicates))[1] AS wrong
      INTO found FROM unnest(entries) AS e;
    IF found.unread IS NOT NULL THEN
        RAISE EXCEPTION 'file "%" changed while it was read', found.unread
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'The next refresh reads it again. A quiet_period lets files come to rest.';
    ELSIF found.wrong IS NOT NULL THEN
        PERFORM weather._check_account(format('file "%s"', found.wrong ->> 'path'), found.sums || found.wrong);
    END IF;
    PERFORM weather._check_account(CASE cardinality(files) WHEN 1 THEN format('file "%s"', files[1].path)
                                   ELSE shape.source END, found.sums);
    PERFORM weather._enter(run_id, shape.source, entries,
                           CASE shape.mode WHEN 'replace' THEN 0 ELSE coalesce(work.deleted, 0) END);
    RETURN found.sums;
END $$;

CREATE FUNCTION weather._check_account(what pg_catalog.text, sums pg_catalog.jsonb)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (sums -> 'read')::bigint <> (sums -> 'inserted')::bigint + (sums -> 'updated')::bigint
            + (sums -> 'unchanged')::bigint + (sums -> 'duplicates')::bigint + (sums -> 'rejected')::bigint
       OR sums -> 'to_write' <> sums -> 'written' THEN
        RAISE EXCEPTION '%: % rows were read, but not all are accounted for', what, sums -> 'read'
            USING ERRCODE = 'data_exception',
                  DETAIL = format('%s inserted, %s updated, %s unchanged, %s duplicates, %s rejected; '
                                  '%s were to be written, %s were.',
                                  sums -> 'inserted', sums -> 'updated', sums -> 'unchanged',
                                  sums -> 'duplicates', sums -> 'rejected', sums -> 'to_write',
                                  sums -> 'written'),
                  HINT = 'A trigger or a rule of the target may have swallowed rows, or the relation '
                         'does not show each row of the file once.';
    END IF;
END $$;

-- What files that were loaded before have lost to these.
CREATE FUNCTION weather._enter_losses(taken pg_catalog.jsonb) RETURNS pg_catalog.void
LANGUAGE sql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
    UPDATE weather.load_file SET lost = lost + loser.value::bigint
      FROM jsonb_each_text(taken) AS loser
     WHERE id = loser.key::bigint
$$;

-- Keeps the rejects, if the relation shows them, after comparing those of each file with the limit: of
-- all of it, also where a part of it was read.
CREATE FUNCTION weather._check_rejects(run_id pg_catalog.int8, shape pg_catalog.record,
                                       files weather._file[], part pg_catalog.text, sums pg_catalog.jsonb)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rejects bigint := sums -> 'rejected';
    are_kept_here boolean := shape.error IS NOT NULL AND NOT shape.is_program;
    too_bad text;
    kept bigint;
BEGIN
    IF rejects = 0 THEN
        RETURN;
    ELSIF shape.is_program THEN
        too_bad := CASE WHEN rejects > shape.reject_limit THEN shape.relation END;
    ELSIF shape.reject_limit IS NOT NULL THEN
        SELECT format('file "%s"', f.path) INTO too_bad FROM weather.load_file AS f
         WHERE f.id = ANY (ARRAY(SELECT new_id FROM unnest(files))) AND f.rejected > shape.reject_limit
         ORDER BY f.rejected DESC, f.id LIMIT 1;
    END IF;
    IF too_bad IS NOT NULL THEN
        RAISE EXCEPTION '% has more rejects than the reject_limit of its source, %', too_bad, shape.reject_limit
            USING ERRCODE = 'data_exception',
                  HINT = CASE WHEN are_kept_here THEN 'weather.load_reject has the first of them.'
                              ELSE 'Nothing of it was loaded.' END;
    END IF;
    IF NOT are_kept_here THEN
        RETURN;
    END IF;
    kept := weather._keep_rejects(run_id, shape, files, part);
    IF kept <> rejects THEN
        RAISE EXCEPTION '% rejects were counted, but % were found when they were to be kept', rejects, kept
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'A file changed while it was read. The next refresh reads it again.';
    END IF;
END $$;

-- Rows have become free that files had lost to others: those files are to be loaded again, of whatever source of
-- the same target.
CREATE FUNCTION weather._load_losers_again(name pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE weather.load_file SET load_again = true
     WHERE source IN (SELECT other.source FROM weather.source AS this JOIN weather.source AS other USING (target)
                       WHERE this.source = name)
       AND lost > 0 AND state <> 'replaced' AND NOT load_again;
END $$;

-- Checks that so many rows are left where others were deleted: a trigger or rule may have kept some.
-- Counting is left out where there is none.
CREATE FUNCTION weather._check_deleted(shape pg_catalog.record, condition pg_catalog.text,
                                       left_over pg_catalog.int8)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger
                    WHERE (tgrelid = shape.target
                           OR tgrelid IN (SELECT relid FROM pg_partition_tree(shape.target)))
                      AND tgtype & 11 = 11) -- BEFORE DELETE FOR EACH ROW
       AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = shape.target AND ev_type = '4') THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT count(*) FROM %s WHERE %s', shape.target, condition) INTO found;
    IF found <> left_over THEN
        RAISE EXCEPTION 'rows of %: % were to be deleted, but are still there', shape.target, found - left_over
            USING ERRCODE = 'data_exception',
                  HINT = 'A trigger or a rule of the target may have kept them.';
    END IF;
END $$;

-- Files that are loaded in one piece or not at all. Returns what was done.
CREATE FUNCTION weather._load_files(run_id pg_catalog.int8, shape pg_catalog.record,
                                    batch weather._file[])
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    files weather._file[] := CASE WHEN cardinality(batch) > 1 THEN weather._number(batch)
                                  ELSE ARRAY[weather._prepare(shape, batch[1])] END;
    first weather._file := files[1];
    -- what is written to a file while it is read is left to the next refresh
    part text := weather._part(shape, coalesce(first.is_plain, false), first.start);
    has_part boolean := first.start < first.stop OR part = '';
    -- a file that has become older may lose rows to others that lost them to it
    has_sunk boolean := shape.mode = 'upsert' AND EXISTS (
        SELECT FROM unnest(files) AS f JOIN weather.load_file AS old USING (id) WHERE f.mtime < old.mtime);
    work weather._work;
    sums jsonb;
BEGIN
    IF first.action = 'change' THEN
        UPDATE weather.load_file SET state = 'replaced' WHERE id = first.id;
    END IF;
    DELETE FROM weather.load_reject
     WHERE load_file_id = ANY (ARRAY(SELECT f.id FROM unnest(files) AS f WHERE f.id IS NOT NULL))
       AND (of_failure OR first.action NOT IN ('change', 'grow'));
    IF has_part THEN
        PERFORM weather._begin_progress(shape.foreign_table);
        work := weather._move_rows(run_id, shape, files, part);
        PERFORM weather._end_progress(shape.foreign_table);
    END IF;
    IF first.action = 'change' THEN
        EXECUTE format('DELETE FROM %s WHERE load_file_id = $1', shape.target) USING first.id;
        GET DIAGNOSTICS work.deleted = ROW_COUNT;
        PERFORM weather._check_deleted(shape, format('load_file_id = %s', first.id), 0);
    END IF;
    sums := weather._book(run_id, shape, files, work, has_part);
    PERFORM weather._check_rejects(run_id, shape, files, part, sums);
    IF work.taken IS NOT NULL THEN
        PERFORM weather._enter_losses(work.taken);
    END IF;
    IF has_sunk OR work.deleted > 0 AND shape.mode = 'upsert' THEN
        PERFORM weather._load_losers_again(shape.source);
    END IF;
    RETURN sums;
END $$;
