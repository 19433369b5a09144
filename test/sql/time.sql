--
-- Time never lies: what a date or time means is written in the file, or said by an option, or an error.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
-- the session's zone must never matter
SET TimeZone = 'America/New_York';

-- a zone in the text: an instant, into timestamptz; an error into timestamp
SELECT json, try('timestamptz', json), try('timestamp', json) AS "timestamp"
  FROM unnest(ARRAY['"2022-03-14T22:10:41Z"', '"2022-03-14T22:10:41+01:00"', '"2022-03-14 22:10:41-05"',
                    '"2022-03-14T22:10:41.123456789+0530"']) AS json;

-- none: into timestamp as it stands; into timestamptz an error, or by the option timezone
SELECT json, try('timestamp', json) AS "timestamp", try('timestamptz', json) AS "timestamptz",
       try('timestamptz', json, $$timezone 'Europe/London'$$) AS "London"
  FROM unnest(ARRAY['"2022-03-14 22:10:41"', '"2022-07-14T22:10"', '"2022-03-14"']) AS json;
SELECT try('timestamptz', '"2022-07-14 12:00"', '', $$timezone 'UTC'$$) AS "the table's",
       try('timestamptz', '"2022-07-14 12:00"', $$timezone 'Asia/Ho_Chi_Minh'$$, $$timezone 'UTC'$$) AS "the column's before it",
       try('timestamptz', '"2022-07-14 12:00+02"', $$timezone 'Asia/Ho_Chi_Minh'$$) AS "the text's before both";

-- at the end of time
SELECT try('timestamptz', '"294276-12-31 23:59:59"', $$timezone 'America/New_York'$$) AS "local", try('timestamptz', '"294276-12-31T23:59:59-05"') AS "with a zone";

-- daylight saving: an hour that is there twice is standard time, one that is not is moved, as in PostgreSQL
SELECT local, zone, try('timestamptz', to_json(local)::text, format('timezone %L', zone))
              = (local::timestamp AT TIME ZONE zone)::text AS "as PostgreSQL",
       try('timestamptz', to_json(local)::text, format('timezone %L', zone))::timestamptz AT TIME ZONE 'UTC' AS utc
  FROM (VALUES ('2022-10-30 01:59:59', 'Europe/Berlin'), ('2022-10-30 02:00:00', 'Europe/Berlin'),
               ('2022-10-30 02:30:00', 'Europe/Berlin'), ('2022-10-30 03:00:00', 'Europe/Berlin'),
               ('2022-03-27 01:59:59', 'Europe/Berlin'), ('2022-03-27 02:00:00', 'Europe/Berlin'),
               ('2022-03-27 02:30:00', 'Europe/Berlin'), ('2022-03-27 03:00:00', 'Europe/Berlin'),
               ('1890-01-01 00:00:00', 'Europe/Berlin'), ('2500-07-01 00:00:00', 'Europe/Berlin'),
               ('2022-06-01 12:00:00', 'Australia/Lord_Howe'), ('2011-12-30 12:00:00', 'Pacific/Apia'),
               ('2022-11-06 01:30:00', 'America/New_York')) AS t (local, zone);

-- a file of local times in any order, every half hour over two years: each as PostgreSQL reads it
CREATE TABLE locals AS
    SELECT at FROM generate_series(timestamp '2021-01-01', '2022-12-31 23:30', '30 min') AS at;
SELECT string_agg(format(E'{"at": "%s"}\n', at), '' ORDER BY md5(at::text)) AS lines FROM locals \gset
CALL put('locals.json', :'lines');
\set path :dir /locals.json
CREATE FOREIGN TABLE local_times (wall timestamp OPTIONS (path '$.at'),
    berlin   timestamptz OPTIONS (path '$.at', timezone 'Europe/Berlin'),
    lord_howe timestamptz OPTIONS (path '$.at', timezone 'Australia/Lord_Howe'),
    casablanca timestamptz OPTIONS (path '$.at', timezone 'Africa/Casablanca'),
    utc      timestamptz OPTIONS (path '$.at', timezone 'UTC'))
    SERVER weather_test OPTIONS (filename :'path');
