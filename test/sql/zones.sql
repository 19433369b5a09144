--
-- timezone_path and utc_offset_path: where a document names the zone of its local times, or their offset.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
-- the session's zone must never matter
SET TimeZone = 'America/New_York';

-- What becomes of one document {"at": …, "zone": …}: the instant, as UTC.
CREATE FUNCTION at(document text, column_options text, type text DEFAULT 'timestamptz', table_options text DEFAULT '')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := try(type, document, 'path ''$.at'', ' || column_options, table_options, true);
BEGIN
    RETURN CASE WHEN result LIKE 'ERROR%' OR type <> 'timestamptz' THEN result
                ELSE (result::timestamptz AT TIME ZONE 'UTC')::text END;
END $$;

-- a name of the time zone database, in any case
SELECT zone, at(format('{"at": "2022-07-14 12:00", "zone": %s}', zone), $$timezone_path '$.zone'$$)
  FROM unnest(ARRAY['"Europe/Oslo"', '"europe/oslo"', '"GMT"', '"UTC"', '"Asia/Kathmandu"', '"America/St_Johns"',
                    '"Europe\/Oslo"', '"Etc/GMT+5"', '"CET"']) AS zone;
-- what is none is an error of the time: POSIX counts the other way round, and an abbreviation is no zone
SELECT left(zone, 20) AS zone, at(format('{"at": "2022-07-14 12:00", "zone": %s}', zone), $$timezone_path '$.zone'$$)
  FROM unnest(ARRAY['"Mars/Base"', '"UTC+9"', '"JST9"', '"GMT-4"', '"BST"', '"+02:00"', '""', '" UTC"', '"UTC\u0000"',
                    to_json(repeat('x', 300))::text, '3600', 'true', '{"name": "UTC"}', '["UTC", "UTC"]']) AS zone;

-- seconds east of UTC, a number or a string
SELECT zone, at(format('{"at": "2022-07-14 12:00", "zone": %s}', zone), $$utc_offset_path '$.zone'$$)
  FROM unnest(ARRAY['3600', '-14400', '0', '-0', '20700', '1e3', '3600.0', '"3600"', '"-12600"', '57599', '-57599', '1']) AS zone;
SELECT zone, at(format('{"at": "2022-07-14 12:00", "zone": %s}', zone), $$utc_offset_path '$.zone'$$)
  FROM unnest(ARRAY['57600', '-57600', '1e400', '3600.5', '"3600.5"', '"+3600"', '" 3600"', '"+01:00"', '"UTC"', '""',
                    'true', '{}', '[0, 1]']) AS zone;
-- in lax mode an array stands for its one element only by [0] or [*]
SELECT at('{"at": "2022-07-14 12:00", "zone": [3600]}', $$utc_offset_path '$.zone[0]'$$);

-- nothing or null: the option timezone of column or table, else the error of a local time without a zone
SELECT document, options, at(document, options, 'timestamptz', table_options)
  FROM (VALUES ('{"at": "2022-07-14 12:00"}'), ('{"at": "2022-07-14 12:00", "zone": null}')) AS d (document),
       (VALUES ($$timezone_path '$.zone'$$, ''), ($$utc_offset_path '$.zone'$$, ''),
               ($$timezone_path '$.zone', timezone 'Europe/Berlin'$$, ''), ($$utc_offset_path '$.zone', timezone 'Europe/Berlin'$$, ''),
               ($$timezone_path '$.zone'$$, $$timezone 'UTC'$$)) AS o (options, table_options);
-- the document goes before both
SELECT at('{"at": "2022-07-14 12:00", "zone": "Asia/Tokyo"}', $$timezone_path '$.zone', timezone 'Europe/Berlin'$$, 'timestamptz', $$timezone 'UTC'$$) AS "Tokyo";
-- a wrong zone is never replaced by the fallback
SELECT at('{"at": "2022-07-14 12:00", "zone": "Mars/Base"}', $$timezone_path '$.zone', timezone 'UTC'$$);

-- a list of paths: the first that finds something other than null
SELECT document, at(document, $$timezone_path '{$.zone,$.location.tz_id}'$$)
  FROM unnest(ARRAY['{"at": "2022-07-14 12:00", "zone": null, "location": {"tz_id": "Asia/Tokyo"}}',
                    '{"at": "2022-07-14 12:00", "zone": "UTC", "location": {"tz_id": "Asia/Tokyo"}}']) AS document;

