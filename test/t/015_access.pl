# allowed_directories, and who may read what by which road: every kind of owner times every kind of source
# times everything that touches files; the ways out of a directory; and what changes underneath.
use strict;
use warnings;
use Errno;
use File::Basename;
use FindBin;
use lib $FindBin::RealBin;
use POSIX ':sys_wait_h';
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('access');
my $dir  = PostgreSQL::Test::Utils::tempdir();

mkdir "$dir/$_" or die for qw(in in/deep out);
my %content = (
	'in/w.json'       => '{"city": "inside"}',
	'in/deep/d.json'  => '{"city": "inside"}',
	'out/secret.json' => '{"city": "secret"}',
	'out/locked.json' => '{"city": "secret"}');
append_to_file("$dir/$_", "$content{$_}\n") for keys %content;
chmod 0000, "$dir/out/locked.json" or die;

sub outcome { return outcome_as($node, @_) }
sub sql     { return $node->safe_psql('postgres', @_) }

# A foreign table `name` of `owner`, on the server with the directory or another one.
sub give
{
	my ($owner, $name, $options, $server) = @_;
	$server ||= 'landing';
	sql("DROP FOREIGN TABLE IF EXISTS $name CASCADE;
	     CREATE FOREIGN TABLE $name (city text) SERVER $server OPTIONS ($options);
	     GRANT SELECT ON $name TO regress_loader; ALTER FOREIGN TABLE $name OWNER TO $owner");
}

sql(<<SQL);
CREATE EXTENSION weather_fdw;
CREATE SERVER landing FOREIGN DATA WRAPPER weather_fdw OPTIONS (allowed_directories '$dir/in');
CREATE SERVER plain FOREIGN DATA WRAPPER weather_fdw;
CREATE ROLE regress_member;    -- of pg_read_server_files
CREATE ROLE regress_engineer;  -- USAGE on the server with the directory
CREATE ROLE regress_stranger;  -- neither
CREATE ROLE regress_loader;    -- reads the tables of others
GRANT pg_read_server_files TO regress_member;
GRANT USAGE ON FOREIGN SERVER landing TO regress_engineer, regress_member;
GRANT USAGE ON FOREIGN SERVER plain TO regress_engineer, regress_member, regress_stranger;
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA weather TO regress_loader, regress_stranger;
GRANT EXECUTE ON FUNCTION weather.files(regclass), weather.fingerprint(regclass, text, bigint),
	weather.last_scan(regclass), weather.last_scan_files(regclass) TO regress_loader;
SQL

# ---- fault 27: owner times source times everything that reads. Story: no privilege check on files

my %source = (
	filename => [ "filename '$dir/in/w.json'",      "$dir/in/w.json" ],
	files    => [ "files '{$dir/in/**/*.json,$dir/in}'", "$dir/in/deep/d.json" ],
	outside  => [ "filename '$dir/out/secret.json'", "$dir/out/secret.json" ],
	program  => [ "program 'cat $dir/in/w.json'",   '' ]);
my $no_role    = qr/^42501: permission denied to read server files for foreign table "t" The owner of the foreign table does not have the privileges of the pg_read_server_files role\.$/;
my $no_program = qr/^42501: permission denied to run a program for foreign table "t"/;
my $not_inside = qr/^42501: permission denied to read "\Q$dir\E\/out\/secret\.json": it is not beneath the allowed directories/;
my %refused    = (
	postgres         => {},
	regress_member   => { program => $no_program },
	regress_engineer => { program => $no_program, outside => $not_inside },
	regress_stranger => { program => $no_program, outside => $no_role, filename => $no_role, files => $no_role });
for my $owner (sort keys %refused)
{
	for my $kind (sort keys %source)
	{
		my ($options, $path) = @{ $source{$kind} };
		give($owner, 't', $options);
		my $city    = $kind eq 'outside' ? 'secret' : 'inside';
		my $no_file = $kind eq 'program' ? qr/^42809: foreign table "t" reads the output of a program/ : undef;
		my %action  = (
			'SELECT'      => [ 'regress_loader', 'SELECT min(city) FROM t', qr/^$city$/ ],
			'EXPLAIN'     => [ 'regress_loader', 'EXPLAIN SELECT city FROM t', qr/Foreign Scan on t/ ],
			'ANALYZE'     => [ 'postgres', 'ANALYZE t', qr/^ok$/ ],
			'files'       => [ 'regress_loader', q{SELECT path FROM weather.files('t')}, $no_file || qr/^\Q$path\E$/m ],
			'fingerprint' => [ 'regress_loader', "SELECT weather.fingerprint('t', '$path', 1)", $no_file || qr/^crc32c:/ ]);
		for my $name (sort keys %action)
		{
			my ($role, $statement, $allowed) = @{ $action{$name} };
			like(outcome($role, $statement), $refused{$owner}{$kind} || $allowed, "table of $owner, $kind: $name");
		}
	}
}

# Nothing that reads files is executable by PUBLIC, and the functions need SELECT on the table.
give('postgres', 't', "filename '$dir/in/w.json'");
my @functions = map { "SELECT weather.$_" } q{files('t')}, q{fingerprint('t', '', 1)}, q{last_scan('t')}, q{last_scan_files('t')};
like(outcome('regress_stranger', $_), qr/^42501: permission denied for function/, "PUBLIC: $_")
  for @functions;
sql('REVOKE SELECT ON t FROM regress_loader');
like(outcome('regress_loader', $_), qr/^42501: permission denied for foreign table t$/, "without SELECT: $_")
  for @functions;

# ---- fault 27: who declares what

my $table  = "CREATE FOREIGN TABLE mine (city text) SERVER";
my $no_ddl = qr/^42501: permission denied to set the option filename or files .* USAGE on a server that has allowed_directories/;
is(outcome('regress_engineer', "$table landing OPTIONS (filename '$dir/in/w.json')"), 'ok', 'with USAGE: declares');
is(outcome('regress_engineer', 'SELECT * FROM mine'), 'inside', '... and reads');
is(outcome('regress_engineer', "ALTER FOREIGN TABLE mine OPTIONS (SET filename '$dir/out/secret.json')"),
	'ok', 'the validator is not the gate');
like(outcome('regress_engineer', 'SELECT * FROM mine'), $not_inside, '... the scan is');
like(outcome('regress_stranger', "CREATE FOREIGN TABLE other (city text) SERVER plain OPTIONS (filename '$dir/in/w.json')"), $no_ddl, 'without: refused early');
like(outcome('regress_engineer', "CREATE FOREIGN TABLE p (city text) SERVER landing OPTIONS (program 'true')"),
	qr/^42501: permission denied to set the option program/, 'no program by directories');
give('regress_engineer', 't', "filename '$dir/in/w.json'", 'plain');
like(outcome('regress_engineer', 'SELECT * FROM t'), $no_role, 'the directories of another server do not count');

# Setting any option of a server with directories needs the role; removing them only takes rights away.
sql('CREATE SERVER own FOREIGN DATA WRAPPER weather_fdw; ALTER SERVER own OWNER TO regress_engineer');
my $no_server = qr/^42501: permission denied to set options of a server that has allowed_directories/;
like(outcome('regress_engineer', q{ALTER SERVER own OPTIONS (ADD allowed_directories '/')}), $no_server, 'not set without the role');
sql("ALTER SERVER own OPTIONS (ADD allowed_directories '$dir/in')");
like(outcome('regress_engineer', $_), $no_server, "refused: $_")
  for q{ALTER SERVER own OPTIONS (SET allowed_directories '/')}, q{ALTER SERVER own OPTIONS (ADD framing 'lines')};
is(outcome('regress_engineer', 'ALTER SERVER own OPTIONS (DROP allowed_directories)'), 'ok', 'dropped by its owner');
like(outcome('regress_engineer', q{ALTER SERVER own OPTIONS (ADD allowed_directories '/')}), $no_server, '... not set again');

# ---- fault 16: the ways out. What is said is the same, whether there is something or not

symlink "../out/$_.json", "$dir/in/to_$_" or die for qw(secret missing locked);
symlink "$dir/in/w.json", "$dir/in/to_absolute" or die;
symlink '../out', "$dir/in/to_out" or die;
symlink 'deep',   "$dir/in/to_deep" or die;
symlink 'self',   "$dir/in/self" or die;
link "$dir/out/secret.json", "$dir/in/hard" or die;

# The error, without its path.
sub refusal { return outcome(@_) =~ s/"\/.*?"/PATH/r }

give('regress_engineer', 't', "filename '$dir/out/secret.json'");
my $refusal = refusal('regress_loader', 'SELECT * FROM t');
like($refusal, qr/^42501: permission denied to read PATH/, 'outside: refused');
for my $way ((map { "out/$_.json" } qw(missing locked)), 'in/../out/secret.json', 'in/../out/missing.json', 'in/deep/../w.json',
	'inside/w.json', (map { "in/to_$_" } qw(secret missing locked absolute)), 'in/to_out/secret.json', 'in/to_out/missing.json',
	'in/self', 'in/hard')
{
	for my $option (qw(filename files))
	{
		give('regress_engineer', 't', "$option '$dir/$way'");
		is(refusal('regress_loader', 'SELECT * FROM t'), $refusal, "$option $way: refused in the same words");
		unlike(outcome('regress_loader', 'EXPLAIN SELECT * FROM t'), qr/Bytes: [1-9]/, "$option $way: no size in EXPLAIN");
		like(outcome('regress_loader', "SELECT weather.fingerprint('t', '$dir/$way', 1)"),
			qr/^(42501: .*|ok)$/, "$option $way: no fingerprint");
	}
	is(refusal('regress_loader', q{SELECT * FROM weather.files('t')}), $refusal, "files $way: not listed");
}
for my $pattern ('in/to_*', 'in/to_out/*', 'in/*/secret.json', '*/secret.json', 'out', 'in/to_out', '**')
{
	give('regress_engineer', 't', "files '$dir/$pattern'");
	is(refusal('regress_loader', 'SELECT * FROM t'), $refusal, "files $pattern: refused in the same words");
	is(refusal('regress_loader', q{SELECT * FROM weather.files('t')}), $refusal, "files $pattern: not listed");
}
for my $name (qw(secret missing locked))
{
	my %of_pattern = ('in/to_*' => "in/to_$name", 'in/*/*.json' => "in/to_out/$name.json");
	for my $pattern (sort keys %of_pattern)
	{
		give('regress_engineer', 't', "files '$dir/$pattern'");
		sql(q{ALTER FOREIGN TABLE t ADD COLUMN size bigint OPTIONS (metadata 'size'), ADD COLUMN file text OPTIONS (metadata 'filename')});
		for my $condition ("file = '$dir/$of_pattern{$pattern}'", 'size > 5', 'size < 5', 'size IS NULL')
		{
			is(refusal('regress_loader', "SELECT * FROM t WHERE $condition"),
				$refusal, "files $pattern, $name: clauses on the file tell nothing")
		}
	}
	give('regress_engineer', 't', "files '$dir/in/**/*.json'");
	sql(q{ALTER FOREIGN TABLE t ADD COLUMN file text OPTIONS (metadata 'filename')});
	is(outcome('regress_loader', "SELECT * FROM t WHERE file = '$dir/in/to_out/$name.json'"),
		'ok', "** does not follow a link to a directory: $name");
}
for my $way ('in/deep/d.json', 'in/**/[dw].json')
{
	give('regress_engineer', 't', "files '$dir/$way'");
	is(outcome('regress_loader', 'SELECT DISTINCT city FROM t'), 'inside', "files $way: is inside");
}
# Links that stay inside are followed where openat2() is allowed, whose number is the same everywhere.
syscall 437, -1, 0, 0, 0;
my $link = $!{ENOSYS} || $!{EPERM} ? $refusal : 'inside';
for my $way ('in/to_deep/d.json', 'in/to_deep')
{
	give('regress_engineer', 't', "files '$dir/$way'");
	is(refusal('regress_loader', 'SELECT DISTINCT city FROM t'), $link, "files $way: stays inside");
}
give('regress_engineer', 't', "filename '$dir/in/missing.json'");
is(outcome('regress_loader', 'SELECT * FROM t'),
	"58P01: could not open file \"$dir/in/missing.json\": No such file or directory", 'inside, a missing file is missing');
give('regress_member', 't', "filename '$dir/in/to_secret'");
is(outcome('regress_loader', 'SELECT * FROM t'), 'secret', 'the role has no such limits');
give('postgres', 't', "filename '$dir/in/hard'");
is(outcome('regress_loader', 'SELECT * FROM t'), 'secret', 'nor has a superuser');

# fault 18, fault 19: what is no regular file, or locked, is told of what is inside
system('mkfifo', "$dir/in/fifo") == 0 or die;
append_to_file("$dir/in/closed.json", '{}');
chmod 0000, "$dir/in/closed.json";
my %inside = (
	'deep'        => qr/^42809: "\Q$dir\E\/in\/deep" is not a regular file but a directory/,
	'fifo'        => qr/^42809: "\Q$dir\E\/in\/fifo" is not a regular file but a FIFO/,
	'closed.json' => qr/^42501: could not open file "\Q$dir\E\/in\/closed\.json": Permission denied The server's/);
for my $name (sort keys %inside)
{
	give('regress_engineer', 't', "filename '$dir/in/$name'");
	like(outcome('regress_loader', 'SELECT * FROM t'), $inside{$name}, "inside, $name");
}
unlink "$dir/in/closed.json", "$dir/in/fifo";

# ---- What changes underneath counts from the next scan on, in plans that exist

give('regress_engineer', 't', "filename '$dir/in/w.json'");
sql('CREATE VIEW v AS SELECT city FROM t; GRANT SELECT ON v TO regress_stranger');
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query('SET ROLE regress_stranger; SET plan_cache_mode = force_generic_plan; PREPARE read AS SELECT city FROM v');
sub now
{
	$session->{stderr} = '';
	my $result = $session->query('EXECUTE read');
	return $session->{stderr} =~ /ERROR:  (.*)/ ? $1 : $result;
}
my $no_longer = qr/^permission denied to read server files for foreign table "t"$/;
is(now(), 'inside', 'through a view of a superuser: SELECT on the view is enough');
sql('REVOKE USAGE ON FOREIGN SERVER landing FROM regress_engineer');
like(now(), $no_longer, 'USAGE revoked');
sql('GRANT USAGE ON FOREIGN SERVER landing TO regress_engineer');
is(now(), 'inside', 'USAGE granted again');
sql("ALTER SERVER landing OPTIONS (SET allowed_directories '{$dir/in/deep,$dir/inside}')");
like(now(), qr/^permission denied to read ".*w\.json": it is not beneath/, 'other directories');
sql("ALTER SERVER landing OPTIONS (SET allowed_directories '{/nowhere,$dir/in/}')");
is(now(), 'inside', 'one of several directories, with a slash at its end');
sql('ALTER FOREIGN TABLE t OWNER TO regress_stranger');
like(now(), $no_longer, 'owner changed');
sql('ALTER FOREIGN TABLE t OWNER TO regress_member');
is(now(), 'inside', 'owner changed to a member of pg_read_server_files');
sql('ALTER SERVER landing OPTIONS (DROP allowed_directories); REVOKE pg_read_server_files FROM regress_member');
like(now(), $no_longer, 'role revoked');
sql("ALTER SERVER landing OPTIONS (ADD allowed_directories '$dir/in')");
is(now(), 'inside', 'without the role, yet with USAGE');
sql('ALTER VIEW v OWNER TO regress_engineer; REVOKE SELECT ON t FROM regress_engineer');
like(now(), qr/^permission denied for foreign table t$/, 'the owner of the view needs SELECT on the foreign table');
$session->quit;

# A descriptor of a file beneath belongs to the fd layer: a cursor survives an aborted subtransaction.
append_to_file("$dir/in/deep/e.json", qq({"city": "e"}\n));
give('regress_engineer', 't', "files '$dir/in/deep'");
is( outcome('regress_loader', 'BEGIN; DECLARE c CURSOR FOR SELECT city FROM t; FETCH c;
		SAVEPOINT s; FETCH c; ROLLBACK TO s; FETCH c; COMMIT'),
	"inside\ne", 'a cursor and a savepoint');

# ---- fault 16: 100,000 swaps of a name between a file inside and a link to the secret

append_to_file("$dir/in/race.json", $content{'in/w.json'});
symlink '../out/secret.json', "$dir/in/.link" or die;

sub swap
{
	my ($name, $file, $link) = map { "$dir/in/$_" } qw(race.json .file .link);
	for (1 .. 50_000)
	{
		rename $name, $file and rename $link, $name and rename $name, $link and rename $file, $name or return 1;
	}
	return 0;
}

give('regress_engineer', 't', "filename '$dir/in/race.json'");
sql(<<'SQL');
CREATE TABLE seen (what text);
CREATE PROCEDURE look() LANGUAGE plpgsql AS $$
DECLARE
    what text;
BEGIN
    FOR i IN 1..500 LOOP
        BEGIN
            SELECT city INTO STRICT what FROM t;
        EXCEPTION WHEN insufficient_privilege THEN
            what := 'refused';
        WHEN undefined_file THEN
            what := 'between two names';
        END;
        INSERT INTO seen VALUES (what);
    END LOOP;
END $$;
SQL
defined(my $swapper = fork) or die;
POSIX::_exit(swap()) unless $swapper;
sql('CALL look()') until waitpid($swapper, WNOHANG);
is($?, 0, 'the swaps were made');
sql('CALL look()');
is(sql(q{SELECT DISTINCT what FROM seen WHERE what <> 'between two names' ORDER BY what}),
	"inside\nrefused", 'nothing outside is ever read');

# Where the sources are at hand: nothing passes by what knows of this.
for my $source (grep { !/file_access/ } glob "$TOP/src/pg/*.cpp")
{
	my @calls = slurp_file($source) =~ /(?<![\w:.>])((?:stat|lstat|open|opendir|OpenTransientFile|AllocateFile|AllocateDir)\(.*)/g;
	is("@calls", '', basename($source) . ' looks at no file by itself');
}

$node->stop;
done_testing();
