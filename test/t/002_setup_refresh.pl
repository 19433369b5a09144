# weather_setup.sql and weather_refresh.sql: run once, run again, run with other variables, run on files
# that change.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('setup');
my $dir  = PostgreSQL::Test::Utils::tempdir();

# One observation in the flat form.
sub line
{
	my ($city, $time, $temp) = @_;
	return qq({"timestamp": "$time", "temp": $temp, "temp_max": 20, "temp_min": -20, )
	  . qq("latitude": 1.5, "longitude": -2.25, "city": "$city"},\n);
}

# write_file(name, mtime, line...)
sub write_file
{
	my ($name, $mtime, @lines) = @_;
	unlink $name;
	append_to_file($name, join '', @lines);
	utime $mtime, $mtime, $name or die;
}

# What a refresh prints, as a hash: table => [read, inserted, updated, unchanged, duplicates, rejected]
sub counts
{
	my ($status, $stdout, $stderr) = refresh(@_);
	is($stderr, '', 'refresh: no complaint');
	return { map { my ($table, @counts) = split /\|/; ($table => \@counts) } split /\n/, $stdout };
}

sub query { return $node->safe_psql('postgres', $_[0]) }

# ---- What it asks for

for my $missing (qw(by_city by_location))
{
	my %variables = (by_city => '/nowhere', by_location => '/nowhere');
	delete $variables{$missing};
	my ($status, undef, $stderr) = setup($node, %variables);
	is($status, 3, "set-up without $missing: status");
	like($stderr, qr/weather_setup\.sql needs the variable $missing/, "set-up without $missing: says so");
}

my @month = (by_city => "$dir/flat.json", by_location => "$dir/owm.json");
my $planted = generate("$dir/flat.json", 'flat', 1);
generate("$dir/owm.json", 'owm', 1);

# ---- Times without a zone need one

{
	my ($status, undef, $stderr) = setup($node, @month);
	is($status, 0, 'set-up without source_timezone: status');
	is($stderr, '', 'set-up without source_timezone: no complaint');
	my $rows = counts($node)->{weather_by_city};
	is($rows->[5], $rows->[0], 'flat form without source_timezone: all rows are rejects');
	like(query(q{SELECT DISTINCT error->>'column' FROM weather_by_city_file}), qr/^observed_at$/,
		'flat form without source_timezone: names the column');
	query('TRUNCATE weather_by_location');
}

# ---- The month, in both forms

my ($rows, $keys, $lost) = @$planted{qw(rows distinct duplicates)};
push @month, (source_timezone => 'UTC');
is((setup($node, @month))[0], 0, 'set-up again, with a zone');
is_deeply(
	counts($node),
	{ map { ("weather_by_$_" => [ $rows, $keys, 0, 0, $lost, 0 ]) } qw(city location) },
	'first refresh');
is(query('SELECT count(*) FROM (TABLE weather_by_city_distinct EXCEPT TABLE weather_by_location_distinct) AS x'),
	0, 'both forms of a file give the same rows');
is(query('SELECT count(*), count(load_file_id) FROM weather_by_city'), "$keys|0", 'each key once, no lineage');
is(query(q{SELECT count(*) FROM weather_by_city WHERE city = ''}), 33 * 24, 'the empty city name is a name');
is(query(q{SELECT count(DISTINCT (latitude, longitude)) FROM weather_by_city WHERE city = 'London'}),
	2, 'two places of one name');

my $versions = q{SELECT md5(string_agg(t::text || xmin || xmax, '' ORDER BY t::text)) FROM %s AS t};
my @before = map { query(sprintf $versions, $_) } qw(weather_by_city weather_by_location);
my $unchanged = { map { ("weather_by_$_" => [ $rows, 0, 0, $keys, $lost, 0 ]) } qw(city location) };
is_deeply(counts($node), $unchanged, 'second refresh');
my @after = map { query(sprintf $versions, $_) } qw(weather_by_city weather_by_location);
is_deeply(\@after, \@before, 'second refresh: no row was written or locked');

# ---- Set-up twice: the same, and with other variables

