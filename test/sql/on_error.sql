--
-- What becomes of errors: on_error, reject_limit, log_verbosity, the column metadata 'error', and of
-- columns on_error, on_empty, default and null_values.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
SET client_min_messages = notice;

-- A table over DIR/<file>, made anew.
CREATE PROCEDURE over(file text, columns text DEFAULT 'city text, temp float8', options text DEFAULT '')
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('w') IS NOT NULL THEN DROP FOREIGN TABLE w; END IF;
    EXECUTE format('CREATE FOREIGN TABLE w (%s) SERVER weather_test OPTIONS (filename %L%s)', columns,
                   (SELECT name FROM directory) || '/' || file, CASE WHEN options <> '' THEN ', ' || options ELSE '' END);
END $$;

-- options that make no sense
SELECT option, try('text', '"x"', '', option) AS "of a table"
  FROM unnest(ARRAY[$$reject_limit '5'$$, $$reject_limit '5', on_error 'stop'$$, $$reject_limit '5', on_error 'set_null'$$,
                    $$reject_limit '0', on_error 'ignore'$$, $$reject_limit '-1', on_error 'ignore'$$,
                    $$reject_limit 'x', on_error 'ignore'$$, $$reject_limit '99999999999999999999', on_error 'ignore'$$,
                    $$reject_limit '1', on_error 'ignore'$$, $$log_verbosity 'loud'$$]) AS option;
SELECT option, try('integer', '"x"', option) AS "of a column"
  FROM unnest(ARRAY[$$default '1'$$, $$on_error 'default'$$, $$on_empty 'default'$$, $$on_error 'stop'$$,
                    $$default 'x', on_error 'default'$$, $$null_values '{NA'$$, $$null_values '{}'$$,
                    $$metadata 'line', on_error 'null'$$, $$metadata 'line', null_values 'x'$$,
                    $$on_error 'default', default '7'$$, $$on_error 'null'$$, $$on_error 'error'$$]) AS option;
CREATE SERVER limited FOREIGN DATA WRAPPER weather_fdw OPTIONS (reject_limit '1', on_error 'stop'); -- ERROR
CREATE SERVER limited FOREIGN DATA WRAPPER weather_fdw OPTIONS (on_error 'ignore', reject_limit '1', log_verbosity 'silent');
DROP SERVER limited;

-- one dirty file, with every kind of error between good rows
CALL put_bytes('dirty.json', convert_to(
  E'{"id":1,"city":"A","temp":1,"day":"2022-03-14","note":"x"}\n'
  '{"id":2,"city":"B","temp":"warm"}\n'                  -- a bad value, for an input function
  '{"id":3,"city":"C","temp":true}\n'                    -- ... of the wrong kind
  '{"id":4,"city":"D","day":"2022-02-30"}\n'             -- ... out of range
  '{"id":5,"city":null,"temp":5}\n'                      -- no key
  '{"cod":"404","message":"city not found"}\n'           -- an error message of an API
  '{"id":7,"city":"G" "temp":7}\n'                       -- malformed
  '{"id":8,"city":"H","temp":8'                          -- cut off by the end of the line
  '\n'
  '<html>\n'                                             -- no JSON at all
  '{"id":10,"city":"J","temp":10}TRAILER\n'              -- story: {"a":2}TRAILER accepted under ignore_errors
  '\n'
  '{"id":11,"city":"K\\ud800","temp":11}\n'              -- half of a surrogate pair
  '{"id":12,"city":"L","temp":12,"note":"\\u0000"}\n'    -- NUL
  '{"id":1.5,"city":"M","temp":13}\n'
  '{"id":14,"city":"', 'UTF8') || '\xFC'::bytea || convert_to(E'","temp":14}\n'   -- Latin 1
  '{"id":15,"city":"O","temp":1e999}\n'
  '{"id":16,"city":"P","temp":16,"mood":"sad"},,{"id":17,"city":"Q"}\n'
  '{"id":18,"city":"R","temp":18,"mood":"elated"}\n'     -- no value of the enum
  '{"id":19,"city":"S","temp":19,"range":"[3,1]"}\n'
  '{"id":20,"city":"T","temp":20', 'UTF8'));
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
SELECT $$id positive, city text OPTIONS (on_empty 'error'), temp float8, day date, note text, mood mood,
         range int4range$$ AS columns \gset
