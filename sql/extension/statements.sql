-- The statements that move rows, made for one source. They take the files as parameters, as arrays in
-- the order in which the later file wins: $1 their paths, $3 their load_file_ids, $4 their times of
-- modification; of several files $2 is a jsonb object of the places in these arrays by path; where the
-- only file is read in part, $5 and $6 are the offsets where to begin and before which to end; $7 and $8 are
-- the run and the source. They answer with counts; `written` is what the executor wrote, for the check.
-- Columns of their own begin with two underscores, beside those of the target.

-- Columns as a list, each with this prefix.
CREATE FUNCTION weather._list(columns pg_catalog.text[], prefix pg_catalog.text DEFAULT '',
                              separator pg_catalog.text DEFAULT ', ')
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(prefix || quote_ident(c), separator ORDER BY n)
      FROM unnest(columns) WITH ORDINALITY AS of_it (c, n)
$$;

-- Whether the row that is kept would become another one. Images are compared, as REFRESH MATERIALIZED
-- VIEW CONCURRENTLY does: json, xml and point have no equality, that of box and circle compares areas.
CREATE FUNCTION weather._differs(value_columns pg_catalog.text[]) RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('ROW(%s)::record *<> ROW(%s)::record', weather._list(value_columns, 'kept.'),
                  weather._list(value_columns, 'r.'))
$$;

-- What rows are read from. A program runs once only, so that its rows are kept for a second look if there
-- may be rejects among them.
CREATE FUNCTION weather._rows_found(shape pg_catalog.record) RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN shape.is_program AND shape.error IS NOT NULL THEN 'printed' ELSE shape.relation::text END;
END $$;

-- The rows of the files that are no rejects, each with the place of its file in the arrays and its own
-- in the file. The place is looked up in a jsonb object: a join could make the planner read the files
-- again and again.
CREATE FUNCTION weather._rows_of(shape pg_catalog.record, is_batch pg_catalog.bool,
                                 part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT %s, %s AS __file, %s AS __offset FROM %s AS r WHERE true',
        weather._list(shape.columns, 'r.'),
        CASE WHEN is_batch THEN format('($2 ->> r.%I)::int', shape.filename) ELSE '1' END,
        CASE WHEN shape."offset" IS NULL THEN 'row_number() OVER ()'
             ELSE format('r.%I', shape."offset") END,
        weather._rows_found(shape))
        || weather._only(shape, part)
        || CASE WHEN shape.error IS NULL THEN '' ELSE format(' AND r.%I IS NULL', shape.error) END;
END $$;

-- What keeps the rejects among these rows; `id` is the expression for the load_file_id.
CREATE FUNCTION weather._reject_statement(shape pg_catalog.record, id pg_catalog.text,
                                          rows_found pg_catalog.text, of_failure pg_catalog.bool)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('INSERT INTO weather.load_reject (load_file_id, run_id, of_failure, source, path, "offset", '
                  'line, column_name, error_code, error_message, raw) '
                  'SELECT %s, $7, %L, $8, %s, %s, %s, %s, %s FROM %s AS r WHERE r.%I IS NOT NULL',
        id, of_failure, coalesce('r.' || quote_ident(shape.filename), 'NULL'),
        coalesce('r.' || quote_ident(shape."offset"), 'NULL'),
        coalesce('r.' || quote_ident(shape.line), 'NULL'),
        CASE WHEN shape.error_is_json
             THEN format('r.%1$I ->> ''column'', r.%1$I ->> ''sqlstate'', r.%1$I ->> ''message''', shape.error)
             ELSE format('NULL, NULL, r.%I', shape.error) END,
        coalesce('r.' || quote_ident(shape.raw) || '::text', 'NULL'), rows_found, shape.error);
END $$;

