-- Registering a source, and what the loader has to know of one.

-- The foreign tables of this wrapper that a relation reads: itself, or those beneath a view.
CREATE FUNCTION weather._foreign_tables(relation pg_catalog.oid) RETURNS pg_catalog.oid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE beneath (oid) AS (
        SELECT relation
        UNION
        SELECT part.refobjid
          FROM beneath
          JOIN pg_rewrite AS rule ON rule.ev_class = beneath.oid
          JOIN pg_depend AS part ON part.classid = 'pg_rewrite'::regclass AND part.objid = rule.oid
                                AND part.refclassid = 'pg_class'::regclass)
    SELECT coalesce(array_agg(beneath.oid), '{}')
      FROM beneath
      JOIN pg_foreign_table AS tab ON tab.ftrelid = beneath.oid
      JOIN pg_foreign_server AS server ON server.oid = tab.ftserver
      JOIN pg_foreign_data_wrapper AS wrapper ON wrapper.oid = server.srvfdw
     WHERE wrapper.fdwhandler = 'weather.weather_fdw_handler'::regproc
$$;

-- The columns of a relation that show metadata of its foreign table. Through a view they bear the
-- names that they have beneath it.
CREATE FUNCTION weather._metadata_columns(relation pg_catalog.oid, foreign_table pg_catalog.oid)
RETURNS TABLE (metadata pg_catalog.text, name pg_catalog.text, type pg_catalog.oid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT option_value, shown.attname, shown.atttypid
      FROM pg_attribute AS below
      CROSS JOIN pg_options_to_table(below.attfdwoptions)
      JOIN pg_attribute AS shown ON shown.attrelid = relation AND shown.attname = below.attname
                                AND shown.atttypid = below.atttypid AND NOT shown.attisdropped
     WHERE below.attrelid = foreign_table AND below.attnum > 0 AND NOT below.attisdropped
       AND option_name = 'metadata'
$$;

-- Everything about a source that its loading needs, as it is now. No row: there is no such source.
CREATE FUNCTION weather._describe(name pg_catalog.text,
    OUT source pg_catalog.text, OUT mode pg_catalog.text,
    OUT relation pg_catalog.regclass, OUT foreign_table pg_catalog.regclass,
    OUT target pg_catalog.regclass,
    OUT key_columns pg_catalog.text[], OUT columns pg_catalog.text[],
    OUT filename pg_catalog.text, OUT "offset" pg_catalog.text, OUT line pg_catalog.text,
    OUT error pg_catalog.text, OUT raw pg_catalog.text, OUT error_is_json pg_catalog.bool,
    OUT is_program pg_catalog.bool, OUT has_lineage pg_catalog.bool, OUT may_grow pg_catalog.bool,
    OUT quiet_period pg_catalog.interval, OUT may_be_empty pg_catalog.bool,
    OUT reject_limit pg_catalog.int8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
    options text[];
BEGIN
    SELECT * INTO entry FROM weather.source AS s WHERE s.source = name;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    source := name;
    mode := entry.mode;
    relation := entry.relation::regclass;
    target := entry.target::regclass;
    key_columns := coalesce(entry.key_columns, '{}');
    quiet_period := entry.quiet_period;
    may_be_empty := entry.may_be_empty;
    reject_limit := entry.reject_limit;
    foreign_table := (weather._foreign_tables(relation))[1];
    SELECT coalesce(ftoptions, '{}') || coalesce(srvoptions, '{}') INTO options
      FROM pg_foreign_table JOIN pg_foreign_server AS server ON server.oid = ftserver
     WHERE ftrelid = foreign_table;
    is_program := EXISTS (SELECT FROM pg_options_to_table(options) WHERE option_name = 'program');

    SELECT max(m.name) FILTER (WHERE m.metadata = 'filename'),
           max(m.name) FILTER (WHERE m.metadata = 'offset'),
           max(m.name) FILTER (WHERE m.metadata = 'line'),
           max(m.name) FILTER (WHERE m.metadata = 'error'),
           max(m.name) FILTER (WHERE m.metadata = 'raw'),
           coalesce(bool_or(m.type = 'jsonb'::regtype) FILTER (WHERE m.metadata = 'error'), false)
      INTO filename, "offset", line, error, raw, error_is_json
      FROM weather._metadata_columns(relation, foreign_table) AS m;
    -- Parts can be read where offsets are those of the file's bytes, and rows are not numbered.
    may_grow := mode <> 'replace' AND "offset" IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_options_to_table(options)
                         WHERE option_name = 'encoding' AND upper(option_value) NOT IN ('UTF8', 'UTF-8'))
        AND NOT EXISTS (SELECT FROM pg_attribute CROSS JOIN pg_options_to_table(attfdwoptions)
                         WHERE attrelid = foreign_table AND option_name = 'for_ordinality');

    SELECT array_agg(t.attname::text ORDER BY t.attnum) INTO columns
      FROM pg_attribute AS t
      JOIN pg_attribute AS r ON r.attrelid = relation AND r.attname = t.attname
                            AND r.attnum > 0 AND NOT r.attisdropped
     WHERE t.attrelid = target AND t.attnum > 0 AND NOT t.attisdropped
       AND t.attname <> 'load_file_id';
    has_lineage := EXISTS (SELECT FROM pg_attribute WHERE attrelid = target
                              AND attname = 'load_file_id' AND NOT attisdropped);
END $$;

-- What keeps a source from being loaded, each with the statement that mends it.
CREATE FUNCTION weather._complaints(relation pg_catalog.regclass, target pg_catalog.regclass,
                                    mode pg_catalog.text, key_columns pg_catalog.text[])
RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    foreign_tables oid[] := weather._foreign_tables(relation);
    is_program boolean;
    kind "char";
    persistence "char";
BEGIN
    IF cardinality(foreign_tables) <> 1 THEN
        RETURN NEXT format('%s reads %s foreign tables of weather_fdw: name a foreign table, or a '
                           'view over exactly one', relation, cardinality(foreign_tables));
        RETURN;
    END IF;
    SELECT EXISTS (SELECT FROM pg_options_to_table(ftoptions) WHERE option_name = 'program')
      INTO is_program FROM pg_foreign_table WHERE ftrelid = foreign_tables[1];
    IF is_program AND mode <> 'replace' THEN
        RETURN NEXT format('%s reads a program, which has no files to remember: '
                           'mode => ''replace''', relation);
    END IF;
    IF NOT is_program AND NOT EXISTS (
        SELECT FROM weather._metadata_columns(relation, foreign_tables[1]) AS m
         WHERE m.metadata = 'filename') THEN
        RETURN NEXT format('%s does not show the file''s name: ', relation)
            || CASE WHEN relation = foreign_tables[1] THEN
                   format('ALTER FOREIGN TABLE %s ADD COLUMN source_file text '
                          'OPTIONS (metadata ''filename'')', relation)
               ELSE format('add to the view the column of %s with metadata ''filename'', under its '
                           'own name', foreign_tables[1]::regclass) END;
    END IF;

    SELECT relkind, relpersistence INTO kind, persistence FROM pg_class WHERE oid = target;
    IF kind NOT IN ('r', 'p') THEN
        RETURN NEXT format('%s is not a table', target);
        RETURN;
    END IF;
    IF persistence = 'u' THEN
        RETURN NEXT format('%s is UNLOGGED and loses its rows in a crash, which the ledger does not: '
                           'ALTER TABLE %1$s SET LOGGED', target);
    ELSIF persistence = 't' THEN
        RETURN NEXT format('%s is a temporary table', target);
    END IF;
    RETURN QUERY SELECT weather._column_complaints(relation, foreign_tables[1], target, mode);
    RETURN QUERY SELECT weather._key_complaints(relation, target, mode, key_columns);
    RETURN QUERY SELECT weather._privilege_complaints(relation, foreign_tables[1], target, is_program);
END $$;

CREATE FUNCTION weather._column_complaints(relation pg_catalog.regclass, foreign_table pg_catalog.oid,
                                           target pg_catalog.regclass, mode pg_catalog.text)
RETURNS SETOF pg_catalog.text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH r AS (
        SELECT attname, format_type(atttypid, atttypmod) AS type, atttypid, atttypmod
          FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
    ), t AS (
        SELECT attname, format_type(atttypid, atttypmod) AS type, atttypid, atttypmod,
               attgenerated <> '' AS is_generated, attnotnull AND NOT atthasdef AND attidentity = '' AS is_needed
          FROM pg_attribute WHERE attrelid = target AND attnum > 0 AND NOT attisdropped
    )
    SELECT format('%s has no column %I: ALTER TABLE %1$s ADD COLUMN %2$I %s', target, r.attname, r.type)
      FROM r
     WHERE r.attname NOT IN (SELECT attname FROM t)
       AND r.attname NOT IN (SELECT m.name FROM weather._metadata_columns(relation, foreign_table) AS m)
    UNION ALL
    SELECT format('column %I is %s in %s, but %s in %s: ALTER TABLE %3$s ALTER COLUMN %1$I TYPE %4$s',
                  t.attname, t.type, target, r.type, relation)
      FROM r JOIN t USING (attname)
     WHERE t.atttypid <> r.atttypid OR t.atttypmod NOT IN (-1, r.atttypmod)
    UNION ALL
    SELECT format('column %I of %s is generated, and %s has it: ALTER TABLE %2$s ALTER COLUMN %1$I DROP EXPRESSION',
                  t.attname, target, relation)
      FROM r JOIN t USING (attname)
     WHERE t.is_generated
    UNION ALL
    SELECT format('column %I: names that begin with two underscores are the loader''s own', t.attname)
      FROM r JOIN t USING (attname)
     WHERE starts_with(t.attname::text, '__')
    UNION ALL
    SELECT format('column %I of %s is NOT NULL, and %s does not have it: '
                  'ALTER TABLE %2$s ALTER COLUMN %1$I DROP NOT NULL', t.attname, target, relation)
      FROM t
     WHERE t.is_needed AND t.attname <> 'load_file_id' AND t.attname NOT IN (SELECT attname FROM r)
    UNION ALL
    SELECT format('%s has no column load_file_id bigint, which says from which file a row is: '
                  'ALTER TABLE %1$s ADD COLUMN load_file_id bigint', target)
     WHERE mode <> 'replace' AND NOT EXISTS (SELECT FROM t WHERE t.attname = 'load_file_id')
    UNION ALL
    SELECT format('column load_file_id of %s is %s: ALTER TABLE %1$s ALTER COLUMN load_file_id '
                  'TYPE bigint', target, t.type)
      FROM t WHERE t.attname = 'load_file_id' AND t.atttypid <> 'bigint'::regtype
$$;

CREATE FUNCTION weather._key_complaints(relation pg_catalog.regclass, target pg_catalog.regclass,
                                        mode pg_catalog.text, key_columns pg_catalog.text[])
RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key_list text;
BEGIN
    IF mode = 'append' THEN
        RETURN;
    END IF;
    IF cardinality(key_columns) IS NULL OR cardinality(key_columns) = 0 THEN
        RETURN NEXT format('mode %s needs a key: ALTER TABLE %s ADD PRIMARY KEY (...), or name '
                           'key_columns that have a unique index', mode, target);
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(k), ', ') INTO key_list FROM unnest(key_columns) AS k;
    RETURN QUERY
        SELECT format('key column %I is not a column of %s', k, rel)
          FROM unnest(key_columns) AS k, (VALUES (relation), (target)) AS both_of (rel)
         WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = rel AND attname = k
                              AND attnum > 0 AND NOT attisdropped);
    RETURN QUERY
        SELECT format('key column %I of %s may be NULL: ALTER TABLE %2$s ALTER COLUMN %1$I SET NOT NULL',
                      attname, target)
          FROM pg_attribute
         WHERE attrelid = target AND attname = ANY (key_columns) AND NOT attnotnull;
    IF NOT EXISTS (
        SELECT FROM pg_index
         WHERE indrelid = target AND indisunique AND indisvalid AND indimmediate
           AND indpred IS NULL AND indexprs IS NULL
           AND (SELECT array_agg(attname::text ORDER BY attname::text) FROM pg_attribute
                 WHERE attrelid = target AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1]))
               = (SELECT array_agg(k ORDER BY k) FROM unnest(key_columns) AS k)) THEN
        RETURN NEXT format('%s has no unique index on its key: ALTER TABLE %1$s ADD UNIQUE (%s)',
                           target, key_list);
    END IF;
