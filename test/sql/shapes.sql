--
-- Shapes: where the rows of a file are, and what stands above and beside them.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/include/prelude.psql

-- Makes the foreign table w over a file of this content, or over the last one's with NULL.
CREATE PROCEDURE shape(content text, columns text, options text DEFAULT '') LANGUAGE plpgsql AS $$
BEGIN
    IF content IS NOT NULL THEN
        CALL put('shape.json', content);
    END IF;
    DROP FOREIGN TABLE IF EXISTS w;
    EXECUTE format('CREATE FOREIGN TABLE w (%s) SERVER weather_test OPTIONS (filename %L%s)', columns,
        (SELECT name FROM directory) || '/shape.json', CASE WHEN options <> '' THEN ', ' || options ELSE '' END);
END $$;

--
-- Rows in a list of an envelope.
--

-- OpenWeatherMap's forecast: the city comes behind the rows that belong to it
CALL shape(E'{"cod":"200","message":0,"cnt":2,"list":[\n'
    ' {"dt":1647291600,"main":{"temp":6.9},"weather":[{"main":"Rain"},{"main":"Mist"}],"rain":{"3h":0.4}},\n'
    ' {"dt":1647302400,"main":{"temp":-0.5},"weather":[{"main":"Clear"}]}],\n'
    ' "city":{"id":2643743,"name":"London","coord":{"lat":51.5085,"lon":-0.1257}}}\n',
    $$city text OPTIONS (document_path '$.city.name'), lat numeric OPTIONS (document_path '$.city.coord.lat'),
      at timestamptz OPTIONS (path '$.dt', epoch 's'), temp float8 OPTIONS (path '$.main.temp'),
      sky text[] OPTIONS (path '$.weather[*].main'), rain numeric OPTIONS (path '$.rain."3h"'),
      line bigint OPTIONS (metadata 'line')$$,
    $$row_path '$.list[*]'$$);
SELECT * FROM w;
-- the same, whatever is asked for
SELECT count(*), count(city), count(rain) FROM w;
SELECT city FROM w;
SELECT temp FROM w;
SELECT city, temp FROM w WHERE temp < 0;
SELECT lat FROM w LIMIT 1;
SELECT x.temp, y.temp FROM w AS x, w AS y WHERE x.line < y.line;
SELECT o, city FROM generate_series(1, 2) AS o, LATERAL (SELECT city FROM w WHERE line > o OFFSET 0) AS inside;

-- One Call: three lists and an object below one envelope, a table each
CALL shape('{"lat":10.8,"lon":106.6,"timezone_offset":25200,
  "current":{"dt":1647291600,"temp":31.2},
  "minutely":[{"dt":1647291600,"precipitation":0}],
  "hourly":[{"dt":1647291600,"temp":31.2},{"dt":1647295200,"temp":30}],
  "daily":[{"dt":1647230400,"temp":{"min":24.1,"max":33}}]}',
    $$lat float8 OPTIONS (document_path '$.lat'), dt bigint, temp float8$$, $$row_path '$.hourly[*]'$$);
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET row_path '$.current');
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET row_path '$.daily[*]');
ALTER FOREIGN TABLE w ALTER temp OPTIONS (ADD path '$.temp.max');
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET row_path '$.alerts[*]');
SELECT * FROM w;

-- lists in lists, with values of each level
CALL shape('{"location":{"name":"Oslo","tz_id":"Europe/Oslo"},"forecast":{"forecastday":[
  {"date":"2022-03-14","day":{"maxtemp_c":4},"hour":[{"time":"2022-03-14 00:00","temp_c":-3.2},{"time":"2022-03-14 01:00","temp_c":-3.5}]},
  {"date":"2022-03-15","hour":[]},
  {"hour":[{"time":"2022-03-16 00:00","temp_c":1}],"date":"2022-03-16","day":{"maxtemp_c":7}}]}}',
    $$place text OPTIONS (document_path '$.location.name'),
      date date OPTIONS (document_path '$.forecast.forecastday[*].date'),
      warmest float8 OPTIONS (document_path '$.forecast.forecastday[*].day.maxtemp_c'),
      time timestamp, temp_c float8, n bigint OPTIONS (for_ordinality 'true')$$,
    $$row_path '$.forecast.forecastday[*].hour[*]'$$);
SELECT * FROM w;
-- one day's hours, and all of the first day
ALTER FOREIGN TABLE w OPTIONS (SET row_path '$.forecast.forecastday[2].hour[*]');
CALL fails('SELECT * FROM w'); -- ERROR
ALTER FOREIGN TABLE w DROP COLUMN warmest;
ALTER FOREIGN TABLE w ALTER date OPTIONS (SET document_path '$.forecast.forecastday[2].date');
SELECT * FROM w;
-- all dates go with every row into an array
CALL shape(NULL, $$dates date[] OPTIONS (document_path '$.forecast.forecastday[*].date'), maxtemp_c float8$$,
    $$row_path '$.forecast.forecastday[0].day'$$);
SELECT * FROM w;

