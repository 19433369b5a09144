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
    IF SQLSTATE LIKE '57%' THEN -- shutdown; cancel does not come here
        RAISE;
    END IF;
    RETURN false;
END $$;

-- As weather.files(), but a file whose name is no text in the database is no error: it has its name in
-- quotation marks, with \xNN for the bytes that are none, by which it cannot be read.
CREATE FUNCTION weather._files(relation pg_catalog.regclass, OUT path pg_catalog.text,
    OUT size pg_catalog.int8, OUT mtime pg_catalog.timestamptz, OUT is_text pg_catalog.bool)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_all_files' LANGUAGE C STRICT;

-- What a refresh would do with each file:
--   load      a file that was never loaded
--   change    another content under a known path: a new version
--   grow      as known, and more behind it
--   again     as known; rows that other files had won are free
--   touch     as known, but for the time of modification
--   return    as known, and had vanished or failed
--   move      a file that was known under another path (old_path)
--   cut       as known, and still ends amidst a document
--   misnamed  its name is no text in the database
--   vanish    known, and no longer there
--   wait      modified within the quiet period
--   nothing   as known
CREATE FUNCTION weather._changes(shape pg_catalog.record,
    OUT action pg_catalog.text, OUT path pg_catalog.text, OUT size pg_catalog.int8,
    OUT mtime pg_catalog.timestamptz, OUT id pg_catalog.int8, OUT old_path pg_catalog.text,
    OUT loaded_to pg_catalog.int8, OUT fingerprint pg_catalog.text)
RETURNS SETOF pg_catalog.record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH disk AS MATERIALIZED (
        SELECT f.* FROM weather._files(shape.foreign_table) AS f
    ), known AS MATERIALIZED (
        SELECT * FROM weather.load_file AS f WHERE f.source = shape.source AND f.state <> 'replaced'
    ), missing AS MATERIALIZED (    -- what may have moved: vanished, or shrunk below what was loaded
        SELECT k.* FROM known AS k LEFT JOIN disk AS d USING (path)
         WHERE k.version > 0 AND k.loaded_to > 0 AND (d.path IS NULL OR d.size < k.loaded_to)
    ), fresh AS MATERIALIZED (
        SELECT d.* FROM disk AS d LEFT JOIN known AS k USING (path)
         WHERE k.id IS NULL AND d.is_text
           AND d.mtime <= clock_timestamp() - shape.quiet_period
    ), same AS MATERIALIZED (       -- twins find one another in the order of their paths
        SELECT f.path, k.id, k.path AS old_path
          FROM (SELECT f.path, f.size, k.fingerprint,
                       row_number() OVER (PARTITION BY f.size, k.fingerprint ORDER BY f.path) AS n
                  FROM fresh AS f
                  JOIN (SELECT DISTINCT size, loaded_to, fingerprint FROM missing) AS k USING (size)
                 WHERE weather._begins_as(shape.foreign_table, f.path, k.loaded_to, k.fingerprint)) AS f
          JOIN (SELECT k.id, k.path, k.size, k.fingerprint,
                       row_number() OVER (PARTITION BY k.size, k.fingerprint ORDER BY k.path) AS n
                  FROM missing AS k) AS k USING (size, fingerprint, n)
    ), grown AS MATERIALIZED (      -- a log that grew and was renamed
        SELECT DISTINCT ON (id) path, id, old_path
          FROM (SELECT DISTINCT ON (f.path) f.path, k.id, k.path AS old_path, k.loaded_to
                  FROM fresh AS f
                  JOIN missing AS k ON k.is_growable AND f.size > k.size AND f.mtime >= k.mtime
                 WHERE f.path NOT IN (SELECT path FROM same)
                   AND k.id NOT IN (SELECT id FROM same)
                   AND weather._begins_as(shape.foreign_table, f.path, k.loaded_to, k.fingerprint)
                 ORDER BY f.path, k.loaded_to DESC) AS longest
         ORDER BY id, loaded_to DESC
    ), moved AS MATERIALIZED (
        SELECT * FROM same UNION ALL SELECT * FROM grown
    )
    SELECT CASE
           WHEN d.path IS NULL AND k.state = 'vanished' THEN 'nothing'
           WHEN d.path IS NULL THEN 'vanish'
           WHEN NOT d.is_text THEN 'misnamed'
           WHEN d.mtime > clock_timestamp() - shape.quiet_period
                AND (d.size, d.mtime) IS DISTINCT FROM (k.size, k.mtime) THEN 'wait'
           WHEN m.id IS NOT NULL THEN 'move'
           WHEN k.id IS NULL OR k.version = 0 THEN 'load'
           WHEN k.id IN (SELECT id FROM moved) THEN 'load'
           WHEN d.size = k.size AND d.mtime = k.mtime THEN
               CASE WHEN k.load_again THEN 'again'
                    WHEN k.loaded_to < k.size THEN 'cut'
                    WHEN k.state <> 'loaded' THEN 'return'
                    ELSE 'nothing' END
           WHEN (d.size = k.size OR k.is_growable AND d.size >= k.loaded_to)
                AND weather._begins_as(shape.foreign_table, d.path, k.loaded_to, k.fingerprint) THEN
               CASE WHEN d.size > k.loaded_to AND (k.load_again OR k.lost > 0) THEN 'again'
                    WHEN d.size > k.loaded_to THEN 'grow'
                    ELSE 'touch' END
           ELSE 'change' END,
           coalesce(d.path, k.path), d.size, d.mtime, coalesce(m.id, k.id), m.old_path, k.loaded_to, k.fingerprint
      FROM disk AS d
      FULL JOIN known AS k USING (path)
      LEFT JOIN moved AS m ON m.path = d.path
     WHERE d.path IS NOT NULL OR k.id NOT IN (SELECT id FROM moved);
END $$;