my $options = q{
	SELECT string_agg(option_name || '=' || option_value, ' ' ORDER BY option_name)
	  FROM pg_foreign_table, pg_options_to_table(ftoptions)
	 WHERE ftrelid = 'weather_by_city_file'::regclass};
is((setup($node, @month))[0], 0, 'set-up twice: status');
is((setup($node, @month))[2], '', 'set-up twice: no complaint');
is(query($options), "files=$dir/flat.json timezone=UTC", 'set-up twice: options');
is_deeply(counts($node), $unchanged, 'set-up twice: data stays');

query("UPDATE weather.source SET enabled = false, quiet_period = '1 min', owner = 'somebody'");
is((setup($node, @month))[2], '', 'set-up with sources of another role: no complaint');
is(query('SELECT DISTINCT enabled, quiet_period, owner FROM weather.source'), 'f|00:01:00|somebody', '... they stay as they are');
query('UPDATE weather.source SET enabled = true, quiet_period = DEFAULT, owner = DEFAULT');

query('CREATE VIEW mine AS SELECT city FROM weather_by_city_file');
setup($node, by_city => "$dir/owm.json", by_location => "$dir/owm.json", source_timezone => 'Asia/Tokyo');
is(query($options), "files=$dir/owm.json timezone=Asia/Tokyo", 'set-up with other files and zone');
setup($node, by_city => "$dir/owm.json", by_location => "$dir/owm.json");
is(query($options), "files=$dir/owm.json", 'set-up without zone again');
is(query('SELECT count(*) FROM mine'), $rows, 'a view on the foreign table survives');

{
	my ($status, undef, $stderr) = setup($node, @month, by_city => '/other', report_timezone => 'Mars/Phobos');
	is($status, 3, 'a report zone that does not exist: status');
	like($stderr, qr/Mars\/Phobos/, 'a report zone that does not exist: named');
	is(query($options), "files=$dir/owm.json", 'a report zone that does not exist: nothing is changed');
}

# ---- Files that change

mkdir "$dir/landing" or die;
my @landing = (by_city => "$dir/landing/*.json", by_location => "$dir/owm.json", source_timezone => 'UTC');
query('TRUNCATE weather_by_city');
setup($node, @landing);
is_deeply(counts($node)->{weather_by_city}, [ 0, 0, 0, 0, 0, 0 ], 'a glob that matches nothing');

my $noon = '2022-03-14 12:00:00';
write_file("$dir/landing/a.json", 1000, line('x', $noon, 1), line('y', $noon, 1), line('z', $noon, 1));
is_deeply(counts($node)->{weather_by_city}, [ 3, 3, 0, 0, 0, 0 ], 'three rows');

# Of x's two rows in the newer file the last one holds, though a.json has more lines.
write_file("$dir/landing/b.json", 2000, line('x', $noon, 2), line('w', $noon, 2), line('x', $noon, 3));
is_deeply(counts($node)->{weather_by_city}, [ 6, 1, 1, 2, 2, 0 ], 'a newer file: one row new, one updated');
is(query('SELECT temp FROM weather_by_city ORDER BY city'), "2\n3\n1\n1", 'a newer file: its last row holds');

# The same age: the greater name holds, byte by byte, so that a comes after B.
write_file("$dir/landing/B.json", 2000, line('x', $noon, 4), line('y', $noon, 4));
is_deeply(counts($node)->{weather_by_city}, [ 8, 0, 1, 3, 4, 0 ], 'a file of the same age');
is(query(q{SELECT temp FROM weather_by_city WHERE city = 'x'}), 3, 'a file of the same age: the name decides');

# NULL is a value that can differ.
write_file("$dir/landing/c.json", 3000, line('x', $noon, 'null'));
is_deeply(counts($node)->{weather_by_city}, [ 9, 0, 1, 3, 5, 0 ], 'a value becomes NULL');
write_file("$dir/landing/c.json", 3000, line('x', $noon, 5));
is_deeply(counts($node)->{weather_by_city}, [ 9, 0, 1, 3, 5, 0 ], 'NULL becomes a value');
is_deeply(counts($node)->{weather_by_city}, [ 9, 0, 0, 4, 5, 0 ], 'and then nothing changes');