-- a time with its own zone, and Unix time, need none: whatever stands there
SELECT document, at(document, $$timezone_path '$.zone', epoch 's'$$)
  FROM unnest(ARRAY['{"at": "2022-07-14T12:00Z", "zone": "Asia/Tokyo"}', '{"at": "2022-07-14T12:00+02", "zone": "Mars/Base"}',
                    '{"at": 1657800000, "zone": "Mars/Base"}', '{"at": "1657800000"}', '{"at": null, "zone": 5}',
                    '{"at": "2022-07-14 12:00", "zone": "Asia/Tokyo"}']) AS document;
-- by datetime_format
SELECT document, options, at(document, $$datetime_format 'DD.MM.YYYY HH24:MI', $$ || options)
  FROM (VALUES ('{"at": "14.07.2022 12:00", "zone": "Asia/Tokyo"}', $$timezone_path '$.zone'$$),
               ('{"at": "14.07.2022 12:00", "zone": 3600}', $$utc_offset_path '$.zone'$$),
               ('{"at": "14.07.2022 12:00", "zone": "Mars/Base"}', $$timezone_path '$.zone'$$),
               ('{"at": "14.07.2022 12:00"}', $$timezone_path '$.zone'$$)) AS t (document, options);
SELECT at('{"at": "14.07.2022 12:00 +01", "zone": "Asia/Tokyo"}', $$datetime_format 'DD.MM.YYYY HH24:MI TZH', timezone_path '$.zone'$$);
-- arrays, domains, type modifiers
SELECT at('{"at": ["2022-07-14 12:00", null, "2022-07-14T12:00Z"], "zone": 7200}', $$utc_offset_path '$.zone'$$, 'timestamptz[]') AS "array",
       at('{"at": ["2022-07-14 12:00"], "zone": true}', $$utc_offset_path '$.zone'$$, 'timestamptz[]') AS "bad",
       at('{"at": "2022-07-14 12:00:00.6", "zone": "UTC"}', $$timezone_path '$.zone'$$, 'timestamptz(0)') AS "rounded";
CREATE DOMAIN recent AS timestamptz CHECK (VALUE > '2000-01-01 00:00Z');
SELECT at('{"at": "2022-07-14 12:00", "zone": "UTC"}', $$timezone_path '$.zone'$$, 'recent') AS "domain";

-- at both ends of time, as PostgreSQL's own input
SELECT at, zone, at(format('{"at": %s, "zone": %s}', to_json(at), zone), $$utc_offset_path '$.zone'$$)
  FROM (VALUES ('294276-12-31 23:59:59.999999', '0'), ('294276-12-31 23:59:59.999999', '1'), ('294276-12-31 23:59:59.999999', '-1'),
               ('294276-12-31 12:00', '-43200'), ('0001-01-01 00:00', '57599')) AS t (at, zone);
SELECT at('{"at": "294276-12-31 23:00", "zone": "America/New_York"}', $$timezone_path '$.zone'$$);

-- Rows of several zones in turn: each is read in its own.
CREATE TABLE locals AS
    SELECT n, timestamp '2022-01-01' + n * interval '97 min' AS at,
           (ARRAY['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC', 'America/St_Johns'])[n % 6 + 1] AS zone,
           n % 7 * 5400 - 18000 AS seconds
      FROM generate_series(0, 10000) AS n;
SELECT string_agg(format(E'{"n": %s, "at": "%s", "zone": "%s", "offset": %s}\n', n, at, zone, seconds), '' ORDER BY n) AS lines FROM locals \gset
CALL put('zones.json', :'lines');
\set path :dir /zones.json
CREATE FOREIGN TABLE zones (n int, named timestamptz OPTIONS (path '$.at', timezone_path '$.zone'),
    again timestamptz OPTIONS (path '$.at', timezone_path '$.zone'),
    seconds timestamptz OPTIONS (path '$.at', utc_offset_path '$.offset', timezone 'UTC'),
    fixed timestamptz OPTIONS (path '$.at', timezone 'Asia/Tokyo'))
    SERVER weather_test OPTIONS (filename :'path');
SELECT count(*), count(*) FILTER (WHERE z.named <> l.at AT TIME ZONE l.zone) AS named, count(*) FILTER (WHERE z.again <> z.named) AS again,
       count(*) FILTER (WHERE z.seconds <> (l.at AT TIME ZONE 'UTC') - l.seconds * interval '1 s') AS seconds,
       count(*) FILTER (WHERE z.fixed <> l.at AT TIME ZONE 'Asia/Tokyo') AS fixed
  FROM zones z JOIN locals l USING (n);
