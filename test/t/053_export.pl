# weather_export.sql: the folders and their files, one moment, whole or not at all.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('export', 'restart_after_crash = on', q{timezone = 'Asia/Kathmandu'});
my $dir  = PostgreSQL::Test::Utils::tempdir();
my $out  = "$dir/out's \"folder\"";
mkdir $out;
my $planted = generate("$dir/flat.json", 'flat', 1);
setup($node, by_city => "$dir/flat.json", by_location => "$dir/flat.json", source_timezone => 'UTC');
refresh($node);

sub query { return $node->safe_psql('postgres', $_[0]) }

# What is in a directory, hidden names too.
sub entries
{
	my $path = shift;
	opendir(my $handle, $path) or die "$path: $!";
	return join ' ', sort grep { !/^\.\.?$/ } readdir $handle;
}

# export(name, variable => value...): status, output, errors
sub export
{
	my ($name, %variables) = @_;
	return Weather::run_script('weather_export.sql', $node, directory => "$out/$name", %variables);
}

# ---- The folders

my @tables = map { my $table = "weather_by_$_"; ($table, map { "${table}_$_" } qw(daily distinct monthly_max)) } qw(city location);
my ($status, $stdout, $stderr) = export('first');
is("$status $stderr", '0 ', 'an export');
is(entries($out), 'first', 'one directory');
is(entries("$out/first"), join(' ', sort @tables), 'a folder for each table and view');
for my $table (@tables)
{
	is(entries("$out/first/$table"), '_SUCCESS part-00000.csv', "$table: its files");
	is(-s "$out/first/$table/_SUCCESS", 0, "$table: the mark is empty");
	my $rows = query("SELECT count(*) FROM $table");
	my @lines = split /\n/, slurp_file("$out/first/$table/part-00000.csv");
	is(scalar(@lines), $rows + 1, "$table: its rows and a header");
	like($stdout, qr/^$table\|1\|$rows$/m, "$table: what it says");
	is(sprintf('%o', (stat "$out/first/$table")[2] & 0777), '755', "$table: others can read it");
}
is((split /\n/, slurp_file("$out/first/weather_by_city/part-00000.csv"))[0],
	'city,observed_at,temp,temp_max,temp_min,latitude,longitude,load_file_id', 'the header');
like(slurp_file("$out/first/weather_by_city_distinct/part-00000.csv"), qr/^"",2021-12-16 \S+\+00,/m, 'times in UTC, the empty name in quotes');

