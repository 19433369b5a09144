# Fault 23; story: a retry inserts again. kill -9 of a backend, or of the whole server, in the middle of
# a refresh loses nothing and doubles nothing. Each cycle changes the landing directories, starts a
# refresh, and kills it while it scans, inserts or commits (it is held there by a sleep), or at a random
# moment. At the end one clean refresh must leave what an independent load of the same files gives, and a
# ledger that agrees.
#
#   WEATHER_KILL_CYCLES=1000 WEATHER_KILL_SEED=7 scripts/prove test/t/040_kill.pl
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use Weather;

my $cycles = $ENV{WEATHER_KILL_CYCLES} || 50;
my $seed   = $ENV{WEATHER_KILL_SEED}   || 20221123;
srand $seed;
note "seed $seed, $cycles cycles";

my $node = start_server('kill', 'restart_after_crash = on', 'checkpoint_timeout = 1h', 'max_connections = 20',
	'autovacuum = off');
my $dir = PostgreSQL::Test::Utils::tempdir_short();
mkdir "$dir/$_" or die for qw(upsert append);

sub sql { return $node->safe_psql('postgres', shift) }

# ---- The landing directories: some rows a file, keys that several files share

my $clock  = 1_600_000_000;
my $number = 0;
my %rows;    # of each file, by its path

sub write_file
{
	my ($path, $mode) = @_;
	open my $handle, $mode, $path or die "$path: $!";
	for (1 .. 3 + int rand 15)
	{
		my ($k, $v) = (1 + int(rand 2000), int rand 1_000_000);
		print $handle qq({"k": $k, "v": "$v"}\n);
		++$rows{$path};
	}
	close $handle or die;
	utime $clock, ++$clock, $path;
}

sub add_file
{
	my $source = shift;
	my $path = sprintf "$dir/$source/%05d.json", int(rand 10) * 10_000 + ++$number;
	write_file($path, '>');
	return $path;
}

# One that is rewritten is never moved: its new content under a new path would be another file, and what
# is loaded of a file that vanished stays.
sub some_file
{
	my ($source, $odd) = @_;
	my @files = sort grep { m{/$source/\d+(\d)\.json} && $1 % 2 == $odd } keys %rows;
	return $files[ rand @files ];
}

# What an API puller, an editor and a log rotation do between two refreshes. Returns the new files.
sub change_directories
{
	my @new;
	for my $source (qw(upsert append))
	{
		push @new, add_file($source) for 1 .. 1 + int rand 4;
		write_file(some_file($source, int rand 2), '>>');
		my $rewritten = some_file($source, 0);
		$rows{$rewritten} = 0;
		write_file($rewritten, '>');
		utime $clock, ++$clock, some_file($source, int rand 2);
		my $moved = some_file($source, 1);
		rename $moved, "$moved.moved" or die;
		$rows{"$moved.moved"} = delete $rows{$moved};
	}
	return @new;
}

# ---- Two sources, held where a cycle wants them

add_file($_) for (('upsert') x 150, ('append') x 150);
sql(<<SQL);
CREATE EXTENSION weather_fdw;
CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw;
CREATE TABLE hold (phase text, k int);
INSERT INTO hold VALUES ('none', 0);
CREATE FUNCTION pass(phase text, k int, v text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	IF EXISTS (SELECT FROM public.hold WHERE hold.phase = \$1 AND (hold.k = \$2 OR \$1 = 'commit')) THEN
		PERFORM pg_sleep(600);
	END IF;
	RETURN v;
END \$\$;
CREATE FUNCTION pass_row() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN PERFORM public.pass('insert', new.k, ''); RETURN new; END \$\$;
CREATE FUNCTION pass_commit() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN PERFORM public.pass('commit', 0, ''); RETURN NULL; END \$\$;
SELECT weather.setup();
CREATE CONSTRAINT TRIGGER pass AFTER INSERT OR UPDATE ON weather.load_file DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION pass_commit();
SQL
for my $source (qw(upsert append))
{
	my $key = $source eq 'upsert' ? ', PRIMARY KEY (k)' : '';
	sql(<<SQL);
CREATE FOREIGN TABLE ${source}_file (k int, v text, file text OPTIONS (metadata 'filename'), mtime timestamptz OPTIONS (metadata 'mtime'),
	"offset" bigint OPTIONS (metadata 'offset')) SERVER weather OPTIONS (files '$dir/$source');
CREATE VIEW ${source}_view AS SELECT k, pass('scan', k, v) AS v, file, "offset" FROM ${source}_file;
CREATE TABLE $source (k int, v text, load_file_id bigint$key);
CREATE TRIGGER pass BEFORE INSERT ON $source FOR EACH ROW EXECUTE FUNCTION pass_row();
SELECT weather.add_source('$source', '${source}_view', '$source', mode => '$source');
SQL
}

# ---- One cycle

my %killed = map { $_ => 0 } qw(scan insert commit random);
my %by     = map { $_ => 0 } qw(backend server);

sub held_pid
{
	return $node->safe_psql('postgres',
		q{SELECT pid FROM pg_stat_activity WHERE application_name = 'refresh' AND wait_event = 'PgSleep'});
}

# The pid of the refresh, once it is where it is to be killed; '' if it ended without coming there.
sub wait_for
{
	my ($phase, $refresh) = @_;
	if ($phase eq 'random')
	{
		sleep rand 0.25;
		return $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name = 'refresh'});
	}
	while ($refresh->pumpable)
	{
		my $pid = held_pid();
		return $pid if $pid;
		$refresh->pump_nb;
		sleep 0.01;
	}
	return '';
}

