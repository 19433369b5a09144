-- Append, and files that change: grown, cut, moved, rotated, shrunk, vanished, back again.
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
\i :abs_srcdir/sql/include/loader.psql

CREATE TABLE log (k int, v text, load_file_id bigint);
SELECT weather.add_source('log', 'item', 'log', 'append');

-- A grown file is read from where the last reading ended, whether it ended with a line or within one.
CALL put_in('a', 1, E'{"k": 1}\n{"k": 2}\n');
CALL weather.refresh();
CALL put_in('a', 2, E'{"k": 1}\n{"k": 2}\n{"k": 3},');
CALL weather.refresh();
CALL put_in('a', 3, E'{"k": 1}\n{"k": 2}\n{"k": 3},\n{"k": 4}');
CALL weather.refresh();
CALL put_in('a', 4, E'{"k": 1}\n{"k": 2}\n{"k": 3},\n{"k": 4}\n');
CALL weather.refresh();
SELECT * FROM log ORDER BY k;
TABLE ledger;
SELECT id, todo, done, read, ins, del FROM runs;

-- fault 2: an incomplete last document waits; when it has not changed by the next time, the file fails.
-- What is before it is loaded.
CALL put_in('a', 5, E'{"k": 1}\n{"k": 2}\n{"k": 3},\n{"k": 4}\n{"k": 5}\n{"k": 6, "v');
CALL weather.refresh();
SELECT * FROM ledger;
CALL weather.refresh();
SELECT state, ver, "to", read, error FROM ledger;
SELECT outcome, todo, done, failed FROM runs ORDER BY id DESC LIMIT 1;
CALL put_in('a', 6, E'{"k": 1}\n{"k": 2}\n{"k": 3},\n{"k": 4}\n{"k": 5}\n{"k": 6, "v": "whole"}\n');
CALL weather.refresh();
SELECT state, ver, "to", read, ins, error FROM ledger;
SELECT k, v FROM log ORDER BY k;

-- fault 9: rotated; the same content under a new path, where a ledger file shrank, is a move. The file
-- that moved may have grown before.
CALL put_in('a', 7, E'{"k": 10}\n');
CALL put_in('a.1', 7, E'{"k": 1}\n{"k": 2}\n{"k": 3},\n{"k": 4}\n{"k": 5}\n{"k": 6, "v": "whole"}\n{"k": 7}\n');
SELECT replace(path, (SELECT name FROM directory), 'DIR') AS path, action, rows FROM weather.preview('log');
CALL weather.refresh();
SELECT id, path, state, ver, "to", read, del FROM ledger;
SELECT k, count(*) FROM log GROUP BY k ORDER BY k;

-- Moved while nothing else happened, and moved back: nothing is read.
CALL shell('mv a.1 b.1');
CALL weather.refresh();
SELECT id, path, state FROM ledger;
CALL shell('mv b.1 a.1');
CALL weather.refresh();
SELECT id, path, state FROM ledger;

-- Vanished: the rows stay. Back as it was: nothing is read.
CALL shell('mv a ../a');
CALL weather.refresh();
SELECT id, path, state FROM ledger;
CALL shell('mv ../a a');
CALL weather.refresh();
SELECT id, path, state FROM ledger;
SELECT sum(read) FROM runs WHERE id > (SELECT max(id) - 4 FROM runs);

-- Shrunk, and the content is nowhere else: a new version.
CALL put_in('a.1', 8, E'{"k": 1}\n');
CALL weather.refresh();
SELECT id, path, state, ver, read, ins, del FROM ledger;
SELECT k, load_file_id FROM log ORDER BY k;

-- A copy is new data as long as the original is there.
CALL shell('cp -p a b');
CALL weather.refresh();
SELECT k, load_file_id FROM log ORDER BY k, 2;
CALL shell('rm b');

