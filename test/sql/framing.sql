--
-- Framing: where documents begin and end, in every form that files in the wild have.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- The rows of a file, in one line: offset:line=value. Or the error.
CREATE FUNCTION rows_of(framing text, content bytea, table_options text DEFAULT '') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    path text := (SELECT name FROM directory) || '/rows.json';
    result text; message text; hint text; r record;
BEGIN
    CALL put_bytes('rows.json', content);
    DROP FOREIGN TABLE IF EXISTS rows;
    EXECUTE format($f$CREATE FOREIGN TABLE rows (a text, o bigint OPTIONS (metadata 'offset'),
        l bigint OPTIONS (metadata 'line')) SERVER weather_test OPTIONS (filename %L, framing %L%s)$f$,
        path, framing, CASE WHEN table_options <> '' THEN ', ' || table_options ELSE '' END);
    result := '';
    FOR r IN SELECT a, o, l FROM rows LOOP
        result := result || format('%s:%s=%s ', r.o, r.l, coalesce(r.a, '(null)'));
    END LOOP;
    RETURN result || '.';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    message := replace(message, ' in file "' || path || '"', '');
    RETURN coalesce(result, '') || 'ERROR ' || sqlstate || ': ' || message
        || CASE WHEN hint <> '' THEN ' HINT: ' || hint ELSE '' END;
END $$;
CREATE FUNCTION rows_of(framing text, content text, table_options text DEFAULT '') RETURNS text
RETURN rows_of(framing, convert_to(content, 'UTF8'), table_options);

-- one document a line
SELECT framing, rows_of(framing, E'{"a":1}\n{"a":2}\n{"a":3}\n')
  FROM unnest(ARRAY['auto', 'lines', 'ndjson', 'newline_delimited', 'concatenated', 'unstructured', 'array']) AS framing;

-- ... whose last line has no end, with empty lines, blanks, and CRLF
SELECT framing, rows_of(framing, E'{"a":1}\n\n  {"a":2} \r\n\t\n{"a":3}')
  FROM unnest(ARRAY['auto', 'lines', 'concatenated']) AS framing;

-- the files of the job that this replaces: a comma behind each document, behind the last one too
SELECT framing, rows_of(framing, E'{"a":1},\n{"a":2},\n{"a":3},\n')
  FROM unnest(ARRAY['auto', 'lines', 'concatenated', 'array']) AS framing;
SELECT framing, rows_of(framing, E'{"a":1},\r\n{"a":2} , \r\n{"a":3}')
  FROM unnest(ARRAY['auto', 'lines', 'concatenated']) AS framing;
SELECT framing, rows_of(framing, E'{"a":1}\n,{"a":2}\n,\n{"a":3}')
  FROM unnest(ARRAY['auto', 'lines', 'concatenated']) AS framing;

-- one array
SELECT framing, rows_of(framing, E' [{"a":1},\n {"a":2} ,{"a":3}\n]\n ')
  FROM unnest(ARRAY['auto', 'array', 'lines', 'concatenated']) AS framing;
SELECT framing, rows_of(framing, '[]'), rows_of(framing, E' [ \n ] ')
  FROM unnest(ARRAY['auto', 'array']) AS framing;
-- inside it RFC 8259 is strict, behind it nothing comes
SELECT content, rows_of('auto', content)
  FROM unnest(ARRAY['[{"a":1},]', '[,{"a":1}]', '[{"a":1} {"a":2}]', '[{"a":1}{"a":2}]', '[{"a":1},,{"a":2}]',
                    '[{"a":1}],', '[{"a":1}] [{"a":2}]', '[{"a":1}] x', '[{"a":1}]]', '[{"a":1}', '[{"a":1},',
                    '[', '[{"a":1}}', '[{"a":1', '[1', '["x]']) AS content;
-- stripped once: an array within is a document
SELECT rows_of('auto', '[[{"a":1}]]', $$empty_rows 'null'$$), rows_of('auto', '[1, null, "x"]', $$empty_rows 'null'$$);
-- other framings strip nothing
SELECT framing, rows_of(framing, E'[{"a":1}]\n[{"a":2}]\n', $$empty_rows 'null'$$)
  FROM unnest(ARRAY['auto', 'lines', 'concatenated', 'array']) AS framing;

-- one pretty-printed document, and several
SELECT framing, rows_of(framing, E'{\n  "a": 1\n}\n') FROM unnest(ARRAY['auto', 'lines', 'concatenated']) AS framing;
SELECT framing, rows_of(framing, E'{\n  "a": 1\n}\n{\n  "a": 2\n},{"a":3}{"a":4}')
  FROM unnest(ARRAY['auto', 'concatenated']) AS framing;

-- auto looks at the first document only: on one line, with a line end behind it
SELECT rows_of('auto', E'{"a":1}\n{"a":\n2}\n') AS lines,
       rows_of('auto', E'{"a":1} {"a":\n2}\n') AS concatenated,
       rows_of('auto', '{"a":1}') AS "one without line end",
       rows_of('auto', E'{"a": "}\\"{\\n"}\n{"a":2}') AS "braces in a string";

