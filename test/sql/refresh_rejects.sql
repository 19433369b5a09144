-- Rejects, failures of a file, and what they leave behind.
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
\i :abs_srcdir/sql/include/loader.psql

SELECT weather.add_source('s', 'item', 'target', reject_limit => 2);

-- Rejects are kept, where the relation shows them.
CALL put_in('a', 1, E'{"k": 1}\n{"k": "x"}\n{"k": 2\n{"v": "no key"}\n');
CALL put_in('b', 1, E'{"k": 3}\n{"k": 4.5}\n');
CALL weather.refresh();
TABLE ledger;

-- Over the source's limit the file fails as a whole; the first rejects of it survive its rollback.
SELECT replace(path, (SELECT name FROM directory), 'DIR') AS path, load_file_id, run_id, "offset", line,
       column_name, error_code, anonymous(error_message) AS error, raw
  FROM weather.load_reject ORDER BY path, "offset";
TABLE target ORDER BY k;
SELECT outcome, todo, done, failed, read, ins, rej FROM runs;

-- story: a failed file is skipped for ever. Each time the failed file is tried again; repaired, it is loaded, and its rejects are of now.
CALL weather.refresh();
SELECT failures, state FROM weather.load_file ORDER BY path;
SELECT count(*), min(run_id) FROM weather.load_reject WHERE path LIKE '%/a';
CALL put_in('a', 2, E'{"k": 1}\n{"k": "x"}\n{"k": 2}\n');
CALL weather.refresh();
TABLE ledger;
SELECT line, raw FROM weather.load_reject WHERE path LIKE '%/a';
TABLE target ORDER BY k;
SELECT state, files_failed, rejected FROM weather.status;

-- Rejects of a part that was read later are kept beside those before.
CALL put_in('a', 3, E'{"k": 1}\n{"k": "x"}\n{"k": 2}\n{"k": "y"}\n{"k": 5}\n');
CALL weather.refresh();
SELECT line, raw FROM weather.load_reject WHERE path LIKE '%/a' ORDER BY line;
SELECT read, ins, same, rej FROM ledger WHERE path = 'a';

-- A relation that shows no errors: an error fails the file, not the others.
CREATE FOREIGN TABLE strict (k int OPTIONS (on_empty 'error'), v text,
    source_file text OPTIONS (metadata 'filename')) SERVER weather_test OPTIONS (files '/nowhere');
DO $$ BEGIN
    EXECUTE format('ALTER FOREIGN TABLE strict OPTIONS (SET files %L)', (SELECT name FROM directory) || '/in/*');
END $$;
CREATE TABLE strict_target (LIKE target INCLUDING INDEXES);
SELECT weather.add_source('strict', 'strict', 'strict_target');
SELECT replace(path, (SELECT name FROM directory), 'DIR') AS path, action, rows, anonymous(error) AS error
  FROM weather.preview('strict');
CALL put_in('c', 1, E'{"k": 7}\n');
CALL weather.refresh('strict');
SELECT path, state, error FROM ledger WHERE id IN (SELECT id FROM weather.load_file WHERE source = 'strict');
SELECT k FROM strict_target;
SELECT error_code, anonymous(error_context) AS context, failures FROM weather.load_file
 WHERE source = 'strict' AND state = 'failed' ORDER BY path LIMIT 1;

-- Errors of the target are the file's, too.
ALTER TABLE target ADD CHECK (k < 100);
CALL put_in('d', 1, E'{"k": 99}\n{"k": 100}\n');
CALL weather.refresh('s');
SELECT state, error FROM ledger WHERE path = 'd';
SELECT count(*) FROM target WHERE k = 99;

-- The limit is for all of a file, also where a part of it is read. The rejects of an attempt that failed are kept
-- beside those of what was loaded, until the file is loaded or is as it was.
CREATE VIEW kept AS
SELECT regexp_replace(r.path, '.*/', '') AS file, r.of_failure, r.line, r.raw, f.rejected
  FROM weather.load_reject AS r LEFT JOIN weather.load_file AS f ON f.id = r.load_file_id
 WHERE r.source = 's' ORDER BY r.path, r.of_failure, r.line;
CALL shell('rm *');
SELECT weather.forget('s');
UPDATE weather.source SET reject_limit = 1 WHERE source = 's';
CALL put_in('g', 1, E'bad1\n{"k": 1}\n');
CALL weather.refresh('s');
CALL put_in('g', 2, E'bad1\n{"k": 1}\nbad2\n');
CALL weather.refresh('s');
SELECT state, error FROM ledger;
TABLE kept;
CALL put_in('g', 1, E'bad1\n{"k": 1}\n');    -- restored
CALL weather.refresh('s');
TABLE kept;
CALL put_in('g', 3, E'bad1\n{"k": 1}\nbad2\n');
CALL weather.refresh('s');
UPDATE weather.source SET reject_limit = NULL WHERE source = 's';
CALL weather.refresh('s');
TABLE kept;
CALL put_in('g', 4, E'bad1\n{"k": 1}\nbad2\n{"k": 3,');
CALL weather.refresh('s');
CALL weather.refresh('s');
TABLE kept;
CALL put_in('g', 5, E'bad1\n{"k": 1}\nbad2\n{"k": 3, "v": "whole"}\n');
CALL weather.refresh('s');
TABLE kept;

-- Rejects are of the file, where ever it moves.
CALL shell('mv g h');
CALL weather.refresh('s');
TABLE kept;

-- A file that ends amidst a document, of a relation that does not show offsets any more: it alone fails.
CALL put_in('h', 6, E'bad1\n{"k": 1}\nbad2\n{"k": 3, "v": "whole"}\n{"k": 4');
CALL put_in('i', 6, E'{"k": 5}\n');
CALL weather.refresh('s');
ALTER FOREIGN TABLE item DROP COLUMN source_offset;
CALL put_in('i', 7, E'{"k": 6}\n');
CALL weather.refresh('s');
SELECT outcome, done, failed, error FROM runs ORDER BY id DESC LIMIT 1;
SELECT path, state, ver, error FROM ledger WHERE path IN ('h', 'i');

\i :abs_srcdir/sql/include/epilogue.psql
