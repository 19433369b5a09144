# README.md tells the truth: its tour and its examples run, its options are those that the extension
# takes, and its messages are those that bad files get.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

local $ENV{PGTZ} = 'UTC';
delete local $ENV{PGOPTIONS};

my $node = start_server('readme');
my $tmp = PostgreSQL::Test::Utils::tempdir_short();
my $readme = slurp_file("$TOP/README.md");
utf8::decode($readme);

# psql on a text as it stands in README, but for /tmp, where two users' tests would meet; its status,
# output and errors.
sub run
{
	my ($sql, $database) = @_;
	$sql =~ s{/tmp/}{$tmp/}g;
	utf8::encode($sql);
	my ($stdout, $stderr) = ('', '');
	my $status = $node->psql(
		$database || 'postgres', $sql,
		stdout        => \$stdout,
		stderr        => \$stderr,
		on_error_stop => 1,
		extra_params  => [ '--no-align', '--field-separator=|', '--quiet' ]);
	utf8::decode($stderr);
	return ($status, $stdout, $stderr);
}

# section(title): the README's text from this heading to the next.
sub section
{
	my $title = shift;
	my ($text) = $readme =~ /^#+ \Q$title\E\n(.*?)(?=^#|\z)/ms or BAIL_OUT("README has no section $title");
	return $text;
}

# What the first column of a section's first table names; a cell may name several.
sub names_in_table
{
	my ($table) = section(shift) =~ /((?:^\|.*\n)+)/m;
	return map { /`(\w+)`/g } $table =~ /^\|([^|]*)\|/mg;
}

# The sql blocks, by their marker. A block without marker would never be run.
my @blocks = $readme =~ /^```sql\n(.*?)^```$/msg;
is(scalar(grep { !/\A-- (tour|cron|example)\n/ } @blocks), 0, 'each sql block has a marker');
my ($tour) = grep { /\A-- tour\n/ } @blocks;
my @examples = grep { /\A-- example\n/ } @blocks;
my ($cron) = grep { /\A-- cron\n/ } @blocks;

# The tour.
{
	my $lines = () = $tour =~ /\n/g;
	cmp_ok($lines, '<=', 25, "the tour has at most 25 lines ($lines)");
	my $before = () = substr($readme, 0, index($readme, '-- tour')) =~ /\n/g;
	cmp_ok($before, '<=', 25, 'the tour begins on the first screen');
	my ($status, $stdout, $stderr) = run($tour);
	is($status, 0, 'the tour runs');
	is($stderr, '', 'the tour: without a complaint');
	like($stdout, qr/^London\|2022-03-14 22:10:41\+00\|6\.9\|0\.4\|\|1
London\|2022-03-14 23:10:41\+00\|6\.5\|\|\|2
Oslo\|2022-03-14 22:10:41\+00\|-3\.2\|\|\{Snow\}\|3$/m, 'the tour: the observations');
	like($stdout, qr/^London\|2022-03-14\|6\.7\nOslo\|2022-03-14\|-3\.2$/m, 'the tour: the native table');
	# what README shows of it
	my @shown = $readme =~ /^ ((?:London|Oslo) +\|.*)$/mg;
	is(scalar(@shown), 3, 'README shows the three rows');
	for my $row (@shown)
	{
		$row =~ s/ *\| */|/g;
		like($stdout, qr/^\Q$row\E$/m, "README shows what comes: $row");
	}
	my ($plan) = section('EXPLAIN') =~ /^```\n(.*?)^```$/ms;
	for my $line (split /\n/, $plan)
	{
		$line =~ s/^ +//;
		$line =~ s{/tmp/}{$tmp/};
		like($stdout, qr/^ *\Q$line\E$/m, "README shows the plan's line: $line");
	}
}

