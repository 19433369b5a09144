-- weather_setup.sql: two weather sources as foreign tables, two native tables to load them into, their
-- registration with the loader, and three reports on each. For psql, in the database that is to hold the weather:
--
--   psql -v by_city=/srv/weather/by_city.json -v by_location='/srv/weather/by_location/*.json.gz' \
--        -v source_timezone=UTC -f weather_setup.sql
--
--   by_city, by_location   the files: a path, a glob, a directory, or an array literal of these
--   schema                 where the tables and views go; must exist (default: public)
--   source_timezone        the zone of times that are written without one, as in the flat form
--                          {"timestamp": "2022-03-14 22:10:41", ... "city": "London"}; without this
--                          variable such a time is an error
--   report_timezone        the zone whose days and months the reports have (default: UTC)
--   partitioned            month: the native tables are made with a partition a month, in UTC; for
--                          large ones (default: none)
--
-- It can be run again: files, zones and views then are those of the last run; data stays.

\set ON_ERROR_STOP on
\if :{?schema}
\else
    \set schema public
\endif
\if :{?report_timezone}
\else
    \set report_timezone UTC
\endif
\if :{?partitioned}
\else
    \set partitioned none
\endif
SELECT :'partitioned' IN ('none', 'month') AS is_known, :'partitioned' = 'month' AS by_month \gset
\if :is_known
\else
    DO $$ BEGIN RAISE 'the variable partitioned of weather_setup.sql is none or month'; END $$;
\endif
\set partition_clause ''
\if :by_month
    \set partition_clause 'PARTITION BY RANGE (observed_at)'
\endif
\if :{?by_city}
\else
    DO $$ BEGIN RAISE 'weather_setup.sql needs the variable by_city: psql -v by_city=/path ...'; END $$;
\endif
\if :{?by_location}
\else
    DO $$ BEGIN RAISE 'weather_setup.sql needs the variable by_location: psql -v by_location=/path ...'; END $$;
\endif

BEGIN;
SET LOCAL client_min_messages = warning;        -- no word about what is there already
SET LOCAL search_path = pg_catalog, pg_temp;    -- every name means what it says

SET LOCAL TimeZone = :'report_timezone';        -- a zone that does not exist is an error now

CREATE EXTENSION IF NOT EXISTS weather_fdw;
CREATE SERVER IF NOT EXISTS weather_files FOREIGN DATA WRAPPER weather_fdw;


-- The sources. A file of either comes in either form, so each column names its place in both: first in
-- the flat form, then in OpenWeatherMap's. `epoch` is for the latter's dt, a number of seconds. City,
-- time and coordinates are the key: a row without one of them is an error. (The empty city name is a
-- name: it stands for places that have none.) A row in error comes with its error and its text, and
-- without values: it is for the loader to count and to keep, not for the native tables.

CREATE FOREIGN TABLE IF NOT EXISTS :"schema".weather_by_city_file (
    city          text        OPTIONS (path '{$.city,$.name}', on_empty 'error'),
    observed_at   timestamptz OPTIONS (path '{$.timestamp,$.dt}', epoch 's', on_empty 'error'),
    temp          float8      OPTIONS (path '{$.temp,$.main.temp}'),
    temp_max      float8      OPTIONS (path '{$.temp_max,$.main.temp_max}'),
    temp_min      float8      OPTIONS (path '{$.temp_min,$.main.temp_min}'),
    latitude      float8      OPTIONS (path '{$.latitude,$.coord.lat}', on_empty 'error'),
    longitude     float8      OPTIONS (path '{$.longitude,$.coord.lon}', on_empty 'error'),
    source_file   text        OPTIONS (metadata 'filename'),
    source_mtime  timestamptz OPTIONS (metadata 'mtime'),
    source_offset bigint      OPTIONS (metadata 'offset'),
    source_line   bigint      OPTIONS (metadata 'line'),
    error         jsonb       OPTIONS (metadata 'error'),
    raw           text        OPTIONS (metadata 'raw')
) SERVER weather_files OPTIONS (files :'by_city');

CREATE FOREIGN TABLE IF NOT EXISTS :"schema".weather_by_location_file (
    city          text        OPTIONS (path '{$.city,$.name}', on_empty 'error'),
    observed_at   timestamptz OPTIONS (path '{$.timestamp,$.dt}', epoch 's', on_empty 'error'),
    temp          float8      OPTIONS (path '{$.temp,$.main.temp}'),
    temp_max      float8      OPTIONS (path '{$.temp_max,$.main.temp_max}'),
    temp_min      float8      OPTIONS (path '{$.temp_min,$.main.temp_min}'),
    latitude      float8      OPTIONS (path '{$.latitude,$.coord.lat}', on_empty 'error'),
    longitude     float8      OPTIONS (path '{$.longitude,$.coord.lon}', on_empty 'error'),
    source_file   text        OPTIONS (metadata 'filename'),
    source_mtime  timestamptz OPTIONS (metadata 'mtime'),
    source_offset bigint      OPTIONS (metadata 'offset'),
    source_line   bigint      OPTIONS (metadata 'line'),
    error         jsonb       OPTIONS (metadata 'error'),
    raw           text        OPTIONS (metadata 'raw')
) SERVER weather_files OPTIONS (files :'by_location');

-- What a second run may change: the files, and the zone of the sources.

ALTER FOREIGN TABLE :"schema".weather_by_city_file OPTIONS (SET files :'by_city');
ALTER FOREIGN TABLE :"schema".weather_by_location_file OPTIONS (SET files :'by_location');

