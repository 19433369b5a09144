# Fault 22: there is no memory. The backend may have so much and no more; a row that is too large for it is
# error 53200, and the session goes on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

plan skip_all => 'no prlimit' unless `prlimit --version 2>/dev/null`;

my $node = start_server('out_of_memory', 'jit = off');
my $dir  = PostgreSQL::Test::Utils::tempdir_short();
my $mb   = 1024 * 1024;

append_to_file("$dir/small.json", qq({"n": 1}\n) x 1000);
append_to_file("$dir/row.json", '{"n": 1, "text": "' . 'x' x (8 * $mb) . qq("}\n));
append_to_file("$dir/escapes.json", '{"n": 1, "text": "' . '\u00e9' x ($mb) . qq("}\n));
append_to_file("$dir/numbers.json", '{"n": 1, "numbers": [' . join(',', (1.5) x 500_000) . "]}\n");
append_to_file("$dir/envelope.json", '{"list": [' . join(',', ('{"n": 1}') x 10) . '], "text": "' . 'x' x (8 * $mb) . qq("}\n));
system("gzip -1 -k $dir/row.json && zstd -q -1 $dir/row.json -o $dir/row.json.zst") == 0 or die;
$node->safe_psql('postgres', 'CREATE EXTENSION weather_fdw; CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw');

my %statements;

# A statement over a file, and its answer.
sub case
{
	my ($name, $file, $answer, $select, $columns, $options) = @_;
	$node->safe_psql('postgres', "CREATE FOREIGN TABLE $name ($columns) SERVER weather
		OPTIONS (filename '$dir/$file', maximum_object_size '64MB'" . ($options // '') . ')');
	$statements{"SELECT $select FROM $name"} = $answer;
}
case('small', 'small.json', 1000, 'sum(n)', 'n integer');
case('text', 'row.json', 8 * $mb, 'length(text)', 'n integer, text text');
case('escapes', 'escapes.json', $mb, 'length(text)', 'n integer, text text');
case('numbers', 'numbers.json', 500_000, 'cardinality(numbers)', 'n integer, numbers numeric[]');
case('gzip', 'row.json.gz', 8 * $mb, 'length(text)', 'n integer, text text');
case('zstd', 'row.json.zst', 8 * $mb, 'length(text)', 'n integer, text text');
case('rescued', 'row.json', 8 * $mb, q{length(rest ->> 'text')}, q{n integer, rest jsonb OPTIONS (metadata 'rescued')});
case('envelope', 'envelope.json', 80 * $mb, 'sum(length(text))',
	q{n integer, text text OPTIONS (document_path '$.text')}, q{, row_path '$.list[*]'});

# A session's pid, and a function that runs a statement in it: its output and its error.
sub start_session
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query('SELECT pg_backend_pid()');
	$session->query($_) for '\set VERBOSITY verbose', 'SELECT sum(n) FROM small';
	return ($session, $pid, sub {
		$session->{stderr} = '';
		my $output = $session->query(shift);
		return $output . $session->{stderr};
	});
}

# May the backend have so many bytes of address space more than it has now.
sub allow
{
	my ($pid, $more) = @_;
	my ($now) = slurp_file("/proc/$pid/status") =~ /VmSize:\s+(\d+)/;
	system('prlimit', "--pid=$pid", '--as=' . ($now * 1024 + $more) . ':') == 0 or die;
}

for my $sql (sort keys %statements)
{
	is($node->safe_psql('postgres', $sql), $statements{$sql}, "$sql, with memory");
	my ($session, $pid, $run) = start_session();
	my ($without, @wrong) = (0);
	for my $more (1, 2, 4, 8, 16, 32, 64)
	{
		allow($pid, $more * $mb);
		my $result = $run->($sql);
		++$without if $result =~ /ERROR:  53200: out of memory/;
		push @wrong, "$more MB: $result" unless $result =~ /ERROR:  53200: out of memory/ || $result eq $statements{$sql};
	}
	is(join("\n", @wrong), '', "$sql: the right answer, or no memory ($without of 7 times)");
	cmp_ok($without, '>', 0, "$sql: some limit was too low") unless $sql =~ /small/;
	is($run->('SELECT sum(n) FROM small'), '1000', "$sql: the session goes on");
	is($run->('SELECT pg_backend_pid()'), $pid, "$sql: ... and is the same");
	$session->quit;
}
$node->stop;
unlike(slurp_file($node->logfile), qr/server process .* was terminated|PANIC: /, 'the server has lived');
done_testing();
