-- Mode replace: a source as a whole, in one transaction. The target becomes what its files hold, or
-- what its program prints.

-- All files at once: what the target has and they do not is deleted, equal rows are left alone, but for the
-- load_file_id of one that another file holds now.
CREATE FUNCTION weather._replace_statement(shape pg_catalog.record)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    value_columns text[] := ARRAY(SELECT c FROM unnest(shape.columns) AS c
                                   WHERE c <> ALL (shape.key_columns));
    lineage text[] := CASE WHEN shape.has_lineage THEN '{load_file_id}' ELSE '{}' END;
    rows_found text := weather._rows_found(shape);
    and_rejects text := CASE WHEN rows_found = shape.relation::text THEN ''
        ELSE format('%s AS MATERIALIZED (SELECT * FROM %s), rejected AS (%s), ', rows_found, shape.relation,
                    weather._reject_statement(shape, 'NULL::bigint', rows_found, false)) END;
BEGIN
    RETURN format($statement$
WITH %11$sjudged AS MATERIALIZED (
    SELECT %1$s, ($3)[r.__file] AS load_file_id, r.__file <> r.__winner AS __is_lost,
           CASE WHEN r.__place > 1 THEN 'duplicate'
                WHEN kept.%2$s IS NULL THEN 'insert'
                WHEN %3$s THEN 'update'
                WHEN %12$s THEN 'take'
                ELSE 'leave' END AS __verdict
      FROM (%4$s) AS r
      LEFT JOIN %5$s AS kept ON r.__place = 1 AND %6$s
), removed AS (
    DELETE FROM %5$s AS kept WHERE NOT EXISTS (SELECT FROM judged AS r WHERE %6$s) RETURNING 1
), written AS (
    INSERT INTO %5$s (%7$s)
    SELECT %7$s FROM judged WHERE __verdict IN ('insert', 'update', 'take')
    ON CONFLICT (%8$s) DO UPDATE SET %9$s
    RETURNING 1
)
SELECT %10$s, NULL::jsonb AS taken, (SELECT count(*) FROM written) AS written,
       (SELECT count(*) FROM removed) AS deleted$statement$,
        weather._list(shape.columns, 'r.'), quote_ident(shape.key_columns[1]),
        weather._differs(value_columns),
        weather._ranked_rows(shape, NOT shape.is_program, ''), shape.target,
        weather._key_equality(shape.target, shape.key_columns),
        weather._list(shape.columns || lineage), weather._list(shape.key_columns),
        (SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ')
           FROM unnest(shape.columns || lineage) AS c),
        weather._counted_verdicts(), and_rejects,
        CASE WHEN shape.has_lineage THEN 'kept.load_file_id IS DISTINCT FROM ($3)[r.__file]' ELSE 'false' END);
END $$;

-- All files of the source, in the order in which the later one wins.
CREATE FUNCTION weather._all_files(shape pg_catalog.record) RETURNS weather._file[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW('load', f.path, f.size, f.mtime, k.id, NULL, NULL, k.id, NULL, NULL, NULL)::weather._file
          FROM weather.files(shape.foreign_table) AS f
          LEFT JOIN weather.load_file AS k ON k.source = shape.source AND k.path = f.path
                                          AND k.state NOT IN ('replaced', 'displaced')
         ORDER BY f.mtime, f.path COLLATE "C");
END $$;

-- What a program's run brought, as _book() has it for files.
CREATE FUNCTION weather._book_program(shape pg_catalog.record, work weather._work)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    count weather._count := coalesce(work.of_files[1], ROW(NULL, 0, 0, 0, 0, 0, 0)::weather._count);
    sums jsonb;
BEGIN
    SELECT to_jsonb(count) || jsonb_build_object('files', 1, 'path', shape.relation::text,
               'read', s.rows + s.rejects, 'rejected', s.rejects, 'bytes', s.bytes, 'written', work.written,
               'deleted', work.deleted) INTO sums
      FROM weather.last_scan(shape.foreign_table) AS s;
    PERFORM weather._check_account(shape.relation::text, sums);
    RETURN sums;
END $$;

-- All files of the source, in one piece.
CREATE FUNCTION weather._load_all(run_id pg_catalog.int8, shape pg_catalog.record)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    files weather._file[] := CASE WHEN shape.is_program THEN '{}'
                                  ELSE weather._number(weather._all_files(shape)) END;
    work weather._work;
    sums jsonb;
BEGIN
    DELETE FROM weather.load_reject AS r WHERE r.source = shape.source;
    PERFORM weather._begin_progress(shape.foreign_table);
    work := weather._move_rows(run_id, shape, files, '');
    PERFORM weather._end_progress(shape.foreign_table);
    sums := CASE WHEN shape.is_program THEN weather._book_program(shape, work)
                 ELSE weather._book(run_id, shape, files, work, true) END;
    PERFORM weather._check_deleted(shape, 'true', (sums -> 'inserted')::bigint + (sums -> 'updated')::bigint
                                                  + (sums -> 'unchanged')::bigint);
    IF sums -> 'read' = sums -> 'rejected' AND NOT shape.may_be_empty THEN
        RAISE EXCEPTION 'source "%" has no row', shape.source
            USING ERRCODE = 'no_data_found',
                  HINT = 'Its target was left as it is. may_be_empty => true lets it become empty.';
    END IF;
    PERFORM weather._check_rejects(run_id, shape, files, '', sums);
    IF NOT shape.is_program THEN
        UPDATE weather.load_file AS k SET state = 'vanished'
         WHERE k.source = shape.source AND k.state NOT IN ('replaced', 'displaced', 'vanished')
           AND k.path NOT IN (SELECT path FROM unnest(files));
    END IF;
    RETURN sums;
END $$;