-- between documents. Story: multiLine reads the first value and discards the rest
SELECT content, rows_of('concatenated', content, $$empty_rows 'null'$$)
  FROM unnest(ARRAY['{"a":1}{"a":2}', '{"a":1},{"a":2}', '{"a":1} , {"a":2} ,', '{"a":1}[2]', '{"a":1},,{"a":2}',
                    '{"a":1},,', ',{"a":1}', ',', ', ,', '{"a":1}x', '{"a":1}1', '1{"a":1}', '1 2', '1,2,', '1 {"a":1}',
                    '"x""y"', '"x" "y"', 'truefalse', 'true false', 'nul', '{"a":1};{"a":2}', '{"a":1}}', ']',
                    '{"a":1} ]', '{"a":1', '{"a":1}{', '{"a', '{"a":"b\', '-', '01', '+1', '.5', '1.', '{"a":1,}',
                    '{a:1}', '{''a'':1}', '{"a":NaN}', '{"a":Infinity}', E'{"a":"tab\t"}', '/* x */ {"a":1}',
                    '{"a":1} // x', '{"a" 1}', '{"a":1 "b":2}', '{"a":[1,]}', '{"a":[1}}', '{"a":tru}', '{"a":"\x"}',
                    '{"a":"\u12"}', '{"a":1e}', '{"a":-}', '{"a":00}', '{"":}', '{,}', 'x']) AS content;

-- a file that holds nothing
SELECT framing, rows_of(framing, '') AS empty, rows_of(framing, E' \t\r\n\n') AS blanks, rows_of(framing, E'\n,\n') AS comma
  FROM unnest(ARRAY['auto', 'lines', 'concatenated', 'array']) AS framing;

-- under lines no document crosses the end of its line
SELECT content, rows_of('lines', content)
  FROM unnest(ARRAY[E'{"a":1}\n{"a":\n2}\n', E'{"a":1}\n{"a":2\n{"a":3}\n', E'{"a":"x\n"}\n', E'{"a":1} {"a":2}\n{"a":3}',
                    E'{"a":1}\n{"a":2']) AS content;

-- byte order mark: skipped at the beginning of the file, a fault elsewhere; its bytes count for the offset
SELECT framing, rows_of(framing, '\xEFBBBF'::bytea || '{"a":1}' || E'\n{"a":2}')
  FROM unnest(ARRAY['auto', 'lines', 'concatenated']) AS framing;
SELECT rows_of('auto', '\xEFBBBF'::bytea || '[{"a":1}]') AS "array", rows_of('auto', '\xEFBBBF'::bytea) AS "nothing else";
SELECT rows_of('auto', '{"a":1}'::bytea || '\x0AEFBBBF'::bytea || '{"a":2}') AS error
UNION ALL SELECT rows_of('auto', '\xEFBBBFEFBBBF'::bytea || '{"a":2}');

-- UTF-16 and UTF-32, in both byte orders, with and without mark
SELECT name, rows_of('auto', content)
  FROM (VALUES ('UTF-16LE with mark', '\xFFFE7B0022006100220001003A0031007D00'::bytea),
               ('UTF-16BE with mark', '\xFEFF007B0022'),
               ('UTF-16LE', '\x7B0022006100220001003A0031007D00'),
               ('UTF-16BE', '\x007B00220061'),
               ('UTF-32LE with mark', '\xFFFE00007B000000'),
               ('UTF-32BE with mark', '\x0000FEFF0000007B'),
               ('UTF-32LE', '\x7B000000')) AS t (name, content);

-- invalid UTF-8 anywhere makes a document malformed, also in what no column reads
SELECT name, rows_of('auto', convert_to(E'{"a":1}\n{"a":2,"b":"', 'UTF8') || bytes || '"}')
  FROM (VALUES ('Latin-1', '\xFC'::bytea), ('overlong', '\xC0AF'), ('surrogate', '\xEDA080'),
               ('beyond U+10FFFF', '\xF4908080'), ('cut off', '\xE282'), ('a NUL byte', '\x00')) AS t (name, bytes);

-- rows longer than maximum_object_size; exactly as long is fine
SELECT framing, rows_of(framing, prefix || E'{"a":1},\n{"a":"23"}' || suffix, $$maximum_object_size '10'$$) AS fits,
       rows_of(framing, prefix || E'{"a":1},\n{"a":"234"}' || suffix, $$maximum_object_size '10'$$) AS "too long"
  FROM (VALUES ('auto', '', ''), ('lines', '', ''), ('concatenated', '', ''), ('array', '[', ']')) AS t (framing, prefix, suffix);
-- white space between rows counts for nothing
SELECT rows_of('auto', repeat(' ', 100000) || E'{"a":1}\n' || repeat(E'\n', 100000) || '{"a":2}', $$maximum_object_size '10'$$);