END $$;

CREATE FUNCTION weather._privilege_complaints(relation pg_catalog.regclass, foreign_table pg_catalog.oid,
                                              target pg_catalog.regclass, is_program pg_catalog.bool)
RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT format('you may not %s %s: GRANT %1$s ON %2$s TO %3$I', privilege, rel, current_user)
          FROM (VALUES (relation, 'SELECT'), (foreign_table::regclass, 'SELECT'), (target, 'SELECT'),
                       (target, 'INSERT'), (target, 'UPDATE'), (target, 'DELETE')) AS needed (rel, privilege)
         WHERE NOT has_table_privilege(rel, privilege)
         GROUP BY rel, privilege ORDER BY rel, privilege;
    IF is_program OR NOT has_table_privilege(foreign_table, 'SELECT') THEN
        RETURN;
    END IF;
    BEGIN
        PERFORM FROM weather.files(foreign_table::regclass) LIMIT 1;
    EXCEPTION WHEN insufficient_privilege THEN
        RETURN NEXT SQLERRM;
    WHEN OTHERS THEN
        NULL; -- files that are missing now may come
    END;
END $$;

CREATE FUNCTION weather.add_source(
    source pg_catalog.text, relation pg_catalog.regclass, target pg_catalog.regclass,
    mode pg_catalog.text DEFAULT 'upsert', key_columns pg_catalog.text[] DEFAULT NULL,
    enabled pg_catalog.bool DEFAULT true, quiet_period pg_catalog.interval DEFAULT '0',
    may_be_empty pg_catalog.bool DEFAULT false, reject_limit pg_catalog.int8 DEFAULT NULL)
