-- Replace: a source as a whole, and programs.
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
\i :abs_srcdir/sql/include/loader.psql

CREATE TABLE mirror (k int PRIMARY KEY, v text, touched int DEFAULT 0);
SELECT weather.add_source('m', 'item', 'mirror', 'replace');

-- No file: it fails, unless it may be empty.
CALL weather.refresh();
SELECT outcome, error FROM runs;
UPDATE weather.source SET may_be_empty = true;
CALL weather.refresh();
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
UPDATE weather.source SET may_be_empty = false;

CALL put_in('a', 1, E'{"k": 1, "v": "a"}\n{"k": 2, "v": "a"}\n{"k": 3, "v": "a"}\n');
CALL put_in('b', 2, E'{"k": 3, "v": "b"}\n');
CALL weather.refresh();
SELECT * FROM mirror ORDER BY k;
SELECT outcome, todo, done, read, ins, upd, same, dup, del FROM runs ORDER BY id DESC LIMIT 1;

-- Nothing new: nothing is read.
CALL weather.refresh();
SELECT outcome, todo, done, read FROM runs ORDER BY id DESC LIMIT 1;

-- Only rows that differ are touched.
UPDATE mirror SET touched = 1;
CALL put_in('a', 3, E'{"k": 1, "v": "a"}\n{"k": 2, "v": "changed"}\n{"k": 4, "v": "new"}\n');
SELECT xmin AS before FROM mirror WHERE k = 1 \gset
CALL weather.refresh();
SELECT *, xmin = :'before' AS untouched FROM mirror ORDER BY k;
SELECT outcome, todo, done, read, ins, upd, same, dup, del FROM runs ORDER BY id DESC LIMIT 1;

-- It fails as a whole with any file of it.
CALL put_in('c', 4, E'{"k": 5}\n');
CALL put_in('d', 4, E'{"k": 6');
ALTER FOREIGN TABLE item DROP COLUMN error;
CALL weather.refresh();
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
SELECT count(*) FROM mirror;
CALL shell('rm d');
CALL shell('rm b');
CALL weather.refresh();
SELECT outcome, todo, done, read, ins, upd, same, dup, del FROM runs ORDER BY id DESC LIMIT 1;
SELECT * FROM mirror ORDER BY k;
SELECT path, state FROM ledger;

-- A trigger that swallows a DELETE fails it.
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON mirror FOR EACH ROW EXECUTE FUNCTION keep();
CALL put_in('c', 6, E'{"k": 7}\n');
CALL weather.refresh('m');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
SELECT k FROM mirror ORDER BY k;
DROP TRIGGER keep ON mirror;
CALL weather.refresh('m');
SELECT outcome, ins, del FROM runs ORDER BY id DESC LIMIT 1;

-- A program can only replace.
CREATE FOREIGN TABLE printed (k int, v text) SERVER weather_test OPTIONS (program 'echo ''{"k": 1, "v": "one"}''');
CREATE TABLE copied (k int PRIMARY KEY, v text);
CALL fails($$SELECT weather.add_source('p', 'printed', 'copied')$$);
SELECT weather.add_source('p', 'printed', 'copied', 'replace');
CALL weather.refresh('p');
TABLE copied;
CALL weather.refresh('p');
SELECT outcome, read, ins, upd, same FROM runs ORDER BY id DESC LIMIT 2;
ALTER FOREIGN TABLE printed OPTIONS (SET program 'true');
CALL weather.refresh('p');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
TABLE copied;


-- Its rejects are kept, from the same run of it: this one tells how often it has run.
ALTER FOREIGN TABLE printed ADD COLUMN error jsonb OPTIONS (metadata 'error'), ADD COLUMN raw text OPTIONS (metadata 'raw'),
    ADD COLUMN line int OPTIONS (metadata 'line');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE printed OPTIONS (SET program %L)', format(
        'cd %s && echo >>runs && printf ''{"k": %%d, "v": "run"}\n{"k": "x"}\n{"k": 7}\n'' $(wc -l <runs)', (SELECT name FROM directory)));
END $$;
CALL weather.refresh('p');
TABLE copied ORDER BY k;
CALL weather.refresh('p');
TABLE copied ORDER BY k;
SELECT outcome, read, ins, same, rej, del FROM runs ORDER BY id DESC LIMIT 2;
SELECT run_id = (SELECT max(id) FROM runs) AS of_the_last_run, load_file_id, path, line, column_name, error_code, raw
  FROM weather.load_reject WHERE source = 'p';
UPDATE weather.source SET reject_limit = 0 WHERE source = 'p';
CALL weather.refresh('p');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
TABLE copied ORDER BY k;

-- A program's relation may show a file's name, which is null.
ALTER FOREIGN TABLE printed ADD COLUMN file text OPTIONS (metadata 'filename');
UPDATE weather.source SET reject_limit = NULL WHERE source = 'p';
CALL weather.refresh('p');
SELECT outcome, read, rej, error FROM runs ORDER BY id DESC LIMIT 1;

-- Rejects of files: those of the last run, and those of one that failed after it.
ALTER FOREIGN TABLE item ADD COLUMN error jsonb OPTIONS (metadata 'error');
CALL shell('rm *');
CALL put_in('a', 1, E'{"k": 1}\n{"k": "x"}\n');
CALL weather.refresh('m');
CALL put_in('b', 2, E'{"k": 2}\n{"k": "y"}\n');
CALL weather.refresh('m');
SELECT outcome, read, ins, rej FROM runs ORDER BY id DESC LIMIT 1;
SELECT path, read, ins, same, dup, rej FROM ledger WHERE id IN (SELECT id FROM weather.load_file WHERE source = 'm' AND state = 'loaded');
SELECT load_file_id IN (SELECT id FROM weather.load_file) AS in_ledger, of_failure, right(path, 1) AS file, raw
  FROM weather.load_reject WHERE source = 'm' ORDER BY path, of_failure;
UPDATE weather.source SET reject_limit = 0 WHERE source = 'm';
CALL put_in('c', 3, E'{"k": 3}\n{"k": "z"}\n');
CALL weather.refresh('m');
CALL weather.refresh('m');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
SELECT load_file_id IN (SELECT id FROM weather.load_file) AS in_ledger, of_failure, right(path, 1) AS file, raw
  FROM weather.load_reject WHERE source = 'm' ORDER BY path, of_failure;
TABLE mirror ORDER BY k;
CALL shell('rm c');
CALL weather.refresh('m');
SELECT of_failure, right(path, 1) AS file FROM weather.load_reject WHERE source = 'm' ORDER BY path, of_failure;

-- A target with lineage: equal rows that another file holds now are that file's. Files that are not at rest wait, also
-- where the target is empty.
CREATE TABLE lined (k int PRIMARY KEY, v text, load_file_id bigint);
SELECT weather.add_source('l', 'item', 'lined', 'replace');
CALL shell('rm *');
CALL put('in/a', E'{"k": 1}\n');
UPDATE weather.source SET quiet_period = '1 hour' WHERE source = 'l';
CALL weather.refresh('l');
TABLE lined;
CALL shell('touch -d 2020-01-01 a');
CALL put_in('z', 1, E'{"k": 9}\n');
CALL weather.refresh('l');
CALL shell('mv a b');
CALL weather.refresh('l');
SELECT read, ins, upd, same, dup, del FROM runs ORDER BY id DESC LIMIT 1;
SELECT l.k, right(f.path, 1) AS file, f.state FROM lined AS l JOIN weather.load_file AS f ON f.id = l.load_file_id ORDER BY k;

\i :abs_srcdir/sql/include/epilogue.psql