CALL over('dirty.json', :'columns');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('dirty.json', :'columns', $$on_error 'ignore'$$);
SELECT id, city, temp FROM w;
-- story: good rows lost after a bad one; story: ignored bad records came back as all-NULL rows. The same
-- rows, whatever the query reads
CREATE FUNCTION answers(query text) RETURNS text LANGUAGE plpgsql SET client_min_messages = warning AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
END $$;
SELECT query, answers(query)
  FROM unnest(ARRAY['SELECT count(*) FROM w', 'SELECT count(id) FROM w', 'SELECT count(city) FROM w',
                    'SELECT count(1) FROM w WHERE temp IS NULL OR temp IS NOT NULL', 'SELECT count(note) FROM w',
                    'SELECT count(DISTINCT city) FROM w', 'SELECT sum(id) FROM w', 'SELECT max(id), min(id) FROM w',
                    'SELECT avg(id) FROM w WHERE city > ''A''', 'SELECT count(*) FROM w WHERE mood = ''sad''',
                    'SELECT string_agg(city, '''' ORDER BY city) FROM w', 'SELECT string_agg(id::text, '','') FROM w',
                    'SELECT id FROM w LIMIT 1', 'SELECT city FROM w OFFSET 1 LIMIT 1', 'SELECT city FROM w OFFSET 2 LIMIT 1',
                    'SELECT count(*) FROM (SELECT FROM w LIMIT 2) AS x', 'SELECT count(*) FROM (SELECT FROM w OFFSET 1) AS x',
                    'SELECT temp FROM w WHERE city = ''P''', 'SELECT city FROM w WHERE temp = 16', 'SELECT count(w) FROM w',
                    'SELECT count(*) FROM w AS x, w AS y', 'SELECT count(*) FROM w NATURAL JOIN w AS y WHERE false',
                    'SELECT count(*) FROM w AS x JOIN w AS y USING (id)', 'SELECT count(range) FROM w',
                    'SELECT (SELECT count(*) FROM w AS y WHERE y.id <= x.id) FROM w AS x WHERE city = ''P''',
                    'SELECT count(*) FROM w WHERE id IN (SELECT id FROM w)', 'SELECT count(day) FROM w',
                    'SELECT every(temp > 0) FROM w', 'SELECT count(*) FILTER (WHERE temp > 5) FROM w',
                    'SELECT array_agg(id ORDER BY id) FROM w', 'SELECT max(city) FROM w GROUP BY id IS NULL',
                    'SELECT count(*) FROM w WHERE note = ''x''']) AS query;
SELECT * FROM plan('SELECT count(*) FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');

-- fault 1: the limit
ALTER FOREIGN TABLE w OPTIONS (ADD reject_limit '18');
CALL fails('SELECT * FROM w'); -- ERROR
ALTER FOREIGN TABLE w OPTIONS (SET reject_limit '17');
CALL fails('SELECT count(*) FROM w'); -- ERROR
SELECT count(*) FROM (SELECT FROM w LIMIT 1) AS first;
ALTER FOREIGN TABLE w OPTIONS (SET reject_limit '100');
SELECT count(*) FROM w AS x, w AS y; -- a rescan counts anew
-- what is said
ALTER FOREIGN TABLE w OPTIONS (ADD log_verbosity 'silent');
SELECT count(*) FROM w;

-- rejects as rows
CALL over('dirty.json', :'columns' || $$, line bigint OPTIONS (metadata 'line'), n integer OPTIONS (for_ordinality 'true'),
                                          raw text OPTIONS (metadata 'raw'), error text OPTIONS (metadata 'error')$$);
SELECT n, line, id, city, anonymous(error) AS error, raw FROM w;
SELECT count(*), count(error), count(id) FROM w;
CALL over('dirty.json', :'columns' || $$, error jsonb OPTIONS (metadata 'error'), raw jsonb OPTIONS (metadata 'raw'),
                                          rest jsonb OPTIONS (metadata 'rescued')$$);
SELECT error ->> 'sqlstate' AS sqlstate, error ->> 'column' AS "column", jsonb_typeof(raw) AS raw, rest FROM w;
-- ... whatever on_error says; the limit counts them too
ALTER FOREIGN TABLE w OPTIONS (ADD on_error 'ignore', ADD reject_limit '18');
CALL fails('SELECT * FROM w'); -- ERROR
ALTER FOREIGN TABLE w OPTIONS (SET on_error 'set_null', DROP reject_limit);
SELECT count(*), count(error) FROM w;
ALTER FOREIGN TABLE w ALTER COLUMN city SET NOT NULL;
SELECT 1 FROM w; -- ERROR

