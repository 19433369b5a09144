-- weather_refresh.sql: loads the two sources that weather_setup.sql declared into their native tables.
--
--   psql -f weather_refresh.sql [-v schema=public]
--
-- Of rows with the same key (place and time) the newest file's last row holds. A row that is there
-- already is touched only if its values differ, so running this twice changes nothing. Both tables
-- are loaded, or neither. A row is printed for each table: rows read = inserted + updated + unchanged +
-- duplicates (rows that lost to another of the same key) + rejected (rows in error, which the foreign
-- table shows: SELECT raw, error FROM weather_by_city_file WHERE error IS NOT NULL).
--
-- Without psql's own lines, those that start with a backslash, it is plain SQL, and pg_cron can run it:
--
--   \set refresh `sed -e '/^ *\\/d' -e 's/:"schema"/public/g' weather_refresh.sql`
--   SELECT cron.schedule('weather-refresh', '*/10 * * * *', :'refresh');

\set ON_ERROR_STOP on
\if :{?schema}
\else
    \set schema public
\endif

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;    -- every name means what it says
SET LOCAL weather.schema TO :"schema";

-- Another run of this script waits; readers and writers do not.
LOCK TABLE :"schema".weather_by_city, :"schema".weather_by_location IN SHARE UPDATE EXCLUSIVE MODE;

-- Tables that weather_setup.sql made with partitions get those that the files' rows need.
DO $partitions$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['weather_by_city', 'weather_by_location'] LOOP
        target := format('%I.%I', current_setting('weather.schema'), target);
        IF (SELECT relkind FROM pg_class WHERE oid = target::regclass) = 'p' THEN
            EXECUTE format('SELECT weather.make_partitions(%L, array_agg(DISTINCT date_trunc(''month'', '
                           'observed_at, ''UTC''))) FROM %s', target, target || '_file');
        END IF;
    END LOOP;
END $partitions$;

WITH newest AS (
    SELECT DISTINCT ON (city, latitude, longitude, observed_at)    -- of rejects all of these are NULL
           city, observed_at, temp, temp_max, temp_min, latitude, longitude, error,
           count(*) OVER (same_key ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS copies
      FROM :"schema".weather_by_city_file
    WINDOW same_key AS (PARTITION BY city, latitude, longitude, observed_at
                        -- ordered as below, so that one sort serves both
                        ORDER BY source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC)
     ORDER BY city, latitude, longitude, observed_at,
              source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC
), judged AS (
    -- against the table as it was; an equal row is left alone, since DO UPDATE would lock and so write it
    SELECT newest.*, CASE WHEN newest.error IS NOT NULL THEN 'rejected'
                          WHEN same.city IS NULL THEN 'inserted'
                          WHEN (same.temp, same.temp_max, same.temp_min)
                               IS DISTINCT FROM (newest.temp, newest.temp_max, newest.temp_min)
                          THEN 'updated' ELSE 'unchanged' END AS verdict
      FROM newest
      LEFT JOIN :"schema".weather_by_city AS same
        ON (same.city, same.latitude, same.longitude, same.observed_at)
           = (newest.city, newest.latitude, newest.longitude, newest.observed_at)
), written AS (
    INSERT INTO :"schema".weather_by_city AS kept
           (city, observed_at, temp, temp_max, temp_min, latitude, longitude)
    SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
      FROM judged
     WHERE verdict IN ('inserted', 'updated')
    ON CONFLICT (city, latitude, longitude, observed_at) DO UPDATE
       SET (temp, temp_max, temp_min) = (excluded.temp, excluded.temp_max, excluded.temp_min)
     WHERE (kept.temp, kept.temp_max, kept.temp_min)
           IS DISTINCT FROM (excluded.temp, excluded.temp_max, excluded.temp_min)
)
SELECT 'weather_by_city' AS "table", coalesce(sum(copies), 0)::bigint AS read,
       count(*) FILTER (WHERE verdict = 'inserted') AS inserted,
       count(*) FILTER (WHERE verdict = 'updated') AS updated,
       count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged,
       coalesce(sum(copies - 1) FILTER (WHERE verdict <> 'rejected'), 0)::bigint AS duplicates,
       coalesce(sum(copies) FILTER (WHERE verdict = 'rejected'), 0)::bigint AS rejected
  FROM judged;

WITH newest AS (
    SELECT DISTINCT ON (city, latitude, longitude, observed_at)
           city, observed_at, temp, temp_max, temp_min, latitude, longitude, error,
           count(*) OVER (same_key ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS copies
      FROM :"schema".weather_by_location_file
    WINDOW same_key AS (PARTITION BY city, latitude, longitude, observed_at
                        ORDER BY source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC)
     ORDER BY city, latitude, longitude, observed_at,
              source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC
), judged AS (
    SELECT newest.*, CASE WHEN newest.error IS NOT NULL THEN 'rejected'
                          WHEN same.city IS NULL THEN 'inserted'
                          WHEN (same.temp, same.temp_max, same.temp_min)
                               IS DISTINCT FROM (newest.temp, newest.temp_max, newest.temp_min)
                          THEN 'updated' ELSE 'unchanged' END AS verdict
      FROM newest
      LEFT JOIN :"schema".weather_by_location AS same
        ON (same.city, same.latitude, same.longitude, same.observed_at)
           = (newest.city, newest.latitude, newest.longitude, newest.observed_at)
), written AS (
    INSERT INTO :"schema".weather_by_location AS kept
           (city, observed_at, temp, temp_max, temp_min, latitude, longitude)
    SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
      FROM judged
     WHERE verdict IN ('inserted', 'updated')
    ON CONFLICT (city, latitude, longitude, observed_at) DO UPDATE
       SET (temp, temp_max, temp_min) = (excluded.temp, excluded.temp_max, excluded.temp_min)
     WHERE (kept.temp, kept.temp_max, kept.temp_min)
           IS DISTINCT FROM (excluded.temp, excluded.temp_max, excluded.temp_min)
)
SELECT 'weather_by_location' AS "table", coalesce(sum(copies), 0)::bigint AS read,
       count(*) FILTER (WHERE verdict = 'inserted') AS inserted,
       count(*) FILTER (WHERE verdict = 'updated') AS updated,
       count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged,
       coalesce(sum(copies - 1) FILTER (WHERE verdict <> 'rejected'), 0)::bigint AS duplicates,
       coalesce(sum(copies) FILTER (WHERE verdict = 'rejected'), 0)::bigint AS rejected
  FROM judged;

COMMIT;
