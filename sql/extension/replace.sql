-- Mode replace: a source as a whole, in one transaction. The target becomes what its files hold, or
-- what its program prints.

-- All files at once: what the target has and they do not is deleted, equal rows are left alone.
CREATE FUNCTION weather._replace_statement(shape pg_catalog.record)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    value_columns text[] := ARRAY(SELECT c FROM unnest(shape.columns) AS c
                                   WHERE c <> ALL (shape.key_columns));
    lineage text[] := CASE WHEN shape.has_lineage THEN '{load_file_id}' ELSE '{}' END;
BEGIN
    RETURN format($statement$
WITH judged AS MATERIALIZED (
    SELECT %1$s, r.load_file_id,
           CASE WHEN r.place > 1 THEN 'duplicate'
                WHEN kept.%2$s IS NULL THEN 'insert'
                WHEN (%3$s) IS DISTINCT FROM (%4$s) THEN 'update'
                ELSE 'leave' END AS verdict
      FROM (%5$s) AS r
      LEFT JOIN %6$s AS kept ON r.place = 1 AND %7$s
), removed AS (
    DELETE FROM %6$s AS kept WHERE NOT EXISTS (SELECT FROM judged AS r WHERE %7$s) RETURNING 1
), written AS (
    INSERT INTO %6$s AS kept (%8$s)
    SELECT %8$s FROM judged WHERE verdict IN ('insert', 'update')
    ON CONFLICT (%9$s) DO UPDATE SET %10$s
    RETURNING 1
)
SELECT count(*) FILTER (WHERE verdict = 'insert') AS inserted,
       count(*) FILTER (WHERE verdict = 'update') AS updated,
       count(*) FILTER (WHERE verdict = 'leave') AS unchanged,
       count(*) FILTER (WHERE verdict = 'duplicate') AS duplicates,
       count(*) FILTER (WHERE verdict IN ('insert', 'update')) AS to_write,
       (SELECT count(*) FROM removed) AS deleted, (SELECT count(*) FROM written) AS written
  FROM judged$statement$,
        weather._list(shape.columns, 'r.'), quote_ident(shape.key_columns[1]),
        weather._comparable(shape.target, value_columns, 'kept.'),
        weather._comparable(shape.target, value_columns, 'r.'),
        weather._ranked_rows(shape, NOT shape.is_program, ''), shape.target,
        weather._key_equality(shape.target, shape.key_columns),
        weather._list(shape.columns || lineage), weather._list(shape.key_columns),
        (SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ')
           FROM unnest(shape.columns || lineage) AS c));
END $$;

-- All files of the source, in one piece.
CREATE FUNCTION weather._load_all(run_id pg_catalog.int8, shape pg_catalog.record)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    files weather._file[] := '{}';
    counts record;
    counted record;
    whole weather._file; -- all files as one
    accounted weather._file[];
    statement text := weather._replace_statement(shape);
BEGIN
    IF NOT shape.is_program THEN
        SELECT coalesce(array_agg(ROW('load', f.path, f.size, f.mtime, k.id, 0, NULL, NULL, NULL, NULL, NULL,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::weather._file), '{}')
          INTO files
          FROM weather.files(shape.foreign_table) AS f
          LEFT JOIN weather.load_file AS k ON k.source = shape.source AND k.path = f.path
                                          AND k.state <> 'replaced';
        files := coalesce(weather._prepare(shape, files), '{}');
    END IF;
    RAISE DEBUG USING MESSAGE = statement;
    PERFORM weather._begin_progress(shape.foreign_table);
    EXECUTE statement INTO counts
      USING ARRAY(SELECT path FROM unnest(files)),
            (SELECT jsonb_object_agg(path, new_id) FROM unnest(files)),
            (SELECT jsonb_object_agg(path, mtime) FROM unnest(files)),
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz;
    PERFORM weather._end_progress(shape.foreign_table);
    PERFORM weather._check_deleted(shape, 'true', counts.inserted + counts.updated + counts.unchanged);
    IF shape.is_program THEN
        -- a second run of it, to keep its rejects, could give others
        SELECT s.rows + s.rejects AS read, s.rejects AS rejected, s.bytes INTO counted
          FROM weather.last_scan(shape.foreign_table) AS s;
        PERFORM weather._check_limit(shape, shape.relation::text, counted.rejected);
    ELSE
        files := coalesce(weather._counted(shape, files, ''), '{}');
        SELECT coalesce(sum(f.read), 0)::bigint AS read, coalesce(sum(f.rejected), 0)::bigint AS rejected,
               coalesce(sum(f.bytes), 0)::bigint AS bytes
          INTO counted FROM unnest(files) AS f;
    END IF;
    whole.path := shape.relation;
    whole.new_id := 0;
    whole.read := counted.read;
    whole.rejected := counted.rejected;
    whole.bytes := counted.bytes;
    accounted := weather._account(ARRAY[whole], ARRAY[ROW(0, counts.inserted, counts.updated, counts.unchanged,
        counts.duplicates, 0, counts.to_write, counts.written)::weather._count]);
    IF counted.read = counted.rejected AND NOT shape.may_be_empty THEN
        RAISE EXCEPTION 'source "%" has no row', shape.source
            USING ERRCODE = 'no_data_found',
                  HINT = 'Its target was left as it is. may_be_empty => true lets it become empty.';
    END IF;
    IF NOT shape.is_program THEN
        PERFORM weather._check_rejects(run_id, shape, files, '');
        PERFORM weather._enter(run_id, shape, files, 0);
        UPDATE weather.load_file AS k SET state = 'vanished'
         WHERE k.source = shape.source AND k.state NOT IN ('replaced', 'vanished')
           AND k.path NOT IN (SELECT path FROM unnest(files));
    END IF;
    RETURN weather._totals(accounted, counts.deleted)
        || jsonb_build_object('files', CASE WHEN shape.is_program THEN 1 ELSE cardinality(files) END);
END $$;
