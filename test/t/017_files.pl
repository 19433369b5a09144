# Many files, files with odd names, and files that come and go.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('files');
my $dir  = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres',
	'CREATE EXTENSION weather_fdw; CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw');

sub table
{
	my ($name, $files, $columns) = @_;
	$node->safe_psql('postgres', "CREATE FOREIGN TABLE $name ($columns) SERVER weather OPTIONS (files '$dir/$files')");
}

# ---- Fault 15: 20,000 files, in 20 directories: bounded memory, one descriptor, cancellable

for my $day (1 .. 20)
{
	mkdir sprintf("$dir/day=%02d", $day) or die;
	for my $n (1 .. 1000)
	{
		open(my $file, '>', sprintf("$dir/day=%02d/%04d.json", $day, $n)) or die;
		print $file qq({"temp": $n}\n);
		close($file);
	}
}
my $columns = q{temp float8, file text OPTIONS (metadata 'filename'), mtime timestamptz OPTIONS (metadata 'mtime')};
table('many', '**/*.json', $columns);
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query('SELECT pg_backend_pid()');
	my $peak = sub { (slurp_file("/proc/$pid/status") =~ /VmHWM:\s+(\d+)/)[0] };
	my $descriptors = sub { scalar(my @all = glob "/proc/$pid/fd/*") };
	$session->query("SELECT count(*) FROM many WHERE file LIKE '%/day=01/0001.json'");
	my ($before, $open) = ($peak->(), $descriptors->());
	is($session->query('SELECT count(*), sum(temp) FROM many'), '20000|10010000', '20,000 files: all rows');
	my $growth = $peak->() - $before;
	cmp_ok($growth, '<', 16 * 1024, "20,000 files: the backend grows by $growth kB");
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT temp, file FROM many; MOVE 10000 FROM c');
	cmp_ok($descriptors->() - $open, '<=', 1, 'in the middle of them one is open');
	$session->query('ROLLBACK');
	cmp_ok($descriptors->(), '<=', $open, '... and none afterwards');

	$session->query_safe('SET statement_timeout = 1');
	$session->query('SELECT count(*) FROM many');
	like($session->{stderr}, qr/canceling statement due to statement timeout/, 'listing them can be cancelled');
	$session->{stderr} = '';
	$session->query_safe('RESET statement_timeout');

	# One file of them: none is listed, thus none of what cannot be listed is in the way.
	my $one = "$dir/day=07/0042.json";
	is($session->query("SELECT temp FROM many WHERE file = '$one'"), '42', 'one of them by its name');
	is($session->query("SELECT count(*) FROM many WHERE mtime > now() + interval '1 day'"), '0', 'none of them by time');
	is($session->query("SELECT count(*), min(temp) FROM many WHERE file = ANY (ARRAY(SELECT file FROM many WHERE temp = 42))"),
		'20|42', 'twenty of them by an array');
	$session->quit;
}

# ---- Fault 17: names with line feeds, and bytes that are no characters

mkdir "$dir/names" or die;
append_to_file("$dir/names/a\nb.json", qq({"temp": 1}\n));
append_to_file("$dir/names/b\xff.json", qq({"temp": 2}\n{"temp": "x"}\n));
append_to_file("$dir/names/c.json", qq({"temp": 3}\n));
table('names', 'names', "$columns, raw text OPTIONS (metadata 'raw')");
{
	my ($stdout, $stderr);
	my $query = sub {
		($stdout, $stderr) = ('', '');
		$node->psql('postgres', shift, stdout => \$stdout, stderr => \$stderr);
	};
	$query->('SELECT raw FROM names');
	is("$stdout$stderr", qq({"temp": 1}\n{"temp": 2}\n{"temp": "x"}\n{"temp": 3}), 'a query that reads no name');
	$query->('SELECT file FROM names');
	like($stderr, qr/the name of file ".*\/b\\xff\.json" is not valid in the database's encoding/, 'a name that is no text');
	$query->("SELECT temp FROM names WHERE file = E'$dir/names/a\\nb.json'");
	is("$stdout$stderr", '1', 'a line feed in a name');
	$query->("SELECT temp FROM names WHERE file LIKE '%c.json'");
	like($stderr, qr/the name of file/, 'a name that cannot be compared is not passed over');
	$query->("SELECT temp FROM names WHERE file = '$dir/names/c.json'");
	is("$stdout$stderr", '3', '... but in the way of no other name');
	$query->('SELECT temp FROM names');
	like($stderr, qr/invalid value "x" for column "temp" in file ".*\/b\\xff\.json", line 2/, 'errors show it');
	unlink "$dir/names/b\xff.json", "$dir/names/c.json";
	$query->('EXPLAIN (COSTS OFF) SELECT temp FROM names');
	like($stdout, qr/File: .*\/a\\x0ab\.json$/m, 'EXPLAIN shows a line feed');
}

# ---- Fault 11: a file that vanishes after it was listed is an error, or under ignore a warning

for my $case ([ 'stop', '1', qr/could not open file ".*\/2\.json": No such file or directory/ ],
	[ 'ignore', "1\n3", qr/WARNING:  skipped file ".*\/2\.json": No such file or directory/ ])
{
	my ($policy, $rows, $message) = @$case;
	mkdir "$dir/$policy" or die;
	append_to_file("$dir/$policy/$_.json", qq({"temp": $_}\n)) for 1 .. 3;
	table("under_$policy", $policy, 'temp float8');
	$node->safe_psql('postgres', "ALTER FOREIGN TABLE under_$policy OPTIONS (ADD on_error '$policy')");
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $first = $session->query("BEGIN; DECLARE c CURSOR FOR SELECT temp FROM under_$policy; FETCH 1 FROM c");
	unlink "$dir/$policy/2.json" or die;
	my $rest = $session->query('FETCH ALL FROM c');
	is(join("\n", grep { $_ ne '' } $first, $rest), $rows, "$policy: the rows");
	like($session->{stderr}, $message, "$policy: what is said");
	$session->quit;
}

$node->stop;
unlike(slurp_file($node->logfile), qr/server process .* was terminated|PANIC: /, 'the server has lived');
done_testing();