-- set_null: values only. Story: one bad field nulled its whole row
CALL over('dirty.json', :'columns', $$on_error 'set_null'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('values.json', E'{"a":"x","b":"y","c":"z","d":[1,"x"]}\n{"a":1,"b":2,"c":3,"d":[1]}\n{"a":null,"b":"-1"}\n');
CALL over('values.json', 'a integer, b positive, c text, d integer[]', $$on_error 'set_null'$$);
SELECT * FROM w;
SELECT c FROM w;
SELECT * FROM plan('SELECT c FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
ALTER FOREIGN TABLE w ALTER COLUMN a SET NOT NULL;
CALL fails('SELECT * FROM w'); -- ERROR
CREATE DOMAIN present AS integer NOT NULL;
CALL over('values.json', 'a text, b present', $$on_error 'set_null'$$);
CALL fails('SELECT * FROM w'); -- ERROR
-- the column's word counts before the table's
CALL over('values.json', $$a integer OPTIONS (on_error 'error'), b integer$$, $$on_error 'set_null'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('values.json', $$a integer OPTIONS (on_error 'null'), b positive OPTIONS (on_error 'default', default '9'),
                           d integer[] OPTIONS (on_error 'default', on_empty 'default', default '{0}')$$);
SELECT * FROM w;
CALL over('values.json', $$a integer OPTIONS (on_error 'null'), b integer$$, $$on_error 'ignore'$$);
SELECT * FROM w;
-- a default is a value of the type, and of the domain
CALL over('values.json', $$b positive OPTIONS (on_error 'default', default '-9')$$);
SELECT * FROM w; -- ERROR
CALL over('values.json', $$b integer OPTIONS (on_empty 'default', default 'nine')$$);
SELECT * FROM w; -- ERROR
CALL over('values.json', $$b integer OPTIONS (on_error 'null') NOT NULL$$);
CALL fails('SELECT * FROM w'); -- ERROR

-- null_values: of strings by their characters, of numbers by their value
CALL put('nulls.json', '{"a":"NA","b":1,"c":["--",3]} {"a":-9999,"b":2} {"a":-9999.0,"b":3} {"a":-99.99E2,"b":4} {"a":"-9999","b":5} '
                       '{"a":"-9999.0","b":6} {"a":"","b":7} {"a":" ","b":8} {"a":"n\u0061","b":9} {"a":7,"b":10} {"a":false,"b":"NA"}');
CALL over('nulls.json', $$a text OPTIONS (null_values '{NA,--,"",-9999,na}'), b text,
                          c integer[] OPTIONS (null_values '{--}')$$);
SELECT * FROM w;
CALL over('nulls.json', $$a text OPTIONS (null_values 'NA', on_empty 'default', default 'none'), b text$$);
SELECT * FROM w LIMIT 1;
CALL over('nulls.json', $$a text OPTIONS (path '{$.a,$.b}', null_values '{NA,-9999}'), b text$$);
SELECT a FROM w;
CALL over('nulls.json', $$a text OPTIONS (null_values 'NA', on_empty 'error'), b text$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('nulls.json', $$a text OPTIONS (null_values 'NA') NOT NULL$$);
CALL fails('SELECT * FROM w'); -- ERROR

-- resync: objects over several lines, one of them malformed
CALL put('pretty.json', E'{\n  "id": 1,\n  "x": {\n    "y": 1\n  }\n}\n{\n  "id": 2\n  "x": {\n    "y": 2\n  }\n}\n{\n  "id": 3\n}\n');
CALL over('pretty.json', $$id integer, line integer OPTIONS (metadata 'line'), raw text OPTIONS (metadata 'raw'),
                           error text OPTIONS (metadata 'error')$$);
SELECT id, line, anonymous(error) AS error, raw FROM w;
CALL put('array.json', E'[\n  {"id": 1},\n  {"id": 2 "x"},\n  {"id": 3},\n]\n');
CALL over('array.json', $$id integer, line integer OPTIONS (metadata 'line'), raw text OPTIONS (metadata 'raw'),
                           error text OPTIONS (metadata 'error')$$);
SELECT id, line, anonymous(error) AS error, raw FROM w;
CALL over('array.json', 'id integer', $$on_error 'ignore'$$);
SELECT * FROM w;
SELECT * FROM plan('SELECT * FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
-- an envelope: rows before the break stand, and the break is one reject
CALL put('envelope.json', E'{"city": "Oslo", "list": [{"id": 1}, {"id": "x"}, {"id": 3}, {"id": 4 "b"}, {"id": 5}], "country": "NO"}\n'
                          '{"city": "Rome", "list": [{"id": 6}], "country": "IT"}\n');
CALL over('envelope.json', $$city text OPTIONS (document_path '$.city'), country text OPTIONS (document_path '$.country'), id integer,
                             n integer OPTIONS (for_ordinality 'true'), error text OPTIONS (metadata 'error')$$, $$row_path '$.list[*]'$$);
SELECT city, country, id, n, anonymous(error) AS error FROM w;
CALL over('envelope.json', $$id integer$$, $$row_path '$.list[*]', on_error 'ignore', framing 'concatenated'$$);
SELECT * FROM w;
-- parallel arrays: a bad element costs its row
CALL put('columns.json', '{"time": ["2022-03-14", "yesterday", "2022-03-16"], "temp": [1, 2, "x"]}');
CALL over('columns.json', 'time date, temp float8', $$orient 'columns', on_error 'ignore'$$);
SELECT * FROM w;
CALL over('columns.json', 'time date, temp float8', $$orient 'columns', on_error 'set_null'$$);
SELECT * FROM w;
-- in a parallel query, too, where there can be no subtransaction
SET client_min_messages = warning;
CREATE TABLE native AS SELECT i AS id FROM generate_series(1, 20000) AS i;
ANALYZE native;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2; SET enable_nestloop = off;
CALL over('dirty.json', :'columns', $$on_error 'ignore'$$);
SELECT count(*), sum(n.count) FROM (SELECT count(*) FROM native WHERE id % 2 = 0) AS n, w; -- Gather below
RESET enable_nestloop; RESET max_parallel_workers_per_gather; RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
-- in a cursor, around savepoints
BEGIN;
DECLARE c CURSOR FOR SELECT city FROM w;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH 2 FROM c;
COMMIT;

\i :abs_srcdir/sql/include/epilogue.psql
