# What goes wrong during a refresh: it is stopped, the disk is full, files and tables change beneath it,
# triggers swallow rows. Afterwards a refresh completes the work, and target and ledger are what an
# independent load of the same files gives.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Loader;
use Weather;

my $node = loader_server('load_faults', 'max_connections = 20', 'autovacuum = off');
my @modes = qw(upsert append);

sub pid { return sql(q{SELECT pid FROM pg_stat_activity WHERE application_name = 'refresh'}) }

sub stop_by
{
	my $function = shift;
	sql("SELECT $function(" . pid() . ')');
}

# ---- Fault 20: stopped in the second of three files

my %stop = (
	timeout   => [ sub { }, qr/canceling statement due to statement timeout/ ],
	cancel    => [ sub { stop_by('pg_cancel_backend') }, qr/canceling statement due to user request/ ],
	terminate => [ sub { stop_by('pg_terminate_backend') }, qr/terminating connection due to administrator command/ ],
	shutdown  => [ sub { $node->stop('immediate') }, qr/server closed the connection|immediate shutdown/ ]);
for my $way (sort keys %stop)
{
	my ($stop, $message) = @{ $stop{$way} };
	make_source($way, 'upsert');
	put_rows("$way/$_->[0].json", $_->[1], $_->[1] + 299, wide => 1) for [ a => 1 ], [ b => 301 ], [ c => 601 ];
	my $refresh = hold_refresh($way, 450, $way eq 'timeout' ? '-c statement_timeout=2s' : '');
	$stop->();
	$refresh->{run}->finish;
	like($refresh->{output}, $message, "$way ends a refresh");
	$node->start if $way eq 'shutdown';
	sql('UPDATE hold SET k = 0');
	is(ledger($way), 'a.json loaded 0', '... what was loaded stays, and no file has failed');
	is(sql("SELECT count(*) FROM $way"), 300, '... with its rows');
	is(sql("SELECT last_outcome FROM weather.status WHERE source = '$way'"), 'interrupted', '... the run shows as interrupted');
	is(refreshed($way), '', '... the next one says nothing');
	is(last_run($way), 'done 600 600', '... and loads the rest');
	agrees($way, 'upsert');
}

# ---- Fault 13: no space for the rows of one file

# A partition whose file is /dev/full. Others' rows go elsewhere.
for my $mode (@modes)
{
	my $source = "full_$mode";
	mkdir "$DIR/$source" or die;
	make_relation($source);
	my $key = $mode eq 'upsert' ? ', PRIMARY KEY (k)' : '';
	my $heap = $node->data_dir . '/' . sql(<<SQL);
CREATE TABLE $source (k int, v text, load_file_id bigint$key) PARTITION BY RANGE (k);
CREATE TABLE ${source}_low PARTITION OF $source FOR VALUES FROM (0) TO (1000);
CREATE TABLE ${source}_high PARTITION OF $source FOR VALUES FROM (1000) TO (2000);
SELECT weather.add_source('$source', '${source}_view', '$source', mode => '$mode') \\g /dev/null
SELECT pg_relation_filepath('${source}_high');
SQL
	put_rows("$source/$_->[0].json", $_->[1], $_->[1] + 9) for [ a => 1 ], [ b => 1001 ], [ c => 11 ];
	sql('CHECKPOINT');
	rename $heap, "$heap.away" and symlink '/dev/full', $heap or die;
	like(refreshed($source), qr/file ".*b\.json" failed: could not extend file .*No space left on device/, "$source: the disk is full");
	is(ledger($source), 'a.json loaded 0, b.json failed 1, c.json loaded 0', '... the file has failed, the others are loaded');
	is(sql("SELECT error_code FROM weather.load_file WHERE source = '$source' AND state = 'failed'"), '53100', '... with disk_full');
	rename "$heap.away", $heap or die;
	is(refreshed($source), '', '... when there is space it is loaded');
	is(last_run($source), 'done 10 10', '... and nothing else');
	agrees($source, $mode);
}

