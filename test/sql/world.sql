--
-- In PostgreSQL's world: what a DBA does with a table, done with a foreign table of weather_fdw.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

CALL put('a.json', E'{"city":"A","temp":1.5,"n":1}\n{"city":"B","temp":2.5,"n":2}\n');
CALL put('b.json', E'{"city":"C","temp":3.5,"n":3}\n{"city":"D","temp":null,"n":4}\n');
\set a :dir /a.json
\set b :dir /b.json
CREATE FOREIGN TABLE w (city text, temp float8, n integer) SERVER weather_test OPTIONS (filename :'a');
CREATE TABLE native (city text PRIMARY KEY, temp float8, n integer);

-- Read only, and it says so: each way to write
CALL fails($$INSERT INTO w VALUES ('X', 1, 1)$$); -- ERROR
CALL fails('INSERT INTO w SELECT * FROM w'); -- ERROR
CALL fails('UPDATE w SET temp = 0'); -- ERROR
CALL fails('DELETE FROM w'); -- ERROR
CALL fails('TRUNCATE w'); -- ERROR
CALL fails($$MERGE INTO w USING native ON w.city = native.city WHEN MATCHED THEN DELETE$$); -- ERROR
CALL fails($$COPY w FROM PROGRAM 'echo X'$$); -- ERROR
COPY w TO STDOUT; -- ERROR
CALL fails($$EXPLAIN INSERT INTO w VALUES ('X', 1, 1)$$); -- ERROR
SELECT pg_relation_is_updatable('w', true) AS updatable, is_insertable_into FROM information_schema.tables
 WHERE table_schema = 'weather_test' AND table_name = 'w';
-- ... also through a view
CREATE VIEW writable AS SELECT * FROM w;
CALL fails($$INSERT INTO writable VALUES ('X', 1, 1)$$); -- ERROR
CALL fails('UPDATE writable SET temp = 0'); -- ERROR
-- ... and what does not go with files
CALL fails('CREATE INDEX ON w (city)'); -- ERROR
CALL fails('ALTER TABLE w ADD PRIMARY KEY (city)'); -- ERROR
CALL fails('ALTER TABLE w ADD FOREIGN KEY (city) REFERENCES native'); -- ERROR
CALL fails('SELECT * FROM w TABLESAMPLE SYSTEM (10)'); -- ERROR
CALL fails('LOCK TABLE w'); -- ERROR
VACUUM w; -- skipped
CALL fails('CLUSTER w'); -- ERROR
CALL fails('ALTER TABLE w ENABLE ROW LEVEL SECURITY'); -- ERROR
CALL fails('CREATE TABLE copied PARTITION OF w DEFAULT'); -- ERROR

-- Row locks are refused, whatever their strength, and in views, partitions and subqueries
CALL fails('SELECT * FROM w FOR UPDATE'); -- ERROR
CALL fails('SELECT * FROM w FOR NO KEY UPDATE NOWAIT'); -- ERROR
CALL fails('SELECT * FROM w FOR SHARE SKIP LOCKED'); -- ERROR
CALL fails('SELECT * FROM w FOR KEY SHARE'); -- ERROR
CALL fails('SELECT * FROM writable FOR UPDATE'); -- ERROR
CALL fails('SELECT * FROM native JOIN w USING (city) FOR UPDATE'); -- ERROR
CALL fails('SELECT * FROM (SELECT * FROM w FOR UPDATE) AS locked'); -- ERROR
BEGIN;
CALL fails('DECLARE c CURSOR FOR SELECT * FROM w FOR UPDATE'); -- ERROR
ROLLBACK;
-- ... but a foreign table may stand beside the rows that are locked or changed
INSERT INTO native SELECT * FROM w;
SELECT native.* FROM native JOIN w USING (city) ORDER BY city FOR UPDATE OF native;
UPDATE native SET temp = w.temp * 10 FROM w WHERE w.city = native.city RETURNING native.*, w.city;
DELETE FROM native USING w WHERE w.city = native.city AND w.n = 2 RETURNING native.city, w.n;
MERGE INTO native USING w ON w.city = native.city
    WHEN MATCHED THEN UPDATE SET temp = w.temp
    WHEN NOT MATCHED THEN INSERT VALUES (w.city, w.temp, w.n);
INSERT INTO native SELECT city, temp + 100, n FROM w WHERE n < 3
    ON CONFLICT (city) DO UPDATE SET temp = excluded.temp RETURNING *;
