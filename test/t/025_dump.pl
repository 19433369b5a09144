# pg_dump and restore take the definitions along, exactly, whether the files are there or not; and what needs
# two sessions: a row that changes under an UPDATE which joins a foreign table.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('dump');
my $dir  = PostgreSQL::Test::Utils::tempdir_short();

append_to_file("$dir/weather.json", qq({"it's \\"t\\" \\\\":1.5,"x":{"städte":"London"},"a":[1,2]}\n));
append_to_file("$dir/it's \\.json", qq({"n":7}\n));
$node->safe_psql('postgres', <<SQL);
CREATE DATABASE source;
CREATE DATABASE target;
CREATE DATABASE again;
CREATE ROLE reader;
SQL
$node->safe_psql('source', <<SQL);
CREATE EXTENSION weather_fdw;
CREATE SERVER "Wetter ""Ü""" FOREIGN DATA WRAPPER weather_fdw
    OPTIONS (timezone 'Europe/Berlin', framing 'lines', maximum_object_size '1MB');
CREATE SERVER plain FOREIGN DATA WRAPPER weather_fdw;
CREATE FOREIGN TABLE "Städte's \\ ""x""" (
    temp float8 OPTIONS (path '\$."it''s \\"t\\" \\\\"') NOT NULL,
    "Ort, \\ '" text OPTIONS (path '{"\$.x.\\"städte\\"",\$.ort}') COLLATE "C",
    first integer OPTIONS (path '\$.a[0]') DEFAULT 5,
    seen timestamptz OPTIONS (path '\$.seen', epoch 'ms', timezone 'UTC'),
    line bigint OPTIONS (metadata 'line')
) SERVER "Wetter ""Ü""" OPTIONS (files '{"$dir/weather.json"}', empty_rows 'null', row_path '\$');
COMMENT ON COLUMN "Städte's \\ ""x""".temp IS 'in °C';
GRANT SELECT ON "Städte's \\ ""x""" TO reader;
ALTER FOREIGN TABLE "Städte's \\ ""x""" ADD CONSTRAINT warm CHECK (temp > -100);
ALTER FOREIGN TABLE "Städte's \\ ""x""" ALTER COLUMN first SET STATISTICS 10;
CREATE FOREIGN TABLE program (n integer) SERVER plain OPTIONS (program 'echo ''{"n":1}'' | sed ''s/\\(1\\)/\\1\\1/''');
CREATE TABLE observations (n integer) PARTITION BY LIST (n);
CREATE FOREIGN TABLE seven PARTITION OF observations FOR VALUES IN (7) SERVER plain OPTIONS (filename '$dir/it''s \\.json');
CREATE TABLE rest PARTITION OF observations DEFAULT;
INSERT INTO observations VALUES (1);
CREATE FOREIGN TABLE with_dropped (gone text, n integer) SERVER plain OPTIONS (filename '$dir/it''s \\.json');
ALTER FOREIGN TABLE with_dropped DROP COLUMN gone;
CREATE VIEW warm AS SELECT temp, "Ort, \\ '" AS city FROM "Städte's \\ ""x""";
CREATE MATERIALIZED VIEW kept AS SELECT * FROM warm;
SQL

# dump(database, argument...): its text, without what differs from call to call, and its errors.
sub dump_of
{
	my ($database, @arguments) = @_;
	my ($text, $errors) = ('', '');
	IPC::Run::run([ 'pg_dump', '--dbname', $node->connstr($database), @arguments ], '>', \$text, '2>', \$errors);
	$text =~ s/^\\(un)?restrict .*\n//mg;
	return ($text, $errors);
}

sub restore
{
	my ($database, $text) = @_;
	my ($status, undef, $errors) = $node->psql($database, $text, on_error_stop => 1);
	is("$status $errors", '0 ', "restored into $database");
}

my %queries = (
	'all columns' => qq(SELECT * FROM "Städte's \\ ""x"""),
	'a program'   => 'SELECT * FROM program',
	'partitions'  => 'SELECT * FROM observations ORDER BY n',
	'dropped'     => 'SELECT * FROM with_dropped',
	'kept'        => 'SELECT * FROM kept');

my ($dump, $errors) = dump_of('source');
is($errors, '', 'pg_dump has no complaint');
restore('target', $dump);
is((dump_of('target'))[0], $dump, 'a dump of what was restored is equal');
for my $name (sort keys %queries)
{
	my $query = $queries{$name};
	my $answer = $node->safe_psql('source', $query);
	isnt($answer, '', "$name: there is something");
	is($node->safe_psql('target', $query), $answer, "$name: the same in the restored database");
}

# ... with the rows, for who asks
my ($with_rows) = dump_of('source', '--include-foreign-data=plain', '--data-only', '--exclude-table=rest');
like($with_rows, qr/^COPY public\.program \(n\) FROM stdin;\n11\n\\\.$/m, '--include-foreign-data has the rows');
like($with_rows, qr/^COPY public\.with_dropped \(n\) FROM stdin;\n7\n\\\.$/m, '... of each table');

# ... without the files; a materialized view has nothing to read then
unlink "$dir/weather.json", "$dir/it's \\.json" or die;
is((dump_of('source', '--schema-only'))[1], '', 'pg_dump of tables whose files are missing has no complaint');
is((dump_of('source'))[0], $dump, '... and is the same');
$dump =~ s/^REFRESH MATERIALIZED VIEW .*;$//mg;
restore('again', $dump);
is((dump_of('again', '--schema-only'))[0], (dump_of('source', '--schema-only'))[0], 'restored without the files');

# ---- An UPDATE that waits for a row: it looks again at the row, and keeps what it read of the file

append_to_file("$dir/stations.json", join '', map { qq({"n":$_,"temp":$_.5}\n) } 1 .. 3);
$node->safe_psql('target', <<SQL);
CREATE FOREIGN TABLE stations (n integer, temp float8) SERVER plain OPTIONS (filename '$dir/stations.json');
CREATE TABLE native (n integer, temp float8, note text);
INSERT INTO native SELECT n, 0, 'old' FROM stations;
SQL
my $first  = $node->background_psql('target');
my $second = $node->background_psql('target');
my $pid    = $second->query('SELECT pg_backend_pid()');
$first->query(q{BEGIN; UPDATE native SET note = 'new' WHERE n < 3; UPDATE native SET n = 9 WHERE n = 2});
$second->{stdin} .= "UPDATE native SET temp = stations.temp FROM stations WHERE stations.n = native.n;\n";
$second->{run}->pump_nb;
ok($node->poll_query_until('target', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid"), 'the second session waits');
$first->query('COMMIT');
$second->query('SELECT 1');
is($node->safe_psql('target', 'SELECT * FROM native ORDER BY n'), "1|1.5|new\n3|3.5|old\n9|0|new",
	'... and joins the rows as they are now with the row of the file');
$_->quit for $first, $second;

$node->stop;
done_testing();