# A bad row is a reject, and shown with its text; the others are loaded.
write_file("$dir/landing/d.json", 4000, line('v', $noon, 1), line('x', $noon, '"warm"'));
is_deeply(counts($node)->{weather_by_city}, [ 11, 1, 0, 4, 5, 1 ], 'a bad row');
like(query(q{SELECT raw FROM weather_by_city_file WHERE error->>'column' = 'temp' AND source_line = 2}), qr/warm/,
	'a bad row: shown');

# ---- Another schema, and a session that would mislead a careless script

$node->safe_psql('postgres', q{
	CREATE SCHEMA "Weather ""Data""";
	CREATE SCHEMA evil;
	CREATE TABLE evil.weather_by_city (city text);
	CREATE FUNCTION evil.date_trunc(text, timestamp) RETURNS timestamp LANGUAGE sql AS 'SELECT NULL::timestamp';
	CREATE FUNCTION evil.is_not(float8, float8) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE OPERATOR evil.= (FUNCTION = evil.is_not, LEFTARG = float8, RIGHTARG = float8);
	CREATE DOMAIN evil.float8 AS text;
});
{
	local $ENV{PGOPTIONS} = '-c search_path=evil,pg_catalog,public -c TimeZone=Asia/Tokyo -c DateStyle=German';
	my @elsewhere = (schema => 'Weather "Data"');
	is((setup($node, @month, @elsewhere))[0], 0, 'another schema: set-up');
	is_deeply(counts($node, @elsewhere)->{weather_by_city}, [ $rows, $keys, 0, 0, $lost, 0 ], 'another schema: refresh');
	is_deeply(counts($node, @elsewhere)->{weather_by_city}, [ $rows, 0, 0, $keys, $lost, 0 ], 'another schema: again');
}
is(query('SELECT count(*) FROM (TABLE "Weather ""Data""".weather_by_city EXCEPT TABLE weather_by_location) AS x'),
	0, 'another schema: the same rows');
is(query(q{SELECT min(day) FROM "Weather ""Data""".weather_by_city_daily}), '2021-01-10',
	'another schema: the report has the days of UTC');

# ---- The replaced job's own files, where they are at hand: each through each of the foreign tables

SKIP:
{
	my $samples = ($ENV{WEATHER_SAMPLES} || "$TOP/../shared/samples") . '/openweathermap';
	my @files = ("$samples/seed_by_city_head.json", "$samples/seed_by_city_10rec.json");
	skip 'the files are not here', 6 unless -r $files[0] && -r $files[1];

	query('TRUNCATE weather_by_city, weather_by_location');
	setup($node, by_city => $files[0], by_location => $files[1], source_timezone => 'UTC');
	is_deeply(counts($node), { map { ("weather_by_$_" => [ 10, 10, 0, 0, 0, 0 ]) } qw(city location) },
		'the real files');
	my $london = q{SELECT observed_at AT TIME ZONE 'UTC', temp, temp_max, temp_min, latitude, longitude
	                 FROM %s WHERE city = 'London'};
	is(query(sprintf $london, 'weather_by_city'), '2022-03-14 22:10:41|6.9|8.2|5.51|51.5085|-0.1257', 'the flat one');
	is(query(sprintf $london, 'weather_by_location'), '2022-03-13 22:26:26|7.1|8.23|5.56|51.5085|-0.1257',
		'the nested one');

	query('ALTER TABLE weather_by_city RENAME TO kept_city; ALTER TABLE weather_by_location RENAME TO kept_location');
	setup($node, by_city => $files[1], by_location => $files[0], source_timezone => 'UTC');
	refresh($node);
	is(query('SELECT count(*) FROM (TABLE weather_by_city INTERSECT TABLE kept_location) AS x'), 10,
		'the nested one as by_city');
	is(query('SELECT count(*) FROM (TABLE weather_by_location INTERSECT TABLE kept_city) AS x'), 10,
		'the flat one as by_location');
}

$node->stop;
done_testing();
