--
-- Values: every type, what goes into it and what does not. Times are in time.sql.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- missing is NULL, null is NULL
SELECT try('text', '{}', whole => true, table_options => $$empty_rows 'null'$$) AS missing,
       try('text', 'null') AS "null",
       try('integer', 'null') AS "integer",
       try('integer[]', 'null') AS "array",
       try('json', 'null') AS "json",
       try('jsonb', 'null') AS "jsonb",
       try('inet', 'null') AS "inet";

-- ... and an error where the column is NOT NULL
SELECT try('text NOT NULL', '"a"'), try('text NOT NULL', '""');
SELECT try('text NOT NULL', 'null') AS error
UNION ALL SELECT try('text NOT NULL', '{"w": 1}', whole => true, table_options => $$empty_rows 'null'$$)
UNION ALL SELECT try('inet NOT NULL', 'null')
UNION ALL SELECT try('integer[] NOT NULL', 'null');

-- boolean
SELECT json, try('boolean', json)
  FROM unnest(ARRAY['true', 'false', '"true"', '"f"', '"yes"', '"0"', '1', '0', '"maybe"', '""',
                    '[]', '{}']) AS json;

-- integers: no lossy cast, but any way of writing one. Story: BIGINT rounded through DOUBLE
SELECT json, try('smallint', json), try('integer', json), try('bigint', json)
  FROM unnest(ARRAY['5', '-5', '0', '-0', '5.0', '1e2', '12.50e1', '120e-1', '5e0', '0e99999']) AS json;
SELECT json, try('smallint', json) AS smallint
  FROM unnest(ARRAY['32767', '-32768', '32768', '-32769', '1e99999', '1.5', '1e-1', 'true', '[1]',
                    '{"a":1}']) AS json;
SELECT json, try('integer', json) AS integer
  FROM unnest(ARRAY['2147483647', '-2147483648', '2147483648', '-2147483649', '3e9', '1.5',
                    '0.0000000000000000000000000000001', 'false']) AS json;
SELECT json, try('bigint', json) AS bigint
  FROM unnest(ARRAY['9223372036854775807', '-9223372036854775808', '9223372036854775808',
                    '-9223372036854775809', '9007199254740993', '9007199254740993.0',
                    '9007199254740993000e-3', '922337203685477580.7', '922337203685477580.7e1',
                    '1e400']) AS json;

-- a string that holds a number, as the type's input function reads it
SELECT json, try('integer', json) AS integer, try('numeric', json) AS numeric,
       try('double precision', json) AS "double precision"
  FROM unnest(ARRAY['"42"', '" 42 "', '"1.5"', '"1e2"', '"NaN"', '"Infinity"', '""', '"-"',
                    '"12abc"', '"99999999999999999999"', '"0x1F"']) AS json;

-- double precision round-trips; what it cannot hold is an error, as in its input function
SELECT json, try('double precision', json) AS "double precision", try('real', json) AS "real"
  FROM unnest(ARRAY['0.1', '6.9', '51.5085', '-0.1257', '1e22', '0.30000000000000004',
                    '1.7976931348623157e308', '4.9e-324', '2.2250738585072014e-308', '-0.0', '1e400',
                    '-1e400', '1e-400', '3.4028235e38', '3.5e38', '1e-46', '0e-400',
                    '0.0000000000000000e-2147483639', '128.7e-336', 'true', '"a"', '[0.1]']) AS json;

-- numeric is exact; a typmod rounds, and is the only thing that does
SELECT json, try('numeric', json) AS numeric
  FROM unnest(ARRAY['0.1', '9007199254740993', '123456789012345678901234567890.123456789', '1.50',
                    '1e3', '1E-3', '-0', '1e131071', '1e131073', '1e-20000', 'true', '{}']) AS json
 WHERE length(try('numeric', json)) < 1000;
SELECT json, try('numeric(4,1)', json) AS "numeric(4,1)", try('numeric(3,-1)', json) AS "numeric(3,-1)"
  FROM unnest(ARRAY['6.85', '6.85001', '-6.85', '999.94', '999.95', '99999', '"6.85"', '1e2']) AS json;

