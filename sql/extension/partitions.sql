-- Large targets: monthly partitions in UTC, made when a row needs one.
--
-- A partition is made beside its parent and then attached. That locks out neither readers nor writers
-- of the parent, as CREATE TABLE ... PARTITION OF would.

-- The column by which a table is partitioned, if it is by range of one timestamptz column.
CREATE FUNCTION weather._time_column(target pg_catalog.regclass) RETURNS pg_catalog.text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT attname::text
      FROM pg_partitioned_table
      JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
     WHERE partrelid = target AND partstrat = 'r' AND partnatts = 1
       AND atttypid = 'timestamptz'::regtype
$$;

-- False: there is a partition already, of this month or of times within it.
CREATE FUNCTION weather._make_partition(target pg_catalog.regclass, month pg_catalog.timestamptz)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
SET client_min_messages = warning AS $$
DECLARE
    parent record;
    suffix text := format('_y%sm%s', lpad(extract(year FROM month)::text, 4, '0'), to_char(month, 'MM'));
    name text;
BEGIN
    SELECT c.relname, n.nspname, c.relowner, t.spcname INTO parent
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_tablespace AS t ON t.oid = c.reltablespace
     WHERE c.oid = target;
    -- a name has at most 63 bytes
    SELECT format('%I.%I', parent.nspname, left(parent.relname, n) || suffix) INTO name
      FROM generate_series(1, 63) AS n
     WHERE octet_length(left(parent.relname, n) || suffix) <= 63
     ORDER BY n DESC LIMIT 1;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhparent = target AND inhrelid = to_regclass(name)) THEN
        RETURN false;
    ELSIF to_regclass(name) IS NOT NULL THEN
        RAISE EXCEPTION '% has no partition for %, and % is another table', target, month, name
            USING ERRCODE = 'duplicate_table',
                  HINT = format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L); '
                                'or rename it.', target, name, month, month + interval '1 month');
    END IF;
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)%s', name, target,
                   ' TABLESPACE ' || quote_ident(parent.spcname));
    EXECUTE format('ALTER TABLE %s OWNER TO %s', name, parent.relowner::regrole);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
                   target, name, month, month + interval '1 month');
    RETURN true;
EXCEPTION WHEN invalid_object_definition THEN -- it would overlap another partition
    RETURN false;
END $$;

CREATE FUNCTION weather.make_partitions(target pg_catalog.regclass, times pg_catalog.timestamptz[])
RETURNS pg_catalog.int4
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month timestamptz;
    made integer := 0;
BEGIN
    IF weather._time_column(target) IS NULL THEN
        RAISE EXCEPTION '% is not partitioned by range of one timestamptz column', target
            USING ERRCODE = 'wrong_object_type';
    END IF;
    -- what ATTACH takes, before another session makes the same partitions
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', target);
    FOR month IN SELECT DISTINCT date_trunc('month', t, 'UTC') FROM unnest(times) AS t
                  WHERE isfinite(t) ORDER BY 1 LOOP
        made := made + weather._make_partition(target, month)::integer;
    END LOOP;
    RETURN made;
END $$;

COMMENT ON FUNCTION weather.make_partitions(pg_catalog.regclass, pg_catalog.timestamptz[])
    IS 'makes the monthly partitions, in UTC, that rows of these times need; says how many it made';

-- Makes the partitions that the rows of these files need (or of all, for one that is replaced as a
-- whole). False: none was missing.
CREATE FUNCTION weather._make_missing_partitions(shape pg_catalog.record, batch weather._file[])
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    time_column text := weather._time_column(shape.target);
    paths text[];
    months timestamptz[];
BEGIN
    IF time_column IS NULL OR time_column <> ALL (shape.columns) THEN
        RETURN false;
    END IF;
    IF shape.mode <> 'replace' THEN
        paths := ARRAY(SELECT path FROM unnest(batch));
    END IF;
    EXECUTE format('SELECT array_agg(DISTINCT date_trunc(''month'', r.%I, ''UTC'')) FROM %s AS r%s',
                   time_column, shape.relation,
                   CASE WHEN paths IS NOT NULL THEN format(' WHERE r.%I = ANY ($1)', shape.filename) END)
       INTO months USING paths;
    BEGIN
        RETURN weather.make_partitions(shape.target, months) > 0;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION '% has no partition for some rows, and role "%" may not make it: %',
            shape.target, current_user, SQLERRM
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Its owner makes partitions ahead: SELECT weather.make_partitions(%L, %L);',
                                shape.target, months);
    END;
END $$;

CREATE FUNCTION weather._load_once(run pg_catalog.int8, shape pg_catalog.record, batch weather._file[])
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN shape.mode = 'replace' THEN weather._load_all(run, shape)
                ELSE weather._load_files(run, shape, batch) END;
END $$;

-- Loads a batch, and once more if partitions were missing: they are looked for only then, since that
-- reads the files. A row without partition is a check_violation, as one that a CHECK refuses. Once more
-- also if another session has inserted the key of a row meanwhile: now it shows.
CREATE FUNCTION weather._load(run pg_catalog.int8, shape pg_catalog.record, batch weather._file[])
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    BEGIN
        RETURN weather._load_once(run, shape, batch);
    EXCEPTION WHEN check_violation THEN
        IF NOT weather._make_missing_partitions(shape, batch) THEN
            RAISE;
        END IF;
    WHEN unique_violation THEN
        IF shape.mode <> 'upsert' THEN
            RAISE;
        END IF;
    END;
    RETURN weather._load_once(run, shape, batch);
END $$;
