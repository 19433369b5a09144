# Other people's weather files (../shared/samples), each as a foreign table: number of rows, NULLs of each
# column, and every value of every row, typed, compared with what jq finds in the file; or the exact error.
# The table of them is test/samples/SampleTables.pm. It says by hand how the foreign table finds the rows, and
# what jq does to find the same rows; from jq's rows the columns are derived: one for each scalar leaf, with
# the type of the JSON values. Inner arrays are jsonb, and their first elements and lists are columns too.
#
# The files are not ours to ship: WEATHER_SAMPLES names their directory, else they are looked for beside the
# clone.
use strict;
use warnings;
use B;
use File::Find;
use FindBin;
use lib $FindBin::RealBin, "$FindBin::RealBin/../samples";
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;
use SampleTables;

my $samples = $ENV{WEATHER_SAMPLES} // "$TOP/../shared/samples";
plan skip_all => "no $samples (WEATHER_SAMPLES names the directory)" if !-d $samples;
plan skip_all => 'no jq' if system('jq --version >/dev/null 2>&1') != 0;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $node = start_server('samples');
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION weather_fdw;
CREATE SERVER samples FOREIGN DATA WRAPPER weather_fdw;
ALTER DATABASE postgres SET timezone = 'Asia/Tokyo';
ALTER DATABASE postgres SET jit = off;
SQL

# ---- What must come out: jq's rows, and the columns that follow from them

# jq's answer, an array a row: the row, what stands above it by the path of its place, and its key.
sub read_rows
{
	my $entry   = shift;
	my $input   = join ' ', map { quoted($_) } @{ $entry->{paths} };
	my $command = "cat $input | " . ($entry->{text} ? "$entry->{text} | " : '') . 'jq -c ' . quoted(<<JQ);
def under(above): {"row": ., "above": above};
$entry->{rows} | if type == "object" and has("row") and has("above") then . else {"row": .} end
JQ
	open my $jq, '-|', $command or die "jq: $!";
	my @rows = map { $json->decode($_) } <$jq>;
	close $jq or die "jq failed: $command";
	return \@rows;
}

sub quoted
{
	my $text = shift;
	$text =~ s/'/'\\''/g;
	return "'$text'";
}

# One step of a path to a member.
sub step
{
	my $member = shift;
	return $member =~ /^[^\W\d][\w@-]*$|^@\w+$/ ? ".$member" : '.' . JSON::PP->new->allow_nonref->encode($member);
}

# The leaves and the objects below a value, by path. An inner array is a leaf; so are the leaves of its first
# element, and the list of its scalars, or of a scalar that its objects have.
sub find_leaves
{
	my ($found, $path, $value) = @_;
	if (ref $value eq 'HASH')
	{
		$found->{object}{$path} = $value;
		find_leaves($found, $path . step($_), $value->{$_}) for keys %$value;
	}
	elsif (ref $value eq 'ARRAY')
	{
		$found->{leaf}{$path} = $value;
		find_leaves($found, "$path\[0]", $value->[0]) if @$value;
		find_lists($found, "$path\[*]", $value);
	}
	else
	{
		$found->{leaf}{$path} = $value;
	}
	return;
}

sub find_lists
{
	my ($found, $path, $elements) = @_;
	if (!grep { is_container($_) } @$elements)
	{
		$found->{list}{$path} = @$elements ? $elements : undef;
	}
	elsif (!grep { ref ne 'HASH' } @$elements)
	{
		my %members = map { %$_ } @$elements;
		for my $member (keys %members)
		{
			my @values = map { $_->{$member} } grep { exists $_->{$member} } @$elements;
			$found->{list}{ $path . step($member) } = \@values if !grep { is_container($_) } @values;
		}
	}
	return;
}

sub is_container { return ref $_[0] eq 'HASH' || ref $_[0] eq 'ARRAY' }

# What JSON says a value is.
sub kind
{
	my $value = shift;
	return 'null' if !defined $value;
	return JSON::PP::is_bool($value) ? 'boolean' : 'array' if ref $value;
	return 'string' if B::svref_2object(\$value)->FLAGS & B::SVf_POK;
	return $value == int $value ? 'integer' : 'fraction';
}

# The type that holds all values of these kinds.
sub type_of
{
	my ($entry, %kinds) = @_;
	delete $kinds{null};
	return 'jsonb' if $kinds{array} || $kinds{object};
	return 'text' if $kinds{string} || !%kinds;
	return 'boolean' if $kinds{boolean};
	return $entry->{number} if $entry->{number};
	return $kinds{fraction} ? 'float8' : 'bigint';
}

