# The demo, and the throw-away server that it runs on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use Weather;

# Servers of this test alone, to see what is left of them.
my $tmpdir = PostgreSQL::Test::Utils::tempdir_short();
local $ENV{TMPDIR} = $tmpdir;
chdir $TOP or die;

sub remains { return join ' ', glob "$tmpdir/weather.*" }

sub run_captured
{
	my ($stdout, $stderr) = ('', '');
	IPC::Run::run([@_], '<', '/dev/null', '>', \$stdout, '2>', \$stderr);
	return ($? >> 8, $stdout, $stderr);
}

# The demo does what it says.
{
	my ($status, $stdout, $stderr) = run_captured('scripts/with-cluster', 'scripts/demo');
	is($status, 0, 'demo: status');
	is($stderr, '', 'demo: no complaint');
	like($stdout, qr/^CREATE EXTENSION weather_fdw;$/m, 'demo: shows its SQL');
	like($stdout, qr/INSERT INTO "public"\.weather_by_$_ /, "demo: shows the load of weather_by_$_")
	  for qw(city location);
	like($stdout, qr/^ weather_by_city +\| +16003 \| +15840 \| +0 \| +0 \| +163 \| +0$/m,
		'demo: rows read, inserted, updated, unchanged, duplicates, rejected');
	like($stdout, qr/^ weather_by_location +\| +16003 \| +0 \| +0 \| +15840 \| +163 \| +0$/m,
		'demo: the second refresh changes nothing');
	like($stdout, qr/^Loading both took \d+ ms/m, 'demo: time taken');
	like($stdout, qr/^Everything planted was loaded/m, 'demo: its verdict');
	is(remains(), '', 'demo: nothing is left');
}

# It fails when the load is not what was planted: here the generator claims one row more.
{
	my $copy = "$tmpdir/copy";
	mkdir $copy or die;
	system('cp', '-r', 'scripts', $copy) == 0 or die;
	rename "$copy/scripts/generate-weather", "$copy/scripts/generate" or die;
	append_to_file("$copy/scripts/generate-weather", <<'EOF');
#!/bin/sh
"${0%-weather}" "$@"
sed -i 's/"distinct": 15840/"distinct": 15841/' "$7"
EOF
	chmod 0755, "$copy/scripts/generate-weather";
	my ($status, $stdout, $stderr) = run_captured("$copy/scripts/with-cluster", "$copy/scripts/demo");
	is($status, 1, 'demo with a wrong count: status');
	like($stdout, qr/inserted +15840, but 15841 was planted/, 'demo with a wrong count: says which');
	like($stderr, qr/DEMO FAILED/, 'demo with a wrong count: fails loudly');
	is(remains(), '', 'demo with a wrong count: nothing is left');
}

# The server goes with its command, whatever that does.
{
	my ($status, $stdout, $stderr) = run_captured('scripts/with-cluster', 'sh', '-c', 'exit 7');
	is($status, 7, 'a failing command: its status');
	like($stderr, qr/ready to accept connections/, 'a failing command: shows the server log');
	is(remains(), '', 'a failing command: nothing is left');

	($status, $stdout, $stderr) = run_captured('scripts/with-cluster', '-c', 'no_such_setting=1', 'true');
	is($status, 1, 'a server that cannot start: status');
	like($stderr, qr/unrecognized configuration parameter "no_such_setting"/, 'a server that cannot start: says why');
	is(remains(), '', 'a server that cannot start: nothing is left');
}

for my $signal (qw(INT TERM HUP))
{
	my ($stdout, $stderr) = ('', '');
	my $command = 'echo $$; psql -Xqc "SELECT pg_sleep(60)"; sleep 60';
	my $run = IPC::Run::start([ 'scripts/with-cluster', 'bash', '-c', $command ],
		'<', '/dev/null', '>', \$stdout, '2>', \$stderr, IPC::Run::timeout(30));
	$run->pump until $stdout =~ /\n/;
	isnt(remains(), '', "$signal: there was a server");
	$run->signal($signal);
	$run->finish;
	is(remains(), '', "$signal: nothing is left");
	my ($pid) = $stdout =~ /(\d+)/;
	for (1 .. 50) { last unless kill 0, $pid; sleep 0.1 }
	ok(!kill(0, $pid), "$signal: the command ended, too");
}

# What the command finds.
{
	my ($status, $stdout) = run_captured('scripts/with-cluster', '-c', 'cron_test.host={socket}',
		'psql', '-XAtc', q{
			SELECT current_user, current_setting('listen_addresses') = '', pg_encoding_to_char(encoding),
			       current_setting('cron_test.host') = current_setting('unix_socket_directories'),
			       current_setting('fsync'), current_setting('TimeZone')
			  FROM pg_database WHERE datname = current_database()});
	is($stdout, "postgres|t|UTF8|t|off|UTC\n", 'the server: socket only, UTF8, {socket}, no fsync');
	($status, $stdout) = run_captured('scripts/with-cluster', '--durable', 'psql', '-XAtc', 'SHOW fsync');
	is($stdout, "on\n", '--durable: with fsync');
	($status, $stdout) = run_captured('scripts/with-cluster', 'sh', '-c', 'touch "$WEATHER_SHARE/x" && psql -XAtc "
		SELECT size FROM pg_stat_file(\'$WEATHER_SHARE/x\')"');
	is($stdout, "0\n", 'the server reads WEATHER_SHARE');
}

# --keep leaves the server, and says how to reach and how to stop it.
{
	my ($status, $stdout) = run_captured('scripts/with-cluster', '--keep', 'true');
	is($status, 0, '--keep: status');
	my ($psql) = $stdout =~ /^    (psql .*)$/m;
	is(`$psql -XAtc 'SELECT 1'`, "1\n", '--keep: the psql line works');
	my ($stop) = $stdout =~ /^    (\(cd .*)$/m;
	is(system("$stop >/dev/null"), 0, '--keep: the line that stops it works');
	is(remains(), '', '--keep: nothing is left then');
}

done_testing();