# The examples, in README's order, after the tour.
for my $example (@examples)
{
	my ($status, $stdout, $stderr) = run($example);
	my ($name) = $example =~ /CREATE (?:FOREIGN TABLE|ROLE) (\w+)/;
	my $announced = join '', map { "$_\n" } $example =~ /-- with a (NOTICE: .*)/g;
	$stderr =~ s/^psql:\S+ (NOTICE:) +/$1 /mg;
	is("$status $stderr\n", "0 $announced\n" =~ s/\n\n/\n/r, "example $name runs");
	isnt($stdout, '', "example $name shows something");
}

# The block for pg_cron: what it schedules loads the tables. (That the real pg_cron runs such a job is
# 004_cron.pl's to say; here its function only takes the job down.)
{
	generate("$tmp/weather.json", 'flat', 1);
	my ($status, undef, $stderr) =
	  setup($node, by_city => "$tmp/weather.json", by_location => "$tmp/weather.json", source_timezone => 'UTC');
	is($status, 0, 'set-up') or diag($stderr);
	run(q{CREATE SCHEMA cron; CREATE TABLE cron.job (command text);
	      CREATE FUNCTION cron.schedule(name text, schedule text, command text) RETURNS void LANGUAGE SQL
	      AS 'INSERT INTO cron.job VALUES (command)'});
	$cron =~ s/^CREATE EXTENSION.*\n//m or die;
	($status, undef, $stderr) = run($cron);
	is("$status $stderr", '0 ', 'the block for pg_cron runs');
	my (undef, $report) = run($node->safe_psql('postgres', 'SELECT command FROM cron.job'));
	like($report, qr/^weather_by_city\|16003\|15840\|0\|0\|163\|0$/m, 'its job loads weather_by_city');
	like($report, qr/^weather_by_location\|16003\|15840\|0\|0\|163\|0$/m, 'its job loads weather_by_location');
	my ($shown) = section('The two-table job') =~ /^ (weather_by_city +\|.*)$/m;
	$shown =~ s/ *\| */|/g;
	like($report, qr/^\Q$shown\E$/m, 'README shows what it reports');
}

# Options: the hint names what is valid in each place.
{
	my %place = (
		Table  => q{CREATE FOREIGN TABLE x () SERVER tour OPTIONS (nosuch '')},
		Server => q{CREATE SERVER x FOREIGN DATA WRAPPER weather_fdw OPTIONS (nosuch '')},
		Column => q{CREATE FOREIGN TABLE x (a int OPTIONS (nosuch '')) SERVER tour OPTIONS (filename '/x')});
	for my $kind (sort keys %place)
	{
		my (undef, undef, $stderr) = run($place{$kind});
		my ($valid) = $stderr =~ /HINT:  Valid options in this context are: (.*)\.$/m;
		my %documented = map { $_ => 1 } names_in_table("$kind options");
		is(join(' ', sort keys %documented), join(' ', sort split /, /, $valid), "$kind options: those of the extension");
	}
	# The words of the choices.
	for my $choice (
		[ 'Table',  'orient',      'records columns split' ],
		[ 'Table',  'framing',     'auto lines ndjson newline_delimited concatenated unstructured array' ],
		[ 'Table',  'compression', 'auto none gzip zstd' ],
		[ 'Table',  'empty_rows',  'error null' ],
		[ 'Table',  'on_error',    'stop ignore set_null' ],
		[ 'Table',  'format',      'json' ],
		[ 'Column', 'on_empty',    'null error default' ],
		[ 'Column', 'on_error',    'null error default' ],
		[ 'Table',  'log_verbosity', 'default verbose silent' ],
		[ 'Column', 'epoch',       's ms us' ],
		[ 'Column', 'metadata',    'filename size mtime offset line key raw rescued error' ])
	{
		my ($kind, $option, $words) = @$choice;
		my $list = "$option 'nosuch'";
		my (undef, undef, $stderr) = run($kind eq 'Table'
			? "CREATE FOREIGN TABLE x () SERVER tour OPTIONS (filename '/x', $list)"
			: "CREATE FOREIGN TABLE x (a int OPTIONS ($list)) SERVER tour OPTIONS (filename '/x')");
		my ($valid) = $stderr =~ /HINT:  Valid values are: (.*)\.$/m;
		is(join(' ', $valid =~ /"(\w+)"/g), $words, "$option: its words");
		my ($row) = section("$kind options") =~ /^(\| `$option` \|.*)$/m;
		like($row, qr/`$_`/, "$option: README has $_") for split / /, $words;
	}
}

