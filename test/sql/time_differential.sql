--
-- Generated dates and times, by our reading and by PostgreSQL's own input: what both accept is equal, and what
-- only one accepts is of a kind that is named here.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- One of `choices`, the same in every run: by the number of a string and what it is for.
CREATE FUNCTION pick(n int, what text, VARIADIC choices text[]) RETURNS text IMMUTABLE
RETURN choices[1 + ('x' || substr(md5(n || what), 1, 8))::bit(32)::bigint % cardinality(choices)];

-- `text` with one character changed, added or removed.
CREATE FUNCTION mutate(n int, text text) RETURNS text IMMUTABLE
RETURN CASE WHEN length(text) = 0 THEN text ELSE
    (SELECT overlay(text PLACING CASE WHEN how = 'remove' THEN '' ELSE another END FROM place::int FOR CASE how WHEN 'add' THEN 0 ELSE 1 END)
       FROM (SELECT 1 + ('x' || substr(md5(n || 'place'), 1, 8))::bit(32)::bigint % length(text) AS place,
                    pick(n, 'how', 'change', 'add', 'remove') AS how,
                    pick(n, 'another', '0', '1', '2', '5', '9', ':', '-', '+', 'T', 'Z', '.', ',', '/', ' ', 'x', 'B', E'\t') AS another) AS m)
    END;

CREATE TABLE generated AS
SELECT n, CASE WHEN n % 8 = 7 THEN mutate(n, text) ELSE text END AS text
  FROM (SELECT n,
           pick(n, 'before', '', '', '', '', '', '', ' ', E'\t')
        || CASE pick(n, 'date', 'plain', 'plain', 'plain', 'change', 'change', 'edge', 'compact', 'odd')
           WHEN 'plain' THEN format('%s-%s-%s', pick(n, 'y', '2022', '2021', '1999', '1945', '1883', '2038'),
                                    pick(n, 'm', '03', '10', '11', '04', '12'), pick(n, 'd', '01', '06', '13', '27', '30', '31'))
           WHEN 'change' THEN pick(n, 'change', '2022-03-27', '2022-10-30', '2022-03-13', '2022-11-06', '2021-04-04', '2021-10-03', '1945-05-24', '2022-09-25')
           WHEN 'edge' THEN pick(n, 'edge', '2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '0001-01-01', '0000-12-31', '9999-12-31',
                                 '10000-01-01', '294276-12-31', '294277-01-01', '5874897-12-31', '2022-13-01', '2022-00-10', '2022-04-31')
           WHEN 'compact' THEN pick(n, 'compact', '20220314', '19991231', '20240229', '20230229')
           ELSE pick(n, 'odd', '2022-3-14', '2022-03-4', '22-03-14', '+2022-03-14', '-2022-03-14', '2022-073', '2022-W11-1', '2022/03/14',
                     '14.03.2022', '2022-03', 'Mar 14 2022', '2022-Mar-14', '00022-03-14')
           END
        || CASE WHEN pick(n, 'time', 'no', 'yes', 'yes', 'yes', 'yes', 'yes') = 'no' THEN '' ELSE
              pick(n, 'between', 'T', 'T', ' ', ' ', ' ', 't', '  ', ' T', '')
           || pick(n, 'hour', '00', '01', '02', '02', '03', '12', '22', '23', '2', '24', '25')
           || CASE pick(n, 'form', 'seconds', 'seconds', 'seconds', 'minutes', 'minutes', 'compact', 'compact seconds', 'hour', 'odd')
              WHEN 'seconds' THEN ':' || pick(n, 'min', '00', '30', '59', '07', '00', '30', '59', '07', '60') || ':' || pick(n, 'sec', '00', '00', '41', '59', '41', '59', '60', '61')
                   || pick(n, 'fraction', '', '', '', '.5', '.25', '.123456', '.1234565', '.9999995', '.999999999999', ',5', '.', '.000000499999999999999999999')
              WHEN 'minutes' THEN ':' || pick(n, 'min', '00', '30', '59', '60')
              WHEN 'compact' THEN pick(n, 'min', '00', '30', '59', '60')
              WHEN 'compact seconds' THEN pick(n, 'min', '00', '30', '59', '60') || pick(n, 'sec', '00', '41', '60') || pick(n, 'fraction', '', '.5', ',25')
              WHEN 'hour' THEN ''
              ELSE pick(n, 'odd time', ':5', ':30.5', ':30:5', ':00 PM', '.5', ':30:00:00', 'h30', '-30')
              END
           END
        || pick(n, 'zone', '', '', '', '', '', 'Z', 'Z', '+01:00', '+0900', '+09', '-05:30', '+05:45', '+05:45:30', '-0330', ' +01', ' Z', 'z',
                '+15:59:59', '-15:59', '+16:00', '-16', '+00', '-00:00', '+9', '+1:00', '+090', '+09:60', ' UTC', ' CET', ' Europe/Oslo', ' BC', ' AD', '+')
        || pick(n, 'after', '', '', '', '', '', '', ' ', E'\n') AS text
          FROM generate_series(1, 4000) AS n) AS g
