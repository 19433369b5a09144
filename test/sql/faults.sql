--
-- Faults of files that no other test gathers, by their numbers; the rule for each is in README.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- fault 2: a last line without an end. The file is cut before each of its bytes, read, and completed;
-- reading goes on at next_offset, the end of the last whole line: each row comes once
CREATE TABLE lines AS
SELECT n, line, sum(length(line)) OVER (ORDER BY n) AS ends_at
  FROM generate_series(1, 20) AS n,
       LATERAL convert_to(format(E'{"n":%s,"city":"Z\u00FCrich \\"}","l":[{"x":null}]}%s\n', n, (ARRAY['', ',', E'\r'])[1 + n % 3]), 'UTF8') AS line;
CREATE FOREIGN TABLE growing (n integer, city text, o bigint OPTIONS (metadata 'offset'))
    SERVER weather_test OPTIONS (filename :'path', framing 'lines', on_error 'ignore', log_verbosity 'silent');
CREATE FUNCTION read_twice(content bytea, cut integer, OUT first integer[], OUT next_offset bigint, OUT rest integer[])
LANGUAGE plpgsql AS $$
DECLARE
    offsets bigint[];
BEGIN
    CALL put_bytes('v.json', substr(content, 1, cut));
    SELECT array_agg(n), array_agg(o) INTO first, offsets FROM growing;
    SELECT f.next_offset INTO next_offset FROM weather.last_scan_files('growing') AS f;
    first := ARRAY(SELECT n FROM unnest(first, offsets) AS f (n, o) WHERE o < next_offset);
    CALL put_bytes('v.json', content);
    rest := ARRAY(SELECT n FROM growing WHERE o >= next_offset);
END $$;
SELECT count(*) AS cuts, count(*) FILTER (WHERE first || rest = ARRAY(SELECT n FROM lines ORDER BY n)) AS "each row once",
       count(*) FILTER (WHERE next_offset = (SELECT coalesce(max(ends_at), 0) FROM lines WHERE ends_at <= cut)) AS "goes on at a line"
  FROM (SELECT string_agg(line, '' ORDER BY n) AS content FROM lines) AS file,
       generate_series(0, length(content)) AS cut, read_twice(content, cut);

-- fault 4: hostile numbers. Each is what PostgreSQL's own input makes of it, or its error
SELECT type, number, substring(try(type, number), '^ERROR \w{5}|^[^E].*') AS value
  FROM unnest(ARRAY['double precision', 'real', 'integer']) AS type,
       unnest(ARRAY['0.0000000000000000000e-2147483639', '128.74836467836484838364836483643636483648e-336', '0e999999',
                    '1e309', '-1e309', '2e-324', '9007199254740993.00000000000000001', '-0', '1e-2147483649']) AS number
 ORDER BY type COLLATE "C", number COLLATE "C";
-- ... and a few thousand made by a fixed seed, of all lengths and exponents
SELECT setseed(0.5) IS NULL AS seeded;
CREATE TABLE numbers AS
SELECT i, format('%s%s.%se%s', CASE WHEN random() < 0.5 THEN '-' END, trunc(random() * 10 ^ (random() * 18))::numeric,
                 substr((random() * 1e15)::bigint::text || (random() * 1e15)::bigint::text, 1, 1 + (random() * 30)::integer),
                 trunc((random() - 0.5) * 2 * CASE WHEN random() < 0.5 THEN 20 ELSE 280 END)) AS json
  FROM generate_series(1, 5000) AS i;
SELECT string_agg(format(E'{"i":%s,"v":%s}\n', i, json), '') AS lines FROM numbers \gset
CALL put('v.json', :'lines');
CREATE FOREIGN TABLE read_back (i integer, v float8) SERVER weather_test OPTIONS (filename :'path');
SELECT count(*), count(*) FILTER (WHERE v::text IS DISTINCT FROM (json::float8)::text) AS differ
  FROM read_back JOIN numbers USING (i);

-- fault 5: nesting
SELECT try('text', repeat('[', 5000000));
SELECT try('jsonb', repeat('{"a":', 1000000));

-- fault 7: each of these has a rule
CREATE FOREIGN TABLE w (n integer, city text, seen timestamptz) SERVER weather_test OPTIONS (filename :'path');
CREATE FUNCTION read_w(content text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    CALL put('v.json', content);
    RETURN (SELECT string_agg(w::text, ' ') FROM w);
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ': ' || anonymous(sqlerrm);
END $$;
SELECT what, read_w(content)
  FROM (VALUES ('byte order mark', E'\uFEFF{"n":1}'), ('CRLF', E'{"n":1}\r\n{"n":2}\r\n'),
               ('blank lines', E'\n{"n":1}\n\n  \n{"n":2}\n\n'), ('an array', '[{"n":1},{"n":2}]'),
               ('duplicate member: the last', '{"n":1,"n":2}'), ('... of which one is null', '{"n":1,"city":"A","n":null}'),
               ('extra member', '{"n":1,"other":{"n":[2]}}'), ('missing member', '{"city":"A"}'), ('null', '{"n":null,"city":"A"}'),
               ('wrong type', '{"n":"one"}'), ('... an object', '{"n":{}}'), ('... for text: its text', '{"city":[1, "a"]}'),
               ('bad date', '{"seen":"2022-02-30T00:00:00Z"}'), ('no date', '{"seen":"yesterday, or so"}'),
               ('date without zone', '{"seen":"2022-02-28 10:00"}'), ('NUL in the text', '{"city":"a\u0000"}')) AS t (what, content);
CALL put_bytes('v.json', '{"city":"a'::bytea || '\x00'::bytea || '"}');
CALL fails('SELECT city FROM w'); -- ERROR

\i :abs_srcdir/sql/include/epilogue.psql