-- fault 31: another inode with the same bytes, as rsync and restore leave it, is the same file.
CALL shell('cp -p a copy && mv copy a && touch -d 2020-02-01 a');
CALL weather.refresh();
SELECT todo, read FROM runs ORDER BY id DESC LIMIT 1;

-- Half-written file is readable: a quiet period lets it come to rest.
UPDATE weather.source SET quiet_period = '1 hour';
CALL put('in/young', E'{"k": 20}\n');
CALL weather.refresh();
SELECT count(*) FROM ledger WHERE path = 'young';
SELECT action FROM weather.preview('log') WHERE path LIKE '%/young';
CALL shell('touch -d 2020-01-01 young');
CALL weather.refresh();
SELECT path, state, read FROM ledger WHERE path = 'young';

-- Only lines grow: an array and a pretty-printed document need no line feed at their end, and more of
-- them is a new version.
CALL put_in('array', 1, E'[{"k": 30},\n{"k": 31}]');
CALL put_in('pretty', 1, E'{\n"k": 32\n}\n{\n"k": 33\n}');
CALL weather.refresh();
CALL weather.refresh();
SELECT path, state, ver, "to", read FROM ledger WHERE path IN ('array', 'pretty');
CALL put_in('pretty', 2, E'{\n"k": 32\n}\n{\n"k": 33\n}\n{\n"k": 34\n}');
CALL weather.refresh();
SELECT path, state, ver, "to", read, del FROM ledger WHERE path IN ('array', 'pretty');
SELECT k, count(*) FROM log WHERE k >= 30 GROUP BY k ORDER BY k;

-- fault 2: a file of 20 records, cut at every byte, then whole: each record once.
CREATE TABLE cut (k int, load_file_id bigint);
UPDATE weather.source SET enabled = false;
CREATE FOREIGN TABLE one (k int, source_file text OPTIONS (metadata 'filename'),
    source_offset bigint OPTIONS (metadata 'offset')) SERVER weather_test OPTIONS (filename '/cut.json');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE one OPTIONS (SET filename %L)',
                   (SELECT name FROM directory) || '/cut.json');
END $$;
SELECT weather.add_source('cut', 'one', 'cut', 'append');
DO $$
DECLARE
    whole text := (SELECT string_agg(format(E'{"k": %s}\n', n), '') FROM generate_series(1, 20) AS n);
    wrong text;
BEGIN
    FOR at IN 1 .. length(whole) - 1 LOOP
        CALL put('cut.json', left(whole, at));
        COMMIT;
        CALL weather.refresh('cut');
        CALL put('cut.json', whole);
        COMMIT;
        CALL weather.refresh('cut');
        SELECT string_agg(k::text, ',' ORDER BY k) INTO wrong FROM (SELECT k FROM cut) AS found
        HAVING array_agg(k ORDER BY k) IS DISTINCT FROM ARRAY(SELECT generate_series(1, 20));
        IF wrong IS NOT NULL THEN
            RAISE INFO 'cut at %: %', at, wrong;
        END IF;
        PERFORM weather.forget('cut');
    END LOOP;
END $$;
SELECT count(*), sum(read), sum(ins), min(outcome), max(outcome) FROM runs WHERE source = 'cut';

-- A file in another encoding that grows is a new version: its text has other offsets.
ALTER FOREIGN TABLE one OPTIONS (ADD encoding 'LATIN1');
CREATE TABLE latin (k int, load_file_id bigint);
SELECT weather.add_source('latin', 'one', 'latin', 'append');
CALL put_bytes('cut.json', convert_to(E'{"k": 1, "v": "Zürich"}\n', 'LATIN1'));
CALL weather.refresh('latin');
CALL put_bytes('cut.json', convert_to(E'{"k": 1, "v": "Zürich"}\n{"k": 2, "v": "Bærum"}\n', 'LATIN1'));
CALL weather.refresh('latin');
SELECT array_agg(k ORDER BY k) FROM latin;
SELECT state, version, error_message, read FROM weather.load_file WHERE source = 'latin' ORDER BY id;