SELECT count(*), count(DISTINCT wall),
       count(*) FILTER (WHERE berlin <> wall AT TIME ZONE 'Europe/Berlin') AS berlin,
       count(*) FILTER (WHERE lord_howe <> wall AT TIME ZONE 'Australia/Lord_Howe') AS lord_howe,
       count(*) FILTER (WHERE casablanca <> wall AT TIME ZONE 'Africa/Casablanca') AS casablanca,
       count(*) FILTER (WHERE utc <> wall AT TIME ZONE 'UTC') AS utc
  FROM local_times;

-- date takes a date; a time of day is never dropped
SELECT json, try('date', json) AS date
  FROM unnest(ARRAY['"2022-03-14"', '"20220314"', '"2022-03-14 00:00:00"', '"2022-03-14T22:10Z"', '"2022-02-29"',
                    '"2024-02-29"', '"14.03.2022"', '"today"', '"infinity"', '"2022-03"', '20220314', 'true']) AS json;

-- forms that are read, and some that are not. Story: .312 s read as 312 µs
SELECT json, try('timestamp', json) AS "timestamp"
  FROM unnest(ARRAY['"2022-03-14T22:10:41"', '"20220314T221041"', '"2022-03-14 2:10"', '" 2022-03-14 22:10 "',
                    '"2022-03-14 22:10:41.5"', '"2022-03-14 22:10:41,5"', '"2022-03-14 22:10:41.312"',
                    '"2022-03-14 22:10:41.1234567"', '"2022-03-14 24:00"', '"2022-03-14 22:10:60"',
                    '"2022-03-14 24:00:01"', '"2022-03-14 25:00"', '"2022-13-01 00:00"', '"2022-03-14 22:60"',
                    '"22:10"', '"Mar 14 2022 22:10"', '"03/04/2022 22:10"', '"2022-073T10:00"', '"now"', '"epoch"',
                    '""', '"0000-01-01 00:00"', '"0001-01-01 00:00"', '"294276-12-31 23:59:59"', '"294277-01-01 00:00"',
                    '"2022-03-14 10:00 PM"', '"2022-03-14T22"', '"2022-03-14Tabc"', '"2022-03-14 22:10:41 GMT"']) AS json;

-- a typmod rounds
SELECT try('timestamp(0)', '"2022-03-14 22:10:41.5"') AS "timestamp(0)",
       try('timestamptz(1)', '"2022-03-14T22:10:41.26Z"') AS "timestamptz(1)",
       try('timestamptz(0)', '"2022-03-14T22:10:41.6"', $$timezone 'UTC'$$) AS "local",
       try('timestamp(3)[]', '["2022-03-14 22:10:41.0006"]') AS "array";

-- epoch: numbers, and strings that are one; the unit is told, never guessed
SELECT unit, json, try('timestamptz', json, format('epoch %L', unit))::timestamptz AT TIME ZONE 'UTC' AS utc
  FROM (VALUES ('s', '1647295841'), ('s', '"1647295841"'), ('s', '1647295841.25'), ('s', '1.647295841e9'), ('s', '0'), ('s', '-1'),
               ('ms', '1647295841123'), ('us', '1647295841123456'), ('s', '1647295841.123456789'),
               ('s', '-0.000001'), ('s', '"2022-03-14T22:10:41Z"')) AS t (unit, json);
SELECT unit, json, try('timestamptz', json, format('epoch %L', unit)) AS error
  FROM (VALUES ('s', '1647295841123000'), ('ms', '1e400'), ('s', '"now"'), ('s', 'true'), ('s', '{}'), ('s', '"2022-03-14"'),
               ('s', '" 1647295841"'), ('s', '""'), ('s', '-1e15')) AS t (unit, json);
SELECT try('timestamp', '1647295841', $$epoch 's'$$) AS "timestamp is UTC",
       try('date', '1647216000', $$epoch 's'$$) AS "date at midnight UTC",
       try('date', '1647295841', $$epoch 's'$$) AS "date otherwise",
       try('timestamptz', '1647295841') AS "without epoch", try('date', '1647295841') AS "date";
-- "Missing field became epoch 0" (FEATURES, section 4): it is NULL, and an error where NULL is none
SELECT try('timestamptz', '{"w": 1}', $$epoch 's'$$, $$empty_rows 'null'$$, true) AS "missing",
       try('timestamptz', 'null', $$epoch 's'$$) AS "null", try('timestamptz NOT NULL', 'null', $$epoch 's'$$) AS "not null";
