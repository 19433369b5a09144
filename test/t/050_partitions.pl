# Native tables with a partition a month: made by weather_setup.sql, loaded by weather_refresh.sql and by
# weather.refresh(), which make the partitions that are missing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('partitions', q{timezone = 'Asia/Kathmandu'});
my $dir  = PostgreSQL::Test::Utils::tempdir();
mkdir "$dir/in";

# write_file(name, [city, time]...)
sub write_file
{
	my ($name, @rows) = @_;
	append_to_file("$dir/in/$name", join '', map {
		qq({"timestamp": "$_->[1]", "temp": 1, "temp_max": 2, "temp_min": 0, "latitude": 1.5, "longitude": 2, "city": "$_->[0]"},\n)
	} @rows);
}

sub query { return $node->safe_psql('postgres', $_[0]) }

sub partitions
{
	return query(q{SELECT string_agg(relid::text || ' ' || pg_get_expr(relpartbound, relid), E'\n' ORDER BY relid::text)
		FROM pg_partition_tree('} . $_[0] . q{') JOIN pg_class ON oid = relid WHERE isleaf AND level > 0});
}

write_file('a.json', [ 'Oslo', '2026-01-31 23:59:59.999999' ], [ 'Oslo', '2026-02-01 00:00:00' ]);
my @sources = (by_city => "$dir/in", by_location => "$dir/in", source_timezone => 'UTC');

# ---- The scripts

