--
-- Failure stories of other readers that no other test tells; test/README.md says where the others are.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- story: late key dropped, 30,000 values gone. A column is declared, wherever its key first appears; and
-- what no column reads is there to be counted
SELECT string_agg(format(E'{"n":%s%s}\n', i, CASE WHEN i > 30000 THEN ',"late":' || i || ',"later":{}' END), '') AS lines
  FROM generate_series(1, 60000) AS i \gset
CALL put('v.json', :'lines');
CREATE FOREIGN TABLE late_key (n integer, late integer, rescued jsonb OPTIONS (metadata 'rescued'))
    SERVER weather_test OPTIONS (filename :'path');
SELECT count(*), count(late), sum(late - n) AS differ FROM late_key;
SELECT key, count(*) FROM late_key, jsonb_object_keys(rescued) AS key GROUP BY key;

-- story: late 1.5 became 2, silently
SELECT string_agg(format(E'{"n":%s}\n', CASE WHEN i < 30000 THEN '1' ELSE '1.5' END), '') AS lines
  FROM generate_series(1, 30000) AS i \gset
CALL put('v.json', :'lines');
CREATE FOREIGN TABLE late_fraction (n numeric) SERVER weather_test OPTIONS (filename :'path');
SELECT sum(n) FROM late_fraction;
ALTER FOREIGN TABLE late_fraction ALTER COLUMN n TYPE integer;
CALL fails('SELECT sum(n) FROM late_fraction'); -- ERROR

-- story: missing field became epoch 0
CALL put('v.json', E'{"n":1,"at":0}\n{"n":2}\n{"n":3,"at":null}\n');
CREATE FOREIGN TABLE missing (n integer, at timestamptz OPTIONS (epoch 's')) SERVER weather_test OPTIONS (filename :'path');
SELECT * FROM missing;
ALTER FOREIGN TABLE missing ALTER COLUMN at SET NOT NULL;
CALL fails('SELECT * FROM missing'); -- ERROR

-- story: space in a file name duplicated data. One path is one element
CALL put('a b.json', '{"n":1}');
CALL put('a', '{"n":2}');
CALL put('b.json', '{"n":3}');
SELECT ARRAY[name || '/a b.json'] AS files, name || '/a b.json' AS spaced FROM directory \gset
CREATE FOREIGN TABLE spaced (n integer, file text OPTIONS (metadata 'filename')) SERVER weather_test OPTIONS (files :'files');
SELECT n, anonymous(file) AS file FROM spaced;
CREATE FOREIGN TABLE spaced_name (n integer) SERVER weather_test OPTIONS (filename :'spaced');
SELECT n FROM spaced_name;

\i :abs_srcdir/sql/include/epilogue.psql
