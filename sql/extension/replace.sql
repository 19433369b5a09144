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
SELECT jsonb_build_object(
           'inserted', count(*) FILTER (WHERE verdict = 'insert'),
           'updated', count(*) FILTER (WHERE verdict = 'update'),
           'unchanged', count(*) FILTER (WHERE verdict = 'leave'),
           'duplicates', count(*) FILTER (WHERE verdict = 'duplicate'),
           'to_write', count(*) FILTER (WHERE verdict IN ('insert', 'update')),
           'deleted', (SELECT count(*) FROM removed), 'written', (SELECT count(*) FROM written))
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
    files jsonb;
    counts jsonb;
    counted record;
    statement text := weather._replace_statement(shape);
BEGIN
    IF NOT shape.is_program THEN
        SELECT jsonb_agg(jsonb_build_object('action', 'load', 'path', f.path, 'size', f.size,
                             'mtime', f.mtime, 'id', k.id, 'loaded_to', 0))
          INTO files
          FROM weather.files(shape.foreign_table) AS f
          LEFT JOIN weather.load_file AS k ON k.source = shape.source AND k.path = f.path
                                          AND k.state <> 'replaced';
        files := weather._prepare(shape, coalesce(files, '[]'));
    END IF;
    RAISE DEBUG USING MESSAGE = statement;
    PERFORM weather._begin_progress(shape.foreign_table);
    EXECUTE statement INTO counts
      USING ARRAY(SELECT f ->> 'path' FROM jsonb_array_elements(files) AS f),
            (SELECT jsonb_object_agg(f ->> 'path', f -> 'new_id') FROM jsonb_array_elements(files) AS f),
            (SELECT jsonb_object_agg(f ->> 'path', f -> 'mtime') FROM jsonb_array_elements(files) AS f),
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz;
    PERFORM weather._end_progress(shape.foreign_table);
    IF shape.is_program THEN
        -- a second run of it, to keep its rejects, could give others
        SELECT s.rows, s.rejects AS rejected, s.bytes INTO counted
          FROM weather.last_scan(shape.foreign_table) AS s;
        PERFORM weather._check_limit(shape, shape.relation::text, counted.rejected);
    ELSE
        files := weather._counted(shape, coalesce(files, '[]'), '');
        SELECT sum(f.rows)::bigint AS rows, sum(f.rejected)::bigint AS rejected,
               sum(f.bytes)::bigint AS bytes
          INTO counted
          FROM jsonb_to_recordset(files) AS f (rows bigint, rejected bigint, bytes bigint);
    END IF;
    PERFORM weather._account(jsonb_build_array(jsonb_build_object('new_id', 0, 'path', shape.relation::text,
        'rows', coalesce(counted.rows, 0), 'rejected', coalesce(counted.rejected, 0))),
        jsonb_build_array(counts || '{"id": 0}'));
    IF coalesce(counted.rows, 0) = 0 AND NOT shape.may_be_empty THEN
        RAISE EXCEPTION 'source "%" has no row', shape.source
            USING ERRCODE = 'no_data_found',
                  HINT = 'Its target was left as it is. may_be_empty => true lets it become empty.';
    END IF;
    IF NOT shape.is_program THEN
        PERFORM weather._check_rejects(run_id, shape, files, '');
        PERFORM weather._enter(run_id, shape, (
            SELECT jsonb_agg(f || '{"inserted": 0, "updated": 0, "unchanged": 0, "duplicates": 0, "lost": 0}'
                       || jsonb_build_object('read', (f -> 'rows')::bigint + (f -> 'rejected')::bigint))
              FROM jsonb_array_elements(files) AS f), 0);
        UPDATE weather.load_file AS k SET state = 'vanished'
         WHERE k.source = shape.source AND k.state NOT IN ('replaced', 'vanished')
           AND NOT EXISTS (SELECT FROM jsonb_to_recordset(files) AS f (path text) WHERE f.path = k.path);
    END IF;
    RETURN counts || jsonb_build_object('files', coalesce(jsonb_array_length(files), 1),
        'read', coalesce(counted.rows, 0) + coalesce(counted.rejected, 0),
        'rejected', coalesce(counted.rejected, 0), 'bytes', coalesce(counted.bytes, 0),
        'path', shape.relation::text);
END $$;
