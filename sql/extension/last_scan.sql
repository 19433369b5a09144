-- What the engine counted in this session's last scan of a foreign table. No row: there was none. The
-- caller needs SELECT on the table.

CREATE FUNCTION @extschema@.last_scan(relation pg_catalog.regclass,
    OUT foreign_table pg_catalog.regclass, OUT files pg_catalog.int8, OUT documents pg_catalog.int8,
    OUT documents_without_rows pg_catalog.int8, OUT rows pg_catalog.int8, OUT rejects pg_catalog.int8,
    OUT bytes pg_catalog.int8, OUT next_offset pg_catalog.int8)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_last_scan' LANGUAGE C STRICT;

COMMENT ON FUNCTION @extschema@.last_scan(pg_catalog.regclass)
    IS 'counts of this session''s last scan of a foreign table';

CREATE FUNCTION @extschema@.last_scan_files(relation pg_catalog.regclass,
    OUT path pg_catalog.text, OUT size pg_catalog.int8, OUT mtime pg_catalog.timestamptz,
    OUT documents pg_catalog.int8, OUT documents_without_rows pg_catalog.int8,
    OUT rows pg_catalog.int8, OUT rejects pg_catalog.int8, OUT bytes pg_catalog.int8,
    OUT next_offset pg_catalog.int8, OUT complete pg_catalog.bool, OUT fingerprint pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_last_scan_files' LANGUAGE C STRICT;

COMMENT ON FUNCTION @extschema@.last_scan_files(pg_catalog.regclass)
    IS 'the same for each of its files';

REVOKE ALL ON FUNCTION @extschema@.last_scan(pg_catalog.regclass) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.last_scan_files(pg_catalog.regclass) FROM PUBLIC;