-- The clause that reads nothing but these files, or that part of one.
CREATE FUNCTION weather._only(shape pg_catalog.record, part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN shape.filename IS NULL OR shape.is_program THEN ''
                ELSE format(' AND r.%I = ANY ($1)', shape.filename) END || part;
END $$;

-- The clause for a part of the file, or '' for all of it. What is read from its beginning has one bound
-- only: by two of them the planner would take it for a few rows.
CREATE FUNCTION weather._part(shape pg_catalog.record, is_bounded pg_catalog.bool, start pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN start > 0 THEN format(' AND r.%I >= $5', shape."offset") ELSE '' END
        || CASE WHEN is_bounded THEN format(' AND r.%I < $6', shape."offset") ELSE '' END;
END $$;

-- The rows of _rows_of(), of equal keys the greatest (mtime, path, offset) first; `__place` 1 has won.
CREATE FUNCTION weather._ranked_rows(shape pg_catalog.record, is_batch pg_catalog.bool,
                                     part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT *, row_number() OVER same_key AS __place, %s AS __winner FROM (%s) AS found '
                  'WINDOW same_key AS (PARTITION BY %s ORDER BY %s__offset DESC)',
                  CASE WHEN is_batch THEN 'first_value(__file) OVER same_key' ELSE '__file' END,
                  weather._rows_of(shape, is_batch, part), weather._list(shape.key_columns),
                  CASE WHEN is_batch THEN '__file DESC, ' ELSE '' END);
END $$;

-- An equal row from a greater file gets its load_file_id written and counts as unchanged; a row that
-- loses to another file's row, in this read or in the table, counts as lost for its file. New keys go in
-- without ON CONFLICT, for speed (docs/design.md): another session's row of the same key is an error, and
-- the file is loaded once more.
CREATE FUNCTION weather._upsert_statement(shape pg_catalog.record, is_batch pg_catalog.bool,
                                          part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    value_columns text[] := ARRAY(SELECT c FROM unnest(shape.columns) AS c
                                   WHERE c <> ALL (shape.key_columns));
BEGIN
    RETURN format($statement$
WITH judged AS MATERIALIZED (
    SELECT %1$s, ($3)[r.__file] AS load_file_id, kept.load_file_id AS __old_id, r.__file <> r.__winner AS __is_lost,
           CASE WHEN r.__place > 1 THEN 'duplicate'
                WHEN kept.%2$s IS NULL THEN 'insert'
                WHEN kept.load_file_id <> ($3)[r.__file] AND EXISTS (
                    SELECT FROM weather.load_file AS owner
                     WHERE owner.id = kept.load_file_id AND owner.state <> 'replaced' AND owner.id <> ALL ($3)
                       AND (owner.mtime, owner.path COLLATE "C") > (($4)[r.__file], ($1)[r.__file])) THEN 'lose'
                WHEN %3$s THEN 'update'
                WHEN kept.load_file_id IS DISTINCT FROM ($3)[r.__file] THEN 'take'
                ELSE 'leave' END AS __verdict
      FROM (%4$s) AS r
      LEFT JOIN %5$s AS kept ON r.__place = 1 AND %6$s
), inserted AS (
    INSERT INTO %5$s (%7$s, load_file_id)
    SELECT %7$s, load_file_id FROM judged WHERE __verdict = 'insert'
    RETURNING 1
), updated AS (
    INSERT INTO %5$s (%7$s, load_file_id)
    SELECT %7$s, load_file_id FROM judged WHERE __verdict IN ('update', 'take')
    ON CONFLICT (%8$s) DO UPDATE SET %9$s
    RETURNING 1
)
SELECT %10$s,
       (SELECT jsonb_object_agg(__old_id, rows)
          FROM (SELECT __old_id, count(*) AS rows FROM judged
                 WHERE __verdict IN ('update', 'take') AND __old_id <> load_file_id
                 GROUP BY __old_id) AS file) AS taken,
       (SELECT count(*) FROM inserted) + (SELECT count(*) FROM updated) AS written, 0::bigint AS deleted$statement$,
        weather._list(shape.columns, 'r.'), quote_ident(shape.key_columns[1]),
        weather._differs(value_columns),
        weather._ranked_rows(shape, is_batch, part), shape.target,
        weather._key_equality(shape.target, shape.key_columns), weather._list(shape.columns),
        weather._list(shape.key_columns),
        (SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ')
           FROM unnest(value_columns || 'load_file_id'::text) AS c),
        weather._counted_verdicts());
END $$;

-- The verdicts on the rows of each file, counted.
CREATE FUNCTION weather._counted_verdicts() RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT $statement$(
        SELECT array_agg(file::weather._count)
          FROM (SELECT load_file_id,
                       count(*) FILTER (WHERE __verdict = 'insert'),
                       count(*) FILTER (WHERE __verdict = 'update'),
                       count(*) FILTER (WHERE __verdict IN ('lose', 'take', 'leave')),
                       count(*) FILTER (WHERE __verdict = 'duplicate'),
                       count(*) FILTER (WHERE __verdict = 'lose' OR __verdict = 'duplicate' AND __is_lost),
                       count(*) FILTER (WHERE __verdict IN ('insert', 'update', 'take'))
                  FROM judged GROUP BY load_file_id) AS file) AS of_files$statement$
$$;

-- Equality of keys as the unique index has it.
CREATE FUNCTION weather._key_equality(target pg_catalog.regclass, key_columns pg_catalog.text[])
RETURNS pg_catalog.text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(format('kept.%1$I OPERATOR(%2$I.%3$s) r.%1$I', attname, nspname, oprname), ' AND ')
      FROM (SELECT DISTINCT ON (attname) attname, namespace.nspname, operator.oprname
              FROM pg_index
              CROSS JOIN unnest(indkey::int2[], indclass::oid[]) AS part (attnum, class)
              JOIN pg_attribute USING (attnum)
              JOIN pg_opclass AS opclass ON opclass.oid = part.class
              JOIN pg_amop ON amopfamily = opclass.opcfamily AND amoplefttype = opclass.opcintype
                          AND amoprighttype = opclass.opcintype AND amopstrategy = 3
              JOIN pg_operator AS operator ON operator.oid = amopopr
              JOIN pg_namespace AS namespace ON namespace.oid = operator.oprnamespace
             WHERE indrelid = target AND attrelid = target AND indisunique
               AND attname = ANY (key_columns)) AS equality
$$;

CREATE FUNCTION weather._append_statement(shape pg_catalog.record, is_batch pg_catalog.bool,
                                          part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    insertion text := format('INSERT INTO %s (%s, load_file_id) SELECT %2$s, ($3)[r.__file] FROM (%s) AS r',
        shape.target, weather._list(shape.columns), weather._rows_of(shape, is_batch, part));
BEGIN
    RETURN CASE WHEN is_batch THEN format($statement$
WITH written AS (%s RETURNING load_file_id)
SELECT array_agg(file::weather._count) AS of_files, NULL::jsonb AS taken, sum(rows)::bigint AS written,
       0::bigint AS deleted
  FROM (SELECT load_file_id, count(*), 0::bigint, 0::bigint, 0::bigint, 0::bigint, count(*) AS rows
          FROM written GROUP BY load_file_id) AS file$statement$, insertion)
        ELSE insertion END; -- the executor counts its rows
END $$;
