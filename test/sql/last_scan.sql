--
-- weather.last_scan() and weather.last_scan_files(): what the engine counted.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
SET client_min_messages = warning;

SELECT name || '/*.json' AS files FROM directory \gset
CALL put('a.json', E'{"a":1}\n{"a":"x"}\n{"a":3}\n{"a":');
CALL put('b.json', E'[\n{"a":4}\n]');
CALL put('c.json', '');
CREATE FOREIGN TABLE w (a integer) SERVER weather_test OPTIONS (files :'files', on_error 'ignore');
SELECT * FROM weather.last_scan('w');
SELECT * FROM w;
SELECT foreign_table, files, documents, documents_without_rows, rows, rejects, bytes, next_offset FROM weather.last_scan('w');
SELECT anonymous(path) AS path, size, documents, rows, rejects, bytes, next_offset, complete FROM weather.last_scan_files('w');
SELECT bool_and(mtime > now() - interval '1 day'), count(fingerprint) FROM weather.last_scan_files('w');
-- fingerprints, if they are asked for
SET weather_fdw.fingerprints = on;
SELECT count(*) FROM w;
SELECT bool_and(fingerprint = weather.fingerprint('w', path, size)), count(fingerprint) FROM weather.last_scan_files('w');
RESET weather_fdw.fingerprints;
-- what is left unread is not complete; rejects that only an input function finds are counted as well
SELECT a FROM w LIMIT 1;
SELECT anonymous(path) AS path, rows, complete FROM weather.last_scan_files('w');
-- of a join with rescans, the last pass
SELECT count(*) FROM w AS x, w AS y;
SELECT files, rows, rejects FROM weather.last_scan('w');
-- nothing of it is undone by an error
BEGIN;
SELECT count(*) FROM w;
ROLLBACK;
SELECT files, rows FROM weather.last_scan('w');
-- rows below documents
CALL put('d.json', E'{"l":[{"a":1},{"a":2}]}\n{"l":[]}\n{}\n');
SELECT name || '/d.json' AS path FROM directory \gset
CREATE FOREIGN TABLE d (a integer) SERVER weather_test OPTIONS (filename :'path', row_path '$.l[*]');
SELECT count(*) FROM d;
SELECT documents, documents_without_rows, rows, next_offset FROM weather.last_scan('d');
CREATE FOREIGN TABLE p (a integer) SERVER weather_test OPTIONS (program 'echo ''{"a":1}''');
SELECT * FROM p;
SELECT * FROM weather.last_scan_files('p');
-- privileges
CREATE ROLE regress_nobody;
GRANT USAGE ON SCHEMA weather, weather_test TO regress_nobody;
SET ROLE regress_nobody;
SELECT * FROM weather.last_scan('weather_test.w'); -- ERROR
RESET ROLE;
GRANT EXECUTE ON FUNCTION weather.last_scan(regclass) TO regress_nobody;
SET ROLE regress_nobody;
SELECT * FROM weather.last_scan('weather_test.w'); -- ERROR
RESET ROLE;
DROP OWNED BY regress_nobody;
DROP ROLE regress_nobody;

\i :abs_srcdir/sql/include/epilogue.psql
