-- What is new: the files of a source on disk compared with the ledger. Path, size, modification time
-- and fingerprint tell; inode and ctime do not, since rsync, restore and failover change them.
--
-- A file whose path, size and modification time the ledger knows is not opened. One whose time alone
-- changed, and one that has grown, is known by the CRC-32C of the bytes that were loaded: a change
-- that keeps it is missed with a probability of 1 in 2^32.

-- A file on its way through a refresh: what is new of it (below), and what is to be read of it. An array
-- of these is passed on, for it costs a tenth of jsonb.
CREATE TYPE weather._file AS (
    action pg_catalog.text, path pg_catalog.text, size pg_catalog.int8, mtime pg_catalog.timestamptz,
    id pg_catalog.int8, loaded_to pg_catalog.int8, fingerprint pg_catalog.text,
    new_id pg_catalog.int8, start pg_catalog.int8, stop pg_catalog.int8, is_plain pg_catalog.bool);

-- Files that are loaded in one transaction.
CREATE TYPE weather._batch AS (files weather._file[]);

-- What the ledger is to hold of a file, as _entries() finds it.
CREATE TYPE weather._entry AS (
    path pg_catalog.text, size pg_catalog.int8, mtime pg_catalog.timestamptz,
    id pg_catalog.int8, new_id pg_catalog.int8, loaded_to pg_catalog.int8, goes_on pg_catalog.int4,
    fingerprint pg_catalog.text, is_growable pg_catalog.bool, is_unread pg_catalog.bool,
    bytes pg_catalog.int8, read pg_catalog.int8, rejected pg_catalog.int8,
    inserted pg_catalog.int8, updated pg_catalog.int8, unchanged pg_catalog.int8,
    duplicates pg_catalog.int8, lost pg_catalog.int8, to_write pg_catalog.int8);

-- What a statement did: for each load_file_id; to how many rows of files that were loaded before, as an
-- object by load_file_id; how many rows the executor wrote, and, in mode replace, deleted.
CREATE TYPE weather._count AS (
    id pg_catalog.int8, inserted pg_catalog.int8, updated pg_catalog.int8, unchanged pg_catalog.int8,
    duplicates pg_catalog.int8, lost pg_catalog.int8, to_write pg_catalog.int8);
CREATE TYPE weather._work AS (
    of_files weather._count[], taken pg_catalog.jsonb, written pg_catalog.int8, deleted pg_catalog.int8);

