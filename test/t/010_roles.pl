# Who may declare, plan and read which source: the roles that may, the owner of the table, the reader of
# the table; and what a role gets to know that may not.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('roles');
my $dir  = PostgreSQL::Test::Utils::tempdir();

append_to_file("$dir/w.json", qq({"city": "London"}\n));
append_to_file("$dir/locked.json", qq({"city": "London"}\n));
chmod 0000, "$dir/locked.json" or die;

# outcome(role, sql)
sub outcome { return outcome_as($node, @_) }

# The first line of the plan.
sub plan_of { return (outcome($_[0], "EXPLAIN (COSTS OFF) $_[1]") =~ /(.*)/)[0] }

$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION weather_fdw;
CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw;
CREATE ROLE regress_file_reader;
CREATE ROLE regress_program_runner;
CREATE ROLE regress_user;
CREATE ROLE regress_reader;
GRANT pg_read_server_files TO regress_file_reader;
GRANT pg_execute_server_program TO regress_program_runner;
GRANT USAGE ON FOREIGN SERVER weather TO regress_file_reader, regress_program_runner, regress_user;
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;
SQL

# ---- Who may declare what

my %source = (
	filename => "filename '$dir/w.json'",
	files    => "files '$dir/w*.json'",
	program  => "program 'cat $dir/w.json'");
my $no_files   = qr/^42501: permission denied to set the option filename or files .* pg_read_server_files/;
my $no_program = qr/^42501: permission denied to set the option program .* pg_execute_server_program/;
my %may = (
	postgres               => { filename => qr/^ok$/,     files => qr/^ok$/,     program => qr/^ok$/ },
	regress_file_reader    => { filename => qr/^ok$/,     files => qr/^ok$/,     program => $no_program },
	regress_program_runner => { filename => $no_files,    files => $no_files,    program => qr/^ok$/ },
	regress_user           => { filename => $no_files,    files => $no_files,    program => $no_program },
	regress_reader => {
		filename => qr/^42501: permission denied for foreign server weather/,
		files    => qr/^42501: permission denied for foreign server weather/,
		program  => qr/^42501: permission denied for foreign server weather/
	});
for my $role (sort keys %may)
{
	for my $option (sort keys %source)
	{
		my $name = "${role}_$option";
		like(
			outcome($role, "CREATE FOREIGN TABLE $name (city text) SERVER weather OPTIONS ($source{$option})"),
			$may{$role}{$option},
			"$role declares a table over $option");
		next unless $may{$role}{$option} eq qr/^ok$/;
		is(outcome($role, "SELECT * FROM $name"), 'London', "$role reads its $option");
		is(plan_of($role, "SELECT * FROM $name"), "Foreign Scan on $name", "$role explains its $option");
	}
}

# Neither the handler nor the validator is for PUBLIC.
like(outcome('regress_user', "SELECT weather.weather_fdw_validator('{}', 0)"),
	qr/^42501/, 'the validator cannot be called by others');

# An option of another kind is checked in the same way: the list as a whole must be one's to set.
like(outcome('regress_file_reader', "ALTER FOREIGN TABLE regress_file_reader_filename OPTIONS (ADD framing 'lines')"),
	qr/^ok$/, 'the owner with the role alters');
like(
	outcome('regress_file_reader',
		"ALTER FOREIGN TABLE regress_file_reader_filename OPTIONS (DROP filename, ADD program 'id')"),
	$no_program, 'a file does not become a program');

# ---- It is the owner who counts, when it is read

$node->safe_psql('postgres', <<SQL);
CREATE FOREIGN TABLE w (city text) SERVER weather OPTIONS ($source{filename});
CREATE FOREIGN TABLE p (city text) SERVER weather OPTIONS ($source{program});
CREATE FOREIGN TABLE missing (city text) SERVER weather OPTIONS (filename '$dir/missing.json');
CREATE FOREIGN TABLE locked (city text) SERVER weather OPTIONS (filename '$dir/locked.json');
CREATE VIEW v AS SELECT city FROM w;
SQL

like(outcome('regress_reader', 'SELECT * FROM w'), qr/^42501: permission denied for foreign table w$/,
	'without SELECT: the usual error');
$node->safe_psql('postgres', 'GRANT SELECT ON w, p, missing, locked TO regress_reader');
is(outcome('regress_reader', 'SELECT * FROM w'), 'London', 'with SELECT: a file of a superuser\'s table');
is(outcome('regress_reader', 'SELECT * FROM p'), 'London', 'with SELECT: a program of a superuser\'s table');
is(plan_of('regress_reader', 'SELECT * FROM w'), 'Foreign Scan on w', 'with SELECT: EXPLAIN');

$node->safe_psql('postgres', 'GRANT SELECT ON v TO regress_reader; REVOKE SELECT ON w FROM regress_reader');
is(outcome('regress_reader', 'SELECT * FROM v'), 'London', 'SELECT on a view over it is enough');