RETURNS pg_catalog.void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    complaints text[];
BEGIN
    PERFORM weather._check_tables();
    IF mode IS NULL OR mode NOT IN ('upsert', 'append', 'replace') THEN
        RAISE EXCEPTION 'unknown mode "%"', mode
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The modes are upsert, append and replace.';
    END IF;
    IF EXISTS (SELECT FROM weather.source AS s WHERE s.source = source AND s.owner <> current_user) THEN
        RAISE EXCEPTION 'source "%" belongs to another role', source
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF key_columns IS NULL AND mode <> 'append' THEN
        SELECT array_agg(attname::text ORDER BY array_position(indkey::int2[], attnum)) INTO key_columns
          FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
         WHERE indrelid = target AND indisprimary;
    END IF;
    complaints := ARRAY(SELECT weather._complaints(relation, target, mode, key_columns));
    IF cardinality(complaints) > 0 THEN
        RAISE EXCEPTION 'cannot add source "%"', source
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = array_to_string(complaints, E'\n'),
                  HINT = 'Each line says what is wrong and what mends it.';
    END IF;
    INSERT INTO weather.source AS s (source, relation, target, mode, key_columns, enabled,
                                     quiet_period, may_be_empty, reject_limit, owner)
    VALUES (source, relation::text, target::text, mode, key_columns, enabled,
            quiet_period, may_be_empty, reject_limit, current_user)
    ON CONFLICT ON CONSTRAINT source_pkey DO UPDATE
       SET (relation, target, mode, key_columns, enabled, quiet_period, may_be_empty, reject_limit)
           = (excluded.relation, excluded.target, excluded.mode, excluded.key_columns,
              excluded.enabled, excluded.quiet_period, excluded.may_be_empty, excluded.reject_limit);
END $$;

COMMENT ON FUNCTION weather.add_source(text, regclass, regclass, text, text[], bool, interval, bool, int8)
    IS 'registers what weather.refresh() is to load, after checking that it can';