-- What is wrong with a file that is not to be read; null for the others.
CREATE FUNCTION weather._fault(action pg_catalog.text, loaded_to pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE action
           WHEN 'cut' THEN format('the last document is incomplete, from byte offset %s on', loaded_to)
           WHEN 'misnamed' THEN 'its name is not valid in the database''s encoding' END
$$;

-- False also if there is no such file, or it is shorter, or it cannot be read: loading it will say why.
CREATE FUNCTION weather._begins_as(foreign_table pg_catalog.regclass, path pg_catalog.text,
                                   length pg_catalog.int8, fingerprint pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(weather.fingerprint(foreign_table, path, length) = fingerprint, false);
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END $$;

-- Which of these files, read once each, begin with which of so many bytes that have these fingerprints. A file
-- that cannot be read begins with none.
CREATE FUNCTION weather._beginnings(relation pg_catalog.regclass, paths pg_catalog.text[],
    lengths pg_catalog.int8[], fingerprints pg_catalog.text[],
    OUT path pg_catalog.text, OUT loaded_to pg_catalog.int8, OUT fingerprint pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_beginnings' LANGUAGE C STRICT;

-- As weather.files(), but a file whose name is no text in the database is no error: it has its name in
-- quotation marks, with \xNN for the bytes that are none, by which it cannot be read.
CREATE FUNCTION weather._files(relation pg_catalog.regclass, OUT path pg_catalog.text,
    OUT size pg_catalog.int8, OUT mtime pg_catalog.timestamptz, OUT is_text pg_catalog.bool)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_all_files' LANGUAGE C STRICT;

-- What is on disk beside what the ledger has under the same path, but for the many that are as they were. A file
-- waits that was modified within the quiet period; it may be as known if its size allows it.
CREATE FUNCTION weather._pairs(shape pg_catalog.record,
    OUT path pg_catalog.text, OUT is_there pg_catalog.bool, OUT is_text pg_catalog.bool, OUT waits pg_catalog.bool,
    OUT new_size pg_catalog.int8, OUT new_mtime pg_catalog.timestamptz,
    OUT id pg_catalog.int8, OUT state pg_catalog.text, OUT version pg_catalog.int4, OUT size pg_catalog.int8,
    OUT mtime pg_catalog.timestamptz, OUT loaded_to pg_catalog.int8, OUT fingerprint pg_catalog.text,
    OUT is_growable pg_catalog.bool, OUT load_again pg_catalog.bool, OUT lost pg_catalog.int8,
    OUT may_be_known pg_catalog.bool)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT path, d.size IS NOT NULL, d.is_text,
           d.mtime > clock_timestamp() - shape.quiet_period
               AND (d.size, d.mtime) IS DISTINCT FROM (k.size, k.mtime),
           d.size, d.mtime, k.id, k.state, k.version, k.size, k.mtime, k.loaded_to, k.fingerprint,
           k.is_growable, k.load_again, k.lost,
           coalesce(k.version > 0 AND d.is_text
                    AND (d.size = k.size OR k.is_growable AND d.size >= k.loaded_to), false)
      FROM weather._files(shape.foreign_table) AS d
      FULL JOIN (SELECT * FROM weather.load_file AS f
                  WHERE f.source = shape.source AND f.state NOT IN ('replaced', 'displaced')) AS k USING (path)
     WHERE (d.size, d.mtime, k.state, k.load_again, k.loaded_to)
           IS DISTINCT FROM (k.size, k.mtime, 'loaded', false, k.size);
END $$;

-- A file that is not as it is known under its path; is_taken: that path is known.
CREATE TYPE weather._open AS (
    path pg_catalog.text, size pg_catalog.int8, mtime pg_catalog.timestamptz, is_taken pg_catalog.bool);

-- What is known, but is not under its path any more; was_at_hand: it was at the last refresh.
CREATE TYPE weather._missing AS (
    id pg_catalog.int8, path pg_catalog.text, size pg_catalog.int8, mtime pg_catalog.timestamptz,
    loaded_to pg_catalog.int8, fingerprint pg_catalog.text, is_growable pg_catalog.bool, was_at_hand pg_catalog.bool);

-- What has moved, perhaps grown: open files that are, or begin with, what is missing. A path that is known gets
-- only what was at hand, one that is not also what vanished long ago. Twins find one another in the order of their
-- paths.
CREATE FUNCTION weather._moves(foreign_table pg_catalog.regclass, open weather._open[], missing weather._missing[],
    OUT path pg_catalog.text, OUT id pg_catalog.int8, OUT old_path pg_catalog.text, OUT loaded_to pg_catalog.int8)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(open) = 0 OR cardinality(missing) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.*, b.loaded_to, b.fingerprint
          FROM weather._beginnings(foreign_table, ARRAY(SELECT path FROM unnest(open)),
                                   ARRAY(SELECT loaded_to FROM unnest(missing)),
                                   ARRAY(SELECT fingerprint FROM unnest(missing))) AS b
          JOIN unnest(open) AS o USING (path)
    ), numbered AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY was_at_hand, size, loaded_to, fingerprint ORDER BY path, id) AS n
          FROM unnest(missing)
    ), at_hand AS MATERIALIZED (
        SELECT DISTINCT ON (f.path) f.path, m.id, m.path AS old_path, loaded_to
          FROM (SELECT *, row_number() OVER (PARTITION BY size, loaded_to, fingerprint
                                             ORDER BY NOT is_taken, path) AS n FROM begun) AS f
          JOIN numbered AS m USING (size, loaded_to, fingerprint, n)
         WHERE m.was_at_hand
         ORDER BY f.path, loaded_to DESC
    ), back AS MATERIALIZED (
        SELECT DISTINCT ON (f.path) f.path, m.id, m.path AS old_path, loaded_to
          FROM (SELECT *, row_number() OVER (PARTITION BY size, loaded_to, fingerprint ORDER BY path) AS n FROM begun
                 WHERE NOT is_taken AND path NOT IN (SELECT path FROM at_hand)) AS f
          JOIN numbered AS m USING (size, loaded_to, fingerprint, n)
         WHERE NOT m.was_at_hand
         ORDER BY f.path, loaded_to DESC
    ), same AS MATERIALIZED (
        SELECT * FROM at_hand UNION ALL SELECT * FROM back
    ), grown AS MATERIALIZED (      -- a log that grew and was renamed
        SELECT DISTINCT ON (id) path, id, old_path, loaded_to
          FROM (SELECT DISTINCT ON (f.path) f.path, m.id, m.path AS old_path, loaded_to
                  FROM begun AS f JOIN unnest(missing) AS m USING (loaded_to, fingerprint)
                 WHERE m.is_growable AND f.size > loaded_to AND f.mtime >= m.mtime
                   AND (m.was_at_hand OR NOT f.is_taken)
                   AND f.path NOT IN (SELECT path FROM same) AND m.id NOT IN (SELECT id FROM same)
                 ORDER BY f.path, loaded_to DESC, NOT m.was_at_hand, m.id) AS longest
         ORDER BY id, loaded_to DESC, path
    )
    SELECT * FROM same UNION ALL SELECT * FROM grown;