CALL put('no_zone.json', E'{"at": "2022-07-14T12:00", "zone": "UTC"}\n{"at": "2022-07-14T12:00", "zone": "Mars/Base"}\n');
\set path :dir /no_zone.json
CREATE FOREIGN TABLE no_zone (at timestamptz OPTIONS (timezone_path '$.zone')) SERVER weather_test OPTIONS (filename :'path');
CALL fails('SELECT at FROM no_zone');
-- a query that reads no such column asks for no zone
SELECT count(*), max(n) FROM zones;

-- Beside and above the rows, wherever it stands; with the wildcards of row_path it is the row's element's.
CALL put('envelope.json', '[{"hourly": {"time": ["2022-07-14T12:00", "2022-07-14T13:00"]}, "utc_offset_seconds": 7200, "timezone": "Europe/Oslo"},
    {"utc_offset_seconds": -14400, "timezone": "America/New_York", "hourly": {"time": ["2022-07-14T12:00"]}}]');
\set path :dir /envelope.json
CREATE FOREIGN TABLE hourly (time timestamptz OPTIONS (utc_offset_path '$.utc_offset_seconds'),
    named timestamptz OPTIONS (path '$.time', timezone_path '$.timezone'))
    SERVER weather_test OPTIONS (filename :'path', row_path '$.hourly', orient 'columns');
SELECT time AT TIME ZONE 'UTC' AS time, time = named AS equal FROM hourly;
CREATE FOREIGN TABLE hourly_at_root (time timestamptz OPTIONS (path '$.hourly.time', utc_offset_path '$.utc_offset_seconds'))
    SERVER weather_test OPTIONS (filename :'path', orient 'columns');
SELECT time AT TIME ZONE 'UTC' AS time FROM hourly_at_root;

CALL put('stations.json', '{"names": ["id", "at"], "stations": [
    {"zone": "Europe/Oslo", "rows": [["a", "2022-07-14 12:00"], ["b", "2022-07-14 13:00"]]},
    {"rows": [["c", "2022-07-14 12:00"]], "zone": "Asia/Tokyo"}, {"rows": [["d", "2022-07-14 12:00"]]}]}');
\set path :dir /stations.json
CREATE FOREIGN TABLE stations (id text, at timestamptz OPTIONS (timezone_path '$.stations[*].zone', timezone 'UTC'))
    SERVER weather_test OPTIONS (filename :'path', row_path '$.stations[*].rows[*]', orient 'split', header_path '$.names');
SELECT id, at AT TIME ZONE 'UTC' AS at FROM stations;
SELECT count(*) FROM stations WHERE at > '2022-07-14 11:30Z';

-- members that zones are read from count as read
CALL put('rescued.json', '{"at": "2022-07-14 12:00", "zone": "UTC", "more": 1}');
\set path :dir /rescued.json
CREATE FOREIGN TABLE rescued (at timestamptz OPTIONS (timezone_path '$.zone'), rest jsonb OPTIONS (metadata 'rescued'))
    SERVER weather_test OPTIONS (filename :'path');
SELECT rest FROM rescued;

-- What cannot be, and says so.
CREATE FOREIGN TABLE wrong (at timestamptz OPTIONS (timezone_path '$.a', utc_offset_path '$.b')) SERVER weather_test OPTIONS (filename '/x');  -- ERROR
CREATE FOREIGN TABLE wrong (at timestamptz OPTIONS (timezone_path 'zone')) SERVER weather_test OPTIONS (filename '/x');  -- ERROR
CREATE FOREIGN TABLE wrong (at text OPTIONS (metadata 'filename', timezone_path '$.a')) SERVER weather_test OPTIONS (filename '/x');  -- ERROR
CREATE FOREIGN TABLE wrong (at bigint OPTIONS (for_ordinality 'true', utc_offset_path '$.a')) SERVER weather_test OPTIONS (filename '/x');  -- ERROR
CREATE FOREIGN TABLE local (at timestamp OPTIONS (timezone_path '$.a')) SERVER weather_test OPTIONS (filename '/x');
SELECT * FROM local;  -- ERROR
ALTER FOREIGN TABLE local ALTER at TYPE date, ALTER at OPTIONS (DROP timezone_path, utc_offset_path '$.a');
SELECT * FROM local;  -- ERROR
CREATE FOREIGN TABLE many (n int, at timestamptz OPTIONS (timezone_path '$.zones[*]')) SERVER weather_test OPTIONS (filename '/x');
SELECT n FROM many;  -- ERROR

SET TimeZone = 'UTC';
\i :abs_srcdir/sql/include/epilogue.psql