# Nothing is written to psql: it may be gone already.
sub wait_until_up
{
	for (1 .. 1200)
	{
		my $output = '';
		return if IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c', 'SELECT 1' ],
			'<', \undef, '>', \$output, '2>&1');
		sleep 0.05;
	}
	BAIL_OUT('the server did not come back');
}

# The processes below a process, of /proc/N/stat: "N (name) state parent ...".
sub children_of
{
	my $parent = shift;
	my @children;
	for my $file (glob '/proc/[0-9]*/stat')
	{
		open my $handle, '<', $file or next;
		my ($pid, $state, $its_parent) = (<$handle> // '') =~ /^(\d+) \(.*\) (\w) (\d+)/ or next;
		push @children, $pid if $its_parent == $parent && $state ne 'Z';
	}
	return @children;
}

sub is_running
{
	my $stat = eval { slurp_file("/proc/$_[0]/stat") } // return 0;
	return $stat !~ /\) [ZX] /;
}

# The server's processes notice that the postmaster is gone, and end. Its lock files must go by hand where
# nobody reaps it: it is then a zombie, which looks alive.
sub kill_server
{
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @children = children_of($postmaster);
	$node->kill9;
	for my $pid ($postmaster, @children)
	{
		sleep 0.01 while is_running($pid);
	}
	unlink $node->data_dir . '/postmaster.pid', $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	$node->start;
}

sub cycle
{
	my ($phase, $victim) = @_;
	my @new = grep { -e } change_directories();
	my ($k) = slurp_file($new[ rand @new ]) =~ /"k": (\d+)/;
	sql("UPDATE hold SET (phase, k) = ('$phase', $k)");
	my $output  = '';
	my $refresh = IPC::Run::start(
		[ 'psql', '-X', '-d', $node->connstr('postgres') . ' application_name=refresh', '-c', 'CALL weather.refresh(quiet => true)' ],
		'<', \undef, '>', \$output, '2>&1');
	my $pid = wait_for($phase, $refresh);
	if ($pid)
	{
		++$killed{$phase};
		++$by{$victim};
		$victim eq 'backend' ? kill('KILL', $pid) : kill_server();
	}
	eval { $refresh->finish };
	wait_until_up();
	unlike($output, qr/were read, but not all/, 'every row is accounted for') if $output =~ /were read, but/;
}

# ---- What must hold at any moment: the ledger says how many rows of a file are in the target

sub check_ledger
{
	my $when = shift;
	is( sql(q{SELECT count(*) FROM (
		SELECT f.id, f.inserted FROM weather.load_file AS f WHERE f.source = 'append' AND f.state <> 'replaced' AND f.version > 0) AS f
		FULL JOIN (SELECT load_file_id AS id, count(*) AS n FROM append GROUP BY 1) AS t USING (id)
		WHERE f.inserted IS DISTINCT FROM coalesce(t.n, 0) OR f.id IS NULL}),
		0, "append: rows and ledger agree $when");
	is( sql(q{SELECT count(*) FROM weather.load_file
		WHERE version > 0 AND read <> inserted + updated + unchanged + duplicates + rejected}),
		0, "read = inserted + updated + unchanged + duplicates + rejected $when");
}

for my $i (1 .. $cycles)
{
	my $phase = (qw(scan insert commit random))[ $i % 4 ];
	cycle($phase, $i % 3 ? 'backend' : 'server');
	check_ledger("after $i kills") if $i % 10 == 0;
}
note join ', ', map { "$_: $killed{$_}" } sort keys %killed;
cmp_ok($killed{$_}, '>=', $cycles / 10, "a tenth of the kills or more: $_") for qw(scan insert commit);
cmp_ok($by{$_},     '>',  0,            "some killed the $_")              for qw(backend server);

# ---- One clean refresh

sql(q{UPDATE hold SET phase = 'none'});
my ($status, undef, $stderr) = $node->psql('postgres', 'CALL weather.refresh(quiet => true)');
is($status, 0, 'a clean refresh') or diag $stderr;
is(sql(q{SELECT string_agg(source || ' ' || outcome, ', ' ORDER BY source) FROM (SELECT DISTINCT ON (source) source, outcome
	FROM weather.load_run ORDER BY source, id DESC) AS last}), 'append done, upsert done', '... of both sources');
check_ledger('at the end');

my $loaded = 'SELECT k, v, f.path FROM %1$s AS t JOIN weather.load_file AS f ON f.id = t.load_file_id';
my %independent = (
	append => 'SELECT k, v, file FROM append_file',
	upsert => 'SELECT DISTINCT ON (k) k, v, file FROM upsert_file ORDER BY k, mtime DESC, file COLLATE "C" DESC, "offset" DESC');
for my $source (sort keys %independent)
{
	my $rows = sprintf $loaded, $source;
	is(sql("SELECT count(*) FROM (($rows) EXCEPT ALL ($independent{$source})) AS x"), 0, "$source: nothing doubled");
	is(sql("SELECT count(*) FROM (($independent{$source}) EXCEPT ALL ($rows)) AS x"), 0, "$source: nothing lost");
	is(sql("SELECT count(*) FROM $source WHERE load_file_id IS NULL"), 0, "$source: no row without lineage");
	my %ledger = map { split /\|/ } split /\n/,
	  sql("SELECT path, read FROM weather.load_file WHERE source = '$source' AND state = 'loaded'");
	my %counted = map { $_ => $rows{$_} } grep { m{/$source/} } keys %rows;
	is_deeply(\%ledger, \%counted, "$source: the ledger knows each file, and its rows as they were written");
}
is($node->safe_psql('postgres', 'CALL weather.refresh(quiet => true)'), '', 'and then there is nothing new');
is(sql('SELECT sum(read) FROM (SELECT read FROM weather.load_run ORDER BY id DESC LIMIT 2) AS last'), 0, '... to read');

$node->stop;
done_testing();
