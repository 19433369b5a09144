# Fault 12: a system call that reads fails (EIO, ESTALE, EINTR, no memory, no descriptor), or gives less
# than it was asked for. Each call of a statement is made to fail once, by a library of test/shim: the
# statement gives the right answer or an error with its SQLSTATE, and the session goes on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errno qw(EIO ESTALE EINTR ENOMEM EMFILE);
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $base = PostgreSQL::Test::Utils::tempdir_short();
my $dir  = "$base/files";
my $shim = "$base/read_faults.so";
system('cc', '-shared', '-fPIC', '-o', $shim, "$TOP/test/shim/read_faults.c", '-ldl') == 0
  or plan skip_all => 'no C compiler';

# ---- The files, and the server that has the library

mkdir $_ or die for $dir, "$dir/in", "$dir/in/below";
append_to_file("$dir/in/1.json", join '', map { qq({"n":$_,"city":"Zürich"}\n) } 1 .. 10);
append_to_file("$dir/in/2.json", '[' . join(",\n", map { qq({"n":$_,"city":"Oslo"}) } 11 .. 5000) . ']');
append_to_file("$dir/in/below/3.json", join '', map { qq({"n":$_,"city":"Rom"}\n) } 5001 .. 12000);
system("gzip -k $dir/in/2.json && mv $dir/in/2.json.gz $dir/2.gz && cd $dir && ln -s ../2.gz in/below/4.gz") == 0 or die;
append_to_file("$dir/envelope.json", '{"list":[' . join(',', map { qq({"n":$_}) } 1 .. 100) . '],"city":"Bern"}');

my $control = "$base/control";
my $node;
{
	local $ENV{LD_PRELOAD}        = $shim;
	local $ENV{WEATHER_FAULT}     = $control;
	local $ENV{WEATHER_FAULT_DIR} = $dir;
	$node = start_server('system_calls');
}
$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION weather_fdw;
CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw;
CREATE FOREIGN TABLE one (n integer, city text) SERVER weather OPTIONS (filename '$dir/in/2.json');
CREATE FOREIGN TABLE packed (n integer, city text) SERVER weather OPTIONS (filename '$dir/2.gz');
CREATE FOREIGN TABLE many (n integer, city text) SERVER weather OPTIONS (files '{$dir/in/1.json,$dir/in/**,$dir/in}');
CREATE FOREIGN TABLE envelope (n integer, city text OPTIONS (document_path '\$.city')) SERVER weather
    OPTIONS (filename '$dir/envelope.json', row_path '\$.list[*]');
CREATE FOREIGN TABLE program (n integer, city text) SERVER weather
    OPTIONS (program 'i=0; while [ \$i -lt 50 ]; do i=\$((i+1)); echo "{\\"n\\":\$i,\\"city\\":\\"Wien\\"}"; done');
SQL
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $session->query('SELECT pg_backend_pid()');
$session->query('\set VERBOSITY verbose');

my $run = 0;

# attempt(sql, n, errno, limit): its output, its error, and the call that failed.
sub attempt
{
	my ($sql, $number, $error, $limit) = @_;
	unlink "$control.hit";
	unlink $control;
	append_to_file($control, sprintf "%d %d %d %d\n", ++$run, $number, $error, $limit);
	$session->{stderr} = '';
	my $output = $session->query($sql);
	unlink $control;
	my $call = -e "$control.hit" ? slurp_file("$control.hit") : '';
	return ($output, $session->{stderr}, $call);
}

# The first of them has the most kinds of calls.
my @statements = map { "SELECT count(*), sum(n), min(city) COLLATE \"C\", max(city) COLLATE \"C\" FROM $_" }
  qw(many one packed envelope program);
push @statements, 'ANALYZE many', q{SELECT count(*), sum(size) FROM weather.files('many')},
  "SELECT weather.fingerprint('one', '$dir/in/2.json', 100000)";

# ---- Each call, once

my %expected = (
	EIO    => [ EIO,    '58030' ],
	ESTALE => [ ESTALE, '58030' ],
	EINTR  => [ EINTR,  '58030' ],
	ENOMEM => [ ENOMEM, '53200|58030' ],
	EMFILE => [ EMFILE, '53000|58030' ]);
my %failed;
for my $sql (@statements)
{
	my ($right) = attempt($sql, 0, 0, 0);
	for my $name ($sql eq $statements[0] ? sort keys %expected : qw(EIO EINTR))
	{
		my ($errno, $state) = @{ $expected{$name} };
		my ($number, $errors, @wrong) = (0, 0);
		while (1)
		{
			my ($output, $error, $call) = attempt($sql, ++$number, $errno, 0);
			last if $call eq '';
			++$failed{$call};
			++$errors if $error =~ /ERROR: /;
			push @wrong, "$call, call $number: $output $error"
			  unless $error =~ /ERROR:  (?:$state): could not .*(?:"\Q$dir\E|program)/
			  or $error =~ /ERROR:  XX000: could not (?:open|read) directory "\Q$dir\E/ # PostgreSQL's own
			  or $error eq '' && $output eq $right;
		}
		is(join("\n", @wrong), '', "$name, $sql: of " . ($number - 1) . " calls that failed, $errors made an error");
	}
}
cmp_ok($failed{$_} // 0, '>', 0, "$_ was made to fail") for qw(open pread read stat fstat opendir readdir);

# ---- Short reads

for my $sql (@statements)
{
	my ($right) = attempt($sql, 0, 0, 0);
	for my $limit (1000, 4096)
	{
		my ($output, $error) = attempt($sql, 0, 0, $limit);
		is("$output$error", $right, "reads of at most $limit bytes, $sql");
	}
}
{
	my $sql = $statements[3]; # small
	my ($right) = attempt($sql, 0, 0, 0);
	my ($output, $error) = attempt($sql, 0, 0, 1);
	is("$output$error", $right, "reads of one byte, $sql");
}

is($session->query('SELECT pg_backend_pid()'), $pid, 'the session has lived');
$session->quit;
$node->stop;
unlike(slurp_file($node->logfile), qr/server process .* was terminated|PANIC: |leak/, 'the server log has no crash and no leak');
done_testing();
