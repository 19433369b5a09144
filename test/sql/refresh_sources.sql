-- Registering sources: every complaint at once, each with the statement that mends it. Who may
-- refresh what, and where.
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql
\i :abs_srcdir/sql/include/loader.psql

-- Idempotent; the tables are nobody's members, so that DROP EXTENSION leaves them.
SELECT weather.setup();
SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND objid IN ('weather.source'::regclass, 'weather.load_run'::regclass,
    'weather.load_file'::regclass, 'weather.load_reject'::regclass, 'weather.status'::regclass);

CREATE UNLOGGED TABLE poor (k bigint, v text NOT NULL, w int NOT NULL);
CALL fails($$SELECT weather.add_source('s', 'item', 'poor')$$);
CALL fails($$SELECT weather.add_source('s', 'item', 'poor', key_columns => '{k,nix}')$$);
CALL fails($$SELECT weather.add_source('s', 'item', 'poor', 'merge')$$);
CALL fails($$SELECT weather.add_source('s', 'target', 'target')$$);
CALL fails($$SELECT weather.add_source('s', 'nix', 'target')$$);
CREATE FOREIGN TABLE bare (k int, v text) SERVER weather_test OPTIONS (filename '/nowhere');
CALL fails($$SELECT weather.add_source('s', 'bare', 'target')$$);

CREATE FOREIGN TABLE odd (k int, v text, __file text, source_file text OPTIONS (metadata 'filename'))
    SERVER weather_test OPTIONS (filename '/nowhere');
CREATE TABLE computed (k int PRIMARY KEY, v text GENERATED ALWAYS AS ('x') STORED, __file text, load_file_id bigint);
CALL fails($$SELECT weather.add_source('s', 'odd', 'computed')$$);

-- A view over exactly one foreign table: expressions belong there; metadata bears its own names.
CREATE VIEW shouted AS SELECT k, upper(v) AS v, source_file, source_offset, error, raw FROM item;
CREATE VIEW hidden AS SELECT k, v FROM item;
CREATE VIEW both_of AS SELECT item.k, item.v, item.source_file FROM item, bare;
CALL fails($$SELECT weather.add_source('s', 'hidden', 'target')$$);
CALL fails($$SELECT weather.add_source('s', 'both_of', 'target')$$);
SELECT weather.add_source('s', 'shouted', 'target');
CALL put_in('a', 1, E'{"k": 1, "v": "a"}\n{"k": 2, "v": "b"}\n{"k": "x"}\n');
CALL weather.refresh();
TABLE target;
TABLE ledger;

-- A view that does not show each row: the check says so.
CREATE OR REPLACE VIEW shouted AS
SELECT k, upper(v) AS v, source_file, source_offset, error, raw FROM item WHERE k <> 3 OR k IS NULL;
CALL put_in('b', 1, E'{"k": 3}\n{"k": 4}\n');
CALL weather.refresh();
SELECT state, error FROM ledger WHERE path = 'b';

-- Appending to what no ledger knows could double it.
CREATE TABLE log (k int, v text, load_file_id bigint);
INSERT INTO log VALUES (1);
SELECT weather.add_source('log', 'item', 'log', 'append');
CALL weather.refresh('log');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;

-- Not inside a transaction block or a function, and then nothing was done.
BEGIN;
CALL weather.refresh('log');
ROLLBACK;
CREATE FUNCTION refresh_log() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL weather.refresh('log'); END $$;
CALL fails('SELECT refresh_log()');
CALL weather.refresh('nix');
SELECT count(*) FROM runs WHERE source = 'log';

-- What is dropped meanwhile fails the run.
DROP TABLE log;
CALL weather.refresh('log');
SELECT outcome, error FROM runs ORDER BY id DESC LIMIT 1;
DELETE FROM weather.source WHERE source = 'log';

