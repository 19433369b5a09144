# What happens between two refreshes: the extension is dropped, the database dumped and restored, the target
# emptied. Nothing is lost, and nothing is loaded twice.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Loader;
use Weather;

my $node = loader_server('load_survives', 'max_connections = 20', 'autovacuum = off', 'wal_level = replica',
	'max_wal_senders = 2');
my %mode = (u => 'upsert', a => 'append');

# error(sql): the error of statements that fail.
sub error
{
	my $stderr = '';
	isnt($node->psql('postgres', shift, stderr => \$stderr, on_error_stop => 1), 0, 'refused');
	return $stderr;
}

sub nothing_is_new
{
	my $when = shift;
	for my $source (sort keys %mode)
	{
		is(refreshed($source), '', "$when: nothing to say");
		is(last_run($source), 'done 0 0', '... nothing is new');
		agrees($source, $mode{$source});
	}
}

for my $source (sort keys %mode)
{
	make_source($source, $mode{$source});
	put_rows("$source/$_->[0].json", $_->[1], $_->[1] + 99) for [ a => 1 ], [ b => 51 ], [ c => 301 ];
}

# ---- Stories: two sources side by side; a refresh that is not alone in its statement

put_rows('u/d.json', 401, 410);
my $held = hold_refresh('u', 405);
is(refreshed('a'), '', 'a source is loaded while another one is');
is(last_run('a'), 'done 300 300', '... all of it');
is(refreshed('u'), '', 'fault 24: the same one is not loaded twice at a time');
is(last_run('u'), 'skipped 0 0', '... which the history says');
release($held);
agrees($_, $mode{$_}) for sort keys %mode;

my $runs = sql('SELECT count(*) FROM weather.load_run');
for my $block ('BEGIN; CALL weather.refresh()', 'DO $$ BEGIN BEGIN CALL weather.refresh(); EXCEPTION WHEN division_by_zero THEN END; END $$')
{
	like(error($block), qr/weather\.refresh\(\) cannot run inside a transaction block or a function/, $block);
}
is(sql('SELECT count(*) FROM weather.load_run'), $runs, '... before anything is done');

# ---- The extension is dropped and created again

sql('DROP EXTENSION weather_fdw CASCADE');
is(sql('SELECT count(*) FROM weather.load_file'), 7, 'the ledger survives its extension');
sql('CREATE EXTENSION weather_fdw; CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw; SELECT weather.setup()');
make_relation($_) for sort keys %mode;
nothing_is_new('after DROP EXTENSION and CREATE EXTENSION');

# ---- Fault 29: dumped and restored

my $dump = "$DIR/dump.sql";
IPC::Run::run([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump ]) or die;
sql('CREATE DATABASE restored');
in_database('restored');
my $said = '';
ok(IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], '>', \my $output, '2>', \$said),
	'restored') or diag $said;
nothing_is_new('after pg_dump and restore');
put_rows('u/e.json', 501, 600);
is(refreshed('u'), '', 'a new file');
is(last_run('u'), 'done 100 100', '... is loaded there');
agrees('u', 'upsert');
in_database('postgres');
refreshed('u');
is(last_run('u'), 'done 100 100', '... and here');
agrees('u', 'upsert');

# ---- Fault 31: rsync or a restore gives every file another inode and ctime

IPC::Run::run([ 'cp', '-rp', "$DIR/$_", "$DIR/$_.copy" ]) && rename("$DIR/$_", "$DIR/$_.away") && rename("$DIR/$_.copy", "$DIR/$_") or die
  for sort keys %mode;
nothing_is_new('files that were copied');

# ---- Fault 30: a standby reads, and does not load; promoted it goes on where the primary was

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup');
$standby->set_standby_mode;
$standby->start;
put_rows('u/f.json', 701, 720);
is($standby->safe_psql('postgres', 'SELECT count(*) FROM u_file WHERE k > 700'), 20, 'a standby reads the files that it has');
my $refusal = '';
$standby->psql('postgres', "CALL weather.refresh('u')", stderr => \$refusal);
like($refusal, qr/ERROR:  cannot execute \w+ in a read-only transaction/, '... and refuses to load them');
$standby->promote;
$standby->safe_psql('postgres', "CALL weather.refresh('$_', quiet => true)") for sort keys %mode;
is($standby->safe_psql('postgres', 'SELECT source, outcome, read FROM weather.load_run ORDER BY id DESC LIMIT 2'),
	"u|done|20\na|done|0", '... when it is promoted, it loads what is new');
$standby->stop;
refreshed('u');

# ---- The target is emptied, or loses rows

for my $source (sort keys %mode)
{
	my $rows = sql("SELECT count(*) FROM $source");
	for my $statement ("TRUNCATE $source", "DELETE FROM $source")
	{
		sql($statement);
		like(refreshed($source), qr/WARNING:  source "$source": \S*\b$source is empty, though rows were loaded into it/, "$statement is noticed");
		is(sql("SELECT count(*) FROM $source"), $rows, '... and all is loaded again, once');
		agrees($source, $mode{$source});
	}
	sql("DELETE FROM $source WHERE k % 3 = 0");
	is(refreshed($source), '', 'some rows are deleted by hand');
	is(last_run($source), 'done 0 0', '... which is nobody\'s business');
	is(sql("SELECT count(*) FROM $source WHERE k % 3 = 0"), 0, '... and they stay away');
	sql("SELECT weather.forget('$source')");
	refreshed($source);
	agrees($source, $mode{$source});
}
nothing_is_new('after all that');

# ---- Tables that forget

sql('CREATE UNLOGGED TABLE unlogged (k int PRIMARY KEY, v text, load_file_id bigint)');
like(error(q{SELECT weather.add_source('unlogged', 'u_view', 'unlogged')}), qr/unlogged is UNLOGGED .*ALTER TABLE \S*unlogged SET LOGGED/, 'an unlogged target');
like(error(q{CREATE TEMP TABLE t (k int PRIMARY KEY, v text, load_file_id bigint); SELECT weather.add_source('temp', 'u_view', 't')}),
	qr/t is a temporary table/, 'a temporary target');

# ---- Fault 15: 10,000 known files

make_source('many', 'upsert');
put_rows("many/$_.json", $_, $_) for 1 .. 10_000;
my $start = time;
refreshed('many');
note sprintf 'loading 10,000 new files: %.2f s', time - $start;
is(last_run('many'), 'done 10000 10000', '10,000 files are loaded');
$start = time;
is(refreshed('many'), '', '... and known then');
note sprintf '10,000 known files, nothing new: %.2f s', time - $start;
is(last_run('many'), 'done 0 0', '... none is loaded again');
put_rows('many/new.json', 10_001, 10_001);
refreshed('many');
is(last_run('many'), 'done 1 1', '... one more is');

$node->stop;
done_testing();