-- GeoJSON: the properties of features, and the geometry beside them
CALL shape('{"type":"FeatureCollection","features":[
  {"type":"Feature","id":"KSFO","geometry":{"type":"Point","coordinates":[-122.37,37.62]},"properties":{"temp":14.4,"wdir":"VRB"}},
  {"type":"Feature","id":"KJFK","geometry":null,"properties":{"temp":2.2,"wdir":310}}]}',
    $$station text OPTIONS (document_path '$.features[*].id'),
      lon float8 OPTIONS (document_path '$.features[*].geometry.coordinates[0]'),
      geometry jsonb OPTIONS (document_path '$.features[*].geometry'), temp float8, wdir text,
      kind text OPTIONS (document_path '$.type')$$,
    $$row_path '$.features[*].properties'$$);
SELECT * FROM w;

--
-- Rows that are members: `.*`.
--

-- NWS layers: each with values of its own; scalars among them are no layers
CALL shape('{"id":"https://api.weather.gov/gridpoints/TOP/31,80","properties":{
  "@id":"TOP","elevation":{"unitCode":"wmoUnit:m","value":441.96},
  "temperature":{"uom":"wmoUnit:degC","values":[{"validTime":"2022-03-14T06:00:00+00:00/PT1H","value":3.3},{"validTime":"2022-03-14T07:00:00+00:00/PT2H","value":2.8}]},
  "hazards":{"values":[]},
  "windSpeed":{"uom":"wmoUnit:km_h-1","values":[{"validTime":"2022-03-14T06:00:00+00:00/PT3H","value":null}]}}}',
    $$layer text OPTIONS (metadata 'key'), uom text OPTIONS (document_path '$.properties.*.uom'),
      "validTime" text, value float8, grid text OPTIONS (document_path '$.properties."@id"')$$,
    $$row_path '$.properties.*.values[*]'$$);
SELECT * FROM w;

-- a map with dates for keys
CALL shape('{"city":"Oslo","days":{"2022-03-14":{"temp":-3.2},"2022-03-15":{"temp":1},"":{"temp":2},"a\"b\u00e9":{"temp":3}}}',
    $$city text OPTIONS (document_path '$.city'), day text OPTIONS (metadata 'key'), temp float8$$,
    $$row_path '$.days.*'$$);
SELECT * FROM w;
CALL shape('{"Oslo":{"2022-03-14":{"temp":1},"2022-03-15":{"temp":2}},"Bergen":{"2022-03-14":{"temp":3}}}',
    $$day date OPTIONS (path '$.day'), key text OPTIONS (metadata 'key'), temp float8$$, $$row_path '$.*.*'$$);
SELECT key, temp FROM w;
-- scalars as members
CALL shape('{"temp":{"min":-3.2,"max":null,"night":"cold"}}', $$what text OPTIONS (metadata 'key'), value text OPTIONS (path '$')$$,
    $$row_path '$.temp.*'$$);
SELECT * FROM w;

--
-- Columns side by side.
--

-- Open-Meteo: shorter, missing and null columns
CALL shape('{"latitude":52.52,"hourly_units":{"time":"iso8601","temp":"degC"},
  "hourly":{"time":["2022-03-14T00:00","2022-03-14T01:00","2022-03-14T02:00"],"temp":[13.5,null],"rain":null,"cloud":[]}}',
    $$latitude float8 OPTIONS (document_path '$.latitude'), unit text OPTIONS (document_path '$.hourly_units.temp'),
      time timestamp, temp float8, rain float8, cloud int, snow int,
      n int OPTIONS (for_ordinality 'true'), o bigint OPTIONS (metadata 'offset')$$,
    $$row_path '$.hourly', orient 'columns'$$);
SELECT * FROM w;
-- the declared columns say how many rows there are, not those that are read
SELECT count(*) FROM w;
SELECT temp FROM w;
SELECT snow FROM w;
SELECT latitude FROM w;
SELECT n FROM w LIMIT 2;
SELECT FROM w;
ALTER FOREIGN TABLE w DROP COLUMN time;
SELECT count(*) FROM w;
ALTER FOREIGN TABLE w DROP COLUMN temp;
SELECT count(*) FROM w;
CALL shape(NULL, $$latitude float8 OPTIONS (document_path '$.latitude')$$, $$row_path '$.hourly', orient 'columns'$$);
SELECT count(*) FROM w;
-- several models beside each other: alternatives, element by element
CALL shape('{"hourly":{"temp_a":[1,null,3],"temp_b":[10,20]}}', $$temp int OPTIONS (path '{$.temp_a,$.temp_b}')$$,
    $$row_path '$.hourly', orient 'columns'$$);
SELECT * FROM w;
-- below the document itself
CALL shape(NULL, $$a int OPTIONS (path '$.hourly.temp_a'), b int OPTIONS (path '$.hourly.temp_b')$$, $$orient 'columns'$$);
SELECT * FROM w;
-- at the root, and across two objects
CALL shape('{"timestamps":["2022-03-14T00:00+00:00","2022-03-14T01:00+00:00"],"t2m":[2.5,3]}',
    $$at timestamptz OPTIONS (path '$.timestamps'), t2m float8$$, $$orient 'columns'$$);