-- fault 28: hostile functions, operators and temporary objects are not found.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.wrong(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.wrong);
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.wrong);
CREATE FUNCTION hostile.count(bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile'; END $$;
CREATE FUNCTION hostile.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile'; END $$;
CREATE TEMP TABLE pg_class (oid oid);
CREATE TEMP TABLE load_file (id int);
CREATE TABLE "Quoted ""target" ("K 1" int PRIMARY KEY, "load_file_id" bigint);
CREATE VIEW "Quoted 'view" AS SELECT k AS "K 1", source_file, source_offset, error, raw FROM item;
SELECT weather.add_source('quo"ted'' source', '"Quoted ''view"', '"Quoted ""target"');
SET search_path = hostile, pg_temp, pg_catalog;
CALL weather.refresh('quo"ted'' source');
SET search_path = weather_test;
DROP TABLE pg_temp.pg_class, pg_temp.load_file;
SELECT * FROM "Quoted ""target";
DROP SCHEMA hostile CASCADE;

-- Columns may have the names that the loader's statements use themselves.
CREATE TABLE busy (k int, r int, kept int, judged int, verdict int, place int, written int, inserted int, updated int, removed int,
    printed int, found int, owner int, file int, path int, id int, rows int, source int, _file int, _offset int, load_file_id bigint,
    PRIMARY KEY (k, place));
CREATE VIEW busy_view AS SELECT k, k AS r, k AS kept, k AS judged, k AS verdict, k AS place, k AS written, k AS inserted, k AS updated,
    k AS removed, k AS printed, k AS found, k AS owner, k AS file, k AS path, k AS id, k AS rows, k AS source, k AS _file, k AS _offset,
    source_file, source_offset, error, raw FROM item;
DO $$
DECLARE mode text;
BEGIN
    FOREACH mode IN ARRAY '{append,upsert,replace}'::text[] LOOP
        EXECUTE format('CREATE TABLE busy_%s (LIKE busy INCLUDING ALL)', mode);
        PERFORM weather.add_source('busy_' || mode, 'busy_view', 'busy_' || mode, mode);
    END LOOP;
END $$;
CALL weather.refresh('busy_append');
CALL weather.refresh('busy_upsert');
CALL weather.refresh('busy_replace');
UPDATE weather.load_file SET load_again = true WHERE source = 'busy_upsert';
CALL weather.refresh('busy_upsert');
SELECT source, outcome, read, ins, same, rej, error FROM runs WHERE source LIKE 'busy%';
SELECT count(*) FROM busy_append JOIN busy_upsert USING (k, place, verdict, rows) JOIN busy_replace USING (k, place, verdict, rows);
DELETE FROM weather.source WHERE source LIKE 'busy%';

-- Only the caller's own sources; the least that a loader needs.
CREATE ROLE regress_loader;
GRANT SELECT ON directory TO regress_loader;  -- for the test's own helpers
GRANT USAGE ON SCHEMA weather, weather_test TO regress_loader;
SET ROLE regress_loader;
CALL weather.refresh();
RESET ROLE;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA weather TO regress_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON weather.source, weather.load_run, weather.load_file, weather.load_reject
   TO regress_loader;
GRANT USAGE ON SEQUENCE weather.load_file_id_seq TO regress_loader;
CREATE TABLE lean (k int PRIMARY KEY, v text, load_file_id bigint);
SET ROLE regress_loader;
CALL fails($$SELECT weather.add_source('lean', 'item', 'lean')$$);
CALL fails($$SELECT weather.add_source('s', 'item', 'lean')$$);
RESET ROLE;
GRANT SELECT ON item TO regress_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON lean TO regress_loader;
SET ROLE regress_loader;
SELECT weather.add_source('lean', 'item', 'lean');
CALL weather.refresh();
SELECT k FROM lean ORDER BY k;
CALL weather.refresh('s');
CALL fails($$SELECT weather.forget('s')$$);
-- He cannot make others run what is his.
CALL fails($$INSERT INTO weather.source (source, relation, target, mode, owner) VALUES ('evil', 'x', 'x', 'append', 'postgres')$$);
CALL fails($$UPDATE weather.source SET owner = 'postgres'$$);
UPDATE weather.source SET enabled = false WHERE source = 's';
RESET ROLE;
SELECT source, enabled FROM weather.source ORDER BY 1;
SELECT source FROM weather.load_run WHERE started_by = 'regress_loader';
CALL weather.refresh('lean');
SELECT count(*) FROM weather.load_run WHERE source = 'lean';
CALL weather.refresh();
SELECT count(*) FROM weather.load_run WHERE source = 'lean';
DROP OWNED BY regress_loader;
DROP ROLE regress_loader;
DROP TABLE weather.source, weather.load_run, weather.load_file, weather.load_reject CASCADE;
CALL weather.refresh();

\i :abs_srcdir/sql/include/epilogue.psql
