--
-- Load: JSON files into native tables, by hand and by the scripts that ship.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- by hand: the job as README tells it
CALL put('a.json', E'{"timestamp": "2022-03-14 22:10:41", "temp": 6.9, "temp_max": 8.2, "temp_min": 5.51, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},
{"timestamp": "2022-03-14 23:10:41", "temp": 6.1, "temp_max": 7.9, "temp_min": 5.0, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},
{"timestamp": "2022-03-14 22:10:41", "temp": 7.0, "temp_max": 8.2, "temp_min": 5.51, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},
{"timestamp": "2022-03-14 22:10:41", "temp": null, "latitude": 42.9834, "longitude": -81.233, "city": "London"},
');
\set path :dir /a.json
CREATE FOREIGN TABLE file (
    city text OPTIONS (on_empty 'error'),
    observed_at timestamptz OPTIONS (path '$.timestamp', on_empty 'error'),
    temp float8, temp_max float8, temp_min float8,
    latitude float8 OPTIONS (on_empty 'error'), longitude float8 OPTIONS (on_empty 'error'),
    source_offset bigint OPTIONS (metadata 'offset')
) SERVER weather_test OPTIONS (filename :'path', timezone 'UTC');
CREATE TABLE native (
    city text NOT NULL, observed_at timestamptz NOT NULL, temp float8, temp_max float8, temp_min float8,
    latitude float8 NOT NULL, longitude float8 NOT NULL,
    PRIMARY KEY (city, latitude, longitude, observed_at));
PREPARE load AS
    INSERT INTO native AS kept
    SELECT DISTINCT ON (city, latitude, longitude, observed_at)
           city, observed_at, temp, temp_max, temp_min, latitude, longitude
      FROM file ORDER BY city, latitude, longitude, observed_at, source_offset DESC
    ON CONFLICT (city, latitude, longitude, observed_at) DO UPDATE
       SET (temp, temp_max, temp_min) = (excluded.temp, excluded.temp_max, excluded.temp_min)
     WHERE (kept.temp, kept.temp_max, kept.temp_min)
           IS DISTINCT FROM (excluded.temp, excluded.temp_max, excluded.temp_min)
    RETURNING city, observed_at, temp;
EXECUTE load;
EXECUTE load;
SELECT * FROM native ORDER BY 1, 2, 6;

-- a bad row is an error, and nothing of the statement stays
CALL put('a.json', E'{"timestamp": "2022-03-15 00:10:41", "temp": 1, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},
{"timestamp": "2022-03-15 01:10:41", "temp": "n/a", "latitude": 51.5085, "longitude": -0.1257, "city": "London"},
');
CALL fails('EXECUTE load'); -- ERROR
SELECT count(*) FROM native;
-- ... nor of a row without its key
CALL put('a.json', E'{"timestamp": "2022-03-15 00:10:41", "temp": 1, "longitude": -0.1257, "city": "London"},\n');
CALL fails('EXECUTE load'); -- ERROR
-- ... nor of a file that is cut off
CALL put('a.json', E'{"timestamp": "2022-03-15 00:10:41", "temp": 1, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},\n{"timestamp": "2022-');
CALL fails('EXECUTE load'); -- ERROR
SELECT count(*) FROM native;
-- a new file changes what differs, and adds what is new
CALL put('a.json', E'{"timestamp": "2022-03-14 22:10:41", "temp": 9, "temp_max": 9, "temp_min": 9, "latitude": 51.5085, "longitude": -0.1257, "city": "London"}
{"timestamp": "2022-03-15 00:10:41", "temp": 1, "latitude": 51.5085, "longitude": -0.1257, "city": "London"}');
EXECUTE load;
DEALLOCATE load;

-- CREATE TABLE AS, SELECT INTO, COPY out: a foreign table is a table
CREATE TABLE copied AS SELECT * FROM file;
SELECT count(*) FROM copied;
COPY (SELECT city, temp FROM file) TO STDOUT;
COPY file TO STDOUT; -- ERROR

-- the scripts that ship: each form through each of the two tables, twice
\set setup `"${PG_CONFIG:-pg_config}" --sharedir` /weather_fdw/weather_setup.sql
\set refresh `"${PG_CONFIG:-pg_config}" --sharedir` /weather_fdw/weather_refresh.sql
CALL put('flat.json', pg_read_file(:'data' || '/flat_comma_lines.json'));
CALL put('nested.json', pg_read_file(:'data' || '/nested_comma_lines.json'));
\set by_city :dir /flat.json
\set by_location :dir /nested.json
\set schema weather_test
\set source_timezone UTC
\set ECHO none
\i :setup
\set ECHO all
\d weather_by_city
\d weather_by_location
\set ECHO none
\i :refresh
\i :refresh
\set ECHO all
SET search_path = weather_test;
SELECT * FROM weather_by_city ORDER BY city;
SELECT * FROM weather_by_location ORDER BY city;
SELECT count(*) FROM (TABLE weather_by_city_distinct EXCEPT TABLE weather_by_location_distinct) AS differing;
-- set up again with the files changed over: nothing changes
\set by_city :dir /nested.json
\set by_location '{' :dir '/flat.json}'
\set ECHO none
\i :setup
\i :refresh
\set ECHO all
SELECT * FROM weather_by_city_monthly_max ORDER BY city, month;
SELECT * FROM weather_by_location_daily ORDER BY day;
-- days and months are of the zone given, never of the session's
SET TimeZone = 'Asia/Tokyo';
SELECT * FROM weather_by_city_daily ORDER BY day;
SET TimeZone = 'UTC';
\set report_timezone Asia/Tokyo
\set ECHO none
\i :setup
\set ECHO all
SELECT * FROM weather_by_city_daily ORDER BY day;
SELECT * FROM weather_by_city_monthly_max ORDER BY city, month;
-- without a zone for the sources the flat form is rejected, and the other is not
\unset source_timezone
\set ECHO none
\i :setup
\set ECHO all
SELECT anonymous(error->>'message') AS error FROM weather_by_location_file LIMIT 1;
SELECT city, observed_at FROM weather_by_city_file;
\unset ON_ERROR_STOP
DROP SERVER weather_files CASCADE;

\i :abs_srcdir/sql/include/epilogue.psql
