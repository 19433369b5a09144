--
-- hive_partitioning: directories key=value give columns their values, and clauses on them prune.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

\set command 'cd ' :dir ' && mkdir -p "h/year=2021/month=12" "h/year=2022/month=01" "h/year=2022/month=__HIVE_DEFAULT_PARTITION__" h/plain "h/year=2022/month=02/city=S%C3%A3o%20Paulo%2F%22a%22" h/year=2020/year=2023'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL put('h/year=2021/month=12/a.json', E'{"temp":1,"year":1}\n{"temp":2,"month":"x"}\n');
CALL put('h/year=2022/month=01/a.json', E'{"temp":3,"city":"Oslo"}\n');
CALL put('h/year=2022/month=__HIVE_DEFAULT_PARTITION__/a.json', '{"temp":4}');
CALL put('h/year=2022/month=02/city=S%C3%A3o%20Paulo%2F%22a%22/a.json', '{"temp":5,"city":"Oslo"}');
CALL put('h/plain/month=7.json', '{"temp":6,"year":1999,"city":"Rome"}');
CALL put('h/year=2020/year=2023/a.json', '{"temp":7}');
\set glob :dir '/h/**/*.json'
CREATE FOREIGN TABLE h (temp int, year int, month smallint, city text, y text OPTIONS (path '$.year'))
    SERVER weather_test OPTIONS (files :'glob', hive_partitioning 'true');

-- the directory goes before a member of the name; without it, the member counts
SELECT * FROM h ORDER BY temp;
-- not a column with a path, and not without the option
ALTER FOREIGN TABLE h OPTIONS (SET hive_partitioning 'false');
SELECT temp, year, city FROM h ORDER BY temp;
ALTER FOREIGN TABLE h OPTIONS (SET hive_partitioning 'maybe'); -- ERROR
ALTER FOREIGN TABLE h OPTIONS (DROP hive_partitioning);
ALTER SERVER weather_test OPTIONS (ADD hive_partitioning 'on');
SELECT temp, year FROM h WHERE year = 2023;

-- pruned; a file whose path does not decide is read
CREATE TABLE qual (id serial, text text);
INSERT INTO qual (text) VALUES ($$year = 2022$$), ($$year = 2022 AND month = 1$$), ($$month IS NULL$$), ($$city LIKE 'S%'$$),
    ($$year * 100 + month >= 202201$$), ($$year = (SELECT max(year) FROM h)$$), ($$year < 2000$$), ($$temp = 3$$),
    ($$city = 'Oslo' OR year = 2021$$), ($$year IN (SELECT 2021)$$), ($$year = 2022 AND random() >= 0$$);
CREATE FUNCTION rows_of(qual text, fence text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(temp::text, '','' ORDER BY temp) FROM (SELECT * FROM h %s) AS fenced WHERE %s', fence, qual) INTO result;
    RETURN result;
END $$;
SELECT text, rows_of(text, '') AS rows, rows_of(text, '') IS NOT DISTINCT FROM rows_of(text, 'OFFSET 0') AS same FROM qual ORDER BY id;
SELECT * FROM plan('SELECT * FROM h WHERE year = 2021 AND temp > 0');
SELECT * FROM plan('SELECT temp FROM h WHERE year = 2022 AND month = 1', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
SET plan_cache_mode = force_generic_plan;
PREPARE of_year(int) AS SELECT temp FROM h WHERE year = $1;
EXECUTE of_year(2021);
SELECT * FROM plan('EXECUTE of_year(2021)');
RESET plan_cache_mode;
DEALLOCATE ALL;

-- values are converted as strings of the JSON text are
\set command 'cd ' :dir ' && mkdir -p t/at=2022-03-14 "t/at=2022-03-14 10%3A00" && echo ''{"n":1}'' > t/at=2022-03-14/a.json && echo ''{"n":2}'' > "t/at=2022-03-14 10%3A00/a.json"'
COPY (SELECT WHERE false) TO PROGRAM :'command';
\set glob :dir '/t/*/*.json'
CREATE FOREIGN TABLE t (n int, at timestamptz OPTIONS (timezone 'Europe/Oslo'), i bigint OPTIONS (for_ordinality 'true')) SERVER weather_test OPTIONS (files :'glob');
SELECT n, at FROM t ORDER BY n;
ALTER FOREIGN TABLE t ALTER COLUMN at TYPE jsonb, ALTER COLUMN at OPTIONS (DROP timezone);
SELECT n, at FROM t ORDER BY n;
ALTER FOREIGN TABLE t ALTER COLUMN at TYPE date;
CALL fails('SELECT n, at FROM t'); -- ERROR
CALL fails($$SELECT n, at FROM t WHERE at = '2022-03-14'$$); -- ERROR
SELECT n FROM t;
ALTER FOREIGN TABLE t ALTER COLUMN at TYPE timestamptz;
CALL fails('SELECT n, at FROM t'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN at TYPE inet;
CALL fails('SELECT n, at FROM t'); -- ERROR
CALL fails($$SELECT n FROM t WHERE at = '1.1.1.1'$$); -- ERROR
-- ... and so are their NULLs
ALTER FOREIGN TABLE h ALTER COLUMN month SET NOT NULL;
CALL fails('SELECT count(*) FROM h WHERE year = 2022'); -- ERROR

-- a directory whose value is in error: what becomes of its rows does not depend on the query
\set command 'cd ' :dir ' && for y in 2021 abc; do mkdir -p d/year=$y && echo ''{"n":1}'' > d/year=$y/a.json; done'
COPY (SELECT WHERE false) TO PROGRAM :'command';
\set glob :dir '/d/*/*.json'
CREATE FOREIGN TABLE d (n int, year int) SERVER weather_test OPTIONS (files :'glob', hive_partitioning 'true');
SELECT n, year FROM d WHERE year = 2021 LIMIT 1;
CALL fails('SELECT * FROM d WHERE year = 2022'); -- ERROR
ALTER FOREIGN TABLE d OPTIONS (ADD on_error 'ignore');
SELECT * FROM d;
SELECT * FROM d WHERE year = 2021;
SELECT * FROM d WHERE year IS NULL;
ALTER FOREIGN TABLE d OPTIONS (SET on_error 'set_null');
SELECT * FROM d WHERE year = 2021;
SELECT * FROM d WHERE year IS NULL;
ALTER FOREIGN TABLE d ALTER COLUMN year OPTIONS (on_error 'default', default '1999');
SELECT * FROM d WHERE year = 1999;
ALTER FOREIGN TABLE d ADD COLUMN problem jsonb OPTIONS (metadata 'error');
ALTER FOREIGN TABLE d ALTER COLUMN year OPTIONS (DROP on_error, DROP default);
ALTER FOREIGN TABLE d OPTIONS (SET on_error 'stop');
SELECT n, year, problem ->> 'column' AS problem FROM d WHERE year IS NULL;

\i :abs_srcdir/sql/include/epilogue.psql