SELECT format('ALTER FOREIGN TABLE %s OPTIONS (DROP timezone)', ftrelid::regclass)
  FROM pg_foreign_table, pg_options_to_table(ftoptions)
 WHERE ftrelid IN (format('%I.weather_by_city_file', :'schema')::regclass,
                   format('%I.weather_by_location_file', :'schema')::regclass)
   AND option_name = 'timezone'
\gexec
\if :{?source_timezone}
    ALTER FOREIGN TABLE :"schema".weather_by_city_file OPTIONS (ADD timezone :'source_timezone');
    ALTER FOREIGN TABLE :"schema".weather_by_location_file OPTIONS (ADD timezone :'source_timezone');
\endif


-- The native tables. Two places may share a name, so the coordinates belong to the key. Partitions are
-- made when rows need them, by the refresh.

CREATE TABLE IF NOT EXISTS :"schema".weather_by_city (
    city         text        NOT NULL,
    observed_at  timestamptz NOT NULL,
    temp         float8,
    temp_max     float8,
    temp_min     float8,
    latitude     float8      NOT NULL,
    longitude    float8      NOT NULL,
    load_file_id bigint,
    PRIMARY KEY (city, latitude, longitude, observed_at)
) :partition_clause;

CREATE TABLE IF NOT EXISTS :"schema".weather_by_location (
    city         text        NOT NULL,
    observed_at  timestamptz NOT NULL,
    temp         float8,
    temp_max     float8,
    temp_min     float8,
    latitude     float8      NOT NULL,
    longitude    float8      NOT NULL,
    load_file_id bigint,
    PRIMARY KEY (city, latitude, longitude, observed_at)
) :partition_clause;

SELECT count(*) < 2 AS are_whole
  FROM pg_class
 WHERE relkind = 'p' AND oid IN (format('%I.weather_by_city', :'schema')::regclass,
                                 format('%I.weather_by_location', :'schema')::regclass) \gset
\if :by_month
  \if :are_whole
    DO $$ BEGIN RAISE 'the native tables are there already, and are not partitioned'
        USING HINT = 'Rename them, run weather_setup.sql again, and copy their rows.'; END $$;
  \endif
\endif


-- The loader's tables, and the two sources in them, unless they are there: CALL weather.refresh() loads what is new.

SELECT weather.setup() \g /dev/null
SELECT weather.add_source(CASE :'schema' WHEN 'public' THEN '' ELSE :'schema' || '.' END || name,
                          format('%I.%I', :'schema', name || '_file')::regclass,
                          format('%I.%I', :'schema', name)::regclass)
  FROM (VALUES ('weather_by_city'), ('weather_by_location')) AS source (name)
 WHERE NOT EXISTS (SELECT FROM weather.source AS known
                    WHERE known.source = CASE :'schema' WHEN 'public' THEN '' ELSE :'schema' || '.' END || name)
 \g /dev/null


-- The observations, each once, without lineage.

CREATE OR REPLACE VIEW :"schema".weather_by_city_distinct AS
SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
  FROM :"schema".weather_by_city;

CREATE OR REPLACE VIEW :"schema".weather_by_location_distinct AS
SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
  FROM :"schema".weather_by_location;


-- The highest temp_max of each city name in each month (named by its first day), and when it was
-- observed: if more than once, the first time.

CREATE OR REPLACE VIEW :"schema".weather_by_city_monthly_max AS
SELECT DISTINCT ON (city, month) city, month, observed_at, temp_max
  FROM (SELECT city, observed_at, temp_max,
               date_trunc('month', observed_at AT TIME ZONE :'report_timezone')::date AS month
          FROM :"schema".weather_by_city
         WHERE temp_max IS NOT NULL) AS observation
 ORDER BY city, month, temp_max DESC, observed_at;

CREATE OR REPLACE VIEW :"schema".weather_by_location_monthly_max AS
SELECT DISTINCT ON (city, month) city, month, observed_at, temp_max
  FROM (SELECT city, observed_at, temp_max,
               date_trunc('month', observed_at AT TIME ZONE :'report_timezone')::date AS month
          FROM :"schema".weather_by_location
         WHERE temp_max IS NOT NULL) AS observation
 ORDER BY city, month, temp_max DESC, observed_at;


-- Each day over all cities: the average of temp, the lowest temp_min and its city, and the city of the
-- highest temp_max: if several have it, the alphabetically first.

CREATE OR REPLACE VIEW :"schema".weather_by_city_daily AS
SELECT (observed_at AT TIME ZONE :'report_timezone')::date AS day,
       avg(temp) AS avg_temp,
       min(temp_min) AS min_temp,
       (array_agg(city ORDER BY temp_min, city) FILTER (WHERE temp_min IS NOT NULL))[1] AS min_city,
       (array_agg(city ORDER BY temp_max DESC, city) FILTER (WHERE temp_max IS NOT NULL))[1] AS max_city
  FROM :"schema".weather_by_city
 GROUP BY 1;

CREATE OR REPLACE VIEW :"schema".weather_by_location_daily AS
SELECT (observed_at AT TIME ZONE :'report_timezone')::date AS day,
       avg(temp) AS avg_temp,
       min(temp_min) AS min_temp,
       (array_agg(city ORDER BY temp_min, city) FILTER (WHERE temp_min IS NOT NULL))[1] AS min_city,
       (array_agg(city ORDER BY temp_max DESC, city) FILTER (WHERE temp_max IS NOT NULL))[1] AS max_city
  FROM :"schema".weather_by_location
 GROUP BY 1;

COMMIT;
