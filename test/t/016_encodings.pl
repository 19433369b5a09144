# Databases in LATIN1, EUC_JP and SQL_ASCII, files in every encoding: fault 32 of RELIABILITY.md. What the
# database can hold arrives as PostgreSQL's own conversion would bring it; what it cannot hold is an error
# of that value, with its place.
use strict;
use warnings;
use Encode qw(encode decode);
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

# Results come as UTF-8, whatever the database.
$ENV{PGCLIENTENCODING} = 'UTF8';
my $node = start_server('encodings');
my $dir  = PostgreSQL::Test::Utils::tempdir_short();

# query(database, sql in characters): output and errors, in characters.
sub query
{
	my ($database, $sql) = @_;
	my ($stdout, $stderr) = ('', '');
	$node->psql($database, encode('UTF-8', $sql), stdout => \$stdout, stderr => \$stderr,
		extra_params => [ '--field-separator=|', '-v', 'VERBOSITY=verbose' ]);
	return (decode('UTF-8', $stdout), decode('UTF-8', $stderr));
}

sub put
{
	my ($name, $bytes) = @_;
	unlink "$dir/$name";
	append_to_file("$dir/$name", $bytes);
	return "$dir/$name";
}

# PostgreSQL's name, Encode's name, a text in it.
my @encodings = (
	[ 'UTF8', 'UTF-8', "Zürich 京都 Київ" ],
	[ 'LATIN1', 'iso-8859-1', "Zürich Ærø" ],
	[ 'LATIN2', 'iso-8859-2', "Łódź Zürich" ],
	[ 'LATIN9', 'iso-8859-15', "Cœuvres € Zürich" ],
	[ 'WIN1252', 'cp1252', "„Zürich“ €" ],
	[ 'WIN1251', 'cp1251', "Москва Київ" ],
	[ 'KOI8R', 'koi8-r', "Москва" ],
	[ 'ISO_8859_7', 'iso-8859-7', "Αθήνα" ],
	[ 'EUC_JP', 'euc-jp', "東京 ｱｲｳ 丂" ],
	[ 'EUC_KR', 'euc-kr', "서울 釜山" ],
	[ 'EUC_CN', 'euc-cn', "北京 上海" ]);
utf8::decode($_->[2]) for @encodings;
my %of_database = (LATIN1 => 'iso-8859-1', EUC_JP => 'euc-jp', SQL_ASCII => 'UTF-8');

