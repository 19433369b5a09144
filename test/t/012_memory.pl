# Memory is bounded by maximum_object_size, never by the file; and what is asked for is all that is read.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Weather;

my $node = start_server('memory');
my $dir  = PostgreSQL::Test::Utils::tempdir();
my $mb   = 1024 * 1024;

$node->safe_psql('postgres',
	'CREATE EXTENSION weather_fdw; CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw');

sub table
{
	my ($name, $file, $columns, $options) = @_;
	$node->safe_psql('postgres',
		"CREATE FOREIGN TABLE $name ($columns) SERVER weather OPTIONS (filename '$dir/$file'" . ($options // '') . ')');
}

# measure(sql): its output, its error, by how many kB the backend's memory grew at most, and the seconds.
# Each in a new session, where everything but the first row has been done before.
sub measure
{
	my $sql = shift;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query('SELECT pg_backend_pid()');
	$session->query($_) for 'SELECT * FROM small', $sql =~ /SELECT/ ? "EXPLAIN $sql" : 'ANALYZE small';
	my $peak = sub { (slurp_file("/proc/$pid/status") =~ /VmHWM:\s+(\d+)/)[0] };
	my $before = $peak->();
	my $start  = time;
	my $output = $session->query($sql);
	my $seconds = time - $start;
	my $growth = $peak->() - $before;
	my $error  = $session->{stderr};
	$session->quit;
	return ($output, $error, $growth, $seconds);
}

append_to_file("$dir/small.json", qq({"temp": 1}\n));
table('small', 'small.json', 'temp float8');

# ---- A few hundred megabytes, in each framing, packed and not

my $row = '{"timestamp": "2022-03-14 22:10:41", "temp": 6.9, "temp_max": 8.2, "temp_min": 5.51, "latitude": 51.5085, "longitude": -0.1257, "city": "London"},';
my $rows = 2_000_000;
system("yes '$row' | head -n $rows > $dir/flat.json") == 0 or die;
system("(echo '['; yes '$row' | head -n 499999; echo '{\"temp\": 6.9, \"city\": \"London\"}]') > $dir/array.json") == 0 or die;
system("head -n 1000000 $dir/flat.json | gzip -1 > $dir/flat.json.gz") == 0 or die;
my $columns = 'city text, "timestamp" timestamp, temp float8, temp_max float8, temp_min float8, latitude float8, longitude float8';
for my $case ([ 'flat', 'flat.json', $rows ], [ 'an_array', 'array.json', 500_000 ], [ 'packed', 'flat.json.gz', 1_000_000 ])
{
	my ($name, $file, $expected) = @$case;
	table($name, $file, $columns);
	my $size = sprintf '%.0f MB', (-s "$dir/$file") / $mb;
	my ($output, $error, $growth, $seconds) =
	  measure("SELECT count(*), max(city), max(\"timestamp\"), sum(temp)::numeric(12,1) FROM $name");
	is($output, "$expected|London|2022-03-14 22:10:41|" . sprintf('%.1f', $expected * 6.9), "$name, $size: all rows");
	is($error, '', "$name: no complaint");
	cmp_ok($growth, '<', 64 * 1024, sprintf '%s, %s: the backend grows by %d kB (%.1f s)', $name, $size, $growth, $seconds);
}

# ---- ANALYZE keeps no more of large rows than maintenance_work_mem

system("yes '{\"text\":\"" . 'wind ' x 20_000 . "\"}' | head -n 2500 > $dir/wide.json") == 0 or die;
table('wide', 'wide.json', 'text text');
{
	my ($output, $error, $growth, $seconds) = measure('ANALYZE wide');
	is($error, '', 'ANALYZE of 250 MB');
	cmp_ok($growth, '<', 144 * 1024, sprintf 'ANALYZE: the backend grows by %d kB (%.1f s)', $growth, $seconds);
	is($node->safe_psql('postgres', q{SELECT reltuples FROM pg_class WHERE relname = 'wide'}), '2500', 'ANALYZE has counted all rows');
	is($node->safe_psql('postgres', q{SELECT avg_width FROM pg_stats WHERE tablename = 'wide'}), 100_004, '... and measured them');
}

# ---- Rows in error one after another: the engine's, a type's

system("yes '{\"temp\":\"mild\",\"station\":\"300.1.2.3\"}' | head -n 300000 > $dir/rejects.json") == 0 or die;
for my $case ([ 'by_engine', 'temp float8', 0 ], [ 'by_type', 'station inet', 0 ])
{
	my ($name, $column, $expected) = @$case;
	table($name, 'rejects.json', $column, ", on_error 'ignore'");
	my ($output, $error, $growth, $seconds) = measure("SELECT count(*) FROM $name");
	is($output, $expected, "300000 rejects, $name");
	cmp_ok($growth, '<', 96 * 1024, sprintf '%s: the backend grows by %d kB (%.1f s)', $name, $growth, $seconds);
}

# ---- LIMIT 1 answers at once

for my $name (qw(flat an_array packed))
{
	my ($output, $error, $growth, $seconds) = measure("SELECT city FROM $name LIMIT 1");
	is($output, 'London', "$name: LIMIT 1");
	cmp_ok($seconds, '<', 0.5, sprintf '%s: LIMIT 1 took %.0f ms', $name, $seconds * 1000);
}

# ---- Fault 6: one row without an end: 2 GiB, most of it a hole

append_to_file("$dir/endless.json", qq({"temp":1}\n{"a":"));
truncate "$dir/endless.json", 2048 * $mb or die "truncate: $!";
append_to_file("$dir/endless_array.json", '[{"a":[');
truncate "$dir/endless_array.json", 2048 * $mb or die "truncate: $!";
append_to_file("$dir/endless_lines.json", '{"a":1,"b":"' . 'x' x (30 * $mb) . qq("}\n));
table('endless', 'endless.json', 'temp float8');
table('endless_array', 'endless_array.json', 'temp float8');
table('endless_lines', 'endless_lines.json', 'a float8');
for my $case ([ 'endless', 2 ], [ 'endless_array', 1 ])
{
	my ($name, $line) = @$case;
	my ($output, $error, $growth, $seconds) = measure("\\set VERBOSITY verbose\nSELECT count(*) FROM $name");
	# The hole's NUL bytes are a fault of their own, which may be what is reported.
	like($error, qr/ERROR:  (54000: row too long|22P02: malformed JSON) in file "\Q$dir\E\/$name\.json", line $line, byte offset /, "$name: an error");
	cmp_ok($growth, '<', 64 * 1024, sprintf '%s: the backend grows by %d kB (%.1f s)', $name, $growth, $seconds);
}

# ... and such that have no other fault: a line of a file, and the output of a program that never ends.
$node->safe_psql('postgres',
	q~CREATE FOREIGN TABLE endless_program (a float8) SERVER weather OPTIONS (program 'printf ''{"b":"''; yes x | tr -d ''\n''')~);
for my $name (qw(endless_lines endless_program))
{
	my ($output, $error, $growth, $seconds) = measure("\\set VERBOSITY verbose\nSELECT count(*) FROM $name");
	like($error, qr/ERROR:  54000: row too long in .*, line 1, byte offset 0: /, "$name: the row is too long");
	like($error, qr/HINT:  .*maximum_object_size/, "$name: the hint");
	cmp_ok($growth, '<', 64 * 1024, sprintf '%s: the backend grows by %d kB (%.1f s)', $name, $growth, $seconds);
}

# ... which a larger maximum_object_size takes.
table('long_row', 'endless_lines.json', 'a float8, b text', ", maximum_object_size '64MB'");
{
	my ($output, $error, $growth) = measure('SELECT a, length(b) FROM long_row');
	is($output, '1|' . 30 * $mb, 'a row of 30 MB');
	cmp_ok($growth, '<', 512 * 1024, "a row of 30 MB: the backend grows by $growth kB");
}

# ---- A zip bomb of blanks, and one of one row

system("head -c 1G /dev/zero | tr '\\0' ' ' | gzip -1 > $dir/blanks.json.gz") == 0 or die;
table('blanks', 'blanks.json.gz', 'temp float8');
{
	my ($output, $error, $growth, $seconds) = measure('SELECT count(*) FROM blanks');
	is($output, '0', 'a gigabyte of blanks, packed');
	cmp_ok($growth, '<', 64 * 1024, sprintf 'blanks: the backend grows by %d kB (%.1f s)', $growth, $seconds);
}
system("(printf '{\"a\":\"'; head -c 200M /dev/zero | tr '\\0' x) | zstd -q -1 > $dir/bomb.json.zst") == 0 or die;
table('bomb', 'bomb.json.zst', 'a text');
{
	my ($output, $error, $growth) = measure('SELECT count(*) FROM bomb');
	like($error, qr/row too long/, 'one row that unpacks to 200 MB');
	cmp_ok($growth, '<', 64 * 1024, "bomb: the backend grows by $growth kB");
}

# ---- Fault 5: ten million opening brackets

for my $case ([ 'brackets', '[' ], [ 'braces', '{"a":' ])
{
	my ($name, $text) = @$case;
	append_to_file("$dir/$name.json", '{"temp":' . $text x 10_000_000);
	table($name, "$name.json", 'temp float8');
	my ($output, $error, $growth) = measure("\\set VERBOSITY verbose\nSELECT count(*) FROM $name");
	like($error, qr/ERROR:  54001: .* nested deeper than 1000 levels/, "$name: too deep");
	cmp_ok($growth, '<', 64 * 1024, "$name: the backend grows by $growth kB");
}

# ---- Many small files

mkdir "$dir/small" or die;
append_to_file(sprintf("$dir/small/%04d.json", $_), qq({"temp": $_}\n)) for 1 .. 2000;
$node->safe_psql('postgres', "CREATE FOREIGN TABLE files (temp float8) SERVER weather OPTIONS (files '$dir/small/*.json')");
{
	my ($output, $error, $growth, $seconds) = measure('SELECT count(*), sum(temp) FROM files');
	is($output, '2000|2001000', '2,000 files');
	cmp_ok($seconds, '<', 10, sprintf '2,000 files: %.2f ms each', $seconds / 2);
	cmp_ok($growth, '<', 64 * 1024, "2,000 files: the backend grows by $growth kB");
}

$node->stop;
unlike(slurp_file($node->logfile), qr/server process .* was terminated|PANIC: /, 'the server has lived');
done_testing();