# The files have what the tables have, in parts too; the same export twice has the same bytes.
is((export('parts', rows_per_part => 1000))[0], 0, 'in parts');
is(entries("$out/parts/weather_by_city"), join(' ', '_SUCCESS', map { sprintf 'part-%05d.csv', $_ } 0 .. 15), 'its parts');
is(entries("$out/parts/weather_by_city_daily"), '_SUCCESS part-00000.csv', 'a small one is one part');
is(join('', map { slurp_file(sprintf "$out/parts/weather_by_city/part-%05d.csv", $_) =~ s/\A.*\n//r } 0 .. 15),
	slurp_file("$out/first/weather_by_city/part-00000.csv") =~ s/\A.*\n//r, 'the parts together are the whole');
for my $table (@tables)
{
	query("CREATE TEMP TABLE x AS TABLE $table WITH NO DATA; COPY x FROM PROGRAM 'cat ''" . ($out =~ s/'/'"'"'/gr =~ s/'/''/gr)
		  . "/parts/$table''/part-* | grep -v ^city, | grep -v ^day,' (FORMAT csv);
		DO \$\$ BEGIN ASSERT NOT EXISTS (TABLE x EXCEPT ALL TABLE $table) AND NOT EXISTS (TABLE $table EXCEPT ALL TABLE x); END \$\$");
}
pass('what was written is what is there');

# ---- What it refuses

like((Weather::run_script('weather_export.sql', $node))[2], qr/needs the variable directory/, 'no directory');
like((export('first'))[2], qr/first" exists already/, 'an export never replaces another');
like((Weather::run_script('weather_export.sql', $node, directory => 'relative'))[2], qr/relative path not allowed/, 'a relative path');
like((Weather::run_script('weather_export.sql', $node, directory => '/'))[2], qr/cannot export to "\/"/, 'the root');
like((export('none/there'))[2], qr/could not create directory.*No such file/, 'a directory without parent');
like((export('x', rows_per_part => 0))[2], qr/at least one row/, 'empty parts');
query(q{CREATE ROLE clerk; GRANT USAGE ON SCHEMA weather TO clerk; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA weather TO clerk;
	GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk});
like(outcome_as($node, 'clerk', "SELECT weather.begin_export('$dir/x', '{}')"), qr/^42501: permission denied.*pg_write_server_files/, 'without the role');
is(outcome_as($node, 'postgres', 'SELECT weather.finish_export()'), '55000: no export is under way in this transaction', 'nothing to finish');
like(outcome_as($node, 'postgres', "SELECT weather.begin_export('$dir/x', '{../y}')"), qr/^42602: invalid name of a folder/, 'a folder elsewhere');
query("SELECT weather.begin_export('$dir/x', '{y}')");
ok(!-e "$dir/x" && !-e "$dir/.x.partial", 'an export that is not finished leaves nothing');
query('GRANT pg_write_server_files TO clerk; ALTER ROLE clerk LOGIN');
{
	local $ENV{PGUSER} = 'clerk';
	is((export('clerk'))[0], 0, 'all that it needs is SELECT and pg_write_server_files');
}
is(entries($out), 'clerk first parts', 'of what was refused nothing is left');

# ---- Whole or not at all. The last view waits, or fails.

query(q{ALTER VIEW weather_by_location_daily RENAME TO daily;
	CREATE VIEW weather_by_location_daily AS SELECT * FROM daily WHERE pg_advisory_xact_lock_shared(42) IS NOT NULL});

# A disk that is full: the session may write only so much to a file (fault 13).
{
	my $script = shipped('weather_export.sql');
	query('VACUUM; CHECKPOINT');
	(undef, undef, $stderr) = $node->psql('postgres', <<"EOF", extra_params => [ '-v', "directory=$out/full" ]);
SELECT pg_backend_pid() AS pid \\gset
\\setenv BACKEND :pid
\\! prlimit --pid "\$BACKEND" --fsize=300000
\\i $script
EOF
	like($stderr, qr/could not write to COPY file: File too large/, 'fault 13: a full disk is named');
	is(entries($out), 'clerk first parts', 'fault 13: nothing is left');
}

# While it runs, nothing is to be seen under its name; a second one is refused; all is of one moment.
my $holder = $node->background_psql('postgres');
sub start_export
{
	my $name = shift;
	$holder->query_safe('SELECT pg_advisory_lock(42)');
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_until(qr/begun/, "\\echo begun\n\\set directory '" . ("$out/$name" =~ s/'/''/gr) . "'\n\\i " . shipped('weather_export.sql') . "\n");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}), "$name: it is half-way");
	is(entries($out), ".$name.partial clerk first parts", "$name: nothing is to be seen under its name");
	return $session;
}
my $session = start_export('slow');
like((export('slow'))[2], qr/another session is exporting to/, 'a second export to the same place');
query(q{DELETE FROM weather_by_city; DELETE FROM weather_by_location});
$holder->query_safe('SELECT pg_advisory_unlock(42)');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()}), 'it ends');
is(entries($out), 'clerk first parts slow', 'it has its name');
is(slurp_file("$out/slow/weather_by_location/part-00000.csv"), slurp_file("$out/first/weather_by_location/part-00000.csv"), 'all of one moment');
$session->quit;

# Cancelled, and killed (fault 14).
my $pid = q{(SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock')};
my $has_ended = q{SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'};
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$out/slow");
refresh($node);
for my $how (qw(cancel terminate))
{
	$session = start_export($how);
	query("SELECT pg_${how}_backend($pid)");
	ok($node->poll_query_until('postgres', $has_ended), "$how: it ends");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 3 FROM pg_ls_dir('" . ($out =~ s/'/''/gr) . "', false, false)"), "$how: nothing is left");
	$holder->query_safe('SELECT pg_advisory_unlock(42)');
	eval { $session->quit };
}
$session = start_export('crash');
kill KILL => query("SELECT $pid");
eval { $session->quit };
eval { $holder->quit };
ok($node->poll_query_until('postgres', 'SELECT true'), 'kill -9: the server is back');
is(entries($out), '.crash.partial clerk first parts', 'kill -9: no export, but what it had written');
is((export('crash'))[0], 0, 'kill -9: the next export');
is(entries($out), 'clerk crash first parts', 'kill -9: cleans up');

$node->stop;
done_testing();