# The columns of a table: name, path, type, options, and the value of each row.
sub derive_columns
{
	my ($entry, $rows) = @_;
	my (%columns, %objects);
	for my $i (0 .. $#$rows)
	{
		my ($of_row, $above) = ({}, {});
		find_leaves($of_row, '$', $rows->[$i]{row});
		find_leaves($above, $_, $rows->[$i]{above}{$_}) for keys %{ $rows->[$i]{above} };
		for ([ path => $of_row ], [ document_path => $above ])
		{
			my ($source, $found) = @$_;
			for my $form (keys %$found)
			{
				for my $path (keys %{ $found->{$form} })
				{
					my $value = $found->{$form}{$path};
					if ($form eq 'object')
					{
						$objects{ key_of($source, $path) }[$i] = $value;
						next;
					}
					my $column = $columns{ key_of($source, $path) } //=
					  { source => $source, path => $path, list => $form eq 'list' };
					$column->{values}[$i] = $value;
					$column->{kinds}{ kind($_) } = 1 for $column->{list} ? @{ $value // [] } : $value;
				}
			}
		}
	}
	settle_objects(\%columns, \%objects);
	delete $columns{$_} for @{ $entry->{rescued} };

	my $number = 0;
	for my $key (sort keys %columns)
	{
		my $column = $columns{$key};
		$column->{key} = $key;
		$column->{type} = type_of($entry, %{ $column->{kinds} });
		++$number;
		$column->{name} = length $key <= 60 ? $key : "column $number";
		$column->{options} = '';
	}
	declare(\%columns, $entry->{columns});
	$_->{type} .= '[]' for grep { $_->{list} } values %columns;
	return [ @columns{ sort keys %columns } ];
}

# How SampleTables.pm names a column: 'main.temp' for one of the row, '$.city.name' for one from above.
sub key_of
{
	my ($source, $path) = @_;
	return $source eq 'path' ? $path =~ s/^\$\.//r : $path;
}

# A member that is an object in one row and null in another is no column, only its own members are. If it is a
# scalar in another, it is a column of type jsonb. A list that is nowhere but empty has no scalars.
sub settle_objects
{
	my ($columns, $objects) = @_;
	for my $key (grep { $columns->{$_} } keys %$objects)
	{
		my $kinds = join ' ', keys %{ $columns->{$key}{kinds} };
		if ($kinds eq 'null')
		{
			delete $columns->{$key};
			next;
		}
		my $of_row = $objects->{$key};
		$columns->{$key}{kinds}{object} = 1;
		$columns->{$key}{values}[$_] //= $of_row->[$_] for 0 .. $#$of_row;
	}
	for my $key (grep { $columns->{$_}{list} } keys %$columns)
	{
		delete $columns->{$key} if grep { index($_, "$key.") == 0 } keys %$columns;
	}
	return;
}

# The types that SampleTables.pm gives by hand.
sub declare
{
	my ($columns, $declared) = @_;
	for my $keys (keys %$declared)
	{
		for my $key (split ' ', $keys)
		{
			my $column = $columns->{$key} or die "no leaf $key";
			my $as = $declared->{$keys};
			@$column{qw(type options convert)} = ref $as ? @$as{qw(type options convert)} : ($as, '');
			$column->{declared} = 1;
		}
	}
	return;
}

# ---- What comes out

my @metadata = qw(filename size mtime offset line raw);

sub create_table
{
	my ($entry, @definitions) = @_;
	my %options = %{ $entry->{options} // {} };
	my $options = join ', ', map { "$_ " . sql_literal($options{$_}) } sort keys %options;
	return
	    "CREATE FOREIGN TABLE $entry->{table} (\n"
	  . join(",\n", @definitions)
	  . ") SERVER samples OPTIONS ($options);\n";
}

sub column_definition
{
	my $column  = shift;
	my @options = $column->{options} || ();
	# the default path of a column is the member of its name
	push @options, "$column->{source} " . sql_literal($column->{path})
	  if $column->{source} ne 'path' || $column->{path} ne step($column->{name}) =~ s/^/\$/r;
	return sql_name($column->{name}) . " $column->{type}" . (@options ? ' OPTIONS (' . join(', ', @options) . ')' : '');
}

sub metadata_definitions
{
	my $entry = shift;
	my %type  = (
		filename => 'text', size => 'bigint', mtime => 'timestamptz', offset => 'bigint', line => 'bigint',
		raw => 'text', rescued => 'jsonb', key => 'text');
	my @names = (@metadata, ($entry->{key} ? 'key' : ()), (is_records($entry) ? 'rescued' : ()));
	return ('"#" bigint OPTIONS (for_ordinality \'true\')',
		map { qq("#$_" $type{$_} OPTIONS (metadata '$_')) } @names);
}

sub is_records { return !$_[0]{options}{orient} }

sub sql_name
{
	my $name = shift;
	$name =~ s/"/""/g;
	utf8::encode($name);
	return qq("$name");
}

sub sql_literal
{
	my $text = shift;
	$text =~ s/'/''/g;
	utf8::encode($text);
	return $text =~ s/\\/\\\\/g ? " E'$text'" : "'$text'";
}

# What is selected of a column: instants as seconds, arrays as JSON.
sub expression
{
	my $column = shift;
	my $name   = sql_name($column->{name});
	return "to_json($name)" if $column->{list};
	return "extract(epoch FROM $name)" if $column->{type} =~ /^timestamp/;
	return $name;
}

# Whether a value from the table is the one that jq found.
sub is_same
{
	my ($column, $got, $want) = @_;
	return !defined $got && !defined $want if !defined $got || !defined $want;
	$want = $column->{convert}->($want) if $column->{convert};
	return $json->encode($json->decode($got)) eq $json->encode($want) if $column->{list} || $column->{type} eq 'jsonb';
	return $got eq ($want ? 't' : 'f') if $column->{type} eq 'boolean';
	return $got == $want if $column->{type} =~ /^(small|big|)int|^float|^numeric|^real/;
	# a number in a text column stands as in the file, which jq does not keep
	return $got == $want if $column->{type} eq 'text' && kind($want) =~ /^(integer|fraction)$/;
	utf8::encode($want);
	return $got eq $want;
}

# The fields of a line of COPY's text format.
sub fields
{
	my %escape = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t", v => "\013");
	return map { $_ eq '\N' ? undef : s/\\(.)/$escape{$1} \/\/ $1/ger } split /\t/, shift, -1;
}

# psql(statements): its lines; undef after an error, which is reported.
sub query
{
	my ($entry, $sql) = @_;
	my ($out, $err) = ('', '');
	my $status = $node->psql('postgres', $sql, stdout => \$out, stderr => \$err);
	return split /\n/, $out if $status == 0;
	fail("$entry->{name}: $err");
	diag substr $sql, 0, 2000;
	return;
}

# ---- The checks

sub check_rows
{
	my $entry   = shift;
	my $rows    = read_rows($entry);
	my $columns = derive_columns($entry, $rows);
	my $create  = create_table($entry, (map { column_definition($_) } @$columns), metadata_definitions($entry));
	my $from    = "FROM (SELECT * FROM $entry->{table}" . ($entry->{limit} ? " LIMIT $entry->{limit}" : '') . ') t';
	# each column by itself: the others are then not converted
	my $counts = join '', map { "SELECT count(*) - count($_) $from;\n" } map { sql_name($_->{name}) } @$columns;
	my ($count, @nulls) = query($entry, "$create SELECT count(*) $from;\n$counts") or return;
	is($count, scalar @$rows, "$entry->{name}: rows");

	my %null = map {
		my $column = $_;
		$column->{key} => scalar grep { !defined $column->{values}[$_] } 0 .. $#$rows
	} @$columns;
	my %got;
	@got{ map { $_->{key} } @$columns } = @nulls;
	is_deeply(\%got, \%null, "$entry->{name}: NULLs of " . @$columns . ' columns');

	my $values = join ', ', map { expression($_) } @$columns;
	my @lines  = query($entry, "COPY (SELECT $values $from) TO STDOUT");
	my $differ = 0;
	for my $i (0 .. $#$rows)
	{
		my @values = $i < @lines ? fields($lines[$i]) : ();
		for my $j (0 .. $#$columns)
		{
			next if is_same($columns->[$j], $values[$j], $columns->[$j]{values}[$i]);
			next if ++$differ > 5;
			diag "row $i, $columns->[$j]{key} $columns->[$j]{type}: got ", $values[$j] // 'NULL', ' but want ',
			  $json->encode($columns->[$j]{values}[$i]);
		}
	}
	is($differ, 0, "$entry->{name}: " . @$columns * @$rows . ' values');
	my @reference = query($entry, "SET weather_fdw.decoder = rapidjson; COPY (SELECT $values $from) TO STDOUT");
	ok("@lines" eq "@reference", "$entry->{name}: the same by the reference decoder");
	check_metadata($entry, $rows, $columns, $from);
	return;
}

# Where the rows stand, against the bytes of the file.
sub check_metadata
{
	my ($entry, $rows, $columns, $from) = @_;
	my $bad   = 0;
	my @names = ('"#"', (map { qq("#$_") } @metadata), is_records($entry) ? '"#rescued"' : 'NULL');
	$names[3] = 'extract(epoch FROM "#mtime")';
	push @names, '"#key"' if $entry->{key};
	my @lines = query($entry, 'COPY (SELECT ' . join(', ', @names) . " $from) TO STDOUT");
	my %read  = map { $_->{path} =~ /^\$\.("(?:[^"\\]|\\.)*"|[^."\[]+)/ ? ($1 => 1) : () }
	  grep { $_->{source} eq 'path' } @$columns;
	my %number;
	for my $i (0 .. $#lines)
	{
		my ($number, $file, $size, $mtime, $offset, $line, $raw, $rescued, $key) = fields($lines[$i]);
		my $bytes = $entry->{bytes}{$file} //= bytes_of($file);
		my $row   = $rows->[$i]{row};
		my @wrong;
		push @wrong, "number $number" if $number != ++$number{$file};
		push @wrong, "file $file" if !grep { index($file, $_) == 0 } @{ $entry->{paths} };
		push @wrong, "size $size" if $size != -s $file;
		push @wrong, "mtime $mtime" if int $mtime != (stat $file)[9];
		push @wrong, "raw at $offset" if substr($bytes, $offset, length $raw) ne $raw;
		push @wrong, "line $line" if $line != 1 + (substr($bytes, 0, $offset) =~ tr/\n//);
		push @wrong, "key $key" if $entry->{key} && $key ne encoded($rows->[$i]{key});
		if (is_records($entry))
		{
			push @wrong, 'raw is not the row' if $json->encode($json->decode($raw)) ne $json->encode($row);
			my %rest = ref $row eq 'HASH' ? map { $_ => $row->{$_} } grep { !$read{ step($_) =~ s/^\.//r } } keys %$row : ();
			my $rest = %rest ? $json->encode(\%rest) : 'none';
			$rescued = defined $rescued ? $json->encode($json->decode($rescued)) : 'none';
			push @wrong, "rescued $rescued, not $rest" if $rescued ne $rest;
		}
		next if !@wrong;
		++$bad;
		diag "row $i: ", join ', ', @wrong if $bad < 4;
	}
	is($bad, 0, "$entry->{name}: number, file, size, mtime, offset, line, raw" . ($entry->{key} ? ', key' : ''));
	return;
}

sub encoded
{
	my $text = shift;
	utf8::encode($text);
	return $text;
}

sub bytes_of
{
	my $file = shift;
	return $file =~ /\.gz$/ ? scalar `gzip -dc '$file' 2>/dev/null` : slurp_file($file);
}

# The error that reading the table to its end gives.
sub check_error
{
	my $entry = shift;
	my $table = $entry->{rows} ? '' : create_table($entry, $entry->{definition});
	my $err   = '';
	$node->psql(
		'postgres', "\\set VERBOSITY verbose\n$table SELECT * FROM $entry->{table}",
		stdout => \my $out, stderr => \$err, on_error_stop => 0);
	my ($error) = $err =~ /ERROR:  (.*)/;
	my $want = $entry->{error} =~ s/FILE/file "$entry->{paths}[0]"/r;
	is($error, $want, "$entry->{name}: error");
	return;
}

sub check_no_rows
{
	my $entry  = shift;
	my $create = create_table($entry, $entry->{definition});
	my ($count) = query($entry, "$create SELECT count(*) FROM $entry->{table}");
	is($count, 0, "$entry->{name}: no rows") if defined $count;
	return;
}

my %covered;
my $tables = 0;
for my $entry (sample_tables())
{
	++$tables;
	$entry->{name}  = $entry->{file} . ($entry->{part} ? " ($entry->{part})" : '');
	$entry->{table} = "sample_$tables";
	my $pattern = "$samples/$entry->{file}";
	$entry->{options}{ $entry->{file} =~ /\*|\/$/ ? 'files' : 'filename' } = $pattern;
	$entry->{paths} = [ sort glob $pattern =~ s{/$}{/*}r ];
	$covered{$_} = 1 for @{ $entry->{paths} };
	eval {
		check_rows($entry) if $entry->{rows};
		check_error($entry) if $entry->{error};
		check_no_rows($entry) if !$entry->{rows} && !$entry->{error};
		1;
	} or fail("$entry->{name}: $@");
}

# No file without a table.
my @left;
find(sub { push @left, $File::Find::name if -f && !/\.md$/ && !$covered{$File::Find::name} }, $samples);
is("@left", '', 'every file has a table');

$node->stop;
done_testing();
