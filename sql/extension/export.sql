-- Exports to CSV files on the server, by COPY TO; weather_export.sql shows the use. The directory gets
-- its name when all is written and on disk; a transaction that ends before that leaves nothing.

CREATE FUNCTION weather.begin_export(directory pg_catalog.text, folders pg_catalog.text[])
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'weather_begin_export' LANGUAGE C STRICT;

COMMENT ON FUNCTION weather.begin_export(pg_catalog.text, pg_catalog.text[])
    IS 'makes a hidden directory with these folders beside the given one, and tells its name';

CREATE FUNCTION weather.finish_export() RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'weather_finish_export' LANGUAGE C STRICT;

COMMENT ON FUNCTION weather.finish_export() IS 'syncs what was exported and gives it its name';

-- Writes a table or view into a folder: parts of so many rows in the order of its key, then _SUCCESS.
CREATE FUNCTION weather.export_parts(relation pg_catalog.regclass, key_columns pg_catalog.text[],
    folder pg_catalog.text, rows_per_part pg_catalog.int8,
    OUT parts pg_catalog.int8, OUT rows pg_catalog.int8)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
SET extra_float_digits = 1 AS $$
DECLARE
    key text := weather._list(key_columns);
    starts text[]; -- of each part but the first, as literals
    copied bigint;
BEGIN
    IF rows_per_part < 1 THEN
        RAISE EXCEPTION 'a part has at least one row' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT array_agg(concat_ws('', '', %s) ORDER BY n) '
                   'FROM (SELECT %s, row_number() OVER (ORDER BY %2$s) - 1 AS n FROM %3$s) AS r '
                   'WHERE n > 0 AND n %% $1 = 0',
                   (SELECT string_agg(format('quote_literal(%I)', k), ', ' ORDER BY n)
                      FROM unnest(key_columns) WITH ORDINALITY AS of_it (k, n)), key, relation)
       INTO starts USING rows_per_part;
    rows := 0;
    parts := coalesce(cardinality(starts), 0) + 1;
    FOR part IN 0 .. parts - 1 LOOP
        EXECUTE format('COPY (SELECT * FROM %s WHERE true%s%s ORDER BY %s) TO %L (FORMAT csv, HEADER true, '
                       'ENCODING ''UTF8'')',
                       relation, format(' AND (%s) >= (', key) || starts[part] || ')',
                       format(' AND (%s) < (', key) || starts[part + 1] || ')',
                       key, format('%s/part-%s.csv', folder, lpad(part::text, 5, '0')));
        GET DIAGNOSTICS copied = ROW_COUNT;
        rows := rows + copied;
    END LOOP;
    EXECUTE format('COPY (SELECT WHERE false) TO %L', folder || '/_SUCCESS');
END $$;

COMMENT ON FUNCTION weather.export_parts(pg_catalog.regclass, pg_catalog.text[], pg_catalog.text, pg_catalog.int8)
    IS 'writes a table or view into CSV files of a folder';