SELECT * FROM native WHERE temp IN (SELECT temp + 100 FROM w) ORDER BY city FOR UPDATE;

-- Triggers: PostgreSQL takes those that could never fire; a row is never changed here
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trigger %', TG_NAME; END $$;
CREATE TRIGGER before_insert BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION refuse();
CALL fails($$INSERT INTO w VALUES ('X', 1, 1)$$); -- ERROR
CALL fails('CREATE TRIGGER t INSTEAD OF INSERT ON w FOR EACH ROW EXECUTE FUNCTION refuse()'); -- ERROR
DROP TRIGGER before_insert ON w;

-- A partition, beside native ones: pruned, checked, and not written to
CREATE TABLE observations (city text, temp float8, n integer) PARTITION BY RANGE (n);
CREATE FOREIGN TABLE first_of PARTITION OF observations FOR VALUES FROM (1) TO (3) SERVER weather_test OPTIONS (filename :'a');
CREATE FOREIGN TABLE second_of PARTITION OF observations FOR VALUES FROM (3) TO (5) SERVER weather_test OPTIONS (filename :'b');
CREATE TABLE rest_of PARTITION OF observations DEFAULT;
INSERT INTO observations VALUES ('X', 9.5, 9);
CALL fails($$INSERT INTO observations VALUES ('Y', 1, 1)$$); -- ERROR
CALL fails($$COPY observations FROM PROGRAM 'printf ''Y\t1\t1\n'''$$); -- ERROR
CALL fails('UPDATE observations SET temp = 0'); -- ERROR
CALL fails('UPDATE observations SET n = 1 WHERE n = 9'); -- ERROR
CALL fails('DELETE FROM observations'); -- ERROR
CALL fails('TRUNCATE observations'); -- ERROR
CALL fails('SELECT * FROM observations FOR UPDATE'); -- ERROR
UPDATE observations SET temp = 9 WHERE n = 9;
UPDATE native SET temp = o.temp FROM observations AS o WHERE o.city = native.city RETURNING native.*, o.tableoid::regclass;
DELETE FROM native USING observations AS o WHERE o.n = native.n AND o.city = 'B' RETURNING native.city;
SELECT * FROM observations WHERE n = 9 FOR UPDATE;
SELECT tableoid::regclass, * FROM observations ORDER BY n;
SELECT * FROM plan('SELECT city FROM observations WHERE n = 3');
SELECT * FROM plan('SELECT city FROM observations WHERE n = 9');
PREPARE in_range AS SELECT count(*) FROM observations WHERE n BETWEEN $1 AND $2;
SET plan_cache_mode = force_generic_plan;
SELECT * FROM plan('EXECUTE in_range(1, 2)', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
EXECUTE in_range(2, 9);
RESET plan_cache_mode;
DEALLOCATE in_range;
CREATE INDEX ON observations (city); -- of the native partitions
CALL fails('CREATE UNIQUE INDEX ON observations (n)'); -- ERROR
-- ... with another order of columns, a dropped one and NOT NULL of its own
CREATE FOREIGN TABLE third_of (gone text, n integer NOT NULL, temp float8, city text NOT NULL) SERVER weather_test OPTIONS (filename :'b');
ALTER FOREIGN TABLE third_of DROP COLUMN gone;
ALTER TABLE observations DETACH PARTITION second_of;
ALTER TABLE observations ATTACH PARTITION third_of FOR VALUES FROM (3) TO (5);
SELECT tableoid::regclass, *, observations AS row FROM observations WHERE n > 2 ORDER BY n;
ALTER FOREIGN TABLE third_of ALTER COLUMN temp SET NOT NULL;
CALL fails('SELECT count(*) FROM observations'); -- ERROR
ALTER FOREIGN TABLE third_of ALTER COLUMN temp DROP NOT NULL;
-- ... partitionwise joins and aggregates
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SELECT n, count(*), max(x.city) FROM observations AS x JOIN observations AS y USING (n) GROUP BY n ORDER BY n;
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;
-- ... generated columns are refused, when the table is made by PARTITION OF too
CREATE FOREIGN TABLE generated (n integer, twice integer GENERATED ALWAYS AS (n * 2) STORED) SERVER weather_test OPTIONS (filename :'a');
CALL fails('SELECT n FROM generated'); -- ERROR
CALL fails('ANALYZE generated'); -- ERROR
CREATE TABLE with_generated (n integer, twice integer GENERATED ALWAYS AS (n * 2) STORED) PARTITION BY LIST (n);
CREATE FOREIGN TABLE of_generated PARTITION OF with_generated DEFAULT SERVER weather_test OPTIONS (filename :'a');
CALL fails('SELECT count(*) FROM with_generated'); -- ERROR

-- An inheritance child, whose parent grows a column
CREATE TABLE parent (n integer, city text);
INSERT INTO parent VALUES (0, 'parent');
CREATE FOREIGN TABLE child (temp float8) INHERITS (parent) SERVER weather_test OPTIONS (filename :'a');
ALTER TABLE parent ADD COLUMN country text DEFAULT 'none';
SELECT tableoid::regclass, * FROM parent ORDER BY n;
SELECT * FROM child ORDER BY n;
SELECT * FROM ONLY parent;
CALL fails('UPDATE parent SET country = city'); -- ERROR
CALL fails('SELECT * FROM parent FOR SHARE'); -- ERROR
ALTER TABLE parent RENAME COLUMN city TO place;
SELECT place FROM child; -- the column has another name, and so another path
ALTER FOREIGN TABLE child ALTER COLUMN place OPTIONS (ADD path '$.city');
SELECT place FROM parent ORDER BY n;
CALL fails('ALTER FOREIGN TABLE child ALTER COLUMN temp TYPE integer USING temp::integer'); -- ERROR
ALTER FOREIGN TABLE child ALTER COLUMN temp TYPE text;
SELECT temp FROM child;
-- constraints are believed, not checked
ALTER FOREIGN TABLE child ADD CONSTRAINT positive CHECK (n > 100);
SELECT count(*) FROM child WHERE n > 0;
SET constraint_exclusion = on;
SELECT count(*) FROM child WHERE n < 50;
RESET constraint_exclusion;

-- Dropped and added columns between executions, and under an open cursor
CREATE FOREIGN TABLE t (city text, extra text, temp float8, n integer) SERVER weather_test OPTIONS (filename :'a');
PREPARE all_of_t AS SELECT * FROM t;
PREPARE n_of_t(integer) AS SELECT n FROM t WHERE n >= $1;
PREPARE row_of_t AS SELECT t FROM t;
SET plan_cache_mode = force_generic_plan;
EXECUTE all_of_t;
EXECUTE n_of_t(2);
EXECUTE row_of_t;
ALTER FOREIGN TABLE t DROP COLUMN extra;
CALL fails('EXECUTE all_of_t'); -- ERROR
EXECUTE n_of_t(2);
EXECUTE row_of_t;
ALTER FOREIGN TABLE t ADD COLUMN line bigint OPTIONS (metadata 'line');
EXECUTE n_of_t(1);
EXECUTE row_of_t;
ALTER FOREIGN TABLE t ALTER COLUMN n TYPE bigint;
CALL fails('EXECUTE n_of_t(1)'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN n TYPE integer;
ALTER FOREIGN TABLE t ALTER COLUMN n OPTIONS (ADD path '$.temp');
CALL fails('EXECUTE n_of_t(1)'); -- ERROR: 1.5
ALTER FOREIGN TABLE t ALTER COLUMN n OPTIONS (DROP path);
ALTER FOREIGN TABLE t RENAME COLUMN n TO number;
ALTER FOREIGN TABLE t ALTER COLUMN number OPTIONS (ADD path '$.n');
EXECUTE n_of_t(1); -- ERROR, as of any table
RESET plan_cache_mode;
DEALLOCATE ALL;
BEGIN;
DECLARE c CURSOR FOR SELECT t.*, t AS row FROM t;
FETCH 1 FROM c;
CALL fails('ALTER FOREIGN TABLE t DROP COLUMN temp'); -- ERROR
CALL fails($$ALTER FOREIGN TABLE t OPTIONS (SET filename '/nowhere/x.json')$$); -- ERROR
CALL fails('DROP FOREIGN TABLE t'); -- ERROR
ALTER SERVER weather_test OPTIONS (ADD maximum_object_size '10'); -- for the next query
FETCH ALL FROM c;
ROLLBACK;
-- ... of a function's
CREATE FUNCTION temps() RETURNS SETOF float8 LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT temp FROM t; END $$;
SELECT temps();
ALTER FOREIGN TABLE t DROP COLUMN temp, ADD COLUMN temp numeric OPTIONS (path '$.n');
CALL fails('SELECT temps()'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN temp TYPE float8;
SELECT temps();

-- Views: renamed columns, a security barrier, what depends on what
CREATE VIEW renamed (place, celsius) AS SELECT city, temp FROM w WHERE n > 0;
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM w WHERE n < 2;
CREATE FUNCTION tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE INFO 'seen: %', $1; RETURN true; END $$;
SELECT place FROM renamed WHERE celsius > 2;
SELECT city FROM barrier WHERE tell(city);
SELECT * FROM plan('SELECT city FROM barrier WHERE tell(city)');
CALL fails('ALTER FOREIGN TABLE w DROP COLUMN city'); -- ERROR
CALL fails('ALTER FOREIGN TABLE w ALTER COLUMN temp TYPE numeric'); -- ERROR
CREATE MATERIALIZED VIEW kept AS SELECT * FROM renamed WITH NO DATA;
CREATE UNIQUE INDEX ON kept (place);
REFRESH MATERIALIZED VIEW kept;
ALTER FOREIGN TABLE w OPTIONS (SET filename :'b');
REFRESH MATERIALIZED VIEW CONCURRENTLY kept;
SELECT * FROM kept ORDER BY place;
ALTER FOREIGN TABLE w OPTIONS (SET filename :'a');

-- Cursors: back and forth, held
BEGIN;
DECLARE c CURSOR FOR SELECT city FROM w;
FETCH 2 FROM c;
CALL fails('FETCH BACKWARD 1 FROM c'); -- ERROR
ROLLBACK;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT city, n FROM w;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 2 FROM c;
FETCH RELATIVE -1 FROM c;
FETCH FORWARD ALL FROM c;
FETCH BACKWARD ALL FROM c;
CALL fails('DELETE FROM w WHERE CURRENT OF c'); -- ERROR
CALL fails('UPDATE native SET n = 0 WHERE CURRENT OF c'); -- ERROR
COMMIT;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT city FROM w;
FETCH 1 FROM held;
COMMIT;
FETCH ALL FROM held;
CLOSE held;

-- System columns and whole rows
SELECT tableoid::regclass, w, (w).city, w.*::text FROM w;
SELECT row_to_json(w) FROM w;
SELECT count(w) FROM w WHERE w IS NOT NULL;
SELECT a FROM w AS a, w AS b WHERE a = b;
CALL fails('SELECT ctid FROM w'); -- ERROR
CALL fails('SELECT count(*) FROM w AS x JOIN w AS y ON x.city = y.city AND x.ctid < y.ctid'); -- ERROR
CALL fails('SELECT city FROM observations WHERE xmin IS NOT NULL'); -- ERROR
SELECT city FROM observations WHERE xmin IS NOT NULL AND n = 9;

-- Everywhere a query may stand
CREATE TABLE made AS TABLE w;
SELECT * INTO TEMPORARY made_too FROM w WHERE false;
COPY (SELECT * FROM w ORDER BY city DESC) TO STDOUT WITH (FORMAT csv, HEADER);
WITH twice AS MATERIALIZED (SELECT * FROM w) SELECT * FROM twice AS x JOIN twice AS y ON x.n = y.n + 1;
WITH once AS (SELECT * FROM w), changed AS (INSERT INTO native SELECT city || '!', temp, n FROM once RETURNING n)
    SELECT sum(n) FROM changed;
SELECT city, lag(temp) OVER (ORDER BY n), grouping(city) FROM w GROUP BY ROLLUP ((city, temp, n)) ORDER BY city;
SELECT x.city, y.max FROM w AS x, LATERAL (SELECT max(temp) FROM observations AS o WHERE o.n > x.n) AS y ORDER BY 1;
SELECT n FROM w UNION SELECT n FROM child INTERSECT SELECT n FROM native ORDER BY 1;
SELECT city FROM w WHERE n = ANY (ARRAY(SELECT n FROM child)) ORDER BY city;
SELECT city FROM w ORDER BY temp DESC FETCH FIRST 1 ROW WITH TIES;
SELECT string_agg(city, ',' ORDER BY n DESC) FILTER (WHERE temp > 0) FROM w;
CREATE STATISTICS together ON city, n FROM w;

-- EXPLAIN in all its forms
SELECT * FROM plan('SELECT city FROM w WHERE n > 1', 'COSTS OFF, FORMAT YAML');
SELECT * FROM plan('SELECT city FROM w WHERE n > 1', 'COSTS OFF, FORMAT XML');
SELECT * FROM plan('SELECT city FROM w WHERE n > 1', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, VERBOSE, FORMAT JSON');

-- Planner's switches, parallel plans (story: parallel scan returned zero rows) and JIT change no rows
CREATE TABLE switches (name text);
INSERT INTO switches SELECT name FROM pg_settings WHERE name LIKE 'enable\_%';
CREATE TABLE results (switch text, rows text);
DO $$
DECLARE
    switch text;
    statement CONSTANT text := $s$
        SELECT string_agg(s::text, ';' ORDER BY s) FROM (
            SELECT w.city, o.temp, native.n, count(*) FROM w JOIN observations AS o USING (n)
              LEFT JOIN native ON native.n = o.n GROUP BY 1, 2, 3) AS s$s$;
    answer text;
BEGIN
    FOR switch IN SELECT name FROM switches LOOP
        FOR value IN 0..1 LOOP
            PERFORM set_config(switch, value::text, true);
            EXECUTE statement INTO answer;
            INSERT INTO results VALUES (switch, answer);
        END LOOP;
        EXECUTE 'RESET ' || switch;
    END LOOP;
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET force_parallel_mode = on;
INSERT INTO native SELECT 'city ' || i, i, i % 10 FROM generate_series(1, 1000) AS i;
ANALYZE native;
SELECT * FROM plan('SELECT native.n, count(*) FROM native JOIN w ON w.n = native.n GROUP BY native.n');
SELECT native.n, count(*) FROM native JOIN w ON w.n = native.n GROUP BY native.n ORDER BY 1;
-- ... also where a worker runs a function that reads it
CREATE FUNCTION warmer_than(float8) RETURNS bigint LANGUAGE sql PARALLEL SAFE AS $$ SELECT count(*) FROM weather_test.w WHERE temp > $1 $$;
SELECT sum(warmer_than(n)) FROM native WHERE n < 10;
RESET force_parallel_mode;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
SET jit_above_cost = 0;
SET jit_inline_above_cost = 0;
SET jit_optimize_above_cost = 0;
SELECT city, temp * 2 FROM w WHERE temp + n > 0 ORDER BY city;
RESET jit_optimize_above_cost;
RESET jit_inline_above_cost;
RESET jit_above_cost;
SELECT rows, count(*) = 2 * (SELECT count(*) FROM switches) AS all_of_them FROM results GROUP BY rows;

-- Savepoints and errors between
BEGIN;
SAVEPOINT s;
CALL fails('SELECT 1 / (n - 1) FROM w'); -- ERROR
SELECT count(*) FROM w;
ROLLBACK TO s;
INSERT INTO native SELECT city || '?', temp, n FROM w;
RELEASE s;
SELECT count(*) FROM native WHERE city LIKE '%?';
ROLLBACK;

-- A procedure that commits, or takes back, at each row that it reads
CREATE TABLE log (n integer);
CREATE PROCEDURE at_each_row(command text) LANGUAGE plpgsql AS $$
DECLARE
    observation record;
BEGIN
    FOR observation IN SELECT * FROM parent ORDER BY n LOOP
        BEGIN
            INSERT INTO log VALUES (observation.n);
            PERFORM 1 / (observation.n - 1);
        EXCEPTION WHEN division_by_zero THEN
            NULL;
        END;
        IF command = 'commit' THEN
            COMMIT;
        ELSE
            ROLLBACK;
        END IF;
    END LOOP;
END $$;
CALL at_each_row('rollback');
CALL at_each_row('commit');
SELECT * FROM log;

-- A role's change within a transaction, a function of another's
CREATE ROLE weather_reader_of_world;
GRANT USAGE ON SCHEMA weather_test TO weather_reader_of_world;
CREATE FUNCTION warmest() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = weather_test
    AS $$ SELECT city FROM w ORDER BY temp DESC LIMIT 1 $$;
GRANT SELECT ON renamed TO weather_reader_of_world;
GRANT SELECT (n) ON w TO weather_reader_of_world;
SET ROLE weather_reader_of_world;
SELECT warmest();
SELECT place FROM renamed;
SELECT max(n) FROM w;
SELECT city FROM w; -- ERROR
SELECT w FROM w; -- ERROR
ANALYZE w; -- skipped
RESET ROLE;
DROP OWNED BY weather_reader_of_world;
DROP ROLE weather_reader_of_world;

\i :abs_srcdir/sql/include/epilogue.psql