for my $database (sort keys %of_database)
{
	$node->safe_psql('postgres',
		"CREATE DATABASE \"$database\" ENCODING '$database' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
	my (undef, $refused) = query($database, q{CREATE EXTENSION weather_fdw; CREATE SERVER weather FOREIGN DATA WRAPPER weather_fdw});
	is($refused, '', "$database: CREATE EXTENSION");

	# Each word of each text a row: those that the database has arrive, the others are named.
	for my $encoding (@encodings)
	{
		my ($name, $encoder, $text) = @$encoding;
		my @words = split / /, $text;
		my $file  = put('words.json', encode($encoder, join '', map { qq({"w":"$_"}\n) } @words));
		query($database, "DROP FOREIGN TABLE IF EXISTS words; CREATE FOREIGN TABLE words (w text, o bigint OPTIONS (metadata 'offset'))
			SERVER weather OPTIONS (filename '$file', encoding '$name')");
		my $offset = 0;
		for my $line (1 .. @words)
		{
			my $word = $words[ $line - 1 ];
			my ($out, $error) = query($database, "SELECT w, o FROM words OFFSET $line - 1 LIMIT 1");
			my $copy = $word;
			if (defined eval { encode($of_database{$database}, $copy, Encode::FB_CROAK) })
			{
				is($out, "$word|$offset", encode('UTF-8', "$database: $word of a file in $name"))
				  or diag(encode('UTF-8', $error));
			}
			else
			{
				like($error, qr/ERROR:  22P05: invalid value .*for column "w" in file "\Q$file\E", line $line, byte offset $offset: character with byte sequence/,
					encode('UTF-8', "$database: $word of a file in $name is an error of that value"));
			}
			last if $error;
			$offset += length encode($encoder, qq({"w":"$word"}\n));
		}
	}
}

# Where PostgreSQL converts between file and database itself, it makes the same of it: all single bytes.
for my $pair ([ 'LATIN1', 'UTF8' ], [ 'EUC_JP', 'UTF8' ], [ 'LATIN1', 'LATIN1' ])
{
	my ($database, $name) = @$pair;
	my $word = $database eq 'EUC_JP' ? "\x{6771}\x{4EAC}" : join '', map { chr } 0xA0 .. 0xFF;
	my $bytes = encode($name eq 'UTF8' ? 'UTF-8' : 'iso-8859-1', $word);
	my $file = put('all.json', qq({"w":"$bytes"}));
	query($database, "DROP FOREIGN TABLE words; CREATE FOREIGN TABLE words (w text) SERVER weather OPTIONS (filename '$file', encoding '$name')");
	is((query($database, "SELECT w = convert_from('\\x" . unpack('H*', $bytes) . "', '$name') FROM words"))[0],
		't', "$database: what convert_from() makes of $name");
}

# ---- Names, paths, types, messages

for my $case (
	[ 'LATIN1', 'LATIN1', 'é', 'Zürich' ], [ 'LATIN1', 'UTF8', 'é', 'Zürich' ], [ 'LATIN1', 'WIN1252', 'é', 'Zürich' ],
	[ 'EUC_JP', 'EUC_JP', '気温', '東京都内' ], [ 'EUC_JP', 'UTF8', '気温', '東京都内' ],
	[ 'SQL_ASCII', 'LATIN1', 'é', 'Zürich' ], [ 'SQL_ASCII', 'EUC_JP', '気温', '東京都内' ])
{
	my ($database, $name, $column, $value) = @$case;
	utf8::decode($_) for $column, $value;
	my $encoder = { LATIN1 => 'iso-8859-1', WIN1252 => 'cp1252', EUC_JP => 'euc-jp', UTF8 => 'UTF-8' }->{$name};
	my $what = "$database, a file in $name";
	my $file = put('names.json', encode($encoder, qq({"$column":{"$column":"$value"},"$value":[{"$column":"$value","n":1},\n{"$column":"x","n":"$value"}]})));
	my $characters = $database eq 'SQL_ASCII' ? length encode('UTF-8', $value) : length $value;
	query($database, qq{DROP FOREIGN TABLE IF EXISTS names; CREATE FOREIGN TABLE names ("$column" text, c char($characters) OPTIONS (path '\$.$column'),
		d text OPTIONS (document_path '\$.$column."$column"'), j jsonb OPTIONS (path '\$'), js json OPTIONS (path '\$'), n integer)
		SERVER weather OPTIONS (filename '$file', encoding '$name', row_path '\$."$value"[*]')});
	is((query($database, qq{SELECT "$column", c, d, j ->> '$column', js ->> '$column', length(c), n FROM names LIMIT 1}))[0],
		"$value|$value|$value|$value|$value|$characters|1", "$what: names, paths, char(n), json");
	my $offset = length encode($encoder, qq({"$column":{"$column":"$value"},"$value":[{"$column":"$value","n":1},\n));
	my ($out, $error) = query($database, qq{SELECT count(n) FROM names});
	like($error, qr/ERROR:  22P02: invalid value "\Q$value\E" for column "n" in file "\Q$file\E", line 2, byte offset $offset: /,
		"$what: the message shows the value");
	my $short = $characters - 1;
	($out, $error) = query($database, qq{ALTER FOREIGN TABLE names ALTER c TYPE char($short); SELECT c FROM names});
	like($error, qr/ERROR:  22001: invalid value "\Q$value\E" for column "c" .*value too long/, "$what: char(n) counts characters");
	my $path = qq{\$."$value" x};
	($out, $error) = query($database, qq{ALTER FOREIGN TABLE names OPTIONS (SET row_path '$path')});
	like($error, qr/ERROR:  22023: invalid path "\Q$path\E"/, "$what: the message shows the path");
	($out, $error) = query($database, qq{EXPLAIN SELECT * FROM names});
	like($out, qr/Foreign Scan on names/, "$what: EXPLAIN");
}

# A character that the database does not have: beside what is read it does no harm; in a message it is a question
# mark.
{
	my $file = put('euro.json', encode('UTF-8', qq({"a":1,"x":"\x{20AC}","\x{20AC}":2}\n{"a":"\xE9\x{20AC}"}\n)));
	query('LATIN1', "CREATE FOREIGN TABLE euro (a integer, x text, j jsonb OPTIONS (path '\$'), r json OPTIONS (metadata 'rescued')) SERVER weather OPTIONS (filename '$file')");
	is((query('LATIN1', 'SELECT a FROM euro LIMIT 1'))[0], '1', 'LATIN1: a euro beside what is read');
	for my $column (qw(x j r))
	{
		like((query('LATIN1', "SELECT $column FROM euro LIMIT 1"))[1],
			qr/ERROR:  22P05: invalid value .* for column "$column" in file "\Q$file\E", line 1, byte offset 0: .*0xe2 0x82 0xac in encoding "UTF8" has no equivalent in encoding "LATIN1"/,
			"LATIN1: a euro in column $column");
	}
	like((query('LATIN1', 'SELECT a FROM euro'))[1], qr/ERROR:  22P05: invalid value "\xE9\?" for column "a" .* line 2/,
		'LATIN1: a euro in an integer');
	put('euro.json', encode('UTF-8', qq({"a":["\xE9\x{20AC}"]})));
	like((query('LATIN1', 'SELECT a FROM euro'))[1], qr/ERROR:  22P02: invalid value \["\xE9\?"\] for column "a" .* line 1/,
		'LATIN1: a euro in a message of the engine');
	put('euro.json', '{"j":"\u20ac"}');
	query('LATIN1', "ALTER FOREIGN TABLE euro OPTIONS (ADD empty_rows 'null')");
	is((query('LATIN1', 'SELECT r FROM euro'))[0], '{"j":"\u20ac"}', 'LATIN1: an escape in json stays one');
	like((query('LATIN1', 'SELECT j FROM euro'))[1], qr/ERROR:  22P05: invalid value .* for column "j"/, 'LATIN1: an escape in jsonb is converted');
}

# Malformed files, and names of files that are not valid in the database.
for my $database (sort keys %of_database)
{
	my $file = put("caf\xE9.json", "{\"a\":\"x\"}\n{\"a\":\"\xFF\xFF\"}\n");
	query($database, "CREATE FOREIGN TABLE bad (a text, f text OPTIONS (metadata 'filename')) SERVER weather OPTIONS (files '$dir/caf*')");
	my $shown = $database eq 'LATIN1' ? "caf\xE9" : 'caf\\xe9';
	my ($out, $error) = query($database, 'SELECT a FROM bad');
	like($error, qr/ERROR:  22021: malformed JSON in file "\Q$dir\/$shown.json\E", line 2, byte offset 16: invalid byte sequence for encoding UTF8/,
		"$database: a malformed file with an odd name");
	($out, $error) = query($database, 'SELECT length(f) FROM bad LIMIT 1');
	if ($database eq 'EUC_JP')
	{
		like($error, qr{ERROR:  22021: the name of file ".*\\xe9\.json" is not valid in the database's encoding}, "$database: a name that is no text is an error as metadata");
	}
	else
	{
		is($error, '', "$database: the name is text as it stands");
	}
}

$node->stop;
done_testing();