-- text takes everything: strings by their characters, the rest as it stands
SELECT json, try('text', json) AS text, try('varchar', json) AS varchar
  FROM unnest(ARRAY['"London"', '""', '" a "', '"Z\u00fcrich"', '"\ud83c\udf24"', '"\"\\\/\b\f\n\r\t"',
                    '6.90', '-0', '1E400', 'true', '{"b": 1,  "a" :[1, "x"]}', '[ ]',
                    '"\\u0041"']) AS json;
SELECT json, try('text', json) AS error
  FROM unnest(ARRAY['"a\u0000b"', '"\ud83c"', '"\udf24 x"', '"\udf24\ud83c"', '{"a": "\ud83c"}',
                    '"\ud83cx"']) AS json;
SELECT try('text', '"\u00e4' || repeat('x', 100) || '\u0000"') AS "a long value is shortened";
SELECT try('integer', '"' || repeat('ä', 100) || '"') AS "between characters",
       try('integer', '"' || repeat('x', 80) || '"') AS "80 bytes";

-- varchar(n) and char(n): too long is an error, except for blanks, as everywhere in SQL
SELECT json, try('varchar(3)', json) AS "varchar(3)", '<' || try('char(3)', json) || '>' AS "char(3)"
  FROM unnest(ARRAY['"abc"', '"ab"', '"abc  "', '"abcd"', '"äöü"', '123', '1234', '""']) AS json;
-- char is cast to text without its blanks, so look at their number
SELECT try('char(3)[]', '["ab", "a"]');
SELECT try('"char"', '"x"') AS "char", try('name', '"x"') AS name;

-- json and jsonb: scalars enter as JSON, json keeps its text
SELECT json, try('json', json) AS json, try('jsonb', json) AS jsonb
  FROM unnest(ARRAY['"a"', '1.50', 'true', '{"b": 1,  "a" :2, "b":3}', '[1 , null]', '"\u00fc"', '1e2',
                    '"a\u0000b"', '{"a":"\u0000"}', '{"\u0000":1}', '"\\u0000"', '"\ud83c"',
                    '"\ud83c\udf24"', '1e400']) AS json;
SELECT length(try('json', '1e200000')) AS json, try('jsonb', '1e200000') AS jsonb;
SELECT try('jsonb', '{"w": [1, {"v": 2}]}', $$path '$'$$, whole => true) AS "the whole row";

-- no fast road: the type's input function
CREATE TYPE sky AS ENUM ('clear', 'clouds', 'rain');
SELECT type, json, try(type, json)
  FROM (VALUES ('sky', '"rain"'), ('sky', '"snow"'), ('sky', '1'),
               ('inet', '"10.0.0.1/8"'), ('inet', '"10.0.0"'), ('inet', '{}'),
               ('interval', '"PT3H"'), ('interval', '"3 hours"'), ('interval', '3'), ('interval', '"soon"'),
               ('interval(0)', '"1.6 s"'), ('interval minute', '"1:02:59"'),
               ('uuid', '"7f9c24e8-3b12-4fef-91e0-56a2d5a3b3a5"'), ('uuid', '"7f9c"'),
               ('time', '"22:10:41"'), ('time(0)', '"22:10:41.6"'), ('time', '"25:00"'),
               ('timetz', '"22:10+01"'), ('point', '"(51.5,-0.1)"'), ('point', '[51.5, -0.1]'),
               ('int4range', '"[1,5)"'), ('money', '"12.5"'), ('oid', '42'), ('oid', '1.5'),
               ('bit(3)', '"101"'), ('bit(3)', '"1"'), ('regclass', '"pg_class"'), ('xid', '7'),
               ('bytea', '"\\x6869"'), ('bytea', '"a\\\\b"'), ('bytea', '"\\xZZ"'), ('bytea', '12'),
               ('xml', '"<a/>"'), ('tsvector', '"a b"'), ('inet', '"\u0000"'), ('sky', 'true')) AS t (type, json);

-- a composite type: its input function reads its own form
CREATE TYPE pair AS (a integer, b text);
SELECT json, try('pair', json) FROM unnest(ARRAY['"(1,x)"', '"(1)"', '{"a": 1, "b": "x"}']) AS json;

