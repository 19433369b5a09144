--
-- Which files are read, and from which offset on: by clauses on metadata, with constants, parameters and values that
-- are known only when the scan runs. Pruned or not, the rows are the same.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

\set command 'mkdir -p ' :dir '/in/sub/deep ' :dir '/in/.hidden ' :dir '/other && ln -s ../../other ' :dir '/in/sub/link && ln -s . ' :dir '/in/loop && ln -s self ' :dir '/in/self'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL put('in/1.json', E'{"n":11}\n{"n":12}\n{"n":13}\n');
CALL put('in/2.json', E'{"n":21},\n{"n":22},\n{"n":23},\n{"n":24},\n');
CALL put('in/3.json', E'[{"n":31},\n{"n":32}]\n');
CALL put('in/_4.json', E'{"n":41}\n');
CALL put('in/.5.json', E'{"n":51}\n');
CALL put('in/sub/6.json', E'{"n":61}\n{"n":62}\n');
CALL put('in/sub/deep/7.json', E'{"n":71}\n');
CALL put('in/.hidden/8.json', E'{"n":81}\n');
CALL put('other/9.json', E'{"n":91}\n');
\set command 'touch -d "2022-03-14 12:00:00.5 UTC" ' :dir '/in/1.json ' :dir '/in/sub/6.json && touch -d "2022-03-15 12:00 UTC" ' :dir '/in/2.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';