# Settings.
{
	my (undef, $settings) = run(q{LOAD 'weather_fdw'; SELECT concat_ws(' ', name, array_to_string(enumvals, ' '), boot_val)
		FROM pg_settings WHERE name LIKE 'weather_fdw.%'});
	for my $setting (split /\n/, $settings)
	{
		my ($name, @words) = split / /, $setting;
		my ($row) = section('Settings') =~ /^(\| `\Q$name\E` \|.*)$/m;
		like($row || '', qr/`$_`/, "$name: README has $_") for @words;
	}
	my @documented = section('Settings') =~ /^\| `(weather_fdw\.\w+)`/mg;
	is(scalar(@documented), scalar(split /\n/, $settings), 'README has as many settings as there are');
}

# Shapes: what the table of shapes names is in an example, and those run.
{
	my ($table) = section('Shapes') =~ /((?:^\|.*\n)+)/m;
	my @options = $table =~ /`((?:row_path|orient|header_path|metadata) '[^'`]+')`/g;
	cmp_ok(scalar(@options), '>', 10, 'README has shapes');
	my %shown = map { $_ => 1 } map { /\b((?:row_path|orient|header_path|metadata) '[^']+')/g } @examples;
	# the shortest forms stand for themselves
	my %plain = map { $_ => 1 } ("row_path '\$'", "row_path '\$.current'", "row_path '\$.hourly[*]'");
	ok($shown{$_} || $plain{$_}, "an example shows $_") for @options;
}