-- depth (fault 5)
SELECT depth, rows_of('auto', '{"b":' || repeat('[', depth - 1) || repeat(']', depth - 1) || ',"a":1}')
  FROM unnest(ARRAY[2, 999, 1000, 1001, 100000]) AS depth;

-- gzip and zstd: by their first bytes; several members are one file
-- {"a":1} and {"a":2}, a line each; then {"a":3}
\set two_gz '\\x1f8b08000000000002ffab564a54b232ace5aa06d146b55c0066c05a1910000000'
\set three_gz '\\x1f8b08000000000002ffab564a54b232aee5020028776c7708000000'
\set two_zst '\\x28b52ffd04588100007b2261223a317d0a7b2261223a327d0aeeedacf2'
\set three_zst '\\x28b52ffd04584100007b2261223a337d0a135bb7cf'
CALL put_bytes('two.json.gz', :'two_gz'::bytea);
CALL put_bytes('three.json.gz', :'two_gz'::bytea || :'three_gz'::bytea);
CALL put_bytes('cut.json.gz', substr(:'two_gz'::bytea, 1, length(:'two_gz'::bytea) - 2));
CALL put_bytes('cut_again.json.gz', :'two_gz'::bytea || substr(:'three_gz'::bytea, 1, 12));
CALL put_bytes('garbage.json.gz', :'two_gz'::bytea || 'garbage');
CALL put_bytes('damaged.json.gz', set_byte(:'two_gz'::bytea, length(:'two_gz'::bytea) - 1 - 4 * ('gz' = 'gz')::int, 0));
CALL put_bytes('two.json.zst', :'two_zst'::bytea);
CALL put_bytes('three.json.zst', :'two_zst'::bytea || :'three_zst'::bytea);
CALL put_bytes('cut.json.zst', substr(:'two_zst'::bytea, 1, length(:'two_zst'::bytea) - 2));
CALL put_bytes('cut_again.json.zst', :'two_zst'::bytea || substr(:'three_zst'::bytea, 1, 12));
CALL put_bytes('garbage.json.zst', :'two_zst'::bytea || 'garbage');
CALL put_bytes('damaged.json.zst', set_byte(:'two_zst'::bytea, length(:'two_zst'::bytea) - 1 - 4 * ('zst' = 'gz')::int, 0));
CALL put('plain.json', E'{"a":1}\n');
CALL put('empty.json', '');
CREATE FUNCTION read(file text, compression text DEFAULT 'auto') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    DROP FOREIGN TABLE IF EXISTS packed;
    EXECUTE format('CREATE FOREIGN TABLE packed (a integer) SERVER weather_test OPTIONS (filename %L, compression %L)',
                   (SELECT name FROM directory) || '/' || file, compression);
    SELECT string_agg(a::text, ' ') INTO result FROM packed;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN anonymous('ERROR ' || sqlstate || ': ' || sqlerrm);
END $$;
SELECT file, compression, read(file, compression)
  FROM (VALUES ('two.json.gz', 'auto'), ('three.json.gz', 'auto'), ('three.json.gz', 'gzip'), ('two.json.gz', 'none'),
               ('two.json.gz', 'zstd'), ('two.json.zst', 'auto'), ('three.json.zst', 'auto'), ('three.json.zst', 'zstd'),
               ('two.json.zst', 'none'), ('two.json.zst', 'gzip'), ('plain.json', 'auto'), ('plain.json', 'none'),
               ('plain.json', 'gzip'), ('plain.json', 'zstd'), ('cut.json.gz', 'auto'), ('cut.json.zst', 'auto'),
               ('cut_again.json.gz', 'auto'), ('cut_again.json.zst', 'auto'), ('damaged.json.gz', 'auto'), ('damaged.json.zst', 'auto'),
               ('garbage.json.gz', 'auto'), ('garbage.json.zst', 'auto'), ('empty.json', 'auto'),
               ('empty.json', 'gzip'), ('empty.json', 'zstd')) AS t (file, compression);

-- the fixtures of test/data
CREATE FUNCTION read_data(file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    DROP FOREIGN TABLE IF EXISTS fixture;
    EXECUTE format($f$CREATE FOREIGN TABLE fixture (city text OPTIONS (path '{$.city,$.name}'),
        temp float8 OPTIONS (path '{$.temp,$.main.temp}')) SERVER weather_test OPTIONS (filename %L)$f$,
                   current_setting('weather_test.data') || '/' || file);
    SELECT string_agg(format('%s %s', city, temp), ', ') INTO result FROM fixture;
    RETURN result;
END $$;
SELECT file, read_data(file)
  FROM unnest(ARRAY['flat_comma_lines.json', 'nested_comma_lines.json', 'lines.ndjson', 'array.json', 'pretty.json',
                    'concatenated.json', 'bom_crlf.json', 'lines.ndjson.gz', 'array.json.zst']) AS file;

\i :abs_srcdir/sql/include/epilogue.psql
