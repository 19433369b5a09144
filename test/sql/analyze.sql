--
-- ANALYZE: an exact count, a sample across all files, and estimates that follow the files' growth.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- Rows first to last of the cities A to J, in DIR/in.
CREATE PROCEDURE put_rows(file text, first integer, last integer) LANGUAGE plpgsql AS $$
DECLARE
    lines text := (SELECT string_agg(format(E'{"n":%s,"city":"%s","temp":%s}\n', i, chr(65 + i % 10), i % 40), '')
                     FROM generate_series(first, last) AS i);
BEGIN
    CALL put('in/' || file, lines);
END $$;
CREATE FUNCTION estimated_rows(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO result;
    RETURN result #>> '{0,Plan,Plan Rows}';
END $$;
CREATE FUNCTION close_to(estimate bigint, truth bigint) RETURNS boolean
RETURN estimate BETWEEN truth * 0.8 AND truth * 1.2;

\set command 'mkdir ' :dir /in
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL put_rows('1.json', 1, 20000);
CALL put_rows('2.json', 20001, 40000);
\set path :dir /in
CREATE FOREIGN TABLE w (n integer, city text, temp float8, raw text OPTIONS (metadata 'raw')) SERVER weather_test OPTIONS (files :'path');

-- before: a guess for everything but the number of rows
SELECT close_to(estimated_rows('SELECT * FROM w'), 40000) AS all_rows, estimated_rows($$SELECT * FROM w WHERE city = 'C'$$) AS equal;
ANALYZE w;
SELECT reltuples, relpages = (SELECT ceil(sum(size) / 8192) FROM (SELECT (pg_stat_file(name || '/in/' || file)).size
                                FROM directory, pg_ls_dir(name || '/in') AS file) AS sizes) AS pages
  FROM pg_class WHERE oid = 'w'::regclass;
SELECT attname, n_distinct > 0 AS few_values, null_frac, cardinality(histogram_bounds::text::text[]) AS bounds
  FROM pg_stats WHERE tablename = 'w' ORDER BY attname;
-- after: near the truth
SELECT estimated_rows('SELECT * FROM w') AS all_rows,
       close_to(estimated_rows($$SELECT * FROM w WHERE city = 'C'$$), 4000) AS equal,
       close_to(estimated_rows('SELECT * FROM w WHERE n <= 10000'), 10000) AS in_first_file,
       close_to(estimated_rows('SELECT * FROM w WHERE n > 30000'), 10000) AS in_last_file,
       close_to(estimated_rows('SELECT DISTINCT city FROM w'), 10) AS distinct_values;
-- a file more: more rows, without another ANALYZE
CALL put_rows('3.json', 40001, 60000);
SELECT close_to(estimated_rows('SELECT * FROM w'), 60000) AS all_rows,
       close_to(estimated_rows($$SELECT * FROM w WHERE city = 'C'$$), 6000) AS equal;
-- one column alone, and rows that are larger than maintenance_work_mem
SET maintenance_work_mem = '1MB';
ANALYZE w (raw);
RESET maintenance_work_mem;
SELECT reltuples FROM pg_class WHERE oid = 'w'::regclass;
SELECT close_to(estimated_rows($$SELECT * FROM w WHERE city = 'C'$$), 6000) AS equal,
       n_distinct < -0.9 AS raw_is_unique FROM pg_stats WHERE tablename = 'w' AND attname = 'raw';

-- extended statistics, json, a dropped column
CREATE STATISTICS together (ndistinct) ON city, temp FROM w;
ALTER FOREIGN TABLE w DROP COLUMN raw, ADD COLUMN doc json OPTIONS (path '$'), ADD COLUMN missing integer;
ANALYZE w;
SELECT n_distinct FROM pg_stats_ext WHERE statistics_name = 'together';
SELECT null_frac FROM pg_stats WHERE tablename = 'w' AND attname = 'missing';

-- the message of VERBOSE
\set one :dir /in/1.json
CREATE FOREIGN TABLE w1 (n integer) SERVER weather_test OPTIONS (filename :'one');
SET default_statistics_target = 10;
ANALYZE VERBOSE w1;
RESET default_statistics_target;

-- of no rows; then there are some
CALL put('empty.json', '');
\set empty :dir /empty.json
CREATE FOREIGN TABLE e (n integer, city text) SERVER weather_test OPTIONS (filename :'empty');
ANALYZE e;
SELECT reltuples, relpages FROM pg_class WHERE oid = 'e'::regclass;
\set command 'cp ' :dir '/in/1.json ' :dir '/empty.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
SELECT close_to(estimated_rows('SELECT * FROM e'), 20000) AS all_rows;

-- partitions and inheritance children are part of their parent's statistics
CREATE TABLE observations (n integer, city text) PARTITION BY RANGE (n);
CREATE TABLE native PARTITION OF observations FOR VALUES FROM (100001) TO (200001);
INSERT INTO native SELECT i, 'native' FROM generate_series(100001, 120000) AS i;
CREATE FOREIGN TABLE of_file PARTITION OF observations FOR VALUES FROM (1) TO (20001) SERVER weather_test OPTIONS (filename :'one');
ANALYZE observations;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('observations', 'native', 'of_file') ORDER BY relname;
SELECT close_to(estimated_rows($$SELECT * FROM observations WHERE city = 'native'$$), 20000) AS equal;

-- a program is not run; PostgreSQL says that it was skipped
SET client_min_messages = warning;
\set command 'echo run >> ' :dir '/runs; echo ''{"n":1}'''
CREATE FOREIGN TABLE p (n integer) SERVER weather_test OPTIONS (program :'command');
ANALYZE p;
SELECT count(*) AS runs FROM directory, pg_ls_dir(name) AS file WHERE file = 'runs';

-- errors are those of a query, and nothing is kept then
CALL fails('ANALYZE p, w, nowhere'); -- ERROR
CALL put_rows('4.json', 60001, 60010);
CALL put('in/5.json', '{"n":"five"}');
CALL fails('ANALYZE w'); -- ERROR
CALL fails('ANALYZE w (city)'); -- ERROR: a sample has whole rows
ALTER FOREIGN TABLE w OPTIONS (SET files '/nowhere/at/all');
CALL fails('ANALYZE w'); -- ERROR
SELECT reltuples FROM pg_class WHERE oid = 'w'::regclass;

-- fault 27: the owner's privilege comes before the first look at a file
CREATE ROLE weather_analyzer;
ALTER FOREIGN TABLE w OWNER TO weather_analyzer;
CALL fails('ANALYZE w'); -- ERROR
ALTER FOREIGN TABLE p OWNER TO weather_analyzer;
CALL fails('ANALYZE p'); -- ERROR
DROP OWNED BY weather_analyzer;
DROP ROLE weather_analyzer;

\i :abs_srcdir/sql/include/epilogue.psql