CREATE FUNCTION path_of(name text) RETURNS text STABLE RETURN (SELECT d.name FROM directory AS d) || '/' || name;
CREATE PROCEDURE make_table(name text, files text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE FOREIGN TABLE %I (n int, file text OPTIONS (metadata %L), size int OPTIONS (metadata %L),
                                  mtime timestamptz OPTIONS (metadata %L), "offset" bigint OPTIONS (metadata %L),
                                  line int OPTIONS (metadata %L), i bigint OPTIONS (for_ordinality %L))
         SERVER weather_test OPTIONS (files %L)', name, 'filename', 'size', 'mtime', 'offset', 'line', 'true', files);
END $$;
CALL make_table('every', path_of('in/**/*.json'));
CALL make_table('several', ARRAY[path_of('in'), path_of('in/**'), path_of('in/*/[1-9].json'), path_of('other/9.json')]::text);

-- one file: no directory is listed for it, and its path is what the elements of files would give
CREATE TABLE name (path text);
INSERT INTO name VALUES ('in/1.json'), ('in/3.json'), ('in/_4.json'), ('in/.5.json'), ('in/sub/6.json'), ('in/sub/deep/7.json'),
    ('in/.hidden/8.json'), ('other/9.json'), ('in/sub/link/9.json'), ('in/loop/1.json'), ('in/loop/sub/6.json'),
    ('in/loop/loop/1.json'), ('in/self'), ('in/sub'), ('in'), ('in/'), ('in//1.json'), ('in/./1.json'), ('in/sub/../1.json'),
    ('in/sub//6.json'), ('in/no.json'), ('nowhere/1.json'), ('1.json'), (''), (NULL), ('in/*.json'), ('in/1.json/x.json'),
    ('in/' || repeat('x', 5000) || '.json');
SELECT left(path, 20) AS path, one.rows AS every, two.rows AS several
  FROM name, LATERAL (SELECT count(*) AS rows FROM every WHERE file = path_of(name.path)) AS one,
             LATERAL (SELECT count(*) AS rows FROM several WHERE file = path_of(name.path)) AS two
 ORDER BY path COLLATE "C";
-- ... as without pruning
SELECT left(path, 20) AS differs
  FROM name, LATERAL (SELECT count(*) AS rows FROM every WHERE file = path_of(name.path)) AS one,
             LATERAL (SELECT count(*) AS rows FROM every WHERE file || '' = path_of(name.path)) AS all_one,
             LATERAL (SELECT count(*) AS rows FROM several WHERE file = path_of(name.path)) AS two,
             LATERAL (SELECT count(*) AS rows FROM several WHERE file || '' = path_of(name.path)) AS all_two
 WHERE one.rows <> all_one.rows OR two.rows <> all_two.rows;
-- ... a literal that is not there is an error if it is what is asked for
CALL make_table('literal', ARRAY[path_of('in/1.json'), path_of('in/no.json')]::text);
SELECT n FROM literal WHERE file = path_of('in/1.json');
CALL fails($$SELECT n FROM literal WHERE file = path_of('in/no.json')$$); -- ERROR
CALL fails($$SELECT n FROM literal$$); -- ERROR

-- quals of every kind, pruned and not
CREATE TABLE qual (id serial, text text);
INSERT INTO qual (text) VALUES
    ($$file = path_of('in/2.json')$$),
    ($$path_of('in/2.json') = file$$),
    ($$file IN (path_of('in/2.json'), path_of('in/3.json'), path_of('in/3.json'), NULL)$$),
    ($$file = ANY (NULL::text[])$$),
    ($$file = ANY ('{}')$$),
    ($$file <> ALL (ARRAY[path_of('in/2.json')])$$),
    ($$file <> path_of('in/2.json')$$),
    ($$file = path_of('in/2.json') AND file = path_of('in/3.json')$$),
    ($$file = path_of('in/2.json') OR file = path_of('in/3.json')$$),
    ($$file = path_of('in/2.json') OR n = 11$$),
    ($$file > path_of('in/2.json')$$),
    ($$file BETWEEN path_of('in/2.json') AND path_of('in/sub')$$),
    ($$file LIKE '%/sub/%'$$),
    ($$file COLLATE "C" = path_of('in/2.json')$$),
    ($$NOT file ~ 'sub'$$),
    ($$file IS NULL$$),
    ($$upper(file) = upper(path_of('in/2.json'))$$),
    ($$mtime < '2022-03-15 UTC'$$),
    ($$mtime = '2022-03-14 12:00:00.5 UTC'$$),
    ($$mtime BETWEEN '2022-03-15 UTC' AND '2022-03-16 UTC'$$),
    ($$mtime >= now() - interval '1 day'$$),
    ($$mtime < now() - interval '1 day' AND file LIKE '%2.json'$$),
    ($$size > 20$$),
    ($$size > (SELECT min(size) FROM every)$$),
    ($$file = (SELECT max(file) FROM every)$$),
    ($$file = (SELECT max(file) FROM every) AND n > 0$$),
    ($$file IN (SELECT file FROM every WHERE n > 30)$$),
    ($$"offset" >= 9$$), ($$"offset" > 9$$), ($$"offset" = 9$$), ($$"offset" >= 10$$), ($$"offset" >= 0$$),
    ($$"offset" >= -5$$), ($$"offset" >= NULL$$), ($$"offset" >= 20::smallint AND "offset" > 10::bigint$$), ($$18 <= "offset"$$),
    ($$"offset" >= 27$$), ($$"offset" >= 9223372036854775807$$), ($$"offset" < 9$$), ($$"offset" >= 5.5$$),
    ($$"offset" >= 10 OR n = 11$$), ($$"offset" >= length(file) - length(file) + 10$$),
    ($$"offset" BETWEEN 10 AND 20 AND file = path_of('in/2.json')$$),
    ($$"offset" >= (SELECT max("offset") FROM every)$$),
    ($$false$$);
CREATE FUNCTION rows_of(columns text, qual text, fence text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(q::text, E''\n'' ORDER BY q::text COLLATE "C") FROM (SELECT %s FROM (SELECT * FROM every %s) AS e WHERE %s) AS q',
                   columns, fence, qual) INTO result;
    RETURN coalesce(result, 'none');
END $$;
SELECT text, columns FROM qual, unnest(ARRAY['*', 'n, "offset"', 'n, line', 'n, i']) AS columns
 WHERE rows_of(columns, text, '') <> rows_of(columns, text, 'OFFSET 0');
SELECT text, length(regexp_replace(rows_of('n', text, ''), '[^(]', '', 'g')) AS rows FROM qual ORDER BY id;

-- parameters of generic plans
SET plan_cache_mode = force_generic_plan;
PREPARE names(text[]) AS SELECT n FROM every WHERE file = ANY ($1);
EXECUTE names(ARRAY[path_of('in/sub/6.json'), '/nowhere']);
EXECUTE names('{}');
PREPARE tail(text, bigint) AS SELECT n, line FROM every WHERE file = $1 AND "offset" >= $2;
EXECUTE tail(path_of('in/2.json'), 20);
EXECUTE tail(path_of('in/2.json'), 21);
EXECUTE tail(path_of('in/2.json'), 40);
EXECUTE tail(path_of('in/3.json'), 11);
PREPARE newer(timestamptz) AS SELECT count(*) FROM every WHERE mtime > $1;
EXECUTE newer('2022-03-15 UTC');
EXECUTE newer('infinity');
RESET plan_cache_mode;
DEALLOCATE ALL;

-- what is before the start is not looked at; an error behind it says where, but for a line that nobody has counted
CALL put('bad.json', E'{"n":1}\nnot JSON\n{"n":3}\n{"n":"x"}\n');
CALL make_table('bad', path_of('bad.json'));
CALL fails('SELECT n FROM bad'); -- ERROR
CALL fails('SELECT n FROM bad WHERE "offset" >= 17'); -- ERROR
CALL fails('SELECT n, line FROM bad WHERE "offset" >= 17'); -- ERROR
CALL fails('SELECT n FROM bad WHERE "offset" >= 18'); -- ERROR
SELECT line FROM bad WHERE "offset" >= 17;
CALL fails('SELECT i FROM bad WHERE "offset" >= 17'); -- ERROR

-- no qual is tried on files before a security barrier's own
CREATE FUNCTION tells(file text) RETURNS boolean STABLE COST 0.0001 LANGUAGE plpgsql AS $$
BEGIN
    RAISE INFO 'told %', anonymous(file);
    RETURN true;
END $$;
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM every WHERE n = 11;
SELECT n FROM barrier WHERE tells(file);

-- a scan's list is made once: for rescans, and however long it takes
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT a.n, b.n FROM every AS a JOIN every AS b ON b.file = a.file AND b.n > a.n WHERE a."offset" = 0 ORDER BY 1, 2;
SELECT a.n, count(b.n) FROM every AS a JOIN every AS b ON b.mtime < a.mtime WHERE a."offset" = 0 AND a.n < 30 GROUP BY 1 ORDER BY 1;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
-- ... fault 10: a file that appears meanwhile is for the next scan
BEGIN;
DECLARE c CURSOR FOR SELECT n FROM every WHERE file LIKE '%/in/%';
FETCH 1 FROM c;
CALL put('in/33.json', '{"n":331}');
FETCH ALL FROM c;
COMMIT;
SELECT n FROM every WHERE n = 331;
-- ... fault 11: one that vanishes is an error
BEGIN;
DECLARE c CURSOR FOR SELECT n FROM every;
FETCH 1 FROM c;
\set command 'rm ' :dir '/in/33.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL fails('FETCH ALL FROM c'); -- ERROR, of a kind
ROLLBACK;

-- What is before the offset is not read, also where errors are rows; but where lines are to be counted.
DO $$
DECLARE
    lines text := (SELECT string_agg(format(E'{"n": %s, "pad": "%s"}\n', i, repeat('x', 100)), '' ORDER BY i)
                     FROM generate_series(1, 20000) AS i);
BEGIN
    CALL put('long.json', lines);
END $$;
CREATE FOREIGN TABLE long (n int, "offset" bigint OPTIONS (metadata 'offset'), line bigint OPTIONS (metadata 'line'),
    error text OPTIONS (metadata 'error')) SERVER weather_test OPTIONS (filename '/nowhere');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE long OPTIONS (SET filename %L)', (SELECT name FROM directory) || '/long.json');
END $$;
SELECT max("offset") AS last FROM long \gset
SELECT n, error FROM long WHERE "offset" >= :last;
SELECT bytes < 1000000 AS tail_only FROM weather.last_scan('long');
SELECT n, line, error FROM long WHERE "offset" >= :last;
SELECT bytes < 1000000 AS tail_only FROM weather.last_scan('long');

-- An upper bound of the offset ends the reading: what is malformed behind it is not seen.
CALL put('bound.json', E'{"n":1}\n{"n":2}\n{"n":3}\n{"n":');
CREATE FOREIGN TABLE bound (n int, "offset" bigint OPTIONS (metadata 'offset')) SERVER weather_test
    OPTIONS (filename '/nowhere');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE bound OPTIONS (SET filename %L)',
                   (SELECT name FROM directory) || '/bound.json');
END $$;
SELECT n FROM bound WHERE "offset" < 24;
SELECT n FROM bound WHERE "offset" >= 8 AND 16 > "offset";
SELECT n FROM bound WHERE "offset" < 17 AND "offset" < 100;
SELECT documents, rows FROM weather.last_scan('bound');
CALL fails('SELECT n FROM bound WHERE "offset" <= 24');    -- ERROR

\i :abs_srcdir/sql/include/epilogue.psql