UNION ALL
SELECT 10000 + row_number() OVER (), text
  FROM unnest(ARRAY['', ' ', 'now', 'today', 'tomorrow', 'epoch', 'infinity', '-infinity', 'allballs', 'J2459653', '2022-03-14 now', 'T22:10', '22:10',
                    '2022-03-14 22:10:41 America/New_York', '4714-11-24 00:00 BC', '4713-11-24 BC', '99999-01-01', '999999-01-01', '1e9', '1647295841',
                    '2022-03-14T22:10:41.' || repeat('1', 60), '2022-03-14 22:10:41' || repeat(' ', 100), repeat('2', 300)]) AS text;

-- Each string by itself, as an error ends a query: one file, written anew for each.
\set path :dir /one.json
CREATE FOREIGN TABLE one (date date OPTIONS (path '$.v'), stamp timestamp OPTIONS (path '$.v'),
    instant timestamptz OPTIONS (path '$.v', timezone 'UTC')) SERVER weather_test OPTIONS (filename :'path');
CREATE TABLE accepted (n int, text text, type text, ours bool, theirs bool, reason text);
DO $$
DECLARE
    g record; type text; ours bool; theirs bool; reason text; ignored text;
    path text := (SELECT name || '/one.json' FROM directory);
BEGIN
    FOR g IN SELECT n, text FROM generated ORDER BY n LOOP
        EXECUTE format($copy$COPY (SELECT '{"v":' || to_json(%L::text) || '}') TO %L (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')$copy$,
                       g.text, path);  -- byte for byte, and faster than put()
        FOREACH type IN ARRAY ARRAY['date', 'timestamp', 'timestamptz'] LOOP
            -- short: most are too long for date, and timestamp and timestamptz differ in little
            CONTINUE WHEN (type = 'date' AND g.n % 4 > 0 AND length(g.text) > 12) OR (type = 'timestamp' AND g.n % 2 > 0);
            ours := true; theirs := true; reason := NULL;
            BEGIN
                IF type = 'date' THEN SELECT date INTO ignored FROM one;
                ELSIF type = 'timestamp' THEN SELECT stamp INTO ignored FROM one;
                ELSE SELECT instant INTO ignored FROM one; END IF;
            EXCEPTION WHEN data_exception THEN ours := false; reason := regexp_replace(SQLERRM, '^.*: ', '');
            END;
            BEGIN
                IF type = 'date' THEN ignored := g.text::date;
                ELSIF type = 'timestamp' THEN ignored := g.text::timestamp;
                ELSE ignored := g.text::timestamptz; END IF;
            EXCEPTION WHEN data_exception THEN theirs := false;
            END;
            INSERT INTO accepted VALUES (g.n, g.text, type, ours, theirs, reason);
        END LOOP;
    END LOOP;
END $$;
SELECT type, count(*) FILTER (WHERE ours AND theirs) AS "both", count(*) FILTER (WHERE ours AND NOT theirs) AS "we only",
       count(*) FILTER (WHERE theirs AND NOT ours) AS "PostgreSQL only", count(*) FILTER (WHERE NOT ours AND NOT theirs) AS "neither"
  FROM accepted GROUP BY type ORDER BY type;

-- The kinds, in the words of README. The first that fits counts.
CREATE TABLE kinds (place int, ours bool, kind text, reason text, pattern text);
INSERT INTO kinds VALUES
    (1, true, 'a decimal comma', '.*', '\d,\d'),
    (2, true, 'HHMM or HHMMSS, and an offset west of UTC', '.*', '\d{4}-\d\d'),
    (3, false, 'a time of day into date', 'a time of day', '.*'),
    (4, false, 'a zone into timestamp', 'a time with a zone', '.*'),
    (5, false, 'hour, minute or second out of range in HHMM or HHMMSS', 'out of range', '\d{4}'),
    (6, false, 'a word for a time', 'not an ISO', '^\s*(now|today|tomorrow|yesterday|epoch|-?infinity)$'),
    (7, false, 'another order or other marks in the date', 'not an ISO', '^(?!\s*(\d{4,6}-\d\d-\d\d|\d{8})(\D|$))'),
    (8, false, 'a name: of a zone, AD, BC, AM, PM, now', 'not an ISO', '[A-Za-z]{2}'),
    (9, false, 'a zone behind a date without time', 'not an ISO', '^\s*(\d{4,6}-\d\d-\d\d|\d{8})\s*([+-]|[Zz]\s*$)'),
    (10, false, 'a blank before T, or one of another place', 'not an ISO', '\s[Tt]|[Tt]\s'),
    (11, false, 'a fraction behind minutes', 'not an ISO', '^\s*[^ Tt]+[ Tt]+\d+:\d+[.]'),
    (12, false, 'a minute or second of less than two digits', 'not an ISO', ':\d?(\D|$)'),
    (13, false, 'hours of an offset of one digit, or three', 'not an ISO', '[+-](\d|\d{3})(:\d\d)*\s*$');
CREATE VIEW differing AS
SELECT n, type, text, reason, ours, (SELECT kind FROM kinds k WHERE k.ours = a.ours AND coalesce(a.reason, '') ~ k.reason AND a.text ~ k.pattern ORDER BY place LIMIT 1)
  FROM accepted a WHERE ours <> theirs;
SELECT CASE WHEN k.ours THEN 'weather_fdw' ELSE 'PostgreSQL' END AS "read by only", kind,
       EXISTS (SELECT FROM differing d WHERE d.kind = k.kind) AS found
  FROM kinds k ORDER BY place;
-- all others, of which there are none
SELECT type, reason, to_json(text) AS "of no kind" FROM differing WHERE kind IS NULL ORDER BY n, type;

-- What both accept: PostgreSQL's values, those of timestamptz by the session's zone, one zone after another.
CREATE TABLE both_accept AS SELECT n, text, type FROM accepted WHERE ours AND theirs;
CREATE TABLE theirs (n int, zone text, date date, stamp timestamp, instant timestamptz);
INSERT INTO theirs (n, date) SELECT n, text::date FROM both_accept WHERE type = 'date';
INSERT INTO theirs (n, stamp) SELECT n, text::timestamp FROM both_accept WHERE type = 'timestamp';
CREATE TABLE zone_names AS
SELECT name
  FROM unnest(ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia']) AS name;
-- (at the end of time not every zone can have the time)
DO $$
DECLARE
    zone text;
BEGIN
    FOR zone IN SELECT name FROM zone_names LOOP
        PERFORM set_config('TimeZone', zone, true);
        INSERT INTO theirs (n, zone, instant) SELECT n, zone, text::timestamptz FROM both_accept WHERE type = 'timestamptz' AND text !~ '294276';
    END LOOP;
END $$;
SELECT string_agg(format(E'{"n":%s,"%s":%s,"zone":"%s"}\n', n, CASE WHEN date IS NOT NULL THEN 'date' WHEN stamp IS NOT NULL THEN 'stamp' ELSE 'instant' END,
                         to_json(text), coalesce(zone, 'UTC')), '' ORDER BY zone, n) AS lines
  FROM theirs JOIN (SELECT DISTINCT n, text FROM both_accept) AS b USING (n) \gset
CALL put('all.json', :'lines');
\set path :dir /all.json
CREATE FOREIGN TABLE ours (n int, zone text, date date, stamp timestamp, instant timestamptz OPTIONS (timezone_path '$.zone'))
    SERVER weather_test OPTIONS (filename :'path');
-- Ours is the same whatever the session's settings are.
CREATE VIEW compared AS
SELECT coalesce(t.zone, CASE WHEN t.date IS NULL THEN 'timestamp' ELSE 'date' END) AS zone, count(*) > 50 AS "many",
       count(*) FILTER (WHERE (o.date, o.stamp, o.instant) IS DISTINCT FROM (t.date, t.stamp, t.instant)) AS "differ"
  FROM theirs t JOIN ours o ON o.n = t.n AND (t.zone = o.zone OR t.zone IS NULL) AND (t.date IS NULL) = (o.date IS NULL) AND (t.stamp IS NULL) = (o.stamp IS NULL)
 GROUP BY 1 ORDER BY 1;
TABLE compared;
SET TimeZone = 'America/New_York'; SET DateStyle = 'German, DMY';
TABLE compared;
SET TimeZone = 'Pacific/Apia'; SET DateStyle = 'SQL, YMD';
SELECT sum(differ) AS differ FROM compared;
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY';

-- Unix time: exact, of any unit, to the nearest microsecond (ties to even), within timestamp's range.
CREATE TABLE epochs AS
SELECT n, unit, number, micros FROM (
    SELECT n, unit, number, floor(exact) + CASE WHEN exact - floor(exact) > 0.5 OR (exact - floor(exact) = 0.5 AND floor(exact) % 2 <> 0) THEN 1 ELSE 0 END AS micros
      FROM (SELECT n, unit, number, number::numeric * CASE unit WHEN 's' THEN 1000000 WHEN 'ms' THEN 1000 ELSE 1 END AS exact
              FROM (SELECT n, pick(n, 'unit', 's', 'ms', 'us') AS unit,
                           pick(n, 'sign', '', '', '-') || ltrim(substr(translate(md5(n || 'a') || md5(n || 'b'), 'abcdef', '123456'), 1, 1 + n % 19), '0') || '0'
                        || CASE WHEN n % 3 > 0 THEN '.' || substr(translate(md5(n || 'c'), 'abcdef', '555550'), 1, 1 + n % 11) ELSE '' END
                        || pick(n, 'exponent', '', '', '', '', 'e0', 'e-3', 'E+2', 'e-1') AS number
                      FROM generate_series(1, 4000) AS n
                    UNION ALL
                    SELECT 10000 + row_number() OVER (), unit, number
                      FROM (VALUES ('s', '9224318015999'), ('s', '9224318015999.999999'), ('s', '9224318015999.9999994'), ('ms', '9224318015999999.999'),
                                   ('us', '9224318015999999999'), ('s', '9223372036854.775807'), ('s', '9223372036854.775808'), ('us', '9223372036854775808'),
                                   ('s', '-210866803200'), ('ms', '-210866803200000'), ('us', '-210866803200000000'), ('s', '-210866803200.0000004'),
                                   ('s', '0.0000005'), ('s', '0.0000015'), ('s', '-0.0000005'), ('s', '1e-400'), ('s', '-0')) AS ends (unit, number)) AS a
             WHERE number ~ '^-?(0|[1-9]\d*)([.]\d+)?([eE][+-]?\d+)?$') AS e) AS r;
CREATE TABLE in_range AS
SELECT n, unit, number, timestamptz 'epoch' + make_interval(days => (div(micros, 86400000000) - (mod(micros, 86400000000) < 0)::int)::int)
           + make_interval(secs => (mod(mod(micros, 86400000000) + 86400000000, 86400000000) / 1000000)::float8) AS expected
  FROM epochs WHERE micros >= -210866803200000000 AND micros < 9224318016000000000;
SELECT string_agg(format(E'{"n":%s,"%s":%s}\n', n, unit, CASE WHEN n % 2 = 0 THEN number ELSE to_json(number)::text END), '' ORDER BY n) AS lines FROM in_range \gset
CALL put('epochs.json', :'lines');
\set path :dir /epochs.json
CREATE FOREIGN TABLE our_epochs (n int, s timestamptz OPTIONS (epoch 's'), ms timestamptz OPTIONS (epoch 'ms'), us timestamptz OPTIONS (epoch 'us'),
    s_utc timestamp OPTIONS (path '$.s', epoch 's')) SERVER weather_test OPTIONS (filename :'path');
SET TimeZone = 'America/New_York';
SELECT i.unit, count(*) > 300 AS "many", count(*) FILTER (WHERE coalesce(o.s, o.ms, o.us) IS DISTINCT FROM i.expected) AS differ,
       count(*) FILTER (WHERE o.s_utc <> i.expected AT TIME ZONE 'UTC') AS "as timestamp"
  FROM in_range i JOIN our_epochs o USING (n) GROUP BY 1 ORDER BY 1;
SET TimeZone = 'UTC';
-- beyond both ends
SELECT unit, number, try('timestamptz', number, format('epoch %L', unit))
  FROM (VALUES ('s', '9224318016000'), ('s', '9224318015999.9999996'), ('ms', '9224318016000000'), ('us', '9224318016000000000'), ('us', '9223372036854775808000'),
               ('s', '-210866803200.000001'), ('ms', '-210866803200001'), ('us', '-9223372036854775809'), ('s', '1e400')) AS t (unit, number);
SELECT count(*) > 100 AS "many", count(*) FILTER (WHERE try('timestamptz', number, format('epoch %L', unit)) NOT LIKE 'ERROR 22008: %timestamp out of range') AS "not refused"
  FROM (SELECT unit, number FROM epochs WHERE n NOT IN (SELECT n FROM in_range) ORDER BY n LIMIT 150) AS e;

\i :abs_srcdir/sql/include/epilogue.psql