-- Logs rotated in a chain, the older one the larger: each is a move, and the new one is loaded.
CREATE TABLE chain (k int, v text, load_file_id bigint);
SELECT weather.add_source('chain', 'item', 'chain', 'append');
CALL shell('rm -f *');
CALL put_in('log.1', 1, E'{"k": 1, "v": "one_______________________________"}\n');
CALL put_in('log', 2, E'{"k": 2, "v": "two"}\n');
CALL weather.refresh('chain');
CALL shell('mv log.1 log.2 && mv log log.1');
CALL put_in('log', 3, E'{"k": 3}\n');
CALL weather.refresh('chain');
CALL weather.refresh('chain');
CREATE VIEW chained AS
SELECT t.k, regexp_replace(f.path, '.*/', '') AS file, f.state, f.version
  FROM chain AS t LEFT JOIN weather.load_file AS f ON f.id = t.load_file_id ORDER BY k, f.id;
TABLE chained;

-- The last one falls off at its end: its rows stay. All paths are known; the new log is longer than the one before,
-- and waits, or fails, where the older ones have moved already.
UPDATE weather.source SET quiet_period = '1 hour', reject_limit = 0 WHERE source = 'chain';
CALL shell('mv log.1 log.2 && mv log log.1');
CALL put('in/log', E'{"k": 4}\n{"k": 5}\nbad\n');
SELECT regexp_replace(path, '.*/', '') AS file, action FROM weather.preview('chain');
CALL weather.refresh('chain');
TABLE chained;
CALL shell('touch -d 2020-01-04 log');
CALL weather.refresh('chain');
SELECT path, state, error FROM ledger WHERE id IN (SELECT id FROM weather.load_file WHERE source = 'chain');
CALL put_in('log', 4, E'{"k": 4}\n{"k": 5}\n');
CALL weather.refresh('chain');
TABLE chained;

-- Files that change places have moved. One that takes the place of another moves there; comes that one back, it has
-- moved too.
CALL shell('mv log.1 other && mv log.2 log.1 && mv other log.2');
CALL weather.refresh('chain');
TABLE chained;
CALL shell('cp -p log.1 ../log.1 && mv log.2 log.1');
CALL weather.refresh('chain');
TABLE chained;
CALL shell('mv ../log.1 back');
CALL weather.refresh('chain');
TABLE chained;

-- The log that moved is not at rest, the new one is: it has moved all the same.
UPDATE weather.source SET quiet_period = '1 hour' WHERE source = 'chain';
CALL shell('mv log log.0 && touch log.0');
CALL put_in('log', 6, E'{"k": 6}\n');
SELECT regexp_replace(path, '.*/', '') AS file, action FROM weather.preview('chain');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 3;
UPDATE weather.source SET quiet_period = '0' WHERE source = 'chain';

-- What was displaced cannot be loaded again: forgetting a path leaves its rows.
SELECT path, state FROM ledger WHERE path = 'log.2' ORDER BY state;
CALL shell('cp -p log.1 log.2');
CALL weather.refresh('chain');
SELECT weather.forget('chain', (SELECT name FROM directory) || '/in/log.2');
SELECT * FROM chained WHERE file = 'log.2' OR state = 'displaced';
CALL shell('rm log.2');

-- Onto a path that never was loaded.
CALL put_bytes('in/damaged', '\x1f8bff');
CALL shell('touch -d 2020-01-05 damaged');
CALL weather.refresh('chain');
SELECT path, state, ver FROM ledger WHERE path = 'damaged';
CALL shell('mv back damaged');
CALL weather.refresh('chain');
TABLE chained;
SELECT path, state, ver FROM ledger WHERE path = 'damaged';