# ---- Fault 8, fault 9, fault 11: a file changes while it is read (in blocks: it is held at its tenth row)

my %change = (
	replaced => sub {
		my $source = shift;
		put_rows("$source/new", 101, 250, wide => 1, tag => 'new');
		rename "$DIR/$source/new", "$DIR/$source/a.json" or die;
	},
	rewritten => sub { put_rows("$_[0]/a.json", 101, 400, wide => 1, tag => 'new') },
	rewritten_longer => sub { put_rows("$_[0]/a.json", 101, 700, wide => 1, tag => 'new') },
	truncated => sub {
		my $size = -s "$DIR/$_[0]/a.json";
		truncate "$DIR/$_[0]/a.json", int($size / 2) or die;
		append_to_file("$DIR/$_[0]/a.json", qq("}\n));
	},
	emptied => sub { truncate "$DIR/$_[0]/a.json", 0 or die },
	grown   => sub { put_rows("$_[0]/a.json", 301, 600, wide => 1, append => 1) },
	grown_in_a_batch => sub { put_rows("$_[0]/a.json", 301, 600, wide => 1, append => 1) },
	removed          => sub { unlink "$DIR/$_[0]/b.json" or die });
for my $change (sort keys %change)
{
	for my $mode (@modes)
	{
		my $source = "${change}_$mode";
		make_source($source, $mode);
		my $rows = $change eq 'grown_in_a_batch' ? 200 : 300;
		put_rows("$source/a.json", 1, $rows, wide => 1);
		put_rows("$source/b.json", 901, 900 + $rows, wide => 1);
		my $refresh = hold_refresh($source, 10);
		$change{$change}->($source);
		my $said = release($refresh);
		note "$source: $said", ledger($source);
		like($said, qr/file ".*a\.json" failed: file ".*" changed while it was read/, "$source: what was read is of two states") if $change eq 'rewritten_longer';
		if ($change eq 'removed')
		{
			like($said, qr/file ".*b\.json" failed: file ".*" vanished or shrank since it was listed/, "$source: it is missed");
			is(ledger($source), 'a.json loaded 0, b.json failed 1', '... and the other is loaded');
		}
		is(refreshed($source), '', '... the next refresh has nothing to say');
		agrees($source, $mode);
		is(refreshed($source), '', '... and the one after it');
		is(last_run($source), 'done 0 0', '... nothing to do');
	}
}

# ---- Small files share a transaction: those at fault are told apart from the others

for my $mode (@modes)
{
	my $source = "small_$mode";
	make_source($source, $mode);
	put_rows(sprintf("$source/%03d.json", $_), 10 * $_, 10 * $_ + 4) for 1 .. 100;
	append_to_file("$DIR/$source/$_.json", "{\"k\": oops}\n") for '007', '008', '095';
	put_rows("$source/099.json", 1991, 1993, append => 1);
	append_to_file("$DIR/$source/099.json", '{"k": 999, "v":');    # a log that is being written to
	my @failed = refreshed($source) =~ /file "[^"]*(\d{3})\.json" failed: malformed JSON/g;
	is("@failed", '007 008 095', "$source: three of a hundred files fail");
	is(sql("SELECT files_done, files_failed, read FROM weather.load_run WHERE source = '$source'"), '97|3|488', '... the others are loaded');
	put_rows("$source/$_.json", 10 * $_, 10 * $_ + 4) for '007', '008', '095';
	append_to_file("$DIR/$source/099.json", " \"w\"}\n");
	is(refreshed($source), '', '... mended, all are');
	is(sql("SELECT count(*), count(*) FILTER (WHERE v = 'w') FROM $source"), '504|1', '... to the last row');
	agrees($source, $mode);
}

# ---- Fault 17: a name that is no text in the database

make_source('misnamed', 'upsert');
put_rows('misnamed/a.json', 1, 3);
put_rows("misnamed/caf\xe9.json", 11, 13);
put_rows("misnamed/z\n.json", 21, 23);
my $misnamed = qr/file "".*caf\\xe9\.json"" failed: its name is not valid in the database's encoding/;
like(refreshed('misnamed'), $misnamed, 'a file whose name is no text fails');
is(sql("SELECT string_agg(k::text, ' ' ORDER BY k) FROM misnamed"), '1 2 3 21 22 23', '... and keeps no other from being loaded');
like(sql(q{SELECT action, error FROM weather.preview('misnamed')}), qr/^misnamed\|its name is not valid/, '... preview shows it');
like(refreshed('misnamed'), $misnamed, '... it is said again');
is(sql(q{SELECT state, failures, error_code, error_hint, path LIKE '"/%caf\\\\xe9.json"' FROM weather.load_file WHERE source = 'misnamed' AND failures > 0}),
	'failed|2|22021|Rename it.|t', '... and stands in the ledger');
rename "$DIR/misnamed/caf\xe9.json", "$DIR/misnamed/cafe.json" or die;
is(refreshed('misnamed'), '', '... renamed, it is loaded');
agrees('misnamed', 'upsert');

# ---- The ledger's entry goes while a file that has grown is read

make_source('unlearned', 'upsert');
put_rows('unlearned/a.json', 1, 3, wide => 1);
is(refreshed('unlearned'), '', 'a file');
put_rows('unlearned/a.json', 4, 300, wide => 1, append => 1);
my $unlearning = hold_refresh('unlearned', 10);
sql(q{DELETE FROM weather.load_file WHERE source = 'unlearned'});
like(release($unlearning), qr/failed: source "unlearned": entries of its files are gone from the ledger/, '... fails: its rows would have no entry');
is(sql('SELECT count(*) FROM unlearned'), 3, '... and they are not there');
refreshed('unlearned');
is(refreshed('unlearned'), '', '... it is new then');
agrees('unlearned', 'upsert');

# ---- Replace: a file whose time alone changes before it is opened

mkdir "$DIR/mirror" or die;
make_relation('mirror');
sql(q{CREATE TABLE mirror (k int PRIMARY KEY, v text, load_file_id bigint); SELECT weather.add_source('mirror', 'mirror_view', 'mirror', 'replace')});
put_rows("mirror/$_->[0].json", $_->[1], $_->[1] + 299, wide => 1) for [ a => 1 ], [ b => 301 ];
my $replacing = hold_refresh('mirror', 10);
utime 1_700_000_000, 1_700_000_000, "$DIR/mirror/b.json";
unlike(release($replacing), qr{WARNING|ERROR}, 'replace: a file that was touched before it was opened is read');
is(sql('SELECT count(*) FROM mirror'), 600, '... to its end');
$replacing = do { put_rows('mirror/a.json', 1, 299, wide => 1); hold_refresh('mirror', 10) };
put_rows('mirror/b.json', 601, 605, wide => 1, append => 1);
like(release($replacing), qr/"mirror": file ".*b\.json" changed while it was read/, '... one that grew fails it');
is(sql('SELECT count(*) FROM mirror'), 600, '... and the target stays');
is(refreshed('mirror'), '', '... the next one is done');
is(sql('SELECT count(*) FROM mirror'), 604, '... with all');

# ---- Fault 9: a log is rotated twice, the first time between the look at it and its reading

make_source('rotated', 'append');
sql(<<'SQL');
CREATE FUNCTION pass_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.pass(-1, ''); RETURN NULL; END $$;
CREATE TRIGGER pass BEFORE INSERT ON rotated EXECUTE FUNCTION pass_statement();
SQL
put_rows('rotated/log.json', 1, 300, wide => 1);
my $looked = hold_refresh('rotated', -1);
rename "$DIR/rotated/log.json", "$DIR/rotated/log.1.json" or die;
put_rows('rotated/log.json', 1001, 1400, wide => 1);
like(release($looked), qr/log\.json" failed: file ".*" changed while it was read/, 'rotated: what is read is not what was looked at');
rename "$DIR/rotated/log.json", "$DIR/rotated/log.2.json" or die;
is(refreshed('rotated'), '', '... the next refresh has nothing to say');
agrees('rotated', 'append');

# ---- Dropped meanwhile: who drops waits for the file that is being read, and what comes then fails cleanly

my %drop = (
	foreign_table => [ sub { "DROP FOREIGN TABLE $_[0]_file CASCADE" }, sub { "$_[0]_file" }, sub { make_relation($_[0]) } ],
	target => [ sub { "DROP TABLE $_[0]" }, sub { $_[0] }, sub { sql("CREATE TABLE $_[0] (k int PRIMARY KEY, v text, load_file_id bigint)") } ],
	source => [
		sub { "ALTER FOREIGN TABLE $_[0]_file OPTIONS (SET files '$DIR/nothing/*')" },
		sub { "$_[0]_file" },
		sub { sql("ALTER FOREIGN TABLE $_[0]_file OPTIONS (SET files '$DIR/$_[0]')") }
	]);
for my $what (sort keys %drop)
{
	my ($statement, $table, $make_again) = @{ $drop{$what} };
	my $source = "drop_$what";
	make_source($source, 'upsert');
	put_rows("$source/$_->[0].json", $_->[1], $_->[1] + 299, wide => 1) for [ a => 1 ], [ b => 301 ], [ c => 601 ];
	my $refresh = hold_refresh($source, 10);
	my $output  = '';
	my $dropper = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c', $statement->($source) ],
		'<', \undef, '>', \$output, '2>&1');
	wait_for_lock($table->($source));
	is(sql("SELECT outcome FROM weather.load_run WHERE source = '$source'"), 'running', "$what: to drop it waits for the refresh");
	my $said = release($refresh);
	ok($dropper->finish, '... and is done') or diag $output;
	unlike($said, qr/ERROR|server closed/, '... the refresh goes on');
	is(sql("SELECT outcome FROM weather.load_run WHERE source = '$source' ORDER BY id DESC LIMIT 1"), 'failed', '... to its end, which is a failure')
	  or diag $said;
	like($said, qr/WARNING:  source "$source": /, '... that it says');
	$make_again->($source);
	refreshed($source);
	is(sql("SELECT count(*) FROM $source"), 900, '... and when it is there again, all is loaded');
	agrees($source, 'upsert');
}

# ---- A target that does not take what is written

my %swallow = (
	trigger => sub {
		sql('CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN CASE WHEN new.k % 1000 <> 0 THEN new END; END$$')
		  unless sql("SELECT to_regproc('swallow')");
		sql("CREATE TRIGGER swallow BEFORE INSERT ON $_[0] FOR EACH ROW EXECUTE FUNCTION swallow()");
		return "DROP TRIGGER swallow ON $_[0]";
	},
	rule => sub {
		sql("CREATE RULE swallow AS ON INSERT TO $_[0] WHERE new.k % 1000 = 0 DO INSTEAD NOTHING");
		return "DROP RULE swallow ON $_[0]";
	});
for my $how (sort keys %swallow)
{
	for my $mode (@modes)
	{
		my $source = "${how}_$mode";
		make_source($source, $mode);
		my $end = $swallow{$how}->($source);
		put_rows("$source/a.json", 1, 1000);
		put_rows("$source/b.json", 2001, 2010);
		like(refreshed($source), qr/file ".*a\.json" failed/, "a $how of $source swallows a row in a thousand: its file fails");
		like(sql("SELECT concat_ws(': ', error_message, error_detail) FROM weather.load_file WHERE source = '$source' AND state = 'failed'"),
			qr/1000 rows were read, but not all are accounted for: .* 999 were\.|cannot perform INSERT RETURNING/, '... since the check fails');
		is(sql("SELECT count(*) FROM $source WHERE k <= 1000"), 0, '... and nothing of it stays');
		sql($end);
		refreshed($source);
		is(sql("SELECT count(*) FROM $source"), 1010, '... without it all is loaded');
		agrees($source, $mode);
	}
}

$node->stop;
done_testing();
