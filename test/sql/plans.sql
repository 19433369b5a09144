--
-- Plans: what EXPLAIN shows, what is read, rescans, prepared statements, cursors and savepoints.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

\set command 'mkdir ' :dir '/in'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL put('in/1.json', E'{"city":"A","temp":1.5,"n":1}\n{"city":"B","temp":2.5,"n":2}\n');
CALL put('in/2.json', E'[{"city":"C","temp":3.5,"n":3},\n{"city":"D","temp":4.5,"n":4}]');
CALL put('in/3.json', E'{"city":"E","temp":5.5,"n":"five"}\n');
\set path :dir /in
\set one :dir /in/1.json
CREATE FOREIGN TABLE w (city text, temp float8, n integer, file text OPTIONS (metadata 'filename'),
                        line bigint OPTIONS (metadata 'line')) SERVER weather_test OPTIONS (files :'path');
CREATE FOREIGN TABLE w1 (city text, temp float8, n integer) SERVER weather_test OPTIONS (filename :'one');

-- EXPLAIN: the files and what is set about them, without reading them; ANALYZE: what was found
SELECT * FROM plan('SELECT * FROM w1');
SELECT * FROM plan('SELECT city FROM w WHERE temp > 2');
SELECT * FROM plan('SELECT city FROM w WHERE temp > 2', 'COSTS OFF, VERBOSE');
SELECT * FROM plan('SELECT city FROM w WHERE temp > 2', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
SELECT * FROM plan('SELECT city FROM w LIMIT 1', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
SELECT * FROM plan('SELECT city FROM w1', 'COSTS OFF, FORMAT JSON');
SELECT * FROM plan('SELECT city FROM w1', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON');
SELECT * FROM plan('SELECT city FROM w1 WHERE false', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
CREATE FOREIGN TABLE p (a integer) SERVER weather_test OPTIONS (program 'printf ''{"a":%d}\n'' 1 2 3');
SELECT * FROM plan('SELECT * FROM p');
SELECT * FROM plan('SELECT * FROM p', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');

-- the estimate comes from the file: of 10,000 rows it is not far off; of none there is a guess
SELECT string_agg(format(E'{"city":"city %s","temp":%s,"n":%s}\n', i, i / 10.0, i), '') AS lines
  FROM generate_series(1, 10000) AS i \gset
CALL put('many.json', :'lines');
\set many :dir /many.json
CREATE FOREIGN TABLE many (city text, temp float8, n integer, file text OPTIONS (metadata 'filename'),
                           line bigint OPTIONS (metadata 'line')) SERVER weather_test OPTIONS (filename :'many');
CREATE FUNCTION estimated_rows(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO result;
    RETURN result #>> '{0,Plan,Plan Rows}';
END $$;
SELECT estimated_rows('SELECT * FROM many') BETWEEN 9000 AND 11000 AS close,
       estimated_rows('SELECT * FROM p') AS program;

-- only the columns that a query needs are converted; all is checked to be JSON
SELECT city FROM w;
SELECT count(*) FROM w;
CALL fails($$SELECT count(n) FROM w WHERE city < 'E'$$); -- ERROR
CALL fails('SELECT n FROM w'); -- ERROR
CALL fails('SELECT city FROM w ORDER BY n'); -- ERROR
CALL fails('SELECT city FROM w WHERE n > 0'); -- ERROR
CALL fails('SELECT w FROM w'); -- ERROR
SELECT a.city FROM w AS a JOIN w AS b USING (city) ORDER BY city;
CALL fails('SELECT a.city FROM w AS a JOIN w AS b USING (n)'); -- ERROR
SELECT city, (SELECT max(temp) FROM w AS inner_w WHERE inner_w.city <= w.city) FROM w ORDER BY city;
-- ... so an error in a row that a LIMIT does not come to is not one
SELECT n FROM w LIMIT 4;
SELECT exists(SELECT n FROM w);

-- metadata
SELECT city, anonymous(file) AS file, line FROM w;
SELECT max(line) FROM w;
SELECT min(line), max(line), count(DISTINCT file) FROM many;
SELECT city, n, line FROM many WHERE line IN (1, 256, 257, 512, 513, 10000);

-- rescans
CREATE TABLE numbers AS SELECT i AS n FROM generate_series(1, 3) AS i;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT * FROM plan('SELECT numbers.n, city FROM numbers, LATERAL (SELECT city FROM w1 WHERE w1.n <= numbers.n OFFSET 0) AS found',
                   'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
SELECT numbers.n, city FROM numbers, LATERAL (SELECT city FROM w1 WHERE w1.n <= numbers.n OFFSET 0) AS found ORDER BY 1, 2;
SELECT numbers.n, found.city FROM numbers, LATERAL (SELECT city FROM many WHERE many.n > numbers.n * 1000 LIMIT 1) AS found ORDER BY 1;
SELECT count(*), sum(b.temp) FROM w1 AS a, many AS b;
SELECT x.a, y.a FROM p AS x LEFT JOIN p AS y ON y.a = x.a + 1 ORDER BY 1;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
WITH RECURSIVE walk AS (SELECT 1 AS step UNION ALL SELECT step + 1 FROM walk, w1 WHERE w1.n = 1 AND step < 3) SELECT * FROM walk;

-- a prepared statement sees what ALTER changed
PREPARE by_city AS SELECT city, temp FROM w1 WHERE city >= $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_city('A');
ALTER FOREIGN TABLE w1 ALTER COLUMN temp OPTIONS (ADD path '$.n');
EXECUTE by_city('A');
ALTER FOREIGN TABLE w1 OPTIONS (SET filename '/nowhere/x.json');
EXECUTE by_city('A'); -- ERROR
ALTER FOREIGN TABLE w1 OPTIONS (SET filename :'one');
EXECUTE by_city('B');
-- ... and a server's options
ALTER SERVER weather_test OPTIONS (ADD maximum_object_size '10');
CALL fails($$EXECUTE by_city('A')$$); -- ERROR
ALTER SERVER weather_test OPTIONS (DROP maximum_object_size);
EXECUTE by_city('B');
-- ... and what is in the directory now
PREPARE cities AS SELECT string_agg(city, ' ' ORDER BY city) FROM w;
EXECUTE cities;
CALL put('in/4.json', '{"city":"F"}');
EXECUTE cities;
RESET plan_cache_mode;
DEALLOCATE ALL;

-- cursors: a savepoint's end takes no file away that is still read
BEGIN;
DECLARE c CURSOR FOR SELECT city, line FROM w;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 2 FROM c;
ROLLBACK TO s;
FETCH 2 FROM c;
RELEASE s;
FETCH ALL FROM c;
ROLLBACK;
-- ... opened within a savepoint that is undone; a file of several blocks
BEGIN;
DECLARE c CURSOR FOR SELECT n FROM many;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
MOVE 5000 FROM c;
FETCH 1 FROM c;
SAVEPOINT t;
SAVEPOINT u;
FETCH 1 FROM c;
RELEASE u;
ROLLBACK TO t;
MOVE 4990 FROM c;
FETCH ALL FROM c;
COMMIT;
-- ... an error elsewhere
BEGIN;
DECLARE c CURSOR FOR SELECT n FROM many;
FETCH 1 FROM c;
SAVEPOINT s;
MOVE 9000 FROM c;
SELECT 1 / 0; -- ERROR
ROLLBACK TO s;
MOVE 997 FROM c;
FETCH ALL FROM c;
COMMIT;
-- ... of a program
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM p;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH ALL FROM c;
COMMIT;
-- held over its transaction, scrolled
BEGIN;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT city FROM w;
COMMIT;
FETCH LAST FROM c;
FETCH FIRST FROM c;
CLOSE c;
-- replaced while it is read, and closed by a savepoint
BEGIN;
DECLARE c CURSOR FOR SELECT n FROM many;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
\set command 'mv ' :dir '/many.json ' :dir '/moved.json && echo > ' :dir '/many.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL fails('MOVE 5000 FROM c'); -- ERROR, of a kind
ROLLBACK;
\set command 'mv ' :dir '/moved.json ' :dir '/many.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';

-- functions that read it more than once in a statement, and nested in itself
CREATE FUNCTION temp_of(name text) RETURNS float8 LANGUAGE sql AS $$ SELECT temp FROM w1 WHERE city = name $$;
SELECT city, temp_of(city) FROM w1;

\i :abs_srcdir/sql/include/epilogue.psql
