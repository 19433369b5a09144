-- Upsert: which row wins, versions of a file, the check of every row.
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
\i :abs_srcdir/sql/include/loader.psql

-- Of rows with one key the greatest (mtime, path, offset) wins, whatever the order of loading.
SELECT weather.add_source('s', 'item', 'target');
CALL put_in('b', 2, '{"k": 1, "v": "b"}
{"k": 2, "v": "old"}
{"k": 2, "v": "new"}
');
CALL weather.refresh();
TABLE target ORDER BY k;
CALL put_in('a', 1, '{"k": 1, "v": "a"}
{"k": 3, "v": "a"}
');
CALL weather.refresh();
CALL put_in('c', 2, '{"k": 1, "v": "c"}
{"k": 2, "v": "new"}
');
CALL weather.refresh();
TABLE target ORDER BY k;
TABLE ledger;
TABLE runs;

-- Nothing new: nothing is opened, nothing is written.
CALL shell('chmod 0 *');
CALL weather.refresh();
CALL shell('chmod 600 *');
SELECT todo, done, failed, read FROM runs ORDER BY id DESC LIMIT 1;

-- A row without lineage loses; an equal one keeps its place and gets its lineage.
INSERT INTO target VALUES (5, 'by hand'), (6, 'equal');
CALL put_in('d', 3, '{"k": 5, "v": "d"}
{"k": 6, "v": "equal"}
');
CALL weather.refresh('s');
SELECT * FROM target WHERE k > 4 ORDER BY k;
SELECT path, read, ins, upd, same, dup FROM ledger WHERE path = 'd';

-- story: an overwritten file ingested twice. story: a ledger keyed by name misses changed content. A
-- changed file is a new version. Its rows replace the old version's, and what it had won from others is
-- loaded again from those.
CALL put_in('c', 4, '{"k": 2, "v": "newest"}
{"k": 7, "v": "c"}
');
CALL weather.refresh();
TABLE target ORDER BY k;
TABLE ledger;
SELECT * FROM runs ORDER BY id DESC LIMIT 1;

-- Another time of modification, the same content: nothing is read, unless rows were lost.
CALL shell('touch -d 2020-01-05 d');
CALL weather.refresh();
SELECT mtime AT TIME ZONE 'UTC' AS mtime, loaded_at > mtime FROM weather.load_file WHERE path LIKE '%/d';
CALL shell('touch -d 2020-01-06 b');     -- rises: wins key 2 again
CALL weather.refresh();
TABLE target ORDER BY k;
CALL shell('touch -d 2020-01-01 b');     -- sinks: loses it
CALL weather.refresh();
TABLE target ORDER BY k;

-- The same rows, loaded at once into another table.
CREATE TABLE again (LIKE target INCLUDING INDEXES);
SELECT weather.add_source('at_once', 'item', 'again');
CALL weather.refresh('at_once');
(SELECT k, v FROM target EXCEPT SELECT k, v FROM again) UNION ALL
(SELECT k, v FROM again EXCEPT SELECT k, v FROM target);

-- story: 10k rows sent, five loaded, nobody noticed: a trigger swallows a row.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RETURN CASE WHEN new.k <> 11 THEN new END; END $$;
CREATE TRIGGER swallow BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION swallow();
CALL put_in('e', 7, '{"k": 10, "v": "e"}
{"k": 11, "v": "e"}
');
CALL weather.refresh('s');
SELECT * FROM ledger WHERE path = 'e';
SELECT error_detail, error_hint FROM weather.load_file WHERE path LIKE '%/e';
SELECT * FROM target WHERE k >= 10;
DROP TRIGGER swallow ON target;
CALL weather.refresh('s');
SELECT * FROM target WHERE k >= 10;

-- ... or one swallows a DELETE: the rows of the version before would stay beside the new one's.
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON target FOR EACH ROW EXECUTE FUNCTION keep();
CALL put_in('e', 8, '{"k": 10, "v": "e"}');
CALL weather.refresh('s');
SELECT state, error FROM ledger WHERE path = 'e';
SELECT * FROM target WHERE k >= 10 ORDER BY k;
DROP TRIGGER keep ON target;
CALL weather.refresh('s');
SELECT state, error FROM ledger WHERE path = 'e';
SELECT * FROM target WHERE k >= 10 ORDER BY k;

-- Forgetting: the rows go, and the next refresh loads them again.
SELECT * FROM weather.forget('s', (SELECT name FROM directory) || '/in/e');
SELECT * FROM target WHERE k >= 10;
CALL weather.refresh('s');
SELECT * FROM target WHERE k >= 10;

-- TRUNCATE of a target: everything is loaded again.
TRUNCATE target;
CALL weather.refresh('s');
SELECT array_agg((k, v) ORDER BY k) FROM target;
SELECT source, state, last_outcome, files_loaded, files_failed, last_error FROM weather.status ORDER BY 1;

-- A file that grows becomes younger as a whole: also than one that is loaded before it in the same refresh.
CREATE TABLE younger (k int PRIMARY KEY, v text, load_file_id bigint);
SELECT weather.add_source('younger', 'item', 'younger');
CALL shell('mkdir aside && mv [a-z] aside');
CALL put_in('x', 1, E'{"k": 1, "v": "x"}\n');
CALL weather.refresh('younger');
CALL put_in('x', 3, E'{"k": 1, "v": "x"}\n{"k": 2, "v": "x"}\n');
CALL put_in('y', 2, E'{"k": 1, "v": "y"}\n');
CALL weather.refresh('younger');
SELECT k, v FROM younger ORDER BY k;
SELECT path, read, ins, upd, same, dup, rej, lost FROM ledger WHERE id IN (SELECT id FROM weather.load_file WHERE source = 'younger');
SELECT read, ins, upd, same, dup FROM runs WHERE source = 'younger';
DELETE FROM weather.source WHERE source = 'younger';
CALL shell('mv aside/* . && rm x y && rmdir aside');

-- A file that is changed, or grows, with an older time: a row that it had won goes to the file that is newer now.
CREATE TABLE sunk (k int PRIMARY KEY, v text, load_file_id bigint);
SELECT weather.add_source('sunk', 'item', 'sunk');
CALL shell('mkdir aside && mv [a-z] aside');
CALL put_in('x', 10, E'{"k": 1, "v": "x"}\n');
CALL put_in('y', 5, E'{"k": 1, "v": "y"}\n{"k": 2, "v": "y"}\n');
CALL put_in('z', 11, E'{"k": 2, "v": "z"}\n');
CALL weather.refresh('sunk');
SELECT k, v FROM sunk ORDER BY k;
CALL put_in('x', 3, E'{"k": 1, "v": "other"}\n');
CALL put_in('z', 4, E'{"k": 2, "v": "z"}\n{"k": 3, "v": "z"}\n');
CALL weather.refresh('sunk');
SELECT k, v FROM sunk ORDER BY k;
-- Rows that lost within their file do not count as loaded: this target was not emptied by hand.
CALL shell('rm x y z');
SELECT weather.forget('sunk');
CALL put_in('y', 1, E'{"k": 1, "v": "y1"}\n{"k": 1, "v": "y2"}\n');
CALL weather.refresh('sunk');
CALL put_in('x', 5, E'{"k": 1, "v": "x"}\n');
CALL weather.refresh('sunk');
CALL put_in('x', 6, E'\n');
CALL weather.refresh('sunk');
SELECT k, v FROM sunk ORDER BY k;
DELETE FROM weather.source WHERE source = 'sunk';
CALL shell('mv aside/* . && rm x y && rmdir aside');

-- A target that new versions have emptied was not emptied by hand: the rows that they had won come back.
CREATE TABLE emptied (k int PRIMARY KEY, v text, load_file_id bigint);
SELECT weather.add_source('emptied', 'item', 'emptied');
CALL shell('mkdir aside && mv [a-z] aside');
CALL put_in('x', 1, E'{"k": 1, "v": "x"}\n');
CALL put_in('y', 2, E'{"k": 1, "v": "y"}\n');
CALL weather.refresh('emptied');
TABLE emptied;
CALL put_in('y', 3, E'\n\n');
CALL put_in('z', 4, E'{"k": 2, "v": "z"}\n');
CALL weather.refresh('emptied');
SELECT k, v FROM emptied ORDER BY k;
SELECT outcome, error FROM runs WHERE source = 'emptied';
DELETE FROM weather.source WHERE source = 'emptied';
CALL shell('mv aside/* . && rm x y z && rmdir aside');

-- A file that has lost rows and ends amidst a document gets them back in the refresh that frees them.
CREATE TABLE cut (k int PRIMARY KEY, v text, load_file_id bigint);
SELECT weather.add_source('cut', 'item', 'cut');
CALL shell('mkdir aside && mv [a-z] aside');
CALL put_in('x', 1, E'{"k": 1, "v": "x"}\n{"k": 2,');
CALL put_in('y', 2, E'{"k": 1, "v": "y"}\n{"k": 3, "v": "y"}\n');
CALL weather.refresh('cut');
CALL put_in('y', 3, E'{"k": 3, "v": "y"}\n');
CALL weather.refresh('cut');
SELECT k, v FROM cut ORDER BY k;
SELECT path, state, lost, error FROM ledger WHERE id IN (SELECT id FROM weather.load_file WHERE source = 'cut');

-- A file that is renamed has the same order as before, and is not read, whatever rows it has lost.
CALL put_in('y', 4, E'{"k": 1, "v": "y"}\n');
CALL weather.refresh('cut');
CALL put_in('x', 1, E'{"k": 1, "v": "x"}\n{"k": 2, "v": "x"}\n');
CALL weather.refresh('cut');
CALL shell('mv x z');
CALL weather.refresh('cut');
SELECT todo, read FROM runs ORDER BY id DESC LIMIT 1;
-- But where another file has the same time, the path decides.
CALL shell('touch -d 2020-01-04 z && mv z a');
CALL weather.refresh('cut');
CALL shell('mv a z');
CALL weather.refresh('cut');
SELECT k, v FROM cut ORDER BY k;

-- A file that is to be loaded again is exchanged before its turn: it fails, and the next refresh takes it for changed.
CALL shell('rm y z');
SELECT weather.forget('cut');
CALL put_in('x', 1, E'{"k": 1, "v": "x"}\n{"k": 2, "v": "x"}\n');
CALL put_in('y', 2, E'{"k": 1, "v": "y"}\n');
CALL put_in('first', 3, E'{"k": 9, "v": "f"}\n');
CALL weather.refresh('cut');
CALL put('other', E'{"k": 1, "v": "x"}\n{"k": 3, "v": "x"}\n');
CREATE FUNCTION exchange() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN CALL weather_test.shell('[ ! -e ../other ] || mv ../other x'); RETURN NULL; END $$;
ALTER PROCEDURE shell SET search_path = weather_test;
CREATE TRIGGER exchange AFTER INSERT ON cut EXECUTE FUNCTION exchange();
CALL put_in('first', 4, E'{"k": 9, "v": "changed"}\n');
CALL shell('touch -d 2020-01-05 x');
CALL weather.refresh('cut');
SELECT path, state, error FROM ledger WHERE path = 'x' AND id IN (SELECT id FROM weather.load_file WHERE source = 'cut');
CALL weather.refresh('cut');
SELECT k, v FROM cut ORDER BY k;
DROP TRIGGER exchange ON cut;
ALTER PROCEDURE shell RESET search_path;
CALL shell('rm first');

-- Files of one batch are judged by their times of now, also against rows that they have.
CALL shell('rm x y');
SELECT weather.forget('cut');
CALL put_in('y', 5, E'{"k": 1, "v": "y"}\n{"k": 3, "v": "y"}\n');
CALL put_in('w', 20, E'{"k": 3, "v": "w"}\n{"k": 4, "v": "w"}\n');
CALL weather.refresh('cut');
CALL put_in('x', 10, E'{"k": 1, "v": "x"}\n{"k": 4, "v": "x"}\n');
CALL weather.refresh('cut');
CALL put_in('x', 3, E'{"k": 1, "v": "x"}\n{"k": 4, "v": "x"}\n{"k": 1, "v": "x2"}\n');
CALL shell('touch -d 2020-01-06 y');
CALL weather.refresh('cut');
SELECT k, v FROM cut ORDER BY k;
SELECT read, ins, upd, same, dup FROM runs ORDER BY id DESC LIMIT 1;
DELETE FROM weather.source WHERE source = 'cut';
CALL shell('mv aside/* . && rm w x y && rmdir aside');

-- A value counts as changed where its type has no equality, or one of areas.
CREATE FOREIGN TABLE shape (k int OPTIONS (on_empty 'error'), c circle, b box, j json, l json[], p path, n numeric,
    source_file text OPTIONS (metadata 'filename')) SERVER weather_test OPTIONS (filename '/nowhere');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE shape OPTIONS (SET filename %L)', (SELECT name FROM directory) || '/shape');
END $$;
CREATE TABLE shapes (k int PRIMARY KEY, c circle, b box, j json, l json[], p path, n numeric, load_file_id bigint);
SELECT weather.add_source('shape', 'shape', 'shapes');
CALL put('shape', E'{"k": 1, "c": "<(0,0),1>", "b": "(0,0),(1,1)", "j": {"a":1}, "l": [1], "p": "[(0,0),(1,1)]", "n": 1.0}\n'
               || E'{"k": 2, "c": "<(0,0),1>"}\n');
CALL weather.refresh('shape');
CALL put('shape', E'{"k": 1, "c": "<(5,5),1>", "b": "(5,5),(6,6)", "j": {"a":2}, "l": [2], "p": "[(0,0),(2,2)]", "n": 1.00}\n'
               || E'{"k": 2, "c": "<(0,0),1>"}\n');
CALL weather.refresh('shape');
TABLE shapes ORDER BY k;
SELECT read, ins, upd, same FROM runs ORDER BY id DESC LIMIT 1;

-- A run that stopped short, since another session had its lock, is not done.
INSERT INTO weather.load_run (source, outcome, files_to_do, files_done) VALUES ('s', 'running', 3, 1);
-- Between two files it has no lock, but its session is at it; one whose session is gone was interrupted.
SELECT state, last_outcome FROM weather.status WHERE source = 's';
SELECT source, files_done, files_to_do FROM weather.progress;
UPDATE weather.load_run SET started_at = '2020-01-01' WHERE outcome = 'running'; -- before the session began
SELECT state, last_outcome FROM weather.status WHERE source = 's';
SELECT weather._end_run(max(id)) FROM weather.load_run;
SELECT outcome FROM runs ORDER BY id DESC LIMIT 1;

-- pg_stat_progress_copy shows the file that is being read: here to a trigger of the first of its rows.
CREATE TABLE progress (LIKE pg_stat_progress_copy);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO weather_test.progress SELECT * FROM pg_stat_progress_copy; RETURN new; END $$;
CREATE TRIGGER look BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION look();
CALL put_in('f', 8, E'{"k": 20}\n');
CALL weather.refresh('s');
SELECT relid::regclass, command, type, bytes_processed, bytes_total, tuples_processed, tuples_excluded FROM progress;
SELECT count(*) FROM pg_stat_progress_copy;

\i :abs_srcdir/sql/include/epilogue.psql