-- arrays: element by element. Story: type mismatch became NULL, wrong-typed array elements vanished
SELECT type, json, try(type, json)
  FROM (VALUES ('integer[]', '[1, 2, 3]'), ('integer[]', '[]'), ('integer[]', '[null, 1]'),
               ('integer[]', '[1.5]'), ('integer[]', '[1, "2"]'), ('integer[]', '[1, "x"]'),
               ('integer[]', '["{1}"]'), ('integer[]', '"{1,2}"'), ('integer[]', '"[1,2]"'),
               ('integer[]', '5'), ('integer[]', '{"a": 1}'), ('integer[]', '[{}]'),
               ('integer[]', '[99999999999]'), ('smallint[]', '[true]'),
               ('text[]', '["a", "", "b\"c", null, "null", "NULL"]'), ('text[]', '[1, true, {"a": 1}]'),
               ('text[]', '"a"'), ('text[]', '["\u0000"]'),
               ('double precision[]', '[0.1, -0, 1e2]'), ('real[]', '[0.1]'), ('boolean[]', '[true, "f"]'),
               ('numeric(3,1)[]', '[1.25, 2.349]'), ('numeric(3,1)[]', '[100]'),
               ('varchar(2)[]', '["ab"]'), ('varchar(2)[]', '["abc"]'),
               ('bigint[]', '[9007199254740993]'), ('date[]', '["2022-03-14"]'), ('date[]', '["x"]'),
               ('inet[]', '["::1"]'), ('sky[]', '["rain", "clear"]'), ('sky[]', '["snow"]'),
               ('bytea[]', '["\\x00"]'), ('interval[]', '["1 day"]'),
               ('json[]', '[{"a": 1}, [1, 2], "x", null]'), ('jsonb[]', '[{"a": 1}, [1, 2], "x", null]')
       ) AS t (type, json);

-- nested arrays are dimensions
SELECT json, try('integer[]', json), try('jsonb[]', json) AS jsonb
  FROM unnest(ARRAY['[[1, 2], [3, 4]]', '[[1], [2, 3]]', '[[1], 2]', '[1, [2]]', '[[]]', '[[], []]',
                    '[[1, null], [null, 2]]', '[[[[[[1]]]]]]', '[[[[[[[1]]]]]]]', '[null, [1]]',
                    '[[1], null]']) AS json;
SELECT try('integer[][]', '[[1, 2], [3, 4]]') AS "declared with two dimensions",
       try('integer[3]', '[1]') AS "declared sizes count for nothing, as in SQL";

-- [*] in a path collects
SELECT json, try('text[]', '{"v": ' || json || '}', $$path '$.v[*].cover'$$, $$empty_rows 'null'$$, true)
  FROM unnest(ARRAY['[{"cover": "BKN"}, {"cover": "OVC"}]', '[{"cover": "BKN"}, {}]',
                    '[{"cover": null}, {"cover": "OVC"}]', '[]', '[{}]', '{"cover": "FEW"}', 'null',
                    '1', '[[{"cover": "a"}]]', '[{"cover": ["a", "b"]}]']) AS json;

-- into a column that is no array it is an error
SELECT try('text', '{"v": [{"cover": "BKN"}]}', $$path '$.v[*].cover'$$, whole => true);

-- domains are checked, for values and for NULL
CREATE DOMAIN celsius AS numeric(4,1) CHECK (VALUE > -273.15);
CREATE DOMAIN present AS text NOT NULL;
CREATE DOMAIN short_name AS varchar(5) CHECK (VALUE <> '');
CREATE DOMAIN readings AS double precision[] CHECK (cardinality(VALUE) > 0);
CREATE DOMAIN cold AS celsius CHECK (VALUE < 5);
CREATE DOMAIN whole_number AS integer;
CREATE DOMAIN document AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
SELECT type, json, try(type, json)
  FROM (VALUES ('celsius', '6.85'), ('celsius', '-300'), ('celsius', '"-300"'), ('celsius', '"x"'),
               ('celsius', 'null'), ('celsius', '12345'),
               ('present', '"a"'), ('present', 'null'), ('present NOT NULL', 'null'),
               ('short_name', '"abcde"'), ('short_name', '"abcdef"'), ('short_name', '""'),
               ('readings', '[1, 2]'), ('readings', '[]'), ('readings', '["x"]'), ('readings', 'null'),
               ('cold', '4.25'), ('cold', '5'), ('cold', '-300'), ('whole_number', '1.5'),
               ('whole_number', '7'), ('document', '{"a": 1}'), ('document', '[]'),
               ('celsius[]', '[1.25, null]'), ('celsius[]', '[1, -300]'), ('present[]', '["a"]'),
               ('present[]', '["a", null]'), ('readings[]', '["{1}"]'), ('short_name[]', '["abcdef"]'),
               ('cold[]', '[1.25]'), ('cold[]', '[9]'), ('whole_number[]', '[[1], [2]]')) AS t (type, json);

