--
-- weather.files() and weather.fingerprint(). (Who may call them: test/t/015_access.pl.)
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

\set command 'mkdir -p ' :dir '/in/deep; mkfifo ' :dir '/in/a_fifo; touch -d 2022-03-14T22:10:41.5Z ' :dir '/in/3.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL put('in/2.json', '{"n":2}');
CALL put('in/1.json', '123456789');
CALL put('in/_partial', '{}');
CALL put('in/deep/4.json', '{}');
\set in :dir /in
\set one :dir /in/1.json
\set missing :dir /in/missing.json
\set none :dir '/in/*.none'
\set fifo :dir /in/a_fifo
CREATE FOREIGN TABLE d (n integer) SERVER weather_test OPTIONS (files :'in');
CREATE FOREIGN TABLE f (n integer) SERVER weather_test OPTIONS (filename :'one');
CREATE FOREIGN TABLE missing (n integer) SERVER weather_test OPTIONS (filename :'missing');
CREATE FOREIGN TABLE none (n integer) SERVER weather_test OPTIONS (files :'none');
CREATE FOREIGN TABLE fifo (n integer) SERVER weather_test OPTIONS (filename :'fifo');
CREATE FOREIGN TABLE p (n integer) SERVER weather_test OPTIONS (program 'echo {}');
CREATE VIEW v AS SELECT * FROM d;
CREATE TABLE parent (n integer) PARTITION BY LIST (n);
CREATE FUNCTION sum_of(relation regclass, file text, length bigint) RETURNS text
RETURN weather.fingerprint(relation, (SELECT name FROM directory) || '/in/' || file, length);

-- The files that a scan would read, in its order
SELECT anonymous(path) AS path, size, mtime > now() - interval '1 hour' AS is_new FROM weather.files('d');
SELECT mtime FROM weather.files('d') WHERE path LIKE '%3.json';
SELECT anonymous(path) AS path, size FROM weather.files('f');
SELECT count(*) FROM weather.files('none');
CALL fails('SELECT * FROM weather.files(''missing'')');

-- CRC-32C (of 123456789 it is e3069283), of the first bytes
SELECT sum_of('f', '1.json', 9), sum_of('d', '1.json', 9), sum_of('d', '1.json', 3), sum_of('d', '1.json', 0);

-- fault 9: a file that became shorter, or is gone, has no fingerprint
SELECT sum_of('f', '1.json', 10), sum_of('missing', 'missing.json', 1), sum_of('none', '1.none', 0);

-- Only of files that the table reads
SELECT sum_of('d', '_partial', 2), sum_of('d', 'deep/4.json', 2), sum_of('d', '../in/1.json', 9), sum_of('f', '2.json', 1);
SELECT weather.fingerprint('d', '/etc/passwd', 1);

-- fault 18: a FIFO is refused at once
CALL fails('SELECT * FROM weather.files(''fifo'')');
CALL fails('SELECT sum_of(''fifo'', ''a_fifo'', 1)');

-- What is no foreign table of this wrapper, or has no files
CALL fails('SELECT * FROM weather.files(''v'')');
CALL fails('SELECT * FROM weather.files(''parent'')');
CALL fails('SELECT * FROM weather.files(''directory'')');
CALL fails('SELECT * FROM weather.files(''p'')');
CALL fails('SELECT sum_of(''p'', '''', 1)');
CALL fails('SELECT sum_of(''f'', ''1.json'', -1)');
SELECT * FROM weather.files(NULL);

\i :abs_srcdir/sql/include/epilogue.psql