SELECT * FROM w;
CALL shape('{"location":{"wfo":"SEW"},"time":{"startValidTime":["2022-03-14T06:00:00-07:00","2022-03-14T18:00:00-07:00","2022-03-15T06:00:00-07:00"]},
  "data":{"temperature":["55","43"],"weather":["Rain","Rain",""],"hazard":[]}}',
    $$office text OPTIONS (document_path '$.location.wfo'), at timestamptz OPTIONS (path '$.time.startValidTime'),
      temp int OPTIONS (path '$.data.temperature'), weather text OPTIONS (path '$.data.weather'),
      hazard text OPTIONS (path '$.data.hazard')$$, $$orient 'columns'$$);
SELECT * FROM w;
-- objects with the keys 0, 1, 2 ...
CALL shape('{"temp":{"0":1.5,"1":null,"2":3},"at":{"0":"a","1":"b"}}', 'temp float8, at text', $$orient 'columns'$$);
SELECT * FROM w;
-- elements that are arrays and objects themselves
CALL shape('{"v":[[1,2],[],null,[3]],"j":[{"a":1},[],"x"],"t":["\u00e9\n","\ud83c\udf24",{"b": 1}]}',
    'v int[], j jsonb, t text', $$orient 'columns'$$);
SELECT * FROM w;
-- a document a line, with different lengths; n counts on
CALL shape(E'{"h":{"t":[1,2]}}\n{"h":{"t":[]}}\n{"h":{"t":[3]}}\n',
    $$t int, n bigint OPTIONS (for_ordinality 'on'), l bigint OPTIONS (metadata 'line'), r json OPTIONS (metadata 'raw')$$,
    $$row_path '$.h', orient 'columns'$$);