-- a missing member in a NOT NULL domain
SELECT try('present', '{"w": 1}', whole => true, table_options => $$empty_rows 'null'$$);

-- duplicate member: the last one, as in jsonb
SELECT try('integer', '{"v": 1, "v": 2}', whole => true) AS last,
       try('integer', '{"v": 1, "v": null}', whole => true) AS "null",
       try('integer', '{"v": "x", "v": 2}', whole => true) AS "the first is not looked at",
       try('integer', '{"a": {"v": 1}, "a": {}}', $$path '$.a.v'$$, $$empty_rows 'null'$$, true) AS "of an object",
       try('integer[]', '{"a": [{"v": 1}], "a": [{"v": 2}, {"v": 3}]}', $$path '$.a[*].v'$$, whole => true) AS "of an array";

-- paths: members, elements, quoted names; lax about arrays as SQL/JSON
CREATE FUNCTION find(path text, json text, type text DEFAULT 'text') RETURNS text
RETURN try(type, json, format('path %L', path), $$empty_rows 'null'$$, true);
SELECT path, json, find(path, json)
  FROM (VALUES ('$.a.b', '{"a": {"b": 1}}'), ('$.a.b', '{"a": [{"b": 1}]}'), ('$.a.b', '{"a": 1}'),
               ('$.a[0]', '{"a": [1, 2]}'), ('$.a[1]', '{"a": [1, 2]}'), ('$.a[2]', '{"a": [1, 2]}'),
               ('$.a[0]', '{"a": 7}'), ('$.a[1]', '{"a": 7}'), ('$.a[0].b', '{"a": {"b": 1}}'),
               ('$.a[0][0]', '{"a": [[5]]}'), ('$.a[0][0]', '{"a": [5]}'),
               ('$.rain."3h"', '{"rain": {"3h": 0.5}}'), ('$.rain.3h', '{"rain": {"3h": 0.5}}'),
               ('$."a.b"', '{"a.b": 1}'), ('$."\u00e9"', '{"é": 1}'), ('$.é', '{"\u00e9": 1}'),
               ('$."a\"b"', '{"a\"b": 1}'), ('$.""', '{"": 1}'), ('$', '{"a": 1}'), ('$', '17'),
               ('$[0]', '{"a": 1}'), ('{$.a,$.b}', '{"b": 2}'), ('{$.a,$.b}', '{"a": null, "b": 2}'),
               ('{$.a,$.b}', '{"a": 1, "b": 2}'), ('{$.a,$.b}', '{"a": "", "b": 2}'),
               ('{$.a,$.b}', '{"a": null}'), ('{$.b.c,$.b}', '{"b": {"c": null}}'),
               ('{"$.\"x,y\"",$.b}', '{"x,y": 3}'), ('$.A', '{"a": 1}')) AS t (path, json);

-- without a path the member of the column's name
CALL put('names.json', '{"temp": 1, "Temp Max": 2, "ort": {"é": 3}, "": 4, "3h": 5}');
\set path :dir /names.json
CREATE FOREIGN TABLE names (temp integer, "Temp Max" integer, "3h" integer, "ort.é" integer)
    SERVER weather_test OPTIONS (filename :'path');
SELECT * FROM names;

-- one value for several columns
CREATE FOREIGN TABLE thrice (a text OPTIONS (path '$.temp'), b integer OPTIONS (path '$.temp'),
                             c jsonb OPTIONS (path '$'), d jsonb OPTIONS (path '$.ort'),
                             e text OPTIONS (path '$.ort.é'))
    SERVER weather_test OPTIONS (filename :'path');
SELECT * FROM thrice;

-- a dropped column, an added one, a default (which counts for INSERT only)
ALTER FOREIGN TABLE thrice DROP COLUMN b;
ALTER FOREIGN TABLE thrice ADD COLUMN f integer OPTIONS (path '$.nowhere') DEFAULT 17;
ALTER FOREIGN TABLE thrice ADD COLUMN g bigint OPTIONS (path '$."Temp Max"');
SELECT * FROM thrice;
SELECT thrice FROM thrice;

\i :abs_srcdir/sql/include/epilogue.psql
