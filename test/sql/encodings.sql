-- Files in other encodings than UTF-8. (Databases in other encodings: test/t/016_encodings.pl)
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- A table over DIR/<file> in an encoding, made anew.
CREATE PROCEDURE over(file text, encoding text, columns text, options text DEFAULT '') LANGUAGE plpgsql AS $$
BEGIN
    DROP FOREIGN TABLE IF EXISTS w;
    EXECUTE format('CREATE FOREIGN TABLE w (%s) SERVER weather_test OPTIONS (filename %L, encoding %L%s)', columns,
                   (SELECT name FROM directory) || '/' || file, encoding,
                   CASE WHEN options <> '' THEN ', ' || options ELSE '' END);
END $$;

-- the option: every server encoding, as PostgreSQL spells them
SELECT name, try('text', '"x"', '', format('encoding %L', name)) AS result
  FROM unnest(ARRAY['UTF8', 'utf-8', 'UNICODE', 'LATIN1', 'latin1', 'ISO88591', 'ISO-8859-5', 'win1252', 'EUC_JP',
                    'SQL_ASCII', 'KOI8']) AS name;
-- ... clients' encodings, one without a conversion, and unknown ones are refused
SELECT name, try('text', '"x"', '', format('encoding %L', name)) AS error
  FROM unnest(ARRAY['SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004', 'MULE_INTERNAL', 'UTF-16',
                    'LATIN11', '']) AS name;
CREATE SERVER other FOREIGN DATA WRAPPER weather_fdw OPTIONS (encoding 'SJIS'); -- ERROR
ALTER SERVER weather_test OPTIONS (ADD encoding 'GBK'); -- ERROR
CREATE FOREIGN TABLE t (a text OPTIONS (encoding 'LATIN1')) SERVER weather_test OPTIONS (filename '/x.json'); -- ERROR
CREATE FOREIGN TABLE t (a text) SERVER weather_test OPTIONS (filename '/x.json');
ALTER FOREIGN TABLE t OPTIONS (ADD encoding 'JOHAB'); -- ERROR
ALTER FOREIGN TABLE t OPTIONS (ADD encoding 'LATIN2');
ALTER FOREIGN TABLE t OPTIONS (SET encoding 'BIG5'); -- ERROR

-- a server's default, and a table of its own mind
CALL put_bytes('latin1.json', convert_to(E'{"city":"Zürich","temp":1}\n{"city":"São Paulo","temp":2}\n', 'LATIN1'));
CALL put('utf8.json', E'{"city":"Zürich","temp":3}\n');
ALTER SERVER weather_test OPTIONS (ADD encoding 'LATIN1');
CALL over('utf8.json', 'UTF8', 'city text, temp integer');
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (DROP encoding);
SELECT * FROM w;
ALTER SERVER weather_test OPTIONS (DROP encoding);
SELECT * FROM w;
-- the encoding of the client is no default, as it is for COPY
SET client_encoding = 'LATIN1';
SELECT count(*) FROM w WHERE city = 'Z' || chr(252) || 'rich';
RESET client_encoding;
-- SQL_ASCII says nothing: such files are UTF-8
CALL over('utf8.json', 'SQL_ASCII', 'city text, temp integer');
SELECT * FROM w;
CALL over('latin1.json', 'SQL_ASCII', 'city text, temp integer');
CALL fails('SELECT * FROM w'); -- ERROR
-- without the option the hint names it
CALL over('latin1.json', 'UTF8', 'city text, temp integer');
CALL fails('SELECT * FROM w'); -- ERROR

-- names, values, keys, paths of rows and documents; places are the file's own
CALL put_bytes('shapes.json', convert_to(
    E'{"größe":{"straße":"Übung"},"tage":{"märz":[{"höhe":1,"é":"ß"},{"höhe":2}],\n"décembre":[{"höhe":3,"é":"öäü€"}]}}', 'LATIN9'));
CALL over('shapes.json', 'LATIN9',
          $$höhe integer, é text, straße varchar(5) OPTIONS (document_path '$.größe.straße'), k text OPTIONS (metadata 'key'),
            o bigint OPTIONS (metadata 'offset'), l bigint OPTIONS (metadata 'line'),
            r jsonb OPTIONS (metadata 'raw'), rest jsonb OPTIONS (metadata 'rescued')$$,
          $$row_path '$.tage.*[*]'$$);
CREATE TABLE shapes AS SELECT * FROM w;
SELECT höhe, é, straße, k, o, l, r, rest FROM shapes;
SELECT o, convert_from(substr(pg_read_binary_file(:'dir' || '/shapes.json'), o::integer + 1, 9), 'LATIN9') FROM shapes;