-- one column reads both forms, a zone for the strings
SELECT json, try('timestamptz', json, $$epoch 's', timezone 'Europe/Berlin'$$)::timestamptz AT TIME ZONE 'UTC' AS utc
  FROM unnest(ARRAY['1647295841', '"2022-03-14 23:10:41"', '"2022-03-14T22:10:41Z"', '"1647295841"']) AS json;
SELECT try('timestamptz[]', '[0, "1970-01-01T00:00:01Z", null]', $$epoch 's'$$)::timestamptz[] = '{1970-01-01Z,1970-01-01 00:00:01Z,NULL}' AS "array";

-- datetime_format: a template of to_timestamp()
SELECT type, json, format, try(type, json, format('datetime_format %L%s', format, rest))
  FROM (VALUES ('timestamp', '"14.03.2022 22:10"', 'DD.MM.YYYY HH24:MI', ''),
               ('date', '"14.03.2022"', 'DD.MM.YYYY', ''),
               ('date', '"14.03.2022 22:10"', 'DD.MM.YYYY HH24:MI', ''),
               ('timestamptz', '"14.03.2022 22:10"', 'DD.MM.YYYY HH24:MI', ', timezone ''UTC'''),
               ('timestamptz', '"14.03.2022 22:10"', 'DD.MM.YYYY HH24:MI', ''),
               ('timestamptz', '"14.03.2022"', 'DD.MM.YYYY', ', timezone ''UTC'''),
               ('timestamptz', '"14.03.2022 22:10 +01"', 'DD.MM.YYYY HH24:MI TZH', ''),
               ('timestamp', '"14.03.2022 22:10 +01"', 'DD.MM.YYYY HH24:MI TZH', ''),
               ('timestamp', '"Mon Mar 14 22:10:41 2022"', 'Dy Mon DD HH24:MI:SS YYYY', ''),
               ('timestamp', '"14.03.2022 22:10:41.25"', 'DD.MM.YYYY HH24:MI:SS.MS', ''),
               ('timestamp(0)', '"14.03.2022 22:10:41.75"', 'DD.MM.YYYY HH24:MI:SS.MS', ''),
               ('timestamp', '"2022-03-14"', 'DD.MM.YYYY', ''),
               ('timestamp', '"99.03.2022"', 'DD.MM.YYYY', ''),
               ('timestamp', '"30.02.2022"', 'DD.MM.YYYY', ''),
               ('timestamp', '"22:10"', 'HH24:MI', ''),
               ('timestamp', '""', 'DD.MM.YYYY', ''),
               ('timestamp', '"14.03.2022 and more"', 'DD.MM.YYYY', ''),
               ('timestamp', '1647295841', 'DD.MM.YYYY', ''),
               ('timestamp', '1647295841', 'DD.MM.YYYY', ', epoch ''s'''),
               ('timestamp', '"14.03.2022"', 'DD.MM.YYYY', ', epoch ''s'''),
               ('date[]', '["14.03.2022", null]', 'DD.MM.YYYY', ''),
               ('timestamp', '"14.03.2022"', 'nonsense', '')) AS t (type, json, format, rest);

-- time, timetz and interval go by their input function; a date or zone that it would drop is an error
SELECT type, json, try(type, json)
  FROM (VALUES ('time', '"22:10:41"'), ('time', '"10:10:41.5 PM"'), ('time', '"T22:10"'), ('time[]', '["22:10", "24:00"]'), ('time', '"22"'),
               ('time', '"2022-03-14 22:10:41"'), ('time', '"14 Mar 2022 22:10"'), ('time', '"now"'), ('time', '"22:10:41+02"'), ('time', '"22:10Z"'),
               ('time', '"22:10 CET"'), ('time', '"2022-03-14T22:10Z"'), ('time', '""'), ('time', '"25:00"'), ('time[]', '["2022-03-14 22:10"]'),
               ('timetz', '"2022-03-14 22:10:41+02"'), ('timetz', '"22:10Z"'), ('timetz', '"22:10:41+02"'), ('interval', '"PT1H30M"'),
               ('tstzrange', '"[2022-03-14 00:00Z,)"')) AS t (type, json);

SET TimeZone = 'UTC';
\i :abs_srcdir/sql/include/epilogue.psql
