--
-- Options: what CREATE and ALTER take, what they refuse, and with which hint.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- neither the wrapper nor a user mapping has any
ALTER FOREIGN DATA WRAPPER weather_fdw OPTIONS (ADD framing 'lines'); -- ERROR
CREATE USER MAPPING FOR CURRENT_USER SERVER weather_test OPTIONS (user 'x'); -- ERROR

-- story: mistyped key silently means 'auto'. Unknown ones, in each place; a column's option is none of a table's
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (host 'x'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (filename '/x.json'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (allowed_directories '{/srv,srv}'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (allowed_directories '/srv/../etc'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (allowed_directories '{}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x', allowed_directories '/'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', fraiming 'lines'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', path '$.a'); -- ERROR
CREATE FOREIGN TABLE t (a integer OPTIONS (paht '$.a')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a integer OPTIONS (framing 'lines')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS ("Filename" '/x.json'); -- ERROR

-- those of COPY's CSV, by name
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', header 'true'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', delimiter ','); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', quote ''''); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', escape '\'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', "null" ''); -- ERROR

-- where to read from: one place, and an absolute one
CREATE FOREIGN TABLE t (a integer) SERVER weather_test; -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (framing 'lines'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', files '/x'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', program 'true'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '/x', program 'true'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename 'x.json'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename ''); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '*.json'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{/a/x.json,y.json}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '/a/*/../x.json'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{/a/x.json,/a/*/}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{/a,NULL}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{{/a},{/b}}'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (files '{/a'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (program ''); -- ERROR

-- values of a choice; none is guessed at
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (framing 'line'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (framing 'LINES'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (compression 'bzip2'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (on_error 'skip'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (empty_rows ''); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', format 'csv'); -- ERROR
CREATE FOREIGN TABLE t (a integer) SERVER weather_test OPTIONS (filename '/x.json', orient 'column'); -- ERROR
CREATE FOREIGN TABLE t (a integer OPTIONS (for_ordinality '')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a date OPTIONS (epoch 'seconds')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a text OPTIONS (metadata 'path')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a text OPTIONS (on_empty 'skip')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR

-- sizes
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size 'big'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size '0'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size '-1'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size '257MB'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size '3GB'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size '16 mb'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (maximum_object_size ''); -- ERROR

-- zones: by name; a POSIX specification would count its hours the other way round
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone 'Mars/Olympus'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone 'UTC+9'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone 'JST9'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone '+09'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone '<+09>-9'); -- ERROR
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (timezone ''); -- ERROR
CREATE FOREIGN TABLE t (a timestamptz OPTIONS (timezone 'CEST')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a timestamptz OPTIONS (datetime_format '')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR

-- paths, with the place of the mistake
SELECT path, try('text', '{}', format('path %L', path)) AS error
  FROM unnest(ARRAY['temp', '', '$.', '$.a..b', '$a', '$.a[', '$.a[x]', '$.a[-1]', '$.a[1', '$.a[1,2]',
                    '$.a["b"]', '$.a[99999999999]', '$."a', '$."a\x"', '$."\ud83c"', '$.a b', '$.a ',
                    ' $.a', '$..a', '$.a.*', '$.*', '$.a ? (@ > 1)', 'lax $.a', '$.a.size()', '{$.a,b}',
                    '{}', '{NULL}', '{$.a', '$.''a''', '$.é.', '$[last]']) AS path;

-- contradictions within a column
SELECT option, try('text', '"x"', option) AS error
  FROM unnest(ARRAY[$$metadata 'filename', path '$.a'$$, $$metadata 'mtime', epoch 's'$$,
                    $$datetime_format 'YYYY', metadata 'line'$$, $$metadata 'mtime', timezone 'UTC'$$,
                    $$metadata 'offset', on_empty 'error'$$, $$path '$.a', path '$.b'$$]) AS option;

-- what needs a certain type shows when a query is planned, for the validator does not see types
SELECT type, option, try(type, '"2022-03-14"', option) AS error
  FROM (VALUES ('integer', $$metadata 'filename'$$), ('timestamptz(0)', $$metadata 'mtime'$$),
               ('information_schema.cardinal_number', $$metadata 'line'$$), ('varchar', $$metadata 'filename'$$),
               ('timestamp', $$metadata 'mtime'$$), ('numeric', $$metadata 'offset'$$),
               ('smallint', $$metadata 'line'$$), ('text', $$epoch 's'$$), ('time', $$epoch 's'$$),
               ('text', $$datetime_format 'YYYY'$$), ('timestamp', $$timezone 'UTC'$$),
               ('date', $$timezone 'UTC'$$), ('text', $$path '$.v[*]'$$),
               ('text', $$path '{$.v,$.w[*].x}'$$)) AS t (type, option);

-- ... even where the query does not read the column, and for EXPLAIN too
CREATE FOREIGN TABLE t (a text OPTIONS (epoch 's'), b text) SERVER weather_test OPTIONS (filename '/nowhere/x.json');
SELECT b FROM t; -- ERROR
EXPLAIN SELECT b FROM t; -- ERROR
DROP FOREIGN TABLE t;

-- a generated column
CREATE FOREIGN TABLE t (a integer, b integer GENERATED ALWAYS AS (a + 1) STORED) SERVER weather_test OPTIONS (filename '/nowhere/x.json');
SELECT a FROM t; -- ERROR
DROP FOREIGN TABLE t;

-- each value that is valid
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw
    OPTIONS (framing 'auto', compression 'auto', on_error 'stop', empty_rows 'error', timezone 'UTC',
             maximum_object_size '16MB');
ALTER SERVER other OPTIONS (SET framing 'lines', SET compression 'none', SET empty_rows 'null',
                            SET timezone 'Asia/Ho_Chi_Minh', SET maximum_object_size '1');
ALTER SERVER other OPTIONS (SET framing 'ndjson', SET compression 'gzip', SET timezone 'Etc/GMT+9',
                            SET maximum_object_size '256MB');
ALTER SERVER other OPTIONS (SET framing 'newline_delimited', SET compression 'zstd', SET timezone 'EST5EDT',
                            SET maximum_object_size '268435456');
ALTER SERVER other OPTIONS (SET framing 'concatenated', SET maximum_object_size '64kB');
ALTER SERVER other OPTIONS (SET framing 'unstructured', DROP compression, DROP maximum_object_size);
ALTER SERVER other OPTIONS (SET framing 'array');
ALTER SERVER other OPTIONS (ADD framing 'array'); -- ERROR
ALTER SERVER other OPTIONS (SET nothing 'x'); -- ERROR
CREATE FOREIGN TABLE t (
    a timestamptz OPTIONS (path '{$.a,$.b}', epoch 's', timezone 'Europe/London', on_empty 'null'),
    b timestamptz OPTIONS (epoch 'ms', on_empty 'error'),
    c timestamp   OPTIONS (epoch 'us', datetime_format 'DD.MM.YYYY HH24:MI'),
    d text        OPTIONS (metadata 'filename'),
    e timestamptz OPTIONS (metadata 'mtime'),
    f bigint      OPTIONS (metadata 'offset'),
    g bigint      OPTIONS (metadata 'line'),
    h bigint      OPTIONS (metadata 'size'),
    i text        OPTIONS (metadata 'key'),
    j text        OPTIONS (metadata 'raw'),
    k jsonb       OPTIONS (metadata 'rescued'),
    l integer     OPTIONS (for_ordinality 'true'),
    m timestamptz OPTIONS (document_path '{$.a,$.days.*.b}', epoch 's', timezone 'Europe/London', on_empty 'error'))
    SERVER other OPTIONS (filename '/nowhere/x.json', format 'json', framing 'lines', timezone 'UTC',
                          row_path '$.days.*', orient 'records');
EXPLAIN (COSTS OFF) SELECT a FROM t;
ALTER FOREIGN TABLE t OPTIONS (SET orient 'columns');
ALTER FOREIGN TABLE t OPTIONS (SET orient 'split', ADD header_path '$.names');
ALTER FOREIGN TABLE t OPTIONS (DROP orient, DROP header_path);

-- ALTER is checked as CREATE is
ALTER FOREIGN TABLE t OPTIONS (ADD files '/nowhere'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (DROP filename); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (SET framing 'wrong'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (ADD empty_rows 'maybe'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (SET row_path '$.days['); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (ADD orient 'split'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (ADD header_path '$.names'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (DROP row_path, ADD orient 'split', ADD header_path '$.names'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN a OPTIONS (ADD metadata 'line'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN a OPTIONS (SET path 'a'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN a OPTIONS (ADD document_path '$.a'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN l OPTIONS (ADD path '$.l'); -- ERROR
ALTER FOREIGN TABLE t ALTER COLUMN m OPTIONS (SET document_path '$.'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (DROP filename, ADD files '{/nowhere/a*.json,"/nowhere/with,comma"}');
ALTER FOREIGN TABLE t OPTIONS (DROP files, ADD program 'echo');
ALTER FOREIGN TABLE t OPTIONS (DROP framing, DROP format);
ALTER FOREIGN TABLE t ALTER COLUMN a OPTIONS (DROP path, DROP epoch, DROP timezone, DROP on_empty);
ALTER FOREIGN TABLE t ALTER COLUMN a OPTIONS (ADD path '$."odd, name"');
SELECT attname, attfdwoptions FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum;
SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = 't'::regclass;

-- the server's defaults count where the table says nothing
CALL put('zone.json', '{"at": "2022-07-01 12:00:00"}');
\set path :dir /zone.json
ALTER SERVER other OPTIONS (SET framing 'lines', SET timezone 'Asia/Ho_Chi_Minh');
CREATE FOREIGN TABLE zone (at timestamptz, at_place timestamptz OPTIONS (path '$.at', timezone 'America/New_York'))
    SERVER other OPTIONS (filename :'path');
SELECT * FROM zone;
ALTER FOREIGN TABLE zone OPTIONS (ADD timezone 'Europe/London');
SELECT * FROM zone;
ALTER FOREIGN TABLE zone ALTER at_place OPTIONS (DROP timezone);
SELECT * FROM zone;
SELECT * FROM plan('SELECT * FROM zone');
ALTER FOREIGN TABLE zone OPTIONS (ADD framing 'array');
SELECT * FROM plan('SELECT * FROM zone');
CALL fails('SELECT * FROM zone'); -- ERROR
ALTER FOREIGN TABLE zone OPTIONS (SET framing 'auto', DROP timezone);
ALTER SERVER other OPTIONS (DROP timezone);
CALL fails('SELECT * FROM zone'); -- ERROR
ALTER SERVER other OPTIONS (SET empty_rows 'error');
CREATE FOREIGN TABLE nothing (nowhere text) SERVER other OPTIONS (filename :'path');
CALL fails('SELECT * FROM nothing'); -- ERROR
ALTER SERVER other OPTIONS (SET empty_rows 'null');
SELECT * FROM nothing;
ALTER SERVER other OPTIONS (ADD maximum_object_size '28');
CALL fails('SELECT * FROM nothing'); -- ERROR
ALTER FOREIGN TABLE nothing OPTIONS (ADD maximum_object_size '29');
SELECT * FROM nothing;

-- it is a source, not a target
INSERT INTO nothing VALUES ('x'); -- ERROR
UPDATE nothing SET nowhere = 'x'; -- ERROR
DELETE FROM nothing; -- ERROR
TRUNCATE nothing; -- ERROR

DROP SERVER other CASCADE;
\i :abs_srcdir/sql/include/epilogue.psql