-- What is read from a file of these bytes: city@offset, line; or the error.
CREATE FUNCTION read(content bytea, encoding text, options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; hint text;
BEGIN
    CALL put_bytes('read.json', content);
    CALL over('read.json', encoding,
              'city text, o bigint OPTIONS (metadata ''offset''), l bigint OPTIONS (metadata ''line'')', options);
    SELECT string_agg(format('%s@%s, line %s', city, o, l), '; ' ORDER BY o) INTO result FROM w;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN anonymous(sqlstate || ': ' || message || CASE WHEN hint <> '' THEN ' HINT: ' || hint ELSE '' END);
END $$;

-- every framing
SELECT framing, read(convert_to(content, 'LATIN1'), 'LATIN1', format('framing %L', framing))
  FROM (VALUES ('lines', E'{"city":"é"}\n{"city":"éé"},\n{"city":"ü"}\n'),
               ('concatenated', E'{"é":1,\n"city":"é"}{"city":"éé"}\n{"city":"ü"}'),
               ('array', E'[{"city":"é"},\n {"ç":[],"city":"éé"},{"city":"ü"}]'),
               ('auto', E'\r\n {"city":"é"},{"city":"éé"},\n{"city":"ü"},')) AS f (framing, content);

-- fault 3: bytes that are no characters, with their place, and what has been read before them stands
SELECT name, read(content, encoding) FROM (VALUES
    ('cut character', 'EUC_JP', convert_to(E'{"city":"京都"}\n{"city":"東', 'EUC_JP') || '\xc5227d'),
    ('no first byte', 'EUC_JP', convert_to(E'{"city":"京都"}\n{"city":"東', 'EUC_JP') || '\x80227d'),
    ('at the end', 'EUC_KR', convert_to(E'{"city":"서울"}\n', 'EUC_KR') || '\xbc'),
    ('half of a character', 'EUC_TW', convert_to(E'{"city":"臺北"}\n', 'EUC_TW') || '\x8ea1'),
    ('no equivalent', 'WIN1252', convert_to(E'{"city":"€"}\n{"city":"', 'WIN1252') || '\x81227d'),
    ('... of two bytes', 'EUC_CN', convert_to(E'{"city":"北京"}\n{"city":"', 'EUC_CN') || '\xfefe227d'),
    ('in a name', 'WIN1252', convert_to(E'{"city":"€"}\n{"', 'WIN1252') || '\x81223a317d'),
    ('between documents', 'WIN1252', convert_to(E'{"city":"€"}\n', 'WIN1252') || '\x81'),
    ('behind one', 'WIN1252', convert_to(E'{"city":"€"}', 'WIN1252') || '\x81'),
    ('a NUL', 'LATIN1', convert_to(E'{"city":"é"}\n{"city":"é', 'LATIN1') || '\x00227d'),
    ('half of a surrogate pair', 'LATIN1', convert_to(E'{"city":"é"}\n{"city":"é\\ud800"}', 'LATIN1')),
    ('\u0000', 'LATIN1', convert_to(E'{"city":"é"}\n{"city":"é\\u0000"}', 'LATIN1')),
    ('bad syntax', 'LATIN1', convert_to(E'{"city":"é"}\n{"city":"é",,}', 'LATIN1')),
    ('bad syntax beyond ASCII', 'EUC_JP', convert_to(E'{"city":"京都"}\n{"city":東京}', 'EUC_JP')),
    ('a byte order mark', 'LATIN1', '\xefbbbf'::bytea || convert_to('{"city":"é"}', 'LATIN1')),
    ('UTF-16', 'LATIN1', '\x7b007d00'::bytea),
    ('UTF-8', 'LATIN1', convert_to('{"city":"é"}', 'UTF8')),
    ('nothing', 'LATIN1', ''::bytea)) AS f (name, encoding, content);
-- fault 3: a malformed byte in the middle of a large file, behind many blocks
CALL put_bytes('large.json', convert_to(repeat(E'{"city":"Zürich","x":"ééé ü é"}\n', 30000), 'LATIN1')
                             || '\x7b2263697479223a2281227d0a' || repeat(E'{"city":"x"}\n', 30000)::bytea);
CALL over('large.json', 'WIN1252', 'city text, o bigint OPTIONS (metadata ''offset''), l bigint OPTIONS (metadata ''line'')');
CALL fails('SELECT * FROM w'); -- ERROR
SELECT count(*), count(*) FILTER (WHERE o <> (l - 1) * 32), max(o) FROM (SELECT * FROM w LIMIT 30000) AS rows;
ALTER FOREIGN TABLE w OPTIONS (SET encoding 'LATIN1');
SELECT count(*), count(*) FILTER (WHERE city = E'\u0081'), max(o), max(l) FROM w;
-- the estimate knows the file's bytes
SELECT rows::integer BETWEEN 40000 AND 45000 AS estimated
  FROM (SELECT substring(line FROM 'rows=(\d+)') AS rows FROM plan('SELECT * FROM w', 'COSTS') AS line LIMIT 1) AS first;

-- compressed, and from a program
\set command 'cd ' :dir ' && gzip -k latin1.json && zstd -q latin1.json'
COPY (SELECT WHERE false) TO PROGRAM :'command';
CALL over('latin1.json.gz', 'LATIN1', 'city text, temp integer, o bigint OPTIONS (metadata ''offset'')');
SELECT * FROM w;
CALL over('latin1.json.zst', 'LATIN1', 'city text, temp integer, o bigint OPTIONS (metadata ''offset'')');
SELECT * FROM w;
\set command 'cat ' :dir '/latin1.json'
CREATE FOREIGN TABLE p (city text, temp integer, o bigint OPTIONS (metadata 'offset')) SERVER weather_test
    OPTIONS (program :'command', encoding 'LATIN1');
SELECT * FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET encoding 'EUC_JP');
DO $$ BEGIN PERFORM * FROM p; EXCEPTION WHEN OTHERS THEN RAISE INFO '%: %', sqlstate, anonymous(sqlerrm); END $$; -- ERROR

