--
-- Bad input, and what it gets: message, hint and context in full.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- A table over DIR/<file>, made anew.
CREATE PROCEDURE over(file text, columns text DEFAULT 'city text, temp float8', options text DEFAULT '')
LANGUAGE plpgsql AS $$
BEGIN
    DROP FOREIGN TABLE IF EXISTS w;
    EXECUTE format('CREATE FOREIGN TABLE w (%s) SERVER weather_test OPTIONS (filename %L%s)', columns,
                   (SELECT name FROM directory) || '/' || file, CASE WHEN options <> '' THEN ', ' || options ELSE '' END);
END $$;

-- a file that is not there: planning works, reading does not
CALL over('missing.json');
SELECT * FROM plan('SELECT * FROM w');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('missing/x.json');
CALL fails('SELECT * FROM w'); -- ERROR

-- fault 18: what is no regular file is refused at once; a FIFO does not hang
\set command 'cd ' :dir ' && mkdir directory directory/sub && mkfifo fifo && ln -s fifo link_to_fifo && ln -s nowhere dangling && ln -s loop loop'
COPY (SELECT WHERE false) TO PROGRAM :'command';
SET statement_timeout = '5s';
CALL over('directory');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('fifo');
SELECT * FROM plan('SELECT * FROM w');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('link_to_fifo');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('dangling');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('loop');
CALL fails('SELECT * FROM w'); -- ERROR
CREATE FOREIGN TABLE device (a text) SERVER weather_test OPTIONS (filename '/dev/zero');
SELECT * FROM device; -- ERROR
CREATE FOREIGN TABLE devices (a text) SERVER weather_test OPTIONS (files '/dev/null');
SELECT * FROM devices; -- ERROR
RESET statement_timeout;

-- the option files: a fixed part that is not there, a pattern that matches nothing, a directory
\set command 'cd ' :dir ' && mkdir -p files/a/b files/.hidden files/_tmp && for f in files/2.json files/10.json files/.x.json files/_x.json files/a/3.json files/a/b/4.json files/.hidden/5.json files/_tmp/6.json "files/a/with space, comma.json"; do echo "{\\"n\\":\\"$f\\"}" > "$f"; done; mkfifo files/a/fifo.json; ln -s a files/link; ln -s nowhere files/dangling.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CREATE FUNCTION files(VARIADIC elements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    dir text := (SELECT name FROM directory);
    message text;
BEGIN
    DROP FOREIGN TABLE IF EXISTS w;
    EXECUTE format('CREATE FOREIGN TABLE w (n text, f text OPTIONS (metadata ''filename'')) SERVER weather_test OPTIONS (files %L)',
                   (SELECT array_agg(dir || '/' || e) FROM unnest(elements) AS e)::text);
    RETURN QUERY SELECT n || CASE WHEN f <> dir || '/' || n THEN ' as ' || replace(f, dir || '/', '') ELSE '' END FROM w;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RETURN NEXT anonymous('ERROR ' || sqlstate || ': ' || message);
