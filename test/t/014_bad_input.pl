# Every file that is cut off, damaged, or changed while it is read ends in an error or in all of its rows:
# never in a crash, and never in silence with fewer rows.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('bad_input');
my $dir  = PostgreSQL::Test::Utils::tempdir();

# damage(path, content, from, to, step, how): reads the file again and again, cut off before byte i, or
# with byte i set to another value, and says what came of it: the number of rows, or the SQLSTATE.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION weather_fdw;
CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw;
CREATE PROCEDURE put(path text, content bytea) LANGUAGE plpgsql AS $$
DECLARE
    object oid := lo_from_bytea(0, content);
BEGIN
    PERFORM lo_export(object, path);
    PERFORM lo_unlink(object);
END $$;
CREATE FUNCTION rows_of(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT count(*) || '':'' || coalesce(sum(temp), 0) FROM %s', relation) INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
CREATE FUNCTION cut(relation regclass, path text, content bytea, step integer DEFAULT 1)
RETURNS TABLE (size integer, result text) LANGUAGE plpgsql AS $$
BEGIN
    FOR size IN 0 .. length(content) BY step LOOP
        CALL put(path, substr(content, 1, size));
        cut.size := size;
        result := rows_of(relation);
        RETURN NEXT;
    END LOOP;
END $$;
CREATE FUNCTION flip(relation regclass, path text, content bytea, step integer, value integer)
RETURNS TABLE (at integer, result text) LANGUAGE plpgsql AS $$
BEGIN
    FOR at IN 0 .. length(content) - 1 BY step LOOP
        CALL put(path, set_byte(content, at, value));
        flip.at := at;
        result := rows_of(relation);
        RETURN NEXT;
    END LOOP;
END $$;
SQL

my $file = "$dir/w.json";
$node->safe_psql('postgres',
	"CREATE FOREIGN TABLE w (city text, temp integer, clouds integer[], raw jsonb OPTIONS (path '\$')) SERVER weather OPTIONS (filename '$file')");

sub hex_of { return '\x' . unpack 'H*', $_[0] }

sub results
{
	my $sql = shift;
	return map { my ($key, $value) = split /\|/; ($key => $value) } split /\n/, $node->safe_psql('postgres', $sql);
}

# Five rows; temp is a power of two, so that the sum says which rows there are.
my @rows = map {
	qq({"city": "\\u00e9 \\"{[}]\\" \xc3\xa9$_", "temp": ) . 2**$_ . qq(, "clouds": [$_, 1e0, null], "x": {"y": [true, -0.5e-3, "z"]}})
} 0 .. 4;

# ---- Fault 2: cut off before every byte (reading on from there: test/sql/faults.sql)

# complete(text): how many rows a cut file holds, or undef where the cut is within something. What lies
# between documents (blanks, one comma) may be cut anywhere.
sub complete
{
	my ($text, $is_array) = @_;
	my ($depth, $in_string, $documents) = (0, 0, 0);
	my $outer = $is_array ? 1 : 0;
	for (my $i = 0; $i < length $text; ++$i)
	{
		my $c = substr $text, $i, 1;
		if ($in_string) { ++$i if $c eq '\\'; $in_string = 0 if $c eq '"' }
		elsif ($c eq '"') { $in_string = 1 }
		elsif ($c =~ /[\[{]/) { ++$depth }
		elsif ($c =~ /[\]}]/) { --$depth; ++$documents if $depth == $outer && $c eq '}' }
	}
	return $depth == 0 && !$in_string ? $documents : undef;
}

my %framed = (
	lines         => join("\n", @rows) . "\n",
	comma_lines   => join(",\n", @rows) . ",\n",
	array         => '[' . join(",\n ", @rows) . "]\n",
	concatenated  => join("\n", map { s/, "/,\n  "/gr } @rows) . "\n",
	one_behind_other => join('', @rows));
for my $decoder (qw(auto rapidjson))
{
	for my $form (sort keys %framed)
	{
		my $text = $framed{$form};
		my %result = results(
			"SET session_preload_libraries = ''; LOAD 'weather_fdw'; SET weather_fdw.decoder = $decoder; SELECT * FROM cut('w', '$file', '" . hex_of($text) . "')");
		my @wrong;
		for my $size (0 .. length $text)
		{
			my $rows = complete(substr($text, 0, $size), $form eq 'array');
			my $want = defined $rows ? "$rows:" . (2**$rows - 1) : '22P02';
			my $have = $result{$size};
			# A cut within a character is one of UTF-8 as well.
			next if $have eq $want || (!defined $rows && $have eq '22021');
			push @wrong, "first $size bytes: $have, not $want";
		}
		is(scalar @wrong, 0, sprintf '%s, cut before each of %d bytes, decoder %s', $form, 1 + length $text, $decoder)
		  or diag join "\n", @wrong[ 0 .. ($#wrong > 9 ? 9 : $#wrong) ];
	}
}

# ---- Story: half-written file is readable. Packed and cut off, and packed with garbage behind it

for my $program ('gzip -n', 'zstd -q')
{
	my $plain = "$dir/plain.json";
	unlink $plain;
	append_to_file($plain, $framed{comma_lines} x 3);
	my $packed = `$program -c < $plain`;
	my %result = results("SELECT * FROM cut('w', '$file', '" . hex_of($packed) . "', 7)");
	my @wrong = grep { $_ > 0 && $_ < length $packed && $result{$_} !~ /^(22P03|22P02|22021)$/ } sort { $a <=> $b } keys %result;
	is("@wrong", '', sprintf '%s, cut at each 7th of %d bytes: an error', $program, length $packed);
	is($result{0}, '0:0', "$program, cut to nothing: an empty file");

	for my $behind ('garbage', "\0", "\n", substr($packed, 0, 10), $packed . 'x')
	{
		my %result = results("CALL put('$file', '" . hex_of($packed . $behind) . "'); SELECT 'all', rows_of('w')");
		is($result{all}, '22P03', sprintf '%s, followed by %d bytes that are no other member', $program, length $behind);
	}
	my %twice = results("CALL put('$file', '" . hex_of($packed . $packed) . "'); SELECT 'all', rows_of('w')");
	is($twice{all}, '30:' . 6 * 31, "$program, twice: two members");

	# A byte that is wrong: both carry checksums. (Where it stands in the header it may not matter.)
	for my $value (0, 255)
	{
		my %result = results("SELECT * FROM flip('w', '$file', '" . hex_of($packed) . "', 3, $value)");
		my @wrong = grep { $result{$_} !~ /^\w{5}$/ && $result{$_} ne "15:93" } keys %result;
		is("@wrong", '', "$program, a byte set to $value: an error, or all rows")
		  or diag join ' ', map { "$_ $result{$_}" } @wrong;
	}
}

# ---- Damaged: no crash, and the good rows' sum where nothing is said

for my $form (qw(lines array concatenated))
{
	for my $value (0, 34, 92, 44, 93, 125, 128, 10)
	{
		my %result = results("SELECT * FROM flip('w', '$file', '" . hex_of($framed{$form}) . "', 2, $value)");
		my %kinds;
		++$kinds{ $_ =~ /:/ ? 'rows' : $_ } for values %result;
		my @fewer = grep { $result{$_} =~ /^(\d+):/ && $1 < 5 } keys %result;
		is(scalar @fewer, 0, "$form, a byte set to $value: never fewer rows in silence")
		  or diag join ' ', map { "$_ $result{$_}" } @fewer;
		note join ' ', map { "$_ $kinds{$_}" } sort keys %kinds;
	}
}

# ---- Fault 8, fault 9: truncated, replaced, overwritten while a cursor reads it

my $large = "$dir/large.json";

# A file of 100,000 rows, as another one each time: by renaming, or in the same place.
sub write_large
{
	my ($count, $name) = @_;
	$name //= $large;
	open my $handle, '>', $name or die;
	print $handle qq({"temp": 1, "pad": "0123456789012345678901234567890123456789"}\n) x $count;
	close $handle or die;
}
write_large(100_000);
$node->safe_psql('postgres', "CREATE FOREIGN TABLE large (temp integer) SERVER weather OPTIONS (filename '$large')");

# count_while(change): begins to read, lets the file be changed, reads on; the number of rows, or the
# error. The rows are counted in the server: psql -q keeps MOVE's tag to itself.
sub count_while
{
	my $change = shift;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT temp FROM large; FETCH 1 FROM c');
	$change->();
	my $counted = $session->query(<<'SQL');
DO $$
DECLARE
    c refcursor := 'c';
    rows integer;
BEGIN
    MOVE FORWARD ALL FROM c;
    GET DIAGNOSTICS rows = ROW_COUNT;
    PERFORM set_config('weather_test.rows', (rows + 1)::text, false);
END $$;
SELECT current_setting('weather_test.rows', true);
SQL
	my $error = $session->{stderr};
	$session->{stderr} = '';
	eval { $session->quit };
	return $error =~ /(ERROR: .*)/ ? $1 : $counted;
}

my $line = length qq({"temp": 1, "pad": "0123456789012345678901234567890123456789"}\n);
is(count_while(sub { }), 100_000, 'a file that is left alone');
like(count_while(sub { truncate $large, $line * 50_000 - 10 or die }),
	qr/ERROR: .*(malformed JSON|changed|truncated)/, 'truncated within a row: an error');
write_large(100_000);
like(count_while(sub { truncate $large, $line * 50_000 or die }),
	qr/ERROR: .*large\.json" was truncated while it was being read/, 'truncated between two rows: an error, not fewer rows');
write_large(100_000);
is(count_while(sub { write_large(10, "$large.new"); rename "$large.new", $large or die }),
	100_000, 'replaced by renaming: the old one is read to its end');
# Story: half-written file is readable. Its time is of long ago, so that the clock's steps do not matter.
write_large(100_000);
utime 1e9, 1e9, $large or die;
like(count_while(sub { write_large(100_000) }),
	qr/ERROR: .*large\.json" was overwritten while it was being read/, 'overwritten, and as long as before: an error');
write_large(100_000);
is(count_while(sub { chmod 0640, $large or die; link $large, "$large.link" or die }), 100_000, 'its mode and its links do not matter');
is(count_while(sub { unlink $large or die }), 100_000, 'removed: it is read to its end');
write_large(100_000);
cmp_ok(count_while(sub { open my $h, '>>', $large or die; print $h qq({"temp": 1}\n) x 10; close $h }),
	'>=', 100_000, 'appended to: all that was there is read');

$node->stop;
unlike(slurp_file($node->logfile), qr/server process .* was terminated|PANIC: /, 'the server has lived');
done_testing();