-- a document that is larger than what is kept in memory is read twice
CALL put_bytes('envelope.json', convert_to('{"list":[' || repeat('{"größe":"ü"},', 20000) || '{"größe":"é"}],"ort":{"name":"Zürich"}}', 'LATIN1'));
CALL over('envelope.json', 'LATIN1', $$größe text, ort text OPTIONS (document_path '$.ort.name'), o bigint OPTIONS (metadata 'offset')$$,
          $$row_path '$.list[*]', maximum_object_size '8kB'$$);
SELECT größe, ort, count(*), max(o) FROM w GROUP BY größe, ort ORDER BY 1;

-- every server encoding: each of its characters, alone and in a long text, is what convert_from() makes of it
CREATE FUNCTION characters(encoding name) RETURNS SETOF bytea LANGUAGE plpgsql AS $$
DECLARE
    prefixes bytea[] := CASE WHEN encoding IN ('EUC_JP', 'EUC_JIS_2004') THEN ARRAY['\x', '\x8f']
                             WHEN encoding = 'EUC_TW' THEN ARRAY['\x', '\x8ea2'] ELSE ARRAY['\x'] END;
    candidate bytea;
BEGIN
    FOR candidate IN
        SELECT decode(to_hex(i), 'hex') FROM generate_series(128, 255) AS i
         UNION ALL SELECT decode(to_hex(i * 256 + j), 'hex') FROM generate_series(142, 254, 4) AS i, generate_series(161, 254) AS j
                    WHERE encoding LIKE 'EUC%'
         UNION ALL SELECT prefix || decode(to_hex(i * 256 + j), 'hex')
                     FROM unnest(prefixes) AS prefix, generate_series(161, 254, 3) AS i, generate_series(161, 254) AS j
                    WHERE encoding LIKE 'EUC%'
    LOOP
        BEGIN
            PERFORM convert_from(candidate, encoding);
            RETURN NEXT candidate;
        EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
            NULL;
        END;
    END LOOP;
END $$;
CREATE FUNCTION compare(encoding name, OUT characters bigint, OUT wrong bigint, OUT misplaced bigint, OUT ascii bigint)
LANGUAGE plpgsql AS $$
DECLARE
    content bytea;
BEGIN
    CREATE TEMP TABLE chars ON COMMIT DROP AS
        SELECT n, c, '{"v":"'::bytea || c || '","n":' || n::text::bytea || E'}\n' AS row
          FROM characters(encoding) WITH ORDINALITY AS characters (c, n);
    SELECT string_agg(row, ''::bytea ORDER BY n) || '{"n":0,"v":"' || string_agg(c, ' '::bytea ORDER BY n) || '"}'
      INTO content FROM chars;
    CALL put_bytes('characters.json', content);
    CALL over('characters.json', encoding, 'n integer, v text, o bigint OPTIONS (metadata ''offset'')');
    SELECT count(*), count(*) FILTER (WHERE v <> convert_from(c, encoding)), count(*) FILTER (WHERE o <> place),
           count(*) FILTER (WHERE v ~ '[\u0001-\u007f]')
      INTO characters, wrong, misplaced, ascii
      FROM w JOIN (SELECT *, sum(length(row)) OVER (ORDER BY n) - length(row) AS place FROM chars) AS rows USING (n);
    wrong := wrong + (SELECT count(*) FROM w
                       WHERE n = 0 AND v <> (SELECT string_agg(convert_from(c, encoding), ' ' ORDER BY chars.n) FROM chars));
    DROP TABLE chars;
END $$;
SELECT pg_encoding_to_char(e) AS encoding, compared.*
  FROM generate_series(1, 34) AS e, LATERAL compare(pg_encoding_to_char(e)) AS compared
 WHERE pg_encoding_to_char(e) NOT IN ('UTF8', 'MULE_INTERNAL');