END $$;
SELECT * FROM files('files/2.json');
SELECT * FROM files('files');
SELECT * FROM files('files/*.json');
SELECT * FROM files('files/?.json', 'files/[0-9]*.json');
SELECT * FROM files('files/**/*.json');
SELECT * FROM files('files/**');
SELECT * FROM files('files/*/*.json');
SELECT * FROM files('files/.*');
SELECT * FROM files('files/*space, c*');
SELECT * FROM files('files/2.json', 'files', 'files/2*');
SELECT * FROM files('files/*.ndjson');
SELECT * FROM files('files/nowhere*/x.json');
SELECT * FROM files('files/2.json', 'files/missing.json'); -- ERROR
SELECT * FROM files('missing/*.json'); -- ERROR
SELECT * FROM files('missing'); -- ERROR
SELECT * FROM files('files/a/fifo.json'); -- ERROR
SELECT * FROM files('files/dangling.json'); -- ERROR
SELECT * FROM files('files/a/b/..');
-- filename is literal: no pattern, no list
CALL over('files/*.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('{files/2.json}');
CALL fails('SELECT * FROM w'); -- ERROR

-- fault 1: malformed: where, and why
CALL put('malformed.json', E'{"city":"A","temp":1},\n{"city":"B","temp":2},\n{"city":"C" "temp":3},\n{"city":"D","temp":4},\n');
CALL over('malformed.json');
CALL fails('SELECT * FROM w'); -- ERROR
-- ... also where the query reads no column
CALL fails('SELECT count(*) FROM w'); -- ERROR
-- ... but not beyond what is asked for
SELECT * FROM w LIMIT 2;
CALL put('cut.json', E'{"city":"A","temp":1},\n{"city":"B","te');
CALL over('cut.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('garbage.json', E'{"city":"A","temp":1}\n<html>\n');
CALL over('garbage.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('python.json', E'{"city":"A","temp":1}\n{''city'': ''B'', ''temp'': None}\n');
CALL over('python.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('deep.json', '{"city":' || repeat('[', 100000));
CALL over('deep.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL put_bytes('latin1.json', '{"city":"Z'::bytea || '\xFC'::bytea || 'rich","temp":4.2}');
CALL over('latin1.json');
CALL fails('SELECT temp FROM w'); -- ERROR
CALL put('long.json', '{"city":"' || repeat('x', 1000) || '","temp":4.2}');
CALL over('long.json', options => $$maximum_object_size '1000B'$$);
CALL fails('SELECT temp FROM w'); -- ERROR

-- an API's error envelope is no row of NULLs; which columns the query reads does not matter
SELECT pg_read_file(:'data' || '/error_envelope.json') AS envelope \gset
CALL put('envelope.json', E'{"city":"A","temp":1}\n' || :'envelope');
CALL over('envelope.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT count(*) FROM w'); -- ERROR
CALL over('envelope.json', options => $$empty_rows 'null'$$);
SELECT * FROM w;
-- null is found, and so is one column of many
CALL put('nulls.json', E'{"city":null}\n{"temp":1}\n');
CALL over('nulls.json');
SELECT * FROM w;
CALL put('object.json', '{}');
CALL over('object.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('scalar.json', '17');
CALL over('scalar.json');
CALL fails('SELECT * FROM w'); -- ERROR
-- a table of metadata alone, or of the whole row, has no empty rows
CALL over('object.json', $$line bigint OPTIONS (metadata 'line')$$);
SELECT * FROM w;
CALL over('object.json', $$row jsonb OPTIONS (path '$'), line bigint OPTIONS (metadata 'line')$$);
SELECT * FROM w;
CALL over('object.json', $$row jsonb OPTIONS (path '$'), city text$$);
CALL fails('SELECT * FROM w'); -- ERROR
-- no column at all
CALL over('envelope.json', '');
SELECT FROM w;
SELECT count(*) FROM w;

-- on_empty: missing and null alike; for columns that the query reads
CALL put('keys.json', E'{"city":"A","temp":1}\n{"city":null,"temp":2}\n{"temp":3}\n{"city":"","temp":4}\n');
CALL over('keys.json', $$city text OPTIONS (on_empty 'error'), temp float8$$);
CALL fails('SELECT city FROM w'); -- ERROR
CALL fails($$SELECT temp FROM w WHERE city = 'A'$$); -- ERROR
SELECT temp FROM w;
CALL over('keys.json', $$city text, temp float8$$);
SELECT * FROM w;
-- NOT NULL: always, since the planner trusts it
CALL over('keys.json', $$city text NOT NULL, temp float8$$);
CALL fails('SELECT temp FROM w'); -- ERROR
CALL fails('SELECT count(*) FROM w'); -- ERROR
CALL over('keys.json', $$city text OPTIONS (on_empty 'error') NOT NULL, temp float8$$);
CALL fails('SELECT count(*) FROM w'); -- ERROR

-- a bad value: column, value, file, line; the rows before it are read
-- story: table-level ERROR ON ERROR still gave NULL columns
CALL put('values.json', E'{"city":"A","temp":1}\n\n{"city":"B","temp":"warm"},\n{"city":"C","temp":3}');
CALL over('values.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT city FROM w WHERE temp > 0'); -- ERROR
SELECT city FROM w;
SELECT * FROM w LIMIT 1;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM w;
FETCH 1 FROM c;
SAVEPOINT s;
CALL fails('FETCH 1 FROM c'); -- ERROR, of a kind
ROLLBACK;
-- what a type itself has to say, with its own SQLSTATE
CALL over('values.json', $$city inet, temp text$$);
CALL fails('SELECT * FROM w'); -- ERROR
-- a huge value is shortened
CALL put('huge.json', '{"city":"' || repeat('äx', 1000) || '","temp":"' || repeat('1', 1000) || '"}');
CALL over('huge.json', $$city integer, temp text$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('huge.json', $$city varchar(10), temp text$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('huge.json', $$city inet, temp text$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL over('huge.json', $$city text, temp date$$);
CALL fails('SELECT * FROM w'); -- ERROR

-- the first error in reading order is the one, whatever the columns' order
CALL put('two.json', E'{"city":"A","temp":"x"}\n{"city":1');
CALL over('two.json');
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT city FROM w'); -- ERROR

-- an error behind rows that a query has read already does not take them back, but fails the statement
CREATE TABLE target (city text, temp float8);
CALL fails('INSERT INTO target SELECT * FROM w'); -- ERROR
SELECT * FROM target;

-- program: its status is checked as COPY checks it
CREATE FOREIGN TABLE p (a integer) SERVER weather_test OPTIONS (program 'printf ''{"a":1}\n{"a":2}\n''');
SELECT * FROM p;
SELECT * FROM p AS x, p AS y;
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n{"a":2}\n''; exit 3');
SELECT * FROM p; -- ERROR
SELECT * FROM p LIMIT 1;
SELECT * FROM p LIMIT 2;
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n''; kill -9 $$');
SELECT * FROM p; -- ERROR
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n''; kill -TERM $$');
SELECT * FROM p; -- ERROR
ALTER FOREIGN TABLE p OPTIONS (SET program 'exec 2>/dev/null; weather_no_such_command');
SELECT * FROM p; -- ERROR
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n{"a":''; exit 3');
SELECT * FROM p; -- ERROR
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n{"a":"x"}\n''');
SELECT * FROM p; -- ERROR
ALTER FOREIGN TABLE p OPTIONS (SET program 'true');
SELECT * FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET program 'cat');
SELECT * FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n'' | gzip');
SELECT * FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET program 'printf ''{"a":1}\n''; exec >&-; sleep 0.2');
SELECT * FROM p;
-- it has no file, so no name and no time of one
ALTER FOREIGN TABLE p ADD COLUMN f text OPTIONS (metadata 'filename');
ALTER FOREIGN TABLE p ADD COLUMN m timestamptz OPTIONS (metadata 'mtime');
ALTER FOREIGN TABLE p ADD COLUMN o bigint OPTIONS (metadata 'offset');
ALTER FOREIGN TABLE p ADD COLUMN l bigint OPTIONS (metadata 'line');
SELECT * FROM p;
ALTER FOREIGN TABLE p ALTER COLUMN f SET NOT NULL;
SELECT a FROM p; -- ERROR

\i :abs_srcdir/sql/include/epilogue.psql
