-- The wrapper itself. Neither function reads a file when called from SQL, yet nobody but the server
-- has a reason to call them.

CREATE FUNCTION @extschema@.weather_fdw_handler()
RETURNS pg_catalog.fdw_handler
AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

CREATE FUNCTION @extschema@.weather_fdw_validator(pg_catalog.text[], pg_catalog.oid)
RETURNS pg_catalog.void
AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

REVOKE ALL ON FUNCTION @extschema@.weather_fdw_handler() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.weather_fdw_validator(pg_catalog.text[], pg_catalog.oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER weather_fdw
    HANDLER @extschema@.weather_fdw_handler
    VALIDATOR @extschema@.weather_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER weather_fdw IS 'weather JSON files as foreign tables';