END $$;

-- What a refresh would do with each file. One that has moved may take the path of another, whose entry is
-- displaced, unless it has moved too: logs rotate in chains, and while some wait.
--
--   load      a file that was never loaded
--   change    another content under a known path: a new version
--   grow      as known, and more behind it
--   again     as known; rows that other files had won are free
--   touch     as known, but for the time of modification
--   return    as known, and had vanished or failed
--   move      a file that was known under another path (old_path), perhaps with more behind it
--   cut       as known, and still ends amidst a document
--   misnamed  its name is no text in the database
--   vanish    known, and no longer there
--   wait      modified within the quiet period
--   nothing   as known; most of these are left out
CREATE FUNCTION weather._changes(shape pg_catalog.record,
    OUT action pg_catalog.text, OUT path pg_catalog.text, OUT size pg_catalog.int8,
    OUT mtime pg_catalog.timestamptz, OUT id pg_catalog.int8, OUT old_path pg_catalog.text,
    OUT loaded_to pg_catalog.int8, OUT fingerprint pg_catalog.text)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH paired AS MATERIALIZED (   -- null: a file is not at rest, and is read only if need be
        SELECT *, CASE WHEN NOT may_be_known THEN false
                       WHEN new_size = size AND new_mtime = mtime THEN true
                       WHEN NOT waits THEN weather._begins_as(shape.foreign_table, path, loaded_to, fingerprint)
                  END AS is_surely_known
          FROM weather._pairs(shape)
    ), compared AS MATERIALIZED (
        SELECT *, coalesce(is_surely_known,
                           loaded_to > coalesce((SELECT max(o.new_size) FROM paired AS o
                                                  WHERE o.is_there AND NOT o.is_surely_known), -1)
                           OR weather._begins_as(shape.foreign_table, path, loaded_to, fingerprint)) AS is_known
          FROM paired
    ), open AS MATERIALIZED (
        SELECT path, new_size, new_mtime, coalesce(version, 0) > 0 FROM compared
         WHERE is_there AND is_text AND NOT is_known AND shape.mode <> 'replace'
    ), missing AS MATERIALIZED (
        SELECT id, path, size, mtime, loaded_to, fingerprint, is_growable, state <> 'vanished'
          FROM compared WHERE version > 0 AND loaded_to > 0 AND NOT is_known AND EXISTS (SELECT FROM open)
        UNION ALL
        SELECT id, path, size, mtime, loaded_to, fingerprint, is_growable, false FROM weather.load_file
         WHERE source = shape.source AND state = 'displaced' AND loaded_to > 0 AND EXISTS (SELECT FROM open)
    ), moved AS MATERIALIZED (
        SELECT m.* FROM weather._moves(shape.foreign_table, ARRAY(SELECT ROW(o.*)::weather._open FROM open AS o),
                                       ARRAY(SELECT ROW(m.*)::weather._missing FROM missing AS m)) AS m
    )
    SELECT CASE
           WHEN NOT c.is_there THEN CASE c.state WHEN 'vanished' THEN 'nothing' ELSE 'vanish' END
           WHEN NOT c.is_text THEN 'misnamed'
           WHEN m.id IS NOT NULL THEN 'move'
           WHEN c.waits THEN 'wait'
           WHEN c.id IS NULL OR c.version = 0 OR c.id IN (SELECT id FROM moved) THEN 'load'
           WHEN NOT c.is_known THEN 'change'
           WHEN c.new_size = c.size AND c.new_mtime = c.mtime THEN
               CASE WHEN c.load_again THEN 'again'
                    WHEN c.loaded_to < c.size THEN 'cut'
                    WHEN c.state <> 'loaded' THEN 'return'
                    ELSE 'nothing' END
           WHEN c.new_size > c.loaded_to AND (c.load_again OR c.lost > 0) THEN 'again'
           WHEN c.new_size > c.loaded_to THEN 'grow'
           ELSE 'touch' END,
           c.path, c.new_size, c.new_mtime, coalesce(m.id, c.id), m.old_path,
           coalesce(m.loaded_to, c.loaded_to), c.fingerprint
      FROM compared AS c
      LEFT JOIN moved AS m ON m.path = c.path
     WHERE c.is_there OR c.id NOT IN (SELECT id FROM moved);
END $$;
