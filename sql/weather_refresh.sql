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
), written AS (
    INSERT INTO :"schema".weather_by_city AS kept
           (city, observed_at, temp, temp_max, temp_min, latitude, longitude)
    SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
      FROM newest
     WHERE error IS NULL
           -- an equal row is left alone: DO UPDATE would lock it, and so write it
       AND NOT EXISTS (SELECT FROM :"schema".weather_by_city AS same
                        WHERE (same.city, same.latitude, same.longitude, same.observed_at)
                              = (newest.city, newest.latitude, newest.longitude, newest.observed_at)
                          AND (same.temp, same.temp_max, same.temp_min)
                              IS NOT DISTINCT FROM (newest.temp, newest.temp_max, newest.temp_min))
    ON CONFLICT (city, latitude, longitude, observed_at) DO UPDATE
       SET (temp, temp_max, temp_min) = (excluded.temp, excluded.temp_max, excluded.temp_min)
     WHERE (kept.temp, kept.temp_max, kept.temp_min)
           IS DISTINCT FROM (excluded.temp, excluded.temp_max, excluded.temp_min)
    RETURNING kept.xmax = 0 AS is_new    -- an updated row bears its lock, an inserted one does not
)
SELECT 'weather_by_city' AS "table", read, inserted, updated,
       keys - inserted - updated AS unchanged, read - keys - rejected AS duplicates, rejected
  FROM (SELECT coalesce(sum(copies), 0)::bigint AS read, count(*) FILTER (WHERE error IS NULL) AS keys,
               coalesce(sum(copies) FILTER (WHERE error IS NOT NULL), 0)::bigint AS rejected
          FROM newest) AS source,
       (SELECT count(*) FILTER (WHERE is_new) AS inserted,
               count(*) FILTER (WHERE NOT is_new) AS updated FROM written) AS target;

WITH newest AS (
    SELECT DISTINCT ON (city, latitude, longitude, observed_at)
           city, observed_at, temp, temp_max, temp_min, latitude, longitude, error,
           count(*) OVER (same_key ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS copies
      FROM :"schema".weather_by_location_file
    WINDOW same_key AS (PARTITION BY city, latitude, longitude, observed_at
                        ORDER BY source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC)
     ORDER BY city, latitude, longitude, observed_at,
              source_mtime DESC, source_file COLLATE "C" DESC, source_offset DESC
), written AS (
    INSERT INTO :"schema".weather_by_location AS kept
           (city, observed_at, temp, temp_max, temp_min, latitude, longitude)
    SELECT city, observed_at, temp, temp_max, temp_min, latitude, longitude
      FROM newest
     WHERE error IS NULL
       AND NOT EXISTS (SELECT FROM :"schema".weather_by_location AS same
                        WHERE (same.city, same.latitude, same.longitude, same.observed_at)
                              = (newest.city, newest.latitude, newest.longitude, newest.observed_at)
                          AND (same.temp, same.temp_max, same.temp_min)
                              IS NOT DISTINCT FROM (newest.temp, newest.temp_max, newest.temp_min))
    ON CONFLICT (city, latitude, longitude, observed_at) DO UPDATE
       SET (temp, temp_max, temp_min) = (excluded.temp, excluded.temp_max, excluded.temp_min)
     WHERE (kept.temp, kept.temp_max, kept.temp_min)
           IS DISTINCT FROM (excluded.temp, excluded.temp_max, excluded.temp_min)
    RETURNING kept.xmax = 0 AS is_new
)
SELECT 'weather_by_location' AS "table", read, inserted, updated,
       keys - inserted - updated AS unchanged, read - keys - rejected AS duplicates, rejected
  FROM (SELECT coalesce(sum(copies), 0)::bigint AS read, count(*) FILTER (WHERE error IS NULL) AS keys,
               coalesce(sum(copies) FILTER (WHERE error IS NOT NULL), 0)::bigint AS rejected
          FROM newest) AS source,
       (SELECT count(*) FILTER (WHERE is_new) AS inserted,
               count(*) FILTER (WHERE NOT is_new) AS updated FROM written) AS target;

COMMIT;