-- A download that has its size before its content, and its name when it is whole: read on under that name.
CALL shell('rm *');
SELECT weather.forget('chain');
CALL put_bytes('in/x.part', convert_to(E'{"k": 1}\n{"k"', 'UTF8') || '\x000000000000');
CALL shell('touch -d 2020-01-01 x.part');
CALL weather.refresh('chain');
CALL put_in('x.part', 2, E'{"k": 1}\n{"k": 2}\n');
CALL shell('mv x.part x');
CALL weather.refresh('chain');
TABLE chained;

-- One file that goes on where each of two that vanished ended: it is the one of which more was loaded.
CALL put_in('a', 1, E'{"k": 10}\n{"k": 1');
CALL weather.refresh('chain');
CALL put_in('b', 2, E'{"k": 10}\n{"k": 1}');
CALL weather.refresh('chain');
CALL shell('rm a && mv b c');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k = 10;
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;

-- A known path that gets other content: what vanished before, and what it begins like, plays no part.
CALL put_in('d', 1, E'{"k": 12}\n');
CALL put_in('e', 1, E'{"k": 12}\n{"k": 13}\n');
CALL weather.refresh('chain');
CALL shell('rm d');
CALL weather.refresh('chain');
CALL put_in('e', 2, E'{"k": 12}\n{"k": 14}\n{"k": 15}\n');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 11;
CALL put_in('e', 3, E'{"k": 12}\n');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 11;

-- One that grew and moved shows what is behind; and a move is no success, where the rest fails.
UPDATE weather.source SET reject_limit = 0 WHERE source = 'chain';
CALL put_in('e', 4, E'{"k": 12}\nbad\n');
CALL weather.refresh('chain');
CALL shell('mv e f');
SELECT regexp_replace(path, '.*/', '') AS file, action, rows, rejects FROM weather.preview('chain') WHERE action = 'move';
CALL weather.refresh('chain');
SELECT regexp_replace(path, '.*/', '') AS file, state, version, failures FROM weather.load_file WHERE path LIKE '%/f';
CALL put_in('f', 4, E'{"k": 12}\n');
CALL weather.refresh('chain');
SELECT regexp_replace(path, '.*/', '') AS file, state, version, failures FROM weather.load_file WHERE path LIKE '%/f';

-- Twins: what was at hand moves to a known path, what vanished long ago to a new one.
CALL put_in('t1', 1, E'{"k": 16}\n');
CALL put_in('t2', 1, E'{"k": 17}\n');
CALL weather.refresh('chain');
CALL shell('rm t1');
CALL weather.refresh('chain');
CALL put_in('t2', 2, E'{"k": 16}\n');
CALL put_in('t3', 2, E'{"k": 16}\n');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 15;

-- Documents of which several are on a line: the line goes on, and is not whole yet. What was loaded of it stays.
ALTER FOREIGN TABLE item OPTIONS (ADD framing 'lines');
CALL put_in('l', 1, E'{"k": 18}');
CALL weather.refresh('chain');
CALL put_in('l', 2, E'{"k": 18},{"k');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 17;
CALL weather.refresh('chain');
SELECT path, state, error FROM ledger WHERE path = 'l';
CALL put_in('l', 3, E'{"k": 18},{"k": 19}\n');
CALL weather.refresh('chain');
SELECT * FROM chained WHERE k > 17;
ALTER FOREIGN TABLE item OPTIONS (DROP framing);

-- A byte order mark before the only line, which has no line feed.
ALTER FOREIGN TABLE item OPTIONS (ADD framing 'lines');
CALL put_bytes('in/mark', '\xefbbbf' || convert_to('{"k": 20}', 'UTF8'));
CALL shell('touch -d 2020-01-06 mark');
CALL weather.refresh('chain');
CALL weather.refresh('chain');
SELECT path, state, read, ins FROM ledger WHERE path = 'mark';
ALTER FOREIGN TABLE item OPTIONS (DROP framing);

\i :abs_srcdir/sql/include/epilogue.psql
