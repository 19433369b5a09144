-- About the files of a foreign table. The caller needs SELECT on it, its owner the right to read
-- them. They read files, so nobody but those whom a superuser grants it may execute them.

CREATE FUNCTION @extschema@.files(relation pg_catalog.regclass,
                                  OUT path pg_catalog.text, OUT size pg_catalog.int8,
                                  OUT mtime pg_catalog.timestamptz)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'weather_files' LANGUAGE C STRICT;

COMMENT ON FUNCTION @extschema@.files(pg_catalog.regclass)
    IS 'the files that a foreign table would read now, in their order';

CREATE FUNCTION @extschema@.fingerprint(relation pg_catalog.regclass, path pg_catalog.text,
                                        length pg_catalog.int8)
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'weather_fingerprint' LANGUAGE C STRICT;

COMMENT ON FUNCTION @extschema@.fingerprint(pg_catalog.regclass, pg_catalog.text, pg_catalog.int8)
    IS 'CRC-32C of the first bytes of a file that a foreign table reads';

REVOKE ALL ON FUNCTION @extschema@.files(pg_catalog.regclass) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.fingerprint(pg_catalog.regclass, pg_catalog.text, pg_catalog.int8) FROM PUBLIC;
