-- The statements that move rows, made for one source. They take the files as parameters: $1 their
-- paths, $2 and $3 for a batch the load_file ids and times of modification by path, $6 and $7 those of
-- the only file; where that is read in part, $4 and $5 are the offsets where to begin and before which
-- to end. They answer with counts; `written` is what the executor wrote, for the check.

-- Columns as a list, each with this prefix.
CREATE FUNCTION weather._list(columns pg_catalog.text[], prefix pg_catalog.text DEFAULT '',
                              separator pg_catalog.text DEFAULT ', ')
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(prefix || quote_ident(c), separator ORDER BY n)
      FROM unnest(columns) WITH ORDINALITY AS of_it (c, n)
$$;

-- A value in a form that can be compared: types that pg_catalog has no equality for, as their text.
CREATE FUNCTION weather._comparable(target pg_catalog.regclass, columns pg_catalog.text[],
                                    prefix pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(string_agg(prefix || quote_ident(c)
               || CASE WHEN type.typnamespace <> 'pg_catalog'::regnamespace
                         OR type.oid IN ('json'::regtype, 'xml'::regtype, 'point'::regtype)
                       THEN '::text' ELSE '' END, ', ' ORDER BY n), 'NULL')
      FROM unnest(columns) WITH ORDINALITY AS of_it (c, n)
      JOIN pg_attribute ON attrelid = target AND attname = c
      JOIN pg_type AS type ON type.oid = atttypid
$$;

-- The rows of the files that are no rejects, each with what it is ordered by. A batch finds the file of
-- a row by its name in a jsonb object: a join could make the planner read the files again and again.
CREATE FUNCTION weather._rows_of(shape pg_catalog.record, is_batch pg_catalog.bool,
                                 part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT %s, %s, %s AS file_place FROM %s AS r WHERE true',
        weather._list(shape.columns, 'r.'),
        CASE WHEN is_batch
             THEN format('($2 ->> r.%1$I)::bigint AS load_file_id, ($3 ->> r.%1$I)::timestamptz AS '
                         'file_mtime, r.%1$I::text COLLATE "C" AS file_path', shape.filename)
             ELSE '$6 AS load_file_id, $7 AS file_mtime, ($1)[1] COLLATE "C" AS file_path' END,
        CASE WHEN shape."offset" IS NULL THEN 'row_number() OVER ()'
             ELSE format('r.%I', shape."offset") END,
        shape.relation)
        || weather._only(shape, part)
        || CASE WHEN shape.error IS NULL THEN '' ELSE format(' AND r.%I IS NULL', shape.error) END;
END $$;

-- The clause that reads nothing but these files, or that part of one.
CREATE FUNCTION weather._only(shape pg_catalog.record, part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN shape.filename IS NULL THEN ''
                ELSE format(' AND r.%I = ANY ($1)', shape.filename) END || part;
END $$;

-- The clause for a part of the file, or '' for all of it. What is read from its beginning has one bound
-- only: by two of them the planner would take it for a few rows.
CREATE FUNCTION weather._part(shape pg_catalog.record, is_bounded pg_catalog.bool, start pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN start > 0 THEN format(' AND r.%I >= $4', shape."offset") ELSE '' END
        || CASE WHEN is_bounded THEN format(' AND r.%I < $5', shape."offset") ELSE '' END;
END $$;

-- The same, of equal keys the greatest (mtime, path, offset) first; `place` 1 has won.
CREATE FUNCTION weather._ranked_rows(shape pg_catalog.record, is_batch pg_catalog.bool,
                                     part pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT *, row_number() OVER same_key AS place, %s AS winner FROM (%s) AS found '
                  'WINDOW same_key AS (PARTITION BY %s ORDER BY %sfile_place DESC)',
                  CASE WHEN is_batch THEN 'first_value(load_file_id) OVER same_key' ELSE 'load_file_id' END,
                  weather._rows_of(shape, is_batch, part), weather._list(shape.key_columns),
                  CASE WHEN is_batch THEN 'file_mtime DESC, file_path DESC, ' ELSE '' END);
END $$;

-- An equal row from a greater file gets its load_file_id written and counts as unchanged; a row that
-- loses to another file's row, in this read or in the table, counts as lost for its file.
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
    SELECT %1$s, r.load_file_id, kept.load_file_id AS old_id, r.winner,
           CASE WHEN r.place > 1 THEN 'duplicate'
                WHEN kept.%2$s IS NULL THEN 'insert'
                WHEN kept.load_file_id <> r.load_file_id AND EXISTS (
                    SELECT FROM weather.load_file AS owner
                     WHERE owner.id = kept.load_file_id AND owner.state <> 'replaced'
                       AND (owner.mtime, owner.path COLLATE "C") > (r.file_mtime, r.file_path)) THEN 'lose'
                WHEN (%3$s) IS DISTINCT FROM (%4$s) THEN 'update'
                WHEN kept.load_file_id IS DISTINCT FROM r.load_file_id THEN 'take'
                ELSE 'leave' END AS verdict
      FROM (%5$s) AS r
      LEFT JOIN %6$s AS kept ON r.place = 1 AND %7$s
), written AS (
    INSERT INTO %6$s AS kept (%8$s, load_file_id)
    SELECT %8$s, load_file_id FROM judged WHERE verdict IN ('insert', 'update', 'take')
    ON CONFLICT (%9$s) DO UPDATE SET %10$s
    RETURNING load_file_id
)
SELECT array_agg(file::weather._count) FROM (
    SELECT id, sum(inserted) AS inserted, sum(updated) AS updated, sum(unchanged) AS unchanged,
           sum(duplicates) AS duplicates, sum(lost) AS lost, sum(to_write) AS to_write,
           sum(written) AS written
      FROM (SELECT load_file_id AS id,
                   count(*) FILTER (WHERE verdict = 'insert') AS inserted,
                   count(*) FILTER (WHERE verdict = 'update') AS updated,
                   count(*) FILTER (WHERE verdict IN ('lose', 'take', 'leave')) AS unchanged,
                   count(*) FILTER (WHERE verdict = 'duplicate') AS duplicates,
                   count(*) FILTER (WHERE verdict = 'lose'
                                       OR verdict = 'duplicate' AND winner <> load_file_id) AS lost,
                   count(*) FILTER (WHERE verdict IN ('insert', 'update', 'take')) AS to_write,
                   0 AS written
              FROM judged GROUP BY load_file_id
            UNION ALL
            SELECT old_id, 0, 0, 0, 0, count(*), 0, 0 FROM judged
             WHERE verdict IN ('update', 'take') AND old_id <> load_file_id GROUP BY old_id
            UNION ALL
            SELECT load_file_id, 0, 0, 0, 0, 0, 0, count(*) FROM written GROUP BY load_file_id) AS part
     GROUP BY id) AS file$statement$,
        weather._list(shape.columns, 'r.'), quote_ident(shape.key_columns[1]),
        weather._comparable(shape.target, value_columns, 'kept.'),
        weather._comparable(shape.target, value_columns, 'r.'),
        weather._ranked_rows(shape, is_batch, part), shape.target,
        weather._key_equality(shape.target, shape.key_columns), weather._list(shape.columns),
        weather._list(shape.key_columns),
        (SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ')
           FROM unnest(value_columns || 'load_file_id'::text) AS c));
END $$;

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
    insertion text := format('INSERT INTO %s (%s, load_file_id) SELECT %2$s, load_file_id FROM (%s) AS r',
        shape.target, weather._list(shape.columns), weather._rows_of(shape, is_batch, part));
BEGIN
    RETURN CASE WHEN is_batch THEN format($statement$
WITH written AS (%s RETURNING load_file_id)
SELECT array_agg(file::weather._count)
  FROM (SELECT load_file_id AS id, count(*) AS inserted, 0 AS updated, 0 AS unchanged, 0 AS duplicates,
               0 AS lost, count(*) AS to_write, count(*) AS written
          FROM written GROUP BY load_file_id) AS file$statement$, insertion)
        ELSE insertion END; -- the executor counts its rows
END $$;