$node->safe_psql('postgres', <<SQL);
GRANT SELECT ON w TO regress_reader;
ALTER FOREIGN TABLE w OWNER TO regress_user;
ALTER FOREIGN TABLE p OWNER TO regress_user;
ALTER FOREIGN TABLE missing OWNER TO regress_user;
ALTER FOREIGN TABLE locked OWNER TO regress_user;
GRANT SELECT ON w TO postgres;
SQL
my $may_not_read = qr/^42501: permission denied to read server files for foreign table "\w+" The owner of the foreign table does not have the privileges of the pg_read_server_files role\.$/;
my $may_not_run  = qr/^42501: permission denied to run a program for foreign table "p" The owner of the foreign table does not have the privileges of the pg_execute_server_program role\.$/;
for my $role (qw(regress_user regress_reader postgres regress_file_reader))
{
	like(outcome($role, 'SELECT * FROM w'), $may_not_read, "$role reads a table whose owner may not");
	like(outcome($role, 'SELECT * FROM p'), $may_not_run, "$role runs a program whose owner may not");
}
like(outcome('regress_user', 'EXPLAIN SELECT * FROM w'), $may_not_read, 'nor is it planned');
like(outcome('regress_user', 'EXPLAIN SELECT * FROM p'), $may_not_run,  'nor a program');
like(outcome('regress_reader', 'SELECT * FROM v'), qr/^42501: permission denied/, 'nor through a view');
like(
	outcome('regress_user', "ALTER FOREIGN TABLE w OPTIONS (SET filename '/etc/hostname')"),
	$no_files, 'the owner without the role sets no other file');

# What it says is the same whether the file is there, missing or locked: nothing is to be learned.
is( outcome('regress_user', "SELECT * FROM $_") =~ s/"\w+"/TABLE/r,
	outcome('regress_user', 'SELECT * FROM w')  =~ s/"\w+"/TABLE/r,
	"no difference to one that is $_")
  for qw(missing locked);

# ---- Fault 19: not readable for the server is another thing than not allowed to the role

$node->safe_psql('postgres', 'ALTER FOREIGN TABLE locked OWNER TO postgres; ALTER FOREIGN TABLE missing OWNER TO postgres');
my $hint = "The server's operating system user must be able to read the file, and to search the directories above it.";
is(
	outcome('postgres', 'SELECT * FROM locked'),
	"42501: could not open file \"$dir/locked.json\": Permission denied $hint",
	'a file that the server may not read');
is(plan_of('postgres', 'SELECT * FROM locked'), 'Foreign Scan on locked', '... is planned');
is(
	outcome('postgres', 'SELECT * FROM missing'),
	"58P01: could not open file \"$dir/missing.json\": No such file or directory",
	'a file that is not there');
mkdir "$dir/closed" or die;
append_to_file("$dir/closed/w.json", '{}');
chmod 0000, "$dir/closed" or die;
for my $files ("$dir/closed", "$dir/closed/*.json", "$dir/closed/w.json", "$dir/**/w.json")
{
	$node->safe_psql('postgres',
		"DROP FOREIGN TABLE IF EXISTS closed; CREATE FOREIGN TABLE closed (city text) SERVER weather OPTIONS (files '$files')");
	like(outcome('postgres', 'SELECT * FROM closed'),
		qr/^42501: could not \w+ \w+ "\Q$dir\E\/closed[^"]*": Permission denied \Q$hint\E$/, "a directory that the server may not read: $files");
	is(plan_of('postgres', 'SELECT * FROM closed'), 'Foreign Scan on closed', '... is planned');
}
chmod 0700, "$dir/closed" or die;

# ---- A role that is revoked counts from the next scan on, in sessions and plans that exist

$node->safe_psql('postgres', 'ALTER FOREIGN TABLE w OWNER TO regress_file_reader; ALTER FOREIGN TABLE p OWNER TO regress_program_runner');
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query('SET plan_cache_mode = force_generic_plan');
$session->query('PREPARE read AS SELECT city FROM w');
$session->query('PREPARE run AS SELECT city FROM p');
is($session->query('EXECUTE read'), 'London', 'prepared, the owner may');
is($session->query('EXECUTE run'),  'London', 'prepared, the owner may run');
$node->safe_psql('postgres',
	'REVOKE pg_read_server_files FROM regress_file_reader; REVOKE pg_execute_server_program FROM regress_program_runner');
is($session->query('EXECUTE read'), '', 'prepared, the owner may no longer');
like($session->{stderr}, qr/permission denied to read server files/, '... and it says why');
$session->{stderr} = '';
is($session->query('EXECUTE run'), '', 'prepared, the owner may no longer run');
like($session->{stderr}, qr/permission denied to run a program/, '... and it says why');
$session->{stderr} = '';
$node->safe_psql('postgres', 'GRANT pg_read_server_files TO regress_file_reader');
is($session->query('EXECUTE read'), 'London', 'granted again');
$session->quit;

chmod 0600, "$dir/locked.json";
$node->stop;
done_testing();