# Messages. Each case is a file (or, with another key, other options), a column, and gets an error that
# README has; each error that README has is one of a case.
{
	my (%form, %seen);
	for my $row (section('Errors') =~ /^\| (\w{5} \| `[^`]*`)/mg)
	{
		my ($state, $form) = $row =~ /^(\w{5}) \| `(.*)`$/;
		my $pattern = join '.+?', map { quotemeta } split /…/, $form, -1;
		my $place = '(?:file|the output of program) ".*?", line \d+, byte offset \d+';
		$pattern =~ s/PLACE/$place/;
		$pattern =~ s/VALUE/\\S.*?/;
		$pattern =~ s/COLUMN/.*?/;
		$pattern =~ s/(position|offset)\\ N/$1 \\d+/;
		$pattern =~ s/\\\(N\\\)/\\(\\d+\\)/;
		$form{"$state $form"} = qr/^(?:psql:\S+ )?ERROR:  $state: $pattern/m;
	}
	cmp_ok(scalar(keys %form), '>', 30, 'README has messages');

	my $gzip = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab";
	my @cases = (
		[ "{\"a\":1},,\n" ], ['{"a":NaN}'], ["{\"a\":1}\n{\n\"a\":1}"], ["\xff\xfe{\x00"], ["{\"a\":\"\xe9\"}"],
		[ "{\"a\":\"\xe9\"}", 'a text', "encoding 'EUC_JP'" ], [ "{\"a\":\"\x81\"}", 'a text', "encoding 'WIN1252'" ],
		[ '[' x 1100 ], [ '{"a":"' . 'x' x 2000 . '"}', 'a text', "maximum_object_size '1kB'" ], [$gzip],
		['{"cod":"404","message":"city not found"}'], [ '{"a":null}', q{a int OPTIONS (on_empty 'error')} ],
		[ '{"b":1}', 'a int NOT NULL, b int' ], [ '{"a":{}}', 'a float8' ], [ '{"a":1}', 'a timestamptz' ],
		['{"a":"NA"}'], ['{"a":1.5}'], [ '{"a":[[1],[2,3]]}', 'a int[]' ], [ '{"a":"\ud800"}', 'a text' ],
		[ '{"a":"\u0000"}', 'a text' ], [ '{"a":40000}', 'a smallint' ], [ '{"a":"abcd"}', 'a varchar(3)' ],
		[ '{"a":-300}', 'a celsius' ], [ '{"a":"2022-03-14 22:10"}', 'a timestamptz' ],
		[ '{"a":"2022-03-14 22:10Z"}', 'a timestamp' ], [ '{"a":"2022-03-14 22:10"}', 'a date' ],
		[ '{"a":"2022-03-14 22:10","z":"Mars"}', q{a timestamptz OPTIONS (timezone_path '$.z')} ],
		[ '{"a":"2022-03-14 22:10","z":1.5}', q{a timestamptz OPTIONS (utc_offset_path '$.z')} ],
		[ '', q{a timestamptz OPTIONS (timezone_path '$.z[*]')} ],
		[ '{"a":"2022-03-14 22:10"}', 'a time' ], [ '{"a":"22:10Z"}', 'a time' ], [ '{"a":"14.03.2022"}', 'a timestamp' ], [ '{"a":"2022-13-14"}', 'a timestamp' ],
		[ undef, 'a int', "filename '/tmp/none.json'" ], [ undef, 'a int', "filename '/tmp/unreadable.json'" ],
		[ undef, q{a int, file text OPTIONS (metadata 'filename')}, "files '/tmp/invalid_name'" ],
		[ undef, 'a int', "filename '/tmp'" ], [ undef, 'a int', "program 'exit 3'" ],
		[ undef, 'a int', "filename '/x', nosuch ''" ], [ undef, 'a int', "filename '/x', header ''" ],
		[ undef, 'a int', "filename '/x', program 'true'" ], [ undef, 'a int', "filename 'x'" ],
		[ '', q{a int OPTIONS (epoch 's')} ], [ '', q{a int OPTIONS (path '$[*]')} ], [ '', q{a int OPTIONS (path 'a')} ],
		[ '{"a":1}', q{a int NOT NULL, e text OPTIONS (metadata 'error')} ],
		[ '', 'a int', q{reject_limit '1'} ], [ '', 'a int', q{on_error 'ignore', reject_limit '0'} ],
		[ '', q{a int OPTIONS (default '1')} ],
		[ "{\"a\":1.5}\n{\"a\":1.5}", 'a int', q{on_error 'ignore', reject_limit '1'} ],
		[ '{"l":[{"a":1}],"l":[]}', 'a int', q{row_path '$.l[*]'} ],
		[ '{"l":[{"a":1}],"d":"' . 'x' x 2000 . '"}', 'a int', q{row_path '$.l[*]', maximum_object_size '1kB'} ],
		[ '{"l":[{"a":1}],"d":["' . 'x' x 60000 . '","' . 'x' x 60000 . '"]}',
			q{a int, d text[] OPTIONS (document_path '$.d[*]')}, q{row_path '$.l[*]', maximum_object_size '64kB'} ],
		[ undef, q{a int, d int OPTIONS (document_path '$.d')},
			q{program 'echo "{\"l\":["; yes "{\"a\":1}," | head -n 200000; echo "{}]}"', row_path '$.l[*]', maximum_object_size '1kB'} ],
		[ '{"a":1}', 'a int', q{orient 'columns'} ], [ '{"a":{"1":1}}', 'a int', q{orient 'columns'} ],
		[ '{"h":["a"],"r":[1]}', 'a int', q{orient 'split', row_path '$.r[*]', header_path '$.h'} ],
		[ '{"h":["a"],"r":[[1,2]]}', 'a int', q{orient 'split', row_path '$.r[*]', header_path '$.h'} ],
		[ '{"r":[[1]]}', 'a int', q{orient 'split', row_path '$.r[*]', header_path '$.h'} ],
		[ '', 'a int', q{orient 'split'} ], [ '', 'a int', q{orient 'split', header_path '$.h'} ],
		[ '', q{a int OPTIONS (path '$.a.b')}, q{orient 'split', row_path '$.r[*]', header_path '$.h'} ],
		[ '', q{a int[] OPTIONS (path '$.a[*]')}, q{orient 'columns'} ], [ '', q{a text OPTIONS (metadata 'key')} ],
		[ '{"a":1}', 'a int', '', 'ALTER FOREIGN TABLE x OWNER TO weather_reader;' ],
		[ '{"a":1}', 'a int, b int GENERATED ALWAYS AS (a + 1) STORED' ],
		[ '{"a":1}', 'a int', '', 'SELECT * FROM x FOR UPDATE;' ], [ '{"a":1}', 'a int', '', 'SELECT ctid FROM x;' ],
		[ undef, 'a int', "filename '/etc/hostname'", q{ALTER SERVER tour OPTIONS (ADD allowed_directories '/nowhere');
			GRANT USAGE ON FOREIGN SERVER tour TO weather_engineer; ALTER FOREIGN TABLE x OWNER TO weather_engineer;} ],
		[ '', 'a int', '', q{ALTER SERVER landing_zone OWNER TO weather_engineer; SET ROLE weather_engineer;
			ALTER SERVER landing_zone OPTIONS (ADD framing 'lines');} ],
		[ '', 'a int', '', q{SELECT * FROM weather.files('pg_class');} ],
		[ undef, 'a int', "program 'true'", q{SELECT * FROM weather.files('x');} ],
		[ '', 'a int', '', undef, 'SET ROLE weather_reader;' ]);
	run(q{CREATE DOMAIN celsius AS float8 CHECK (VALUE > -273.15); GRANT CREATE ON SCHEMA public TO weather_reader;
	      GRANT USAGE ON FOREIGN SERVER tour TO weather_reader});
	append_to_file("$tmp/unreadable.json", '{}');
	chmod 0, "$tmp/unreadable.json";
	mkdir "$tmp/invalid_name" or die;
	append_to_file("$tmp/invalid_name/\xff.json", '{"a":1}');

	for my $case (@cases)
	{
		my ($content, $columns, $options, $after, $before) = @$case;
		$columns ||= 'a int';
		if (defined $content)
		{
			unlink "$tmp/case.json";
			append_to_file("$tmp/case.json", $content);
			$options = join ', ', grep { $_ } "filename '/tmp/case.json'", $options;
		}
		my (undef, undef, $stderr) = run(join ' ', '\set VERBOSITY verbose' . "\nBEGIN;", $before || '',
			"CREATE FOREIGN TABLE x ($columns) SERVER tour OPTIONS ($options);", $after || '', 'SELECT * FROM x;');
		my @matching = grep { $stderr =~ $form{$_} } keys %form;
		my ($message) = $stderr =~ /ERROR:  (.*)/;
		isnt(scalar(@matching), 0, 'README has: ' . substr($message || 'no error', 0, 150));
		$seen{$_} = 1 for @matching;
	}
	my $unseen = join "\n", grep { !$seen{$_} } sort keys %form;
	utf8::encode($unseen);
	is($unseen, '', 'every message that README has was seen');
}

# The variables of the scripts, and the words of the refresh.
for my $script (qw(weather_setup.sql weather_refresh.sql weather_export.sql))
{
	my $text = slurp_file(shipped($script));
	like($readme, qr/`\Q$script\E`/, "README names $script");
	my %variables = map { $_ => 1 } $text =~ /(?<!:):['"]?\{?\??(by_city|by_location|schema|partitioned|directory|rows_per_part|\w+_timezone)/g;
	like(section('The two-table job'), qr/`$_`/, "README names the variable $_ of $script") for sort keys %variables;
}

$node->stop;
done_testing();
