# What the tests of weather.refresh() share: sources with a landing directory each, a refresh that is held
# at a row, and the comparison with an independent load.
package Loader;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use Weather;

our @EXPORT = qw(loader_server in_database prepare_database sql make_relation make_source put_rows refreshed start_refresh hold_refresh
  release wait_for_lock ledger last_run agrees $DIR);

our $DIR = PostgreSQL::Test::Utils::tempdir_short();
my ($node, $database) = (undef, 'postgres');

# loader_server(name, configuration line...): a server with the loader, and a function that holds whoever
# reads the row with the key of `hold`.
sub loader_server
{
	$node = start_server(@_);
	prepare_database();
	return $node;
}

sub prepare_database
{
	sql(<<'SQL');
CREATE EXTENSION weather_fdw;
CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw;
SELECT weather.setup();
CREATE TABLE hold (k int);
INSERT INTO hold VALUES (0);
CREATE FUNCTION pass(k int, v text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	WHILE k = (SELECT hold.k FROM public.hold) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
	RETURN v;
END $$;
SQL
}

# What follows is in this database.
sub in_database { $database = shift }

sub sql { return $node->safe_psql($database, shift) }

# The foreign table over the source's directory, and the view that is loaded.
sub make_relation
{
	my $source = shift;
	sql(<<SQL);
CREATE FOREIGN TABLE ${source}_file (k int, v text, file text OPTIONS (metadata 'filename'), mtime timestamptz OPTIONS (metadata 'mtime'),
	"offset" bigint OPTIONS (metadata 'offset')) SERVER weather OPTIONS (files '$DIR/$source');
CREATE VIEW ${source}_view AS SELECT k, pass(k, v) AS v, file, "offset" FROM ${source}_file;
SQL
}

sub make_source
{
	my ($source, $mode) = @_;
	mkdir "$DIR/$source" or die;
	make_relation($source);
	my $key = $mode eq 'upsert' ? ', PRIMARY KEY (k)' : '';
	sql(<<SQL);
CREATE TABLE $source (k int, v text, load_file_id bigint$key);
SELECT weather.add_source('$source', '${source}_view', '$source', mode => '$mode');
SQL
}

# put_rows(path below DIR, from, to, option => value...): a row a line. wide: as wide that 300 make a file that
# shares its transaction with no other. append: at the end of what is there. tag: another content.
my $clock = 1_600_000_000;

sub put_rows
{
	my ($path, $from, $to, %option) = @_;
	my $padding = 'x' x ($option{wide} ? 4000 : 0);
	my $tag     = $option{tag} // 'v';
	open my $handle, $option{append} ? '>>' : '>', "$DIR/$path" or die "$path: $!";
	print $handle qq({"k": $_, "v": "$tag$_$padding"}\n) for $from .. $to;
	close $handle or die;
	utime $clock, ++$clock, "$DIR/$path";
}

# refreshed(source): what a refresh writes to stderr; it must succeed.
sub refreshed
{
	my $source = shift;
	my $stderr = '';
	is($node->psql($database, "CALL weather.refresh('$source', quiet => true)", stderr => \$stderr),
		0, "$source: a refresh");
	return $stderr;
}

# ---- A refresh in a process of its own

# start_refresh(source, settings): {output}, {run}.
sub start_refresh
{
	my ($source, $settings) = @_;
	my %refresh = (output => '');
	$refresh{run} = IPC::Run::start(
		[
			'psql', '-X', '-d', $node->connstr($database) . " application_name=refresh options='" . ($settings // '') . "'",
			'-c', "CALL weather.refresh('$source', quiet => true)"
		],
		'<', \undef, '>', \$refresh{output}, '2>&1');
	return \%refresh;
}

# hold_refresh(source, k, settings): one that waits where it reads that row.
sub hold_refresh
{
	my ($source, $k, $settings) = @_;
	sql("UPDATE hold SET k = $k");
	my $refresh = start_refresh($source, $settings);
	$node->poll_query_until($database,
		q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'refresh' AND wait_event = 'PgSleep'})
	  or BAIL_OUT("the refresh of $source did not come to row $k: $refresh->{output}");
	return $refresh;
}

# Lets it go on, or sees to its end; what it said.
sub release
{
	my $refresh = shift;
	sql('UPDATE hold SET k = 0');
	$refresh->{run}->finish;
	return $refresh->{output};
}

# Until somebody waits for a lock on this table.
sub wait_for_lock
{
	my $table = shift;
	$node->poll_query_until($database, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = '$table'::regclass)")
	  or BAIL_OUT("nobody waits for $table");
}

# ---- What must hold

# The source's files: "name state failures", in the order of their paths.
sub ledger
{
	my $source = shift;
	return sql(qq{SELECT string_agg(format('%s %s %s', regexp_replace(path, '.*/', ''), state, failures), ', ' ORDER BY path COLLATE "C")
		FROM weather.load_file WHERE source = '$source' AND state <> 'replaced'});
}

# "outcome read inserted" of the source's last run.
sub last_run
{
	my $source = shift;
	return sql("SELECT concat_ws(' ', outcome, read, inserted) FROM weather.load_run WHERE source = '$source' ORDER BY id DESC LIMIT 1");
}

# agrees(source, mode): target and ledger are what a load of the same files by plain SQL gives.
sub agrees
{
	my ($source, $mode) = @_;
	my $independent = $mode eq 'append'
	  ? "SELECT k, v, file FROM ${source}_file"
	  : qq{SELECT DISTINCT ON (k) k, v, file FROM ${source}_file ORDER BY k, mtime DESC, file COLLATE "C" DESC, "offset" DESC};
	is( sql(<<SQL), '', "$source: target and ledger agree with an independent load");
WITH independent AS ($independent),
loaded AS (SELECT t.k, t.v, f.path FROM $source AS t LEFT JOIN weather.load_file AS f ON f.id = t.load_file_id),
files AS (SELECT file AS path, count(*) AS rows FROM ${source}_file GROUP BY file)
SELECT concat_ws(', ',
	(SELECT 'lost ' || nullif(count(*), 0) FROM (TABLE independent EXCEPT ALL TABLE loaded) AS x),
	(SELECT 'too much ' || nullif(count(*), 0) FROM (TABLE loaded EXCEPT ALL TABLE independent) AS x),
	(SELECT 'files that the ledger counts otherwise ' || nullif(count(*), 0)
	   FROM files FULL JOIN (SELECT path, read FROM weather.load_file WHERE source = '$source' AND state = 'loaded') AS f USING (path)
	  WHERE coalesce(rows, 0) IS DISTINCT FROM read),
	(SELECT 'counts that do not add up ' || nullif(count(*), 0)
	   FROM (SELECT source, read, inserted, updated, unchanged, duplicates, rejected FROM weather.load_file
	         UNION ALL SELECT source, read, inserted, updated, unchanged, duplicates, rejected FROM weather.load_run) AS counts
	  WHERE source = '$source' AND read <> inserted + updated + unchanged + duplicates + rejected))
SQL
}

1;
