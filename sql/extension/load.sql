-- Loading: the rows of some files and their ledger entries, in the caller's transaction. An error
-- leaves it to the caller to undo everything.
--
-- The planner does not know how many files an array holds, nor, since its plans are kept, how many the
-- ledger does by now. So loops over loops of arrays are turned off, and reading the ledger as a whole;
-- and JIT compilation, which the cost of what cannot be avoided would call for.
--
-- The fingerprint is taken before the rows are read. A file that is exchanged in between thus gets an
-- entry that does not fit it, and is a changed file for the next refresh.

-- For each of these files: where the part begins and ends that is to be read, and the fingerprint of
-- all before its end; `fingerprints` are those of what is before the starts, if known. By lines, a part begins with the line behind the given start (NULL: something
-- else is on that line) and ends with the last whole line within the given length.
CREATE FUNCTION weather._inspect(relation pg_catalog.regclass, paths pg_catalog.text[],
    lengths pg_catalog.int8[], starts pg_catalog.int8[], fingerprints pg_catalog.text[],
    by_lines pg_catalog.bool, OUT path pg_catalog.text, OUT start pg_catalog.int8,
    OUT stop pg_catalog.int8, OUT is_plain pg_catalog.bool, OUT fingerprint pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_inspect' LANGUAGE C STRICT;

-- What the engine counted for each of these files in the last scan. Each must have been read to its
-- end, as it was listed: else it was exchanged, or the relation does not show all of its rows.
CREATE FUNCTION weather._counted(shape pg_catalog.record, files weather._file[], part pg_catalog.text)
RETURNS weather._file[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off AS $$
DECLARE
    counted record;
BEGIN
    SELECT array_agg(ROW(f.action, f.path, f.size, f.mtime, f.id, f.loaded_to, f.fingerprint, f.new_id, f.start,
               f.stop, f.is_plain, s.next_offset, s.bytes, s.rows + s.rejects, s.rejects,
               NULL, NULL, NULL, NULL, NULL)::weather._file) AS files,
           (array_agg(f.path) FILTER (
               WHERE s.path IS NULL OR NOT s.complete
                  OR part = '' AND (s.size <> f.size
                      OR f.is_plain AND (s.next_offset > f.stop OR s.bytes > f.size))
                  -- another file may stand where the one stood whose fingerprint is entered
                  OR (s.size, s.mtime) IS DISTINCT FROM (f.size, f.mtime)
                     AND NOT weather._begins_as(shape.foreign_table, f.path, f.stop, f.fingerprint)))[1] AS unread
      INTO counted
      FROM unnest(files) AS f
      LEFT JOIN weather.last_scan_files(shape.foreign_table) AS s USING (path);
    IF counted.unread IS NOT NULL THEN
        RAISE EXCEPTION 'file "%" changed while it was read', counted.unread
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'The next refresh reads it again. A quiet_period lets files come to rest.';
    END IF;
    RETURN counted.files;
END $$;

-- Between these, pg_stat_progress_copy shows bytes and rows of the file that is being read.
CREATE FUNCTION weather._begin_progress(foreign_table pg_catalog.regclass) RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_begin_progress' LANGUAGE C STRICT;

CREATE FUNCTION weather._end_progress(foreign_table pg_catalog.regclass) RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_end_progress' LANGUAGE C STRICT;

-- Runs the source's statement for these files.
CREATE FUNCTION weather._move_rows(shape pg_catalog.record, files weather._file[],
                                   part pg_catalog.text)
RETURNS weather._count[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_batch boolean := cardinality(files) > 1;
    statement text := CASE shape.mode
        WHEN 'append' THEN weather._append_statement(shape, is_batch, part)
        ELSE weather._upsert_statement(shape, is_batch, part) END;
    paths text[] := ARRAY(SELECT path FROM unnest(files));
    ids jsonb;
    mtimes jsonb;
    first weather._file := files[1];
    counts weather._count[];
    inserted bigint;
BEGIN
    SELECT jsonb_object_agg(path, new_id), jsonb_object_agg(path, mtime) INTO ids, mtimes
      FROM unnest(files);
    RAISE DEBUG USING MESSAGE = statement;
    IF shape.mode = 'append' AND NOT is_batch THEN
        EXECUTE statement
          USING paths, ids, mtimes, first.start, first.stop, first.new_id, first.mtime;
        GET DIAGNOSTICS inserted = ROW_COUNT;
        RETURN ARRAY[ROW(first.new_id, inserted, 0, 0, 0, 0, inserted, inserted)::weather._count];
    END IF;
    EXECUTE statement INTO counts
      USING paths, ids, mtimes, first.start, first.stop, first.new_id, first.mtime;
    RETURN coalesce(counts, '{}');
END $$;

-- Keeps the rejects of these files; the relation must show them.
CREATE FUNCTION weather._keep_rejects(run_id pg_catalog.int8, shape pg_catalog.record,
                                      files weather._file[], part pg_catalog.text,
                                      at_most pg_catalog.int8 DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept bigint;
BEGIN
    EXECUTE format('INSERT INTO weather.load_reject (load_file_id, run_id, source, path, "offset", line, '
                   'column_name, error_code, error_message, raw) '
                   'SELECT ($2 ->> r.%1$I)::bigint, $6, $7, r.%1$I, %2$s, %3$s, %4$s, %5$s '
                   'FROM %6$s AS r WHERE r.%7$I IS NOT NULL%8$s LIMIT $8',
        shape.filename,
        CASE WHEN shape."offset" IS NULL THEN 'NULL' ELSE format('r.%I', shape."offset") END,
        CASE WHEN shape.line IS NULL THEN 'NULL' ELSE format('r.%I', shape.line) END,
        CASE WHEN shape.error_is_json
             THEN format('r.%1$I ->> ''column'', r.%1$I ->> ''sqlstate'', r.%1$I ->> ''message''', shape.error)
             ELSE format('NULL, NULL, r.%I', shape.error) END,
        CASE WHEN shape.raw IS NULL THEN 'NULL' ELSE format('r.%I::text', shape.raw) END,
        shape.relation, shape.error, weather._only(shape, part))
    USING ARRAY(SELECT path FROM unnest(files)),
          (SELECT jsonb_object_agg(path, new_id) FROM unnest(files)),
          NULL, files[1].start, files[1].stop, run_id, shape.source, at_most;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

-- The files with all that is to be known before they are read: the id that their rows will bear, the
-- part that is to be read, its fingerprint. A part begins where the last one ended and ends with the
-- last whole line.
CREATE FUNCTION weather._prepare(shape pg_catalog.record, files weather._file[])
RETURNS weather._file[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off AS $$
DECLARE
    prepared record;
BEGIN
    WITH seen AS (
        SELECT i.*
          FROM (SELECT array_agg(path) AS paths, array_agg(size) AS sizes,
                       array_agg(CASE WHEN action = 'grow' THEN loaded_to ELSE 0 END) AS starts,
                       array_agg(CASE WHEN action = 'grow' THEN fingerprint END) AS fingerprints
                  FROM unnest(files)) AS all_of,
               weather._inspect(shape.foreign_table, paths, sizes, starts, fingerprints,
                                shape.may_grow) AS i
    )
    SELECT array_agg(ROW(
               -- what goes on amidst a line cannot be read from there
               CASE WHEN f.action = 'grow' AND seen.start IS NULL THEN 'change' ELSE f.action END,
               f.path, f.size, f.mtime, f.id, f.loaded_to, seen.fingerprint,
               CASE WHEN f.id IS NULL OR f.action = 'change' OR f.action = 'grow' AND seen.start IS NULL
                    THEN nextval('weather.load_file_id_seq') ELSE f.id END,
               coalesce(seen.start, 0), seen.stop, seen.is_plain,
               NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::weather._file) AS files,
           (array_agg(f.path) FILTER (WHERE seen.fingerprint IS NULL))[1] AS gone
      INTO prepared
      FROM unnest(files) AS f LEFT JOIN seen USING (path);
    IF prepared.gone IS NOT NULL THEN
        RAISE EXCEPTION 'file "%" vanished or shrank since it was listed', prepared.gone
            USING ERRCODE = 'undefined_file',
                  HINT = 'The next refresh looks again. A quiet_period lets files come to rest.';
    END IF;
    RETURN prepared.files;
END $$;

-- Checks that every row that the engine read is accounted for, and written if it was to be: a trigger
-- may have swallowed it. Returns the files with their counts.
CREATE FUNCTION weather._account(files weather._file[], counts weather._count[])
RETURNS weather._file[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off AS $$
DECLARE
    checked record;
BEGIN
    SELECT array_agg(ROW(f.action, f.path, f.size, f.mtime, f.id, f.loaded_to, f.fingerprint, f.new_id, f.start,
               f.stop, f.is_plain, f.next_offset, f.bytes, f.read, f.rejected,
               c.inserted, c.updated, c.unchanged, c.duplicates, c.lost)::weather._file) AS files,
           jsonb_agg(to_jsonb(c) || jsonb_build_object('path', f.path, 'read', f.read, 'rejected', f.rejected))
               FILTER (WHERE c.to_write <> c.written
                          OR f.read <> f.rejected + c.inserted + c.updated + c.unchanged + c.duplicates) -> 0 AS wrong
      INTO checked
      FROM unnest(files) AS f
      LEFT JOIN unnest(counts) AS n ON n.id = f.new_id
      CROSS JOIN LATERAL (
               SELECT coalesce(n.inserted, 0) AS inserted, coalesce(n.updated, 0) AS updated,
                      coalesce(n.unchanged, 0) AS unchanged, coalesce(n.duplicates, 0) AS duplicates,
                      coalesce(n.lost, 0) AS lost, coalesce(n.to_write, 0) AS to_write,
                      coalesce(n.written, 0) AS written) AS c;
    IF checked.wrong IS NOT NULL THEN
        RAISE EXCEPTION 'file "%": % rows were read, but not all are accounted for',
                        checked.wrong ->> 'path', checked.wrong ->> 'read'
            USING ERRCODE = 'data_exception',
                  DETAIL = format('%s inserted, %s updated, %s unchanged, %s duplicates, %s rejected; '
                                  '%s were to be written, %s were.',
                                  checked.wrong -> 'inserted', checked.wrong -> 'updated',
                                  checked.wrong -> 'unchanged', checked.wrong -> 'duplicates',
                                  checked.wrong -> 'rejected', checked.wrong -> 'to_write',
                                  checked.wrong -> 'written'),
                  HINT = 'A trigger or a rule of the target may have swallowed rows, or the relation '
                         'does not show each row of the file once.';
    END IF;
    RETURN checked.files;
END $$;

-- Writes the ledger entries of these files. The counts of a part are added to those of the parts before.
CREATE FUNCTION weather._enter(run_id pg_catalog.int8, shape pg_catalog.record, files weather._file[],
                               deleted pg_catalog.int8)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    run bigint := run_id;
    dropped bigint := deleted;
BEGIN
    INSERT INTO weather.load_file AS entry
           (id, source, path, state, version, size, mtime, loaded_to, fingerprint, is_growable,
            read, inserted, updated, unchanged, duplicates, rejected, lost, deleted, run_id, loaded_at)
    SELECT f.new_id, shape.source, f.path, 'loaded',
           CASE WHEN f.new_id = f.id THEN greatest(old.version, 1) ELSE coalesce(old.version, 0) + 1 END,
           f.size, f.mtime, f.stop, f.fingerprint,
           f.is_plain AND (f.next_offset IS NOT NULL OR f.start > 0),
           f.read + part.read, coalesce(f.inserted, 0) + part.inserted, coalesce(f.updated, 0) + part.updated,
           coalesce(f.unchanged, 0) + part.unchanged, coalesce(f.duplicates, 0) + part.duplicates,
           f.rejected + part.rejected, coalesce(f.lost, 0) + part.lost, dropped, run, clock_timestamp()
      FROM unnest(files) AS f
      LEFT JOIN weather.load_file AS old ON old.id = f.id
      CROSS JOIN LATERAL (
               SELECT old.read, old.inserted, old.updated, old.unchanged, old.duplicates,
                      old.rejected, old.lost WHERE f.action = 'grow'
               UNION ALL SELECT 0, 0, 0, 0, 0, 0, 0 WHERE f.action <> 'grow') AS part
    ON CONFLICT (id) DO UPDATE
       SET (state, version, size, mtime, loaded_to, fingerprint, is_growable, load_again,
            read, inserted, updated, unchanged, duplicates, rejected, lost, run_id, loaded_at,
            failures, failed_at, error_code, error_message, error_detail, error_hint, error_context)
           = (excluded.state, excluded.version, excluded.size, excluded.mtime, excluded.loaded_to,
              excluded.fingerprint, excluded.is_growable, false,
              excluded.read, excluded.inserted, excluded.updated, excluded.unchanged,
              excluded.duplicates, excluded.rejected, excluded.lost, excluded.run_id, excluded.loaded_at,
              0, NULL, NULL, NULL, NULL, NULL, NULL);
END $$;

-- What files that were loaded before have lost to these.
CREATE FUNCTION weather._enter_losses(files weather._file[], counts weather._count[])
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    loser weather._count;
BEGIN
    FOR loser IN SELECT * FROM unnest(counts) AS c
                  WHERE c.lost > 0 AND c.id NOT IN (SELECT new_id FROM unnest(files)) LOOP
        UPDATE weather.load_file SET lost = lost + loser.lost WHERE id = loser.id;
    END LOOP;
END $$;

CREATE FUNCTION weather._check_limit(shape pg_catalog.record, path pg_catalog.text, rejects pg_catalog.int8)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF rejects > shape.reject_limit THEN
        RAISE EXCEPTION 'file "%" has more rejects than the reject_limit of its source, %', path,
                        shape.reject_limit
            USING ERRCODE = 'data_exception', HINT = 'weather.load_reject has the first of them.';
    END IF;
END $$;

-- Keeps the rejects, if the relation shows them, after comparing them with the limit.
CREATE FUNCTION weather._check_rejects(run_id pg_catalog.int8, shape pg_catalog.record,
                                       files weather._file[], part pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rejects bigint;
    most bigint;
    worst text;
    kept bigint;
BEGIN
    SELECT sum(f.rejected), max(f.rejected),
           (array_agg(f.path ORDER BY f.rejected DESC))[1] INTO rejects, most, worst
      FROM unnest(files) AS f;
    PERFORM weather._check_limit(shape, worst, most);
    IF rejects = 0 OR shape.error IS NULL THEN
        RETURN;
    END IF;
    kept := weather._keep_rejects(run_id, shape, files, part);
    IF kept <> rejects THEN
        RAISE EXCEPTION '% rejects were counted, but % were found when they were to be kept', rejects, kept
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'A file changed while it was read. The next refresh reads it again.';
    END IF;
END $$;

-- Rows have become free that files had lost to others: those files are to be loaded again.
CREATE FUNCTION weather._load_losers_again(name pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE weather.load_file SET load_again = true
     WHERE source = name AND lost > 0 AND state <> 'replaced' AND NOT load_again;
END $$;

-- What was done with these files, summed up.
CREATE FUNCTION weather._totals(files weather._file[], deleted pg_catalog.int8)
RETURNS pg_catalog.jsonb
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('files', count(*), 'read', sum(f.read), 'inserted', sum(f.inserted),
               'updated', sum(f.updated), 'unchanged', sum(f.unchanged),
               'duplicates', sum(f.duplicates), 'rejected', sum(f.rejected), 'deleted', deleted,
               'bytes', sum(f.bytes), 'path', min(f.path))
      FROM unnest(files) AS f
$$;

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
    files weather._file[] := weather._prepare(shape, batch);
    first weather._file := files[1];
    part text;
    counts weather._count[] := '{}';
    deleted bigint := 0;
BEGIN
    -- What is written to a file while it is read is left to the next refresh.
    part := weather._part(shape, first.is_plain AND cardinality(files) = 1, first.start);
    IF cardinality(files) > 1
       AND EXISTS (SELECT FROM unnest(files) AS f WHERE f.stop <> f.size) THEN
        RAISE EXCEPTION 'a file of the batch ends amidst a document'; -- so they are loaded one by one
    END IF;
    IF first.action = 'change' THEN
        UPDATE weather.load_file SET state = 'replaced' WHERE id = first.id;
    END IF;
    DELETE FROM weather.load_reject USING unnest(files) AS f
     WHERE load_file_id = f.id AND f.action <> 'grow' AND first.action <> 'change';

    IF first.start < first.stop OR part = '' THEN
        PERFORM weather._begin_progress(shape.foreign_table);
        counts := weather._move_rows(shape, files, part);
        PERFORM weather._end_progress(shape.foreign_table);
        files := weather._counted(shape, files, part);
    ELSE
        first.read := 0;
        first.rejected := 0;
        first.bytes := 0;
        files := ARRAY[first];
    END IF;
    files := weather._account(files, counts);
    PERFORM weather._check_rejects(run_id, shape, files, part);

    IF first.action = 'change' THEN
        EXECUTE format('DELETE FROM %s WHERE load_file_id = $1', shape.target) USING first.id;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        PERFORM weather._check_deleted(shape, format('load_file_id = %s', first.id), 0);
    END IF;
    PERFORM weather._enter(run_id, shape, files, deleted);
    PERFORM weather._enter_losses(files, counts);
    IF deleted > 0 AND shape.mode = 'upsert' THEN
        PERFORM weather._load_losers_again(shape.source);
    END IF;
    RETURN weather._totals(files, deleted);
END $$;