like((setup($node, @sources, partitioned => 'week'))[2], qr/partitioned of weather_setup\.sql is none or month/, 'an unknown word');
is((setup($node, @sources, partitioned => 'month'))[0], 0, 'set-up');
is((setup($node, @sources, partitioned => 'month'))[0], 0, 'set-up again');
is((setup($node, @sources))[0], 0, 'set-up again, without the variable');
is(partitions('weather_by_city'), '', 'no partition before there is a row');
is((refresh($node))[1], "weather_by_city|2|2|0|0|0|0\nweather_by_location|2|2|0|0|0|0", 'refresh');
query('ALTER DATABASE postgres SET TimeZone TO UTC'); # to show bounds; they were made in another zone
is(partitions('weather_by_city'), <<'EOF' =~ s/\n\z//r, 'months of UTC, whatever the zone of the session');
weather_by_city_y2026m01 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')
weather_by_city_y2026m02 FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00')
EOF
is(query('SELECT count(*) FROM weather_by_city_y2026m01'), 1, 'each row in its month');
is((refresh($node))[1], "weather_by_city|2|0|0|2|0|0\nweather_by_location|2|0|0|2|0|0", 'again');
query('UPDATE weather_by_city_y2026m01 SET temp = 9; UPDATE weather_by_city SET load_file_id = 7');
is((refresh($node))[1], "weather_by_city|2|0|1|1|0|0\nweather_by_location|2|0|0|2|0|0", 'an update');
query(q{CREATE SCHEMA "my weather"});
is((setup($node, @sources, schema => 'my weather', partitioned => 'month'))[0], 0, 'set-up in a schema whose name needs quotes');
is((refresh($node, schema => 'my weather'))[1], "weather_by_city|2|2|0|0|0|0\nweather_by_location|2|2|0|0|0|0", 'refresh there');
query('CREATE SCHEMA whole');
is((setup($node, @sources, schema => 'whole'))[0], 0, 'set-up without partitions');
like((setup($node, @sources, schema => 'whole', partitioned => 'month'))[2], qr/there already, and are not partitioned/,
	'tables that are there are not made anew');

# ---- The loader: each mode, a file or a batch of them

query(q{DELETE FROM weather.source; TRUNCATE weather_by_city;
	CREATE TABLE appended (LIKE weather_by_city) PARTITION BY RANGE (observed_at);
	CREATE TABLE replaced (LIKE weather_by_city INCLUDING ALL) PARTITION BY RANGE (observed_at);
	SELECT weather.add_source('upsert', 'weather_by_city_file', 'weather_by_city', reject_limit => 0),
	       weather.add_source('append', 'weather_by_city_file', 'appended', 'append'),
	       weather.add_source('replace', 'weather_by_city_file', 'replaced', 'replace')});
write_file('b.json', [ 'Rome', '2026-02-02 00:00:00' ], [ 'Rome', '1969-12-31 23:00:00' ]);
write_file('c.json', [ 'Bonn', '2025-12-31 00:00:00' ]);
query('CALL weather.refresh(quiet => true)');
is(query('SELECT string_agg(source || $$ $$ || outcome || $$ $$ || inserted, $$, $$ ORDER BY source) FROM weather.load_run'),
	'append done 5, replace done 5, upsert done 5', 'three modes');
for my $table (qw(weather_by_city appended replaced))
{
	is(partitions($table) =~ s/ FOR.*//gr =~ s/\w+_y//gr, "1969m12\n2025m12\n2026m01\n2026m02", "$table has its partitions");
}
write_file('d.json', [ 'Kyiv', '2026-03-01 00:00:00' ]);
append_to_file("$dir/in/a.json", qq({"timestamp": "2026-04-01 00:00:00", "latitude": 0, "longitude": 0, "city": "Lima", "temp": 3}\n));
query('CALL weather.refresh(quiet => true)');
is(query("SELECT count(*), max(observed_at) FROM $_"), '7|2026-04-01 00:00:00+00', "$_: a new file, and one that grew") for qw(weather_by_city appended replaced);

# Errors are those of the file, and a CHECK is none of partitions.
query(q{ALTER TABLE weather_by_city ADD CHECK (city <> 'Bern'); DELETE FROM weather.source WHERE source <> 'upsert'});
write_file('e.json', [ 'Bern', '2026-03-01 00:00:00' ]);
write_file('f.json', [ 'Cork', '2027-03-01 00:00:00' ]);
append_to_file("$dir/in/f.json", "{\n");
write_file('g.json', [ 'Nome', 'infinity' ]);
my (undef, undef, $stderr) = $node->psql('postgres', 'CALL weather.refresh(quiet => true)');
like($stderr, qr/e\.json" failed: new row for relation "weather_by_city_y2026m03" violates check constraint/, 'a CHECK');
like($stderr, qr/f\.json" failed: /, 'a malformed file');
like($stderr, qr/g\.json" failed: /, 'a time without a month');
unlink "$dir/in/$_.json" for qw(e f g);

# ---- Readers and writers go on while partitions are made, and a second session waits for the first's.
{
	my $maker = $node->background_psql('postgres');
	$maker->query_safe(q{BEGIN; SELECT weather.make_partitions('weather_by_city', '{2030-01-15,2030-01-16,2030-03-01,infinity,NULL}')});
	is(query(q{SET lock_timeout = '5s'; SELECT count(*) FROM weather_by_city}), 7, 'a reader is not locked out');
	query(q{SET lock_timeout = '5s'; UPDATE weather_by_city SET temp = 5 WHERE city = 'Lima'});
	like(($node->psql('postgres', q{SET lock_timeout = '10ms'; SELECT weather.make_partitions('weather_by_city', '{2030-01-15}')}))[2],
		qr/lock timeout/, 'a second maker waits');
	$maker->query_safe('COMMIT');
	$maker->quit;
	is(query(q{SELECT weather.make_partitions('weather_by_city', '{2030-01-15,2030-04-01}')}), 1, 'what is there is not made again');
}

# ---- What a DBA does by hand

query('ALTER TABLE weather_by_city DETACH PARTITION weather_by_city_y2030m01');
like(outcome_as($node, 'postgres', q{SELECT weather.make_partitions('weather_by_city', '{2030-01-15}')}),
	qr/^42P07: .*is another table.* ATTACH PARTITION public\.weather_by_city_y2030m01 FOR VALUES FROM/, 'a partition that was detached');
query(q{CREATE TABLE year_2031 PARTITION OF weather_by_city FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')});
is(query(q{SELECT weather.make_partitions('weather_by_city', '{2031-05-05}')}), 0, 'a partition of another length is left alone');
like(outcome_as($node, 'postgres', q{SELECT weather.make_partitions('whole.weather_by_city', '{2030-01-15}')}),
	qr/^42809: .*is not partitioned by range/, 'a table without partitions');
my $long = 'x' x 60 . "\x{e9}";
utf8::encode($long);
query(qq{CREATE TABLE "$long" (t timestamptz) PARTITION BY RANGE (t)});
is(query(qq{SELECT weather.make_partitions('"$long"', '{2030-01-15,2030-02-01}')}), 2, 'a long name');
# ... which a role may lack the right for.
query(q{CREATE ROLE loader; GRANT USAGE ON SCHEMA weather TO loader; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA weather TO loader;
	GRANT ALL ON weather.source, weather.load_run, weather.load_file, weather.load_reject, weather.status TO loader;
	GRANT USAGE ON SEQUENCE weather.load_file_id_seq TO loader; GRANT ALL ON weather_by_city, weather_by_city_file TO loader;
	SELECT weather.add_source('denied', 'weather_by_city_file', 'weather_by_city');
	UPDATE weather.source SET owner = 'loader' WHERE source = 'denied'});
write_file('later.json', [ 'Oslo', '2044-05-01 00:00:00' ]);
query(q{SET ROLE loader; CALL weather.refresh('denied', true)});
like(query(q{SELECT error_message || ' ' || error_hint FROM weather.load_file WHERE source = 'denied' AND path LIKE '%later.json'}),
	qr/no partition for some rows, and role "loader" may not make it.*make_partitions\('public\.weather_by_city', '\{"2044-05-01 /s,
	'a role that may not make partitions: what its error says');
unlink "$dir/in/later.json";
query(q{DELETE FROM weather.source WHERE source = 'denied'});

query(q{CREATE ROLE owner; CREATE ROLE boss SUPERUSER; ALTER TABLE weather_by_city OWNER TO owner; GRANT CREATE ON SCHEMA public TO owner;
	SET ROLE boss; SELECT weather.make_partitions('weather_by_city', '{2033-01-01}')});
is(query(q{SELECT relowner::regrole FROM pg_class WHERE relname = 'weather_by_city_y2033m01'}), 'owner', 'the owner is that of the table');

$node->stop;
done_testing();