SELECT * FROM w;
-- rows of rows
CALL shape('[{"city":"A","h":[{"t":[1,2]},{"t":[3]}]},{"city":"B","h":[{"t":[4]}]}]',
    $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.h[*]', orient 'columns'$$);
SELECT * FROM w;
-- longer than a batch
SELECT '{"h":{"t":[' || string_agg(i::text, ',' ORDER BY i) || '],"s":[' || string_agg('"\u00e9' || i || '"', ',' ORDER BY i) || '],"u":[' || string_agg(i::text, ',' ORDER BY i) FILTER (WHERE i <= 300) || ']}}' AS content FROM generate_series(1, 100000) AS i \gset
CALL shape(:'content', 't int, s text, u int', $$row_path '$.h', orient 'columns'$$);
SELECT count(*), sum(t), count(u), sum(u), count(*) FILTER (WHERE s = 'é' || t) AS same FROM w;
SELECT count(*) FROM w;
SELECT t, s, u FROM w OFFSET 298 LIMIT 4;

-- what is no array
CALL shape('{"h":{"t":[1,2],"u":"x"}}', 't int, u text', $$row_path '$.h', orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT t FROM w'); -- ERROR
CALL fails('SELECT count(*) FROM w'); -- ERROR
ALTER FOREIGN TABLE w DROP COLUMN u;
SELECT * FROM w;
CALL shape('{"t":{"0":1,"2":3}}', 't int', $$orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"t":{"01":1}}', 't int', $$orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"t":[1,"x"],"u":[1]}', 't int, u int', $$orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
SELECT u FROM w;
SELECT t FROM w LIMIT 1;
CALL shape('{"error":true,"reason":"no such parameter"}', 't int, u int', $$orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"error":true,"reason":"no such parameter"}', 't int, u int', $$orient 'columns', empty_rows 'null'$$);
SELECT * FROM w;
CALL shape('{"t":[1,2],"u":[1]}', 't int, u int NOT NULL', $$orient 'columns'$$);
CALL fails('SELECT t FROM w'); -- ERROR
CALL shape('{"t":[1,2],"u":[1]}', $$t int, u int OPTIONS (on_empty 'error')$$, $$orient 'columns'$$);
SELECT t FROM w;
CALL fails('SELECT u FROM w'); -- ERROR
-- [*] in such a path would be elements of elements
CALL shape('{"t":[1,2],"u":[1]}', $$t int OPTIONS (path '$.t[*]')$$, $$orient 'columns'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"t":[1,2],"u":[1]}', $$t int[] OPTIONS (path '$.t[*]'), u int$$, $$orient 'columns'$$);
CALL fails('SELECT u FROM w'); -- ERROR
-- ... but a list for every row may stand beside them
CALL shape('{"models":[{"id":"a"},{"id":"b"}],"t":[1,2]}', $$models text[] OPTIONS (document_path '$.models[*].id'), t int$$, $$orient 'columns'$$);
SELECT * FROM w;

--
-- A header, and arrays for rows.
--
CALL shape('{"station":"TNU","data_names":["time","temp","wind \u00e9"],"data_values":[["2022-03-14",4.4,1],["2022-03-15",null],[],["2022-03-16",6,3]]}',
    $$station text OPTIONS (document_path '$.station'), time date, temp float8, wind int OPTIONS (path '$."wind é"'),
      second text OPTIONS (path '$[1]'), gust int, n int OPTIONS (for_ordinality 't'), raw text OPTIONS (metadata 'raw')$$,
    $$row_path '$.data_values[*]', orient 'split', header_path '$.data_names', empty_rows 'null'$$);
SELECT * FROM w;
SELECT count(*) FROM w;
SELECT station FROM w;
SELECT gust FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET empty_rows 'error');
CALL fails('SELECT count(*) FROM w'); -- ERROR
SELECT temp FROM w LIMIT 1;
-- the header behind the rows; rows in lists
CALL shape('[{"rows":[[1,2]],"names":["a","b"]},{"rows":[[3,4]],"names":["b","a"]}]', 'a int, b int',
    $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
SELECT * FROM w;
CALL shape('{"sets":[{"rows":[[1,2]],"names":["a","b"]},{"rows":[[3,4],[5,6]],"names":["b","a"]}]}', 'a int, b int',
    $$row_path '$.sets[*].rows[*]', orient 'split', header_path '$.sets[*].names'$$);
SELECT * FROM w;
-- a name that comes twice: the last one
CALL shape('{"names":["a","a"],"rows":[[1,2],[3]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
SELECT * FROM w;
-- columns of metadata alone: no row is empty
CALL shape(NULL, $$raw json OPTIONS (metadata 'raw')$$, $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
SELECT * FROM w;
-- what is wrong with them
CALL shape('{"names":["a"],"rows":[[1],[1,2]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
SELECT * FROM w LIMIT 1;
CALL shape('{"rows":[[1]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT count(*) FROM w'); -- ERROR
CALL shape('{"names":"a","rows":[[1]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"names":[1,null],"rows":[[1]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"names":["a"],"rows":[{"a":1}]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
CALL shape('{"names":["a"],"rows":[["x"]]}', 'a int', $$row_path '$.rows[*]', orient 'split', header_path '$.names'$$);
CALL fails('SELECT * FROM w'); -- ERROR
-- the first row as header: it is a row too
CALL shape('{"data":[["t","v"],["a","1"]]}', 't text, v text', $$row_path '$.data[*]', orient 'split', header_path '$.data[0]'$$);
SELECT * FROM w;
CALL shape('[["t","v"],["a","1"]]', 't text, v text', $$framing 'concatenated', row_path '$[*]', orient 'split', header_path '$[0]'$$);
SELECT * FROM w;
SELECT options, try('text', '[[1]]', '', options) FROM unnest(ARRAY[$$orient 'split', header_path '$[0]'$$,
    $$orient 'split', header_path '$[0]', row_path '$'$$]) AS options;

--
-- Containers of envelopes.
--

-- an array, lines, pretty documents
CALL shape('[{"list":[{"t":1},{"t":2}],"city":"A"},{"list":[],"city":"B"},{"list":[{"t":3}],"city":"C"}]',
    $$city text OPTIONS (document_path '$.city'), t int, n bigint OPTIONS (for_ordinality 'true'),
      o bigint OPTIONS (metadata 'offset'), l bigint OPTIONS (metadata 'line')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
CALL put('shape.json', E'{"list":[{"t":1},{"t":2}],"city":"A"}\n\n{"city":"B"}\r\n{"list":[{"t":3}],"city":"C"},\n');
SELECT * FROM w;
CALL put('shape.json', E'{\n  "city": "A",\n  "list": [\n    {"t": 1},\n    {\n      "t": 2\n    }\n  ]\n}\n{\n  "list": [\n    {"t": 3}\n  ],\n  "city": "C"\n}\n');
SELECT * FROM w;
SELECT * FROM plan('SELECT count(*) FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF') AS line
 WHERE line ~ 'Framing|Documents|Rows|Rejects';
-- the outer array is stripped once, so that the path begins below it
CALL shape('[[{"t":1},{"t":2}],[{"t":3}]]', 't int', $$row_path '$[*]'$$);
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (ADD framing 'concatenated', SET row_path '$[*][*]');
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET row_path '$[1][0]');
SELECT * FROM w;

-- documents without rows are counted
CALL shape(E'{"list":[{"t":1}]}\n{"list":[]}\n{"cod":"404","message":"city not found"}\n{"list":{"t":2}}\n17\n[]\n', 't int', $$row_path '$.list[*]'$$);
SELECT * FROM w;
SELECT * FROM plan('SELECT * FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
SELECT * FROM plan('SELECT * FROM w');
CALL shape(E'{"h":{"t":[1]}}\n{"h":{"t":[]}}\n{}\n', 't int', $$row_path '$.h', orient 'columns'$$);
SELECT * FROM plan('SELECT * FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF') AS line WHERE line ~ 'Documents|Rows';
CALL shape(E'{"t":[1]}\n{"t":[]}\n', 't int', $$orient 'columns'$$);
SELECT * FROM plan('SELECT * FROM w', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF') AS line WHERE line ~ 'Documents|Rows';

--
-- The row path, as lax as SQL/JSON's.
--
CREATE FUNCTION rows_at(row_path text, content text, columns text DEFAULT $$v text OPTIONS (metadata 'raw')$$) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    result text; message text;
BEGIN
    CALL shape(content, columns, format('framing ''concatenated'', row_path %L', row_path));
    SELECT string_agg(v::text, ' ; ') INTO result FROM w;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RETURN anonymous('ERROR ' || sqlstate || ': ' || message);
END $$;
SELECT path, content, rows_at(path, content)
  FROM (VALUES ('$', '{"a":1}'), ('$', '[1]'), ('$[*]', '[1,[2],{"a":3}]'), ('$[*]', '{"a":1}'), ('$[*]', '7'), ('$[*]', 'null'),
               ('$.a', '{"a":[1,2]}'), ('$.a[*]', '{"a":[1,2]}'), ('$.a[*]', '{"a":1}'), ('$.a[*]', '{"a":null}'),
               ('$.a[*]', '{"b":1}'), ('$.a[*]', '[{"a":1}]'), ('$.a[0]', '{"a":[1,2]}'), ('$.a[1]', '{"a":[1,2]}'),
               ('$.a[2]', '{"a":[1,2]}'), ('$.a[0]', '{"a":{"b":1}}'), ('$.a[1]', '{"a":{"b":1}}'),
               ('$.a.*', '{"a":{"b":1,"c":[2]}}'), ('$.a.*', '{"a":[1]}'), ('$.a.*', '{"a":1}'), ('$.a[*].*', '{"a":[{"b":1},{"c":2}]}'),
               ('$.*[*]', '{"a":[1,2],"b":3}'), ('$.*.*', '{"a":{"x":1},"b":2}'), ('$[*][*]', '[[1,2],[[3]],4]'),
               ('$.a[0][1]', '{"a":[[1,2]]}'), ('$.a.b', '{"a":[{"b":1}]}'), ('$.a[0].b', '{"a":{"b":1}}')) AS t (path, content);
-- odd names
SELECT path, rows_at(path, '{"3h":[1],"@id":[2],"11.06.2026":[3],"":[4],"a\"b":[5],"\u00e9\/":[6],"é":[7],"Lon":[8],"lon":[9],"nearest-station":[10],"*":[11],"[0]":[12],"$":[13]}')
  FROM unnest(ARRAY['$."3h"[*]', '$.3h[*]', '$."@id"[*]', '$.@id[*]', '$."11.06.2026"[*]', '$.""[*]', '$."a\"b"[*]',
                    '$."\u00e9/"[*]', '$.é[*]', '$."\u00E9"[*]', '$.Lon[*]', '$.lon[*]', '$.nearest-station[*]', '$."*"[*]', '$."[0]"[*]', '$."$"[*]']) AS path;
-- a member of the way to the rows that comes twice
SELECT content, rows_at('$.a.b[*]', content)
  FROM unnest(ARRAY['{"a":{"b":[1]},"a":{"b":[2]}}', '{"a":{"b":[1],"b":[2]}}', '{"a":{"c":1,"c":2,"b":[3]},"d":1,"d":2}']) AS content;
SELECT rows_at('$.*', '{"a":1,"a":2}'), rows_at('$.a[*]', '{"a":[{"v":1,"v":2}]}', 'v int');
-- mistakes in a row path and a header path, with their position
SELECT path, rows_at(path, '{}')
  FROM unnest(ARRAY['list', '', '$.', '$.list[', '$.list[*', '$.list[x]', '$.a..b', '$.list[*] ', '$.list[**]', '$.**', '{$.a}', '$.*a', '$.list.*.']) AS path;
SELECT rows_at('$.a', '{}', 'v int OPTIONS (document_path ''$.b.'')'), rows_at('$.a', '{}', 'v int OPTIONS (document_path ''{$.a,b}'')');
CREATE FOREIGN TABLE wrong (a int) SERVER weather_test OPTIONS (filename '/x', orient 'split', header_path '$.a[', row_path '$.b[*]'); -- ERROR

-- rows where one document has all kinds
CALL shape('{"list":[{"t":1},null,[{"t":2}],"x",{}]}', 't int', $$row_path '$.list[*]', empty_rows 'null'$$);
SELECT * FROM w;
ALTER FOREIGN TABLE w OPTIONS (DROP empty_rows);
CALL fails('SELECT * FROM w'); -- ERROR
SELECT * FROM w LIMIT 1;

--
-- Values above the rows.
--

-- wherever they stand; a path within the row; the row itself; the whole document
CALL shape('{"a":1,"list":[{"t":1,"deep":{"x":[1,2]}},{"t":2}],"b":{"c":["x","y"]}}',
    $$a int OPTIONS (document_path '$.a'), c text[] OPTIONS (document_path '$.b.c[*]'), c0 text OPTIONS (document_path '$.b.c[1]'),
      b jsonb OPTIONS (document_path '$.b'), t int OPTIONS (document_path '$.list[*].t'), x int[] OPTIONS (document_path '$.list[*].deep.x[*]'),
      item json OPTIONS (document_path '$.list[*]'), first int OPTIONS (document_path '$.list[0].t'),
      all_t int[] OPTIONS (document_path '$.list.t'), none text OPTIONS (document_path '$.none')$$,
    $$row_path '$.list[*]'$$);
SELECT * FROM w;
CALL shape(NULL, $$doc json OPTIONS (document_path '$'), t int$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
CALL shape(NULL, $$a text OPTIONS (document_path '{$.z,$.b.c[0],$.a}')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
-- with row_path $ they are paths of the row
CALL shape(NULL, $$a int OPTIONS (document_path '$.a'), also int OPTIONS (path '$.a')$$);
SELECT * FROM w;
-- null and missing, NOT NULL and on_empty
CALL shape('{"a":null,"list":[{"t":1}]}', $$a text OPTIONS (document_path '$.a'), b text OPTIONS (document_path '$.b'), t int$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
ALTER FOREIGN TABLE w ALTER a SET NOT NULL;
CALL fails('SELECT t FROM w'); -- ERROR
ALTER FOREIGN TABLE w ALTER a DROP NOT NULL, ALTER b OPTIONS (ADD on_empty 'error');
SELECT t FROM w;
CALL fails('SELECT b FROM w'); -- ERROR
-- a bad value, where it is used
CALL shape(E'{"a":"x",\n"list":[\n{"t":1}]}', $$a int OPTIONS (document_path '$.a'), t int$$, $$row_path '$.list[*]'$$);
CALL fails('SELECT * FROM w'); -- ERROR
SELECT t FROM w;
-- times go by the same rules
CALL shape('{"updated":1647291600,"list":[{"t":1}],"issued":"2022-03-14 22:10"}',
    $$u timestamptz OPTIONS (document_path '$.updated', epoch 's'), i timestamptz OPTIONS (document_path '$.issued', timezone 'Europe/Oslo')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
-- a duplicate: the last one; strings with escapes
CALL shape('{"a":"1","list":[1,2],"a":"\u00e9\t\"","b":"\ud800"}', $$a text OPTIONS (document_path '$.a'), b text OPTIONS (document_path '$.b'), v int OPTIONS (path '$')$$, $$row_path '$.list[*]'$$);
SELECT a, v FROM w;
CALL fails('SELECT * FROM w'); -- ERROR
-- an envelope that is longer than maximum_object_size is read twice; its rows and values are bounded
SELECT '{"list":[' || string_agg('{"t":' || i || ',"fill":"' || repeat('x', 80) || '"}', E',\n') || '],"city":"London"}' AS content
  FROM generate_series(1, 20000) AS i \gset
CALL shape(:'content',
    $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.list[*]', maximum_object_size '1kB'$$);
SELECT city, count(*), sum(t) FROM w GROUP BY city;
SELECT count(*) FROM w;
ALTER FOREIGN TABLE w OPTIONS (SET maximum_object_size '50B');
CALL fails('SELECT count(*) FROM w'); -- ERROR
ALTER FOREIGN TABLE w OPTIONS (SET maximum_object_size '1kB');
\set path :dir /shape.json
\set command 'gzip -9f ' :path '; mv ' :path '.gz ' :path
COPY (SELECT WHERE false) TO PROGRAM :'command';
SELECT city, count(*), sum(t) FROM w GROUP BY city;
-- a value that is longer, whether a column wants it or not; values that are longer together
CALL put('shape.json', '{"list":[{"t":1}],"city":"' || repeat('x', 2000) || '"}');
CALL fails('SELECT * FROM w'); -- ERROR
CALL fails('SELECT t FROM w'); -- ERROR
CALL shape('{"a":"' || repeat('x', 60000) || '","list":[{"t":1}],"b":"' || repeat('y', 60000) || '"}',
    $$a text OPTIONS (document_path '$.a'), b text OPTIONS (document_path '$.b'), t int$$, $$row_path '$.list[*]', maximum_object_size '100kB'$$);
CALL fails('SELECT * FROM w'); -- ERROR
SELECT length(a), t FROM w;
SELECT length(b), t FROM w;
CREATE FOREIGN TABLE piped (city text OPTIONS (document_path '$.city'), t int) SERVER weather_test
    OPTIONS (program $$echo '{"list":[{"t":1},{"t":2}],"city":"London"}'$$, row_path '$.list[*]');
SELECT * FROM piped;
-- a program's output cannot be read twice
ALTER FOREIGN TABLE piped OPTIONS (ADD maximum_object_size '1kB');
SELECT * FROM piped;
ALTER FOREIGN TABLE piped OPTIONS (SET program $$printf '{"list":[{"t":1},\n'; yes '{"t":2},' | head -n 200000; echo '{"t":3}],"city":"London"}'$$);
CALL fails('SELECT * FROM piped'); -- ERROR
SELECT count(*), sum(t) FROM piped;

-- nothing is left over from the document before, or from the element before
CALL shape(E'{"city":"A","list":[{"t":1}]}\n{"list":[{"t":2}]}\n{"list":[{"t":3}],"city":null}\n', $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
CALL shape('{"days":[{"d":"x","h":[{"t":1}]},{"h":[{"t":2}]},7,{"d":"z","h":{"t":3}}]}', $$d text OPTIONS (document_path '$.days[*].d'), t int$$, $$row_path '$.days[*].h[*]'$$);
SELECT * FROM w;
CALL shape('{"days":{"a":{"d":["p","q"],"h":[1,2]},"b":{"h":[3]},"c":{"h":[],"d":["r"]},"e":{"h":[4],"d":["s"]}}}', $$k text OPTIONS (metadata 'key'), d text[] OPTIONS (document_path '$.days.*.d[*]'), all_d text[] OPTIONS (document_path '$.days.*.d.x'), t int OPTIONS (path '$')$$, $$row_path '$.days.*.h[*]'$$);
SELECT * FROM w;
CALL shape('{"city":{"name":"A"},"list":[1],"city":{"x":1}}', $$city text OPTIONS (document_path '$.city.name'), names text[] OPTIONS (document_path '$.city.n[*]'), t int OPTIONS (path '$')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
CALL shape('{"city":{"n":["A","B"]},"list":[1],"city":{"n":["C"]}}', $$names text[] OPTIONS (document_path '$.city.n[*]'), t int OPTIONS (path '$')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
-- rescans in the middle of a document
CALL shape('{"list":[{"t":1},{"t":2},{"t":3}],"city":"A"}', $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.list[*]'$$);
SELECT o, i.* FROM generate_series(1, 3) AS o, LATERAL (SELECT * FROM w WHERE t >= o LIMIT 1) AS i;
-- escaped names on the way
CALL shape('{"\u006cist":[{"\u0074":1}],"c\u0069ty":"A"}', $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
-- behind the rows
CALL shape('{"list":[{"t":1}],"city":"A",}', $$city text OPTIONS (document_path '$.city'), t int$$, $$row_path '$.list[*]'$$);
CALL fails('SELECT t FROM w'); -- ERROR
SELECT t FROM w LIMIT 1;
CALL fails('SELECT city FROM w LIMIT 1'); -- ERROR
CALL put_bytes('shape.json', '{"list":[{"t":1}],"city":"'::bytea || '\xFC'::bytea || '"}');
CALL fails('SELECT t FROM w'); -- ERROR
CALL put('shape.json', '{"x":' || repeat('[', 1100) || repeat(']', 1100) || ',"list":[{"t":1}]}');
CALL fails('SELECT t FROM w'); -- ERROR
CALL put('shape.json', '{"list":[{"t":1}');
CALL fails('SELECT t FROM w'); -- ERROR
CALL put('shape.json', '{"list":[{"t":1}]');
CALL fails('SELECT t FROM w'); -- ERROR
CALL put('shape.json', E'\uFEFF{"list":[{"t":1}]}');
SELECT * FROM w;
CALL put('shape.json', E'{"list":[{"t":1}],\n"city":"A"}');
ALTER FOREIGN TABLE w OPTIONS (ADD framing 'lines');
CALL fails('SELECT t FROM w'); -- ERROR
CALL fails('SELECT * FROM w'); -- ERROR
CALL put('shape.json', '{"list":[{"t":01}],"city":01}');
CALL fails('SELECT t FROM w'); -- ERROR
CALL put('shape.json', '{"list":[{"t":1}],"city":01}');
CALL fails('SELECT t FROM w'); -- ERROR
CALL fails('SELECT city FROM w'); -- ERROR
CALL put('shape.json', '{"list":[{"t":1}],"city":tru}');
CALL fails('SELECT city FROM w'); -- ERROR

--
-- Metadata.
--
CALL put('a.json', E'{"list":[{"t":1},\n{"t":2}]}');
CALL put('b.json', E'{"list":[]}');
CALL put('c.json', E'{"list":[ {"t" : 3 , "s":"\\u00e9 é" , "u":[1, 2 ]} ]}\n{"list":[{"t":4}]}\n');
\set files '{' :dir '/a.json,' :dir '/b.json,' :dir '/c.json}'
CREATE FOREIGN TABLE m (
    file text OPTIONS (metadata 'filename'), size bigint OPTIONS (metadata 'size'), small int OPTIONS (metadata 'size'),
    mtime timestamptz OPTIONS (metadata 'mtime'), n bigint OPTIONS (for_ordinality 'true'), n4 int OPTIONS (for_ordinality 'yes'),
    o bigint OPTIONS (metadata 'offset'), raw text OPTIONS (metadata 'raw'), t int, rescued jsonb OPTIONS (metadata 'rescued'))
    SERVER weather_test OPTIONS (files :'files', row_path '$.list[*]');
SELECT anonymous(file) AS file, size, small, mtime > now() - interval '1 hour' AS recent, n, n4, o, t, rescued FROM m;
SELECT raw, length(raw), rescued FROM m;
-- raw: byte for byte what stands at offset
SELECT bool_and(convert_to(raw, 'UTF8') = pg_read_binary_file(file, o, octet_length(raw))) AS "byte for byte" FROM m;
-- rescued does not depend on the query
SELECT rescued FROM m WHERE n = 1;
-- rescued: what no column reads, whichever way it reads
CALL shape('{"x":0,"list":[{"a":1,"b":{"c":2,"d":3},"e\u00e9":[4],"e":null,"e":5,"f g":6}]}',
    $$a int, c int OPTIONS (path '$.b.c'), e int[] OPTIONS (path '{"$.\"eé\"[*]",$.z}'), doc int OPTIONS (document_path '$.list[*]."f g"'),
      rescued jsonb OPTIONS (metadata 'rescued'), as_json json OPTIONS (metadata 'rescued')$$, $$row_path '$.list[*]'$$);
SELECT * FROM w;
SELECT rescued FROM w;
SELECT as_json FROM w;
CALL shape(E'{"a":1}\n{"a":2,"b":3}\n', $$a int, rescued jsonb OPTIONS (metadata 'rescued')$$);
SELECT * FROM w;
-- a row that is no object has no members; with only such columns there are no empty rows
CALL shape('[1,"x",null,[2],{"a":{}},{}]', $$raw json OPTIONS (metadata 'raw'), rescued jsonb OPTIONS (metadata 'rescued')$$);
SELECT * FROM w;
-- raw in jsonb is what jsonb takes
CALL shape('[{"a":"\u0000"}]', $$r json OPTIONS (metadata 'raw'), b jsonb OPTIONS (metadata 'raw')$$);
SELECT r FROM w;
CALL fails('SELECT b FROM w'); -- ERROR
-- NOT NULL
CALL shape(E'{"a":1,"b":2}\n{"a":1}\n', $$a int, n int OPTIONS (for_ordinality 'true') NOT NULL, s bigint OPTIONS (metadata 'size') NOT NULL, rescued jsonb OPTIONS (metadata 'rescued') NOT NULL$$);
CALL fails('SELECT a FROM w'); -- ERROR
CALL shape('{"days":{"d1":{"a":1}}}', $$a int, k text OPTIONS (metadata 'key') NOT NULL, r text OPTIONS (metadata 'raw') NOT NULL$$, $$row_path '$.days.*'$$);
SELECT * FROM w;
-- a program has no file
CREATE FOREIGN TABLE pm (s bigint OPTIONS (metadata 'size'), n bigint OPTIONS (for_ordinality 'true'), r text OPTIONS (metadata 'raw'), a int)
    SERVER weather_test OPTIONS (program $$echo '{"a":1} {"a":2}'$$);
SELECT * FROM pm;
SELECT x.n, y.n FROM pm AS x, pm AS y;

--
-- What cannot be.
--
SELECT options, try('text', '{}', options) FROM unnest(ARRAY[
    $$path '$.a', document_path '$.b'$$, $$metadata 'raw', document_path '$.b'$$, $$for_ordinality 'true', path '$.a'$$,
    $$for_ordinality 'true', metadata 'line'$$, $$for_ordinality 'maybe'$$, $$document_path '$.a.*'$$, $$document_path '$.*.b'$$,
    $$document_path 'b'$$, $$metadata 'key'$$, $$metadata 'size'$$, $$metadata 'rescued'$$, $$for_ordinality 'true'$$]) AS options;
SELECT type, options, try(type, '{}', options) FROM (VALUES ('varchar', $$metadata 'raw'$$), ('text', $$metadata 'rescued'$$),
    ('smallint', $$for_ordinality 'true'$$), ('numeric', $$metadata 'size'$$), ('varchar', $$metadata 'key'$$)) AS t (type, options);
SELECT options, try('text', '{}', '', options) FROM unnest(ARRAY[
    $$header_path '$.a'$$, $$orient 'split'$$, $$orient 'columns', header_path '$.a'$$, $$orient 'index'$$, $$orient 'split', header_path '$.a[*]'$$,
    $$row_path '$.a[*]', row_path '$.b'$$]) AS options;
SELECT path, try('text', '{}', format('path %L', path), $$orient 'split', header_path '$.a', row_path '$.b[*]'$$)
  FROM unnest(ARRAY['$', '$.a.b', '$[0].a', '$[*]', '{$.a,$.b.c}']) AS path;
SELECT path, try('text', '{"a":[{"b":1}]}', format('document_path %L', path), $$row_path '$.v.a[*]'$$)
  FROM unnest(ARRAY['$.v.a[*].b', '$.v.a[*].b[*]', '$.v.b[*]', '$.v.a[0].b', '$.v.*']) AS path;

--
-- Wide: as many columns as a table can have.
--
DO $$
DECLARE
    dir text := (SELECT name FROM directory);
    names text; content text;
BEGIN
    SELECT string_agg(format('c%s int', c), ', ') INTO names FROM generate_series(1, 1600) AS c;
    SELECT string_agg(line, E'\n') INTO content FROM (
        SELECT '{' || string_agg(format('"c%s":%s', c, r * c), ',' ORDER BY c) || '}' AS line
          FROM generate_series(1, 3) AS r, generate_series(1, 1600) AS c GROUP BY r ORDER BY r) AS lines;
    CALL put('wide.json', content);
    SELECT '{"hourly":{' || string_agg(format('"c%s":[%s,%s,%s]', c, c, 2 * c, 3 * c), ',' ORDER BY c DESC) || '}}' INTO content
      FROM generate_series(1, 1600) AS c;
    CALL put('wide_columns.json', content);
    EXECUTE format('CREATE FOREIGN TABLE wide (%s) SERVER weather_test OPTIONS (filename %L)', names, dir || '/wide.json');
    EXECUTE format('CREATE FOREIGN TABLE wide_columns (%s) SERVER weather_test OPTIONS (filename %L, row_path ''$.hourly'', orient ''columns'')',
        names, dir || '/wide_columns.json');
END $$;
SELECT count(*), sum(c1), sum(c1600), sum(c800) FROM wide;
SELECT count(*), sum(c1), sum(c1600), sum(c800) FROM wide_columns;
SELECT count(*) FROM wide AS a JOIN wide_columns AS b ON a::text = b::text;
SET weather_fdw.decoder = 'rapidjson';
SELECT count(*), sum(c1), sum(c1600), sum(c800) FROM wide;
SELECT count(*) FROM wide AS a JOIN wide_columns AS b ON a::text = b::text;
RESET weather_fdw.decoder;
SET weather_fdw.decoder = 'fast'; -- ERROR

\i :abs_srcdir/sql/include/epilogue.psql
