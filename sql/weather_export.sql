-- weather_export.sql: the two native tables and their reports as CSV files on the server, all of one
-- moment, and whole or not at all. For psql:
--
--   psql -v directory=/srv/export/2026-11-23 -f weather_export.sql
--
--   directory      absolute, on the server's machine, and new: an export never replaces another one
--   schema         where tables and views are (default: public)
--   rows_per_part  at most so many rows a file (default: 1000000)
--
-- Each table and each view is a folder: part-00000.csv, part-00001.csv ... in the order of its key, UTF-8
-- with a header, times in UTC; _SUCCESS, which is empty, is written last. While they are written, all
-- are in .2026-11-23.partial beside it; an error removes that, and nothing of it was ever to be seen
-- under the given name. It needs pg_write_server_files, and SELECT on tables and views.

\set ON_ERROR_STOP on
\if :{?schema}
\else
    \set schema public
\endif
\if :{?rows_per_part}
\else
    \set rows_per_part 1000000
\endif
\if :{?directory}
\else
    DO $$ BEGIN RAISE 'weather_export.sql needs the variable directory: psql -v directory=/path ...'; END $$;
\endif

BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog, pg_temp;    -- every name means what it says

SELECT weather.begin_export(:'directory',
           '{weather_by_city,weather_by_city_distinct,weather_by_city_monthly_max,weather_by_city_daily,'
           'weather_by_location,weather_by_location_distinct,weather_by_location_monthly_max,'
           'weather_by_location_daily}') AS hidden \gset

SELECT name AS "table", parts, rows
  FROM (VALUES ('weather_by_city',                 '{city,latitude,longitude,observed_at}'),
               ('weather_by_city_distinct',        '{city,latitude,longitude,observed_at}'),
               ('weather_by_city_monthly_max',     '{city,month}'),
               ('weather_by_city_daily',           '{day}'),
               ('weather_by_location',             '{city,latitude,longitude,observed_at}'),
               ('weather_by_location_distinct',    '{city,latitude,longitude,observed_at}'),
               ('weather_by_location_monthly_max', '{city,month}'),
               ('weather_by_location_daily',       '{day}')) AS exported (name, key),
       weather.export_parts(format('%I.%I', :'schema', name)::regclass, key::text[],
                            :'hidden' || '/' || name, :'rows_per_part');

DO $$ BEGIN PERFORM weather.finish_export(); END $$;
COMMIT;
