# scripts/weather-refresh, as installed: what it says, its exit statuses, its log, signals.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('command');
my $dir  = PostgreSQL::Test::Utils::tempdir();
mkdir "$dir/$_" for qw(in bad);
chomp(my $command = `"\${PG_CONFIG:-pg_config}" --bindir`);
$command .= '/weather-refresh';

sub query { return $node->safe_psql('postgres', $_[0]) }

# run(argument...): status, output, errors
sub run
{
	my ($stdout, $stderr) = ('', '');
	IPC::Run::run([ $command, @_ ], '<', \undef, '>', \$stdout, '2>', \$stderr);
	return ($? >> 8, $stdout, $stderr);
}

sub write_file
{
	my ($name, @lines) = @_;
	append_to_file("$dir/$name", join '', map { "$_\n" } @lines);
}

local $ENV{PGHOST}     = $node->host;
local $ENV{PGPORT}     = $node->port;
local $ENV{PGDATABASE} = 'postgres';
delete local $ENV{PGAPPNAME};

is((run('-x'))[0], 2, 'wrong usage');
is((run('surplus'))[0], 2, 'a surplus argument');
like((run())[2], qr/relation "weather\.load_run" does not exist/, 'no registry: says so');
is((run())[0], 3, 'no registry: failure');
is((run('-d', 'nowhere'))[0], 3, 'no such database: failure');

query(qq{CREATE EXTENSION weather_fdw; SELECT weather.setup(); CREATE SERVER files FOREIGN DATA WRAPPER weather_fdw;
	CREATE FOREIGN TABLE input (a int OPTIONS (on_empty 'error'), file text OPTIONS (metadata 'filename'), line bigint OPTIONS (metadata 'line'),
		error text OPTIONS (metadata 'error')) SERVER files OPTIONS (files '$dir/in');
	CREATE TABLE target (a int PRIMARY KEY, load_file_id bigint)});
my @nothing = run();
is($nothing[0], 3, 'no source: failure');
like($nothing[2], qr/the role owns no enabled source/, 'no source: says so');

query(q{SELECT weather.add_source('the "one"|it''s', 'input', 'target')});
write_file('in/a.json', '{"a":1}', '{"a":2}');
my $counts = 'read %d = inserted %d \+ updated 0 \+ unchanged 0 \+ duplicates 0 \+ rejected %d; deleted 0';
my ($status, $stdout, $stderr) = run('-s', q{the "one"|it's});
is($status, 0, 'a load');
my $done = sprintf $counts, 2, 2, 0;
like($stdout, qr/\Asource "the "one"\|it's": done, 1 of 1 files, 0 failed: $done\n\z/, 'a load: what it did');
like($stderr, qr/\ANOTICE: .*a\.json.*\n\z/, 'a load: the NOTICE');
is_deeply([ run('-q') ], [ 0, '', '' ], 'nothing new, quietly');
is((run('-s', 'none'))[0], 3, 'an unknown source: failure');

write_file('in/b.json', '{"a":3}', '{"a":"x"}');
($status, $stdout) = run('-q', '-d', 'dbname=postgres');
is($status, 4, 'rejects');
$done = sprintf $counts, 2, 1, 1;
like($stdout, qr/: done, .*$done\n\z/, 'rejects: said though quiet');
is((run())[0], 0, 'the next run has none');

# A failed file, which is tried again; the log has it all, with times.
query(q{ALTER TABLE target ADD CHECK (a <> 7)});
write_file('in/c.json', '{"a":7}');
write_file('log', 'older');
for my $n (1, 2)
{
	($status, $stdout, $stderr) = run('-L', "$dir/log");
	is("$status $stdout$stderr", "3 weather-refresh: status 3, see $dir/log\n", "a failed file, run $n");
}
my @log = split /\n/, slurp_file("$dir/log");
is(shift @log, 'older', 'the log is appended to');
is(scalar(grep { !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ./ } @log), 0, 'each of its lines has a time');
is(scalar(grep { /WARNING: .*c\.json" failed: .*check constraint/ } @log), 2, 'it has the warnings');
is(scalar(grep { /: failed, 0 of 1 files, 1 failed/ } @log), 2, 'it has the outcomes');
is((run('-L', "$dir/none/log"))[0], 3, 'a log that cannot be written');
query('ALTER TABLE target DROP CONSTRAINT target_a_check');
is_deeply([ run('-L', "$dir/log") ], [ 0, '', '' ], 'mended');

# Another refresh is at it: that is no failure.
query(q{CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END';
	CREATE TRIGGER wait BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION wait()});
my $holder = $node->background_psql('postgres');
$holder->query_safe('SELECT pg_advisory_lock(42)');
my $is_waiting = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'weather-refresh' AND wait_event_type = 'Lock'};
my $is_gone    = q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'weather-refresh'};
write_file('in/d.json', '{"a":8}');
for my $signal (qw(TERM INT HUP))
{
	my ($out, $err) = ('', '');
	my $running = IPC::Run::start([ $command, '-L', "$dir/$signal.log" ], '<', \undef, '>', \$out, '2>', \$err);
	ok($node->poll_query_until('postgres', $is_waiting), "$signal: it waits");
	($status, $stdout) = run('-q') if $signal eq 'TERM';
	is("$status $stdout", '0 ', 'a second one is skipped');
	$running->signal($signal);
	$running->finish;
	is($running->result(0), { TERM => 143, INT => 130, HUP => 129 }->{$signal}, "$signal: the status");
	like(slurp_file("$dir/$signal.log"), qr/canceling statement due to user request/, "$signal: the server's statement is cancelled");
	ok($node->poll_query_until('postgres', $is_gone), "$signal: its session ends");
	is(query('SELECT count(*) FROM target WHERE a = 8'), 0, "$signal: nothing of the file is loaded");
}
$holder->query_safe('SELECT pg_advisory_unlock(42)');
$holder->quit;
is((run())[0], 0, 'the next run');
is(query('SELECT count(*) FROM target WHERE a = 8'), 1, 'loads the file');

$node->stop;
done_testing();
