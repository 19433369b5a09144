# The reports, against what jq makes of the same files: it strips the commas, keeps the last line of each
# key and groups by days and months of a zone given by its offset.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('views');
my $dir  = PostgreSQL::Test::Utils::tempdir();

# Either form, made one; $offset is the zone's, in seconds. Months are named by their first day.
my $READ = <<'EOF';
[ inputs | { city: (if has("city") then .city else .name end),
             time: (if has("dt") then .dt else .timestamp | sub(" "; "T") + "Z" | fromdate end),
             temp: (.temp // .main.temp), max: (.temp_max // .main.temp_max), min: (.temp_min // .main.temp_min),
             latitude: (.latitude // .coord.lat), longitude: (.longitude // .coord.lon) }
         | .day = (.time + $offset | todate[0:10]) | .month = .day[0:8] + "01" ]
| reduce .[] as $row ({}; .[$row | "\(.city) \(.latitude) \(.longitude) \(.time)"] = $row) | [.[]]
EOF

# A report's name => what jq makes of the observations, what the server is asked. (Seven digits of an
# average: a day's sum of hundredths over 480, or 380, or 100 rows then never lies on the edge of rounding.)
my %REPORTS = (
	distinct => [
		q{.[] | [.city, .time, .temp, .max, .min, .latitude, .longitude]},
		q{SELECT jsonb_build_array(city, extract(epoch FROM observed_at)::bigint, temp, temp_max, temp_min,
		                           latitude, longitude) FROM %s}
	],
	monthly_max => [
		q{group_by([.city, .month])[] | max_by([.max, -.time]) | [.city, .month, .time, .max]},
		q{SELECT jsonb_build_array(city, month, extract(epoch FROM observed_at)::bigint, temp_max) FROM %s}
	],
	daily => [
		q{group_by(.day)[] | [.[0].day, ((map(.temp) | add) / length * 1e7 | round / 1e7),
		                      min_by([.min, .city]).min, min_by([.min, .city]).city,
		                      ((map(.max) | max) as $max | map(select(.max == $max).city) | min)]},
		q{SELECT jsonb_build_array(day, round(avg_temp::numeric, 7)::float8, min_temp, min_city, max_city) FROM %s}
	]);

# jq(program, file, offset): its lines, sorted.
sub jq
{
	my ($program, $file, $offset) = @_;
	my ($stdout, $stderr);
	IPC::Run::run(
		[ 'sed', 's/,$//', $file ],
		'|', [ 'jq', '-n', '-c', '--argjson', 'offset', $offset, "$READ | $program" ],
		'>', \$stdout, '2>', \$stderr) or BAIL_OUT("jq: $stderr");
	return sort split /\n/, $stdout;
}

# The same, of the server: numbers and texts in jq's spelling.
sub report
{
	my ($query) = @_;
	$node->psql('postgres', $query, stdout => \my $rows, on_error_die => 1);
	my ($stdout, $stderr);
	IPC::Run::run([ 'jq', '-c', '.' ], '<', \$rows, '>', \$stdout, '2>', \$stderr) or BAIL_OUT("jq: $stderr");
	return sort split /\n/, $stdout;
}

generate("$dir/by_city.json", 'flat', 1);
generate("$dir/by_location.json", 'owm', 2);
my @files = (by_city => "$dir/by_city.json", by_location => "$dir/by_location.json", source_timezone => 'UTC');

# New York is five hours behind UTC in all of the data's months, so that days and months end elsewhere.
my %offsets = ('UTC' => 0, 'America/New_York' => -5 * 3600);
for my $zone (sort keys %offsets)
{
	is((setup($node, @files, report_timezone => $zone))[0], 0, "$zone: set-up");
	is((refresh($node))[0], 0, "$zone: refresh");
	for my $source (qw(by_city by_location))
	{
		for my $name (sort keys %REPORTS)
		{
			my ($program, $query) = @{ $REPORTS{$name} };
			my @wanted = jq($program, "$dir/$source.json", $offsets{$zone});
			my @got = report(sprintf $query, "weather_${source}_$name");
			cmp_ok(scalar @wanted, '>', 30, "$zone, $source, $name: there are rows");
			is_deeply(\@got, \@wanted, "$zone, $source, $name: what jq says");
		}
	}
}

# The zone is that of the set-up, whatever the session's.
{
	my $query = sprintf $REPORTS{daily}[1], 'weather_by_city_daily';
	my @here = report($query);
	local $ENV{PGTZ} = 'Asia/Tokyo';
	is_deeply([ report($query) ], \@here, "the session's zone changes nothing");
}

# The data can tell a right report from a wrong one.
{
	my $groups = sub {
		my ($source, $key) = @_;
		return (jq("group_by($key)[] | length", "$dir/$source.json", 0));
	};
	for my $source (qw(by_city by_location))
	{
		my $months = () = $groups->($source, '[.city, .month]');
		my $days = () = $groups->($source, '.day');
		cmp_ok($months, '>', () = $groups->($source, '[.city, .month[5:7]]'), "$source: a month of two years");
		cmp_ok($days, '>', () = $groups->($source, '.day[8:10]'), "$source: a day of two months");
		cmp_ok($days, '>', () = $groups->($source, '.day[5:10]'), "$source: a day of two years");

		my $tied = sub { return scalar(() = jq("$_[0] | select(length > 1)", "$dir/$source.json", 0)) };
		cmp_ok($tied->('group_by([.city, .month])[] | (map(.max) | max) as $max | map(select(.max == $max))'),
			'>=', 10, "$source: months with two highest values");
		cmp_ok($tied->('group_by(.day)[] | (map(.max) | max) as $max | map(select(.max == $max).city) | unique'),
			'>=', 5, "$source: days with two warmest cities");
		cmp_ok($tied->('group_by(.day)[] | (map(.min) | min) as $min | map(select(.min == $min).city) | unique'),
			'>=', 5, "$source: days with two coldest cities");
	}
}

# A missing temperature is no highest and no lowest one; a day without any still is a day.
$node->safe_psql('postgres', q{
	TRUNCATE weather_by_city;
	INSERT INTO weather_by_city VALUES
		('a', '2022-03-14 12:00+00', NULL, NULL, NULL, 0, 0),
		('b', '2022-03-14 12:00+00', 3, NULL, 2, 0, 0),
		('c', '2022-03-14 13:00+00', 5, 6, NULL, 0, 0),
		('a', '2022-03-15 12:00+00', NULL, NULL, NULL, 0, 0)});
is($node->safe_psql('postgres', 'SELECT * FROM weather_by_city_daily ORDER BY day'),
	"2022-03-14|4|2|b|c\n2022-03-15||||", 'NULL in the daily report');
is($node->safe_psql('postgres', 'SELECT city, month, temp_max FROM weather_by_city_monthly_max'),
	'c|2022-03-01|6', 'NULL in the monthly report');

$node->stop;
done_testing();
