-- A refresh on a schedule of pg_cron. A job is one statement, since a procedure that commits must be
-- alone in its message. It runs as the role that made it, in a session of its own.

-- Where pg_cron keeps its jobs. Null: it is not loaded. Empty: only an administrator may know.
CREATE FUNCTION weather._cron_database() RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN current_setting('cron.database_name', true);
EXCEPTION WHEN insufficient_privilege THEN
    RETURN '';
END $$;

-- Refuses where pg_cron is out of reach. `remote_statement` is what does the same from its database.
CREATE FUNCTION weather._check_cron(remote_statement pg_catalog.text) RETURNS pg_catalog.void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home text := weather._cron_database();
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        IF NOT has_schema_privilege('cron', 'USAGE') THEN
            RAISE EXCEPTION 'permission denied for schema cron'
                USING ERRCODE = 'insufficient_privilege',
                      HINT = format('GRANT USAGE ON SCHEMA cron TO %I;', current_user);
        END IF;
    ELSIF home = current_database() THEN
        RAISE EXCEPTION 'pg_cron is loaded, but not installed in database "%"', home
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CREATE EXTENSION pg_cron;';
    ELSIF home IS NOT NULL THEN
        RAISE EXCEPTION 'pg_cron keeps its jobs in another database than "%"', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = remote_statement,
                  DETAIL = format('The hint is for %s.', coalesce('database ' || quote_ident(nullif(home, '')),
                                  'the database that the setting cron.database_name names'));
    ELSE
        RAISE EXCEPTION 'pg_cron is not there'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('Install it (Debian: postgresql-15-cron), set shared_preload_libraries = '
                                '''pg_cron'' and cron.database_name = %L, restart the server, then '
                                'CREATE EXTENSION pg_cron;', current_database());
    END IF;
END $$;

CREATE FUNCTION weather.schedule(schedule pg_catalog.text, source pg_catalog.text DEFAULT NULL,
                                 job_name pg_catalog.text DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    job text := coalesce(job_name, 'weather-refresh' || coalesce('-' || source, ''));
    command text := format('CALL weather.refresh(%squiet => true)', 'source => ' || quote_literal(source) || ', ');
    id bigint;
BEGIN
    PERFORM weather._refreshable(source);
    IF octet_length(job) > 63 THEN
        RAISE EXCEPTION 'the name of the job is longer than 63 bytes: "%"', job
            USING ERRCODE = 'name_too_long', HINT = 'Give it a job_name.';
    END IF;
    PERFORM weather._check_cron(format('SELECT cron.schedule_in_database(%L, %L, %L, %L, %L);',
                                       job, schedule, command, current_database(), current_user));
    EXECUTE format('SELECT cron.schedule(%L, %L, %L)', job, schedule, command) INTO id;
    RETURN id;
END $$;

COMMENT ON FUNCTION weather.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'has pg_cron refresh one of the caller''s sources, or all of them';

CREATE FUNCTION weather.unschedule(job_name pg_catalog.text DEFAULT 'weather-refresh')
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    statement text := format('SELECT cron.unschedule(%L)', job_name);
    done boolean;
BEGIN
    PERFORM weather._check_cron(statement || ';');
    EXECUTE statement INTO done;
    RETURN done;
END $$;

COMMENT ON FUNCTION weather.unschedule(pg_catalog.text) IS 'ends what weather.schedule() began';

CREATE FUNCTION weather.unschedule(job_id pg_catalog.int8) RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    statement text := format('SELECT cron.unschedule(%s)', job_id);
    done boolean;
BEGIN
    PERFORM weather._check_cron(statement || ';');
    EXECUTE statement INTO done;
    RETURN done;
END $$;

COMMENT ON FUNCTION weather.unschedule(pg_catalog.int8) IS 'ends what weather.schedule() began';
