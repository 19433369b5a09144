# The two files of the job that this replaces, each through each of the two foreign tables, compared value
# by value with what a JSON library reads in them. The files are not ours to ship: WEATHER_SAMPLES names
# their directory, else they are looked for beside the clone.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use File::Copy;
use JSON::PP;
use POSIX qw(strftime);
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $samples = ($ENV{WEATHER_SAMPLES} // "$TOP/../shared/samples") . '/openweathermap';
my %sample = (flat => 'seed_by_city_head.json', nested => 'seed_by_city_10rec.json');
plan skip_all => "no $samples/$_ (WEATHER_SAMPLES names the directory)"
  for grep { !-r "$samples/$_" } values %sample;

my $node = start_server('real_files');
my $dir  = PostgreSQL::Test::Utils::tempdir();

# The documents of a file, one a line, a comma behind each.
sub documents
{
	my $json = JSON::PP->new->utf8->allow_bignum(0);
	return map { s/,\s*$//r } grep { /\S/ } split /\n/, slurp_file(shift);
}

# The observations of a file: city, time, temp, temp_max, temp_min, latitude, longitude.
sub observations
{
	my ($file, $form) = @_;
	my $json = JSON::PP->new->utf8;
	return map {
		my $d = $json->decode($_);
		$form eq 'flat'
		  ? [ @$d{qw(city timestamp temp temp_max temp_min latitude longitude)} ]
		  : [
			$d->{name}, strftime('%Y-%m-%d %H:%M:%S', gmtime $d->{dt}),
			@{ $d->{main} }{qw(temp temp_max temp_min)}, @{ $d->{coord} }{qw(lat lon)} ]
	} documents($file);
}

for my $form (sort keys %sample)
{
	my $file = "$dir/$form.json";
	copy("$samples/$sample{$form}", $file) or die;
	my @expected = observations($file, $form);
	cmp_ok(scalar @expected, '==', 10, "$form: 10 documents");

	my ($status, undef, $stderr) = setup($node, by_city => $file, by_location => $file, source_timezone => 'UTC');
	is($status, 0, "$form: set-up") or diag $stderr;
	for my $table (qw(weather_by_city_file weather_by_location_file))
	{
		my @got = map { [ split /\|/, $_, -1 ] } split /\n/, $node->safe_psql('postgres', <<SQL);
SET TimeZone = 'America/New_York';
SELECT city, (observed_at AT TIME ZONE 'UTC')::timestamp(0), temp, temp_max, temp_min, latitude, longitude FROM $table ORDER BY source_offset;
SQL
		is(scalar @got, scalar @expected, "$form through $table: rows");
		my $different = 0;
		for my $i (0 .. $#expected)
		{
			for my $j (0 .. 6)
			{
				my ($want, $have) = ($expected[$i][$j], $got[$i][$j]);
				utf8::encode($want) if $j == 0;
				next if $j < 2 ? $have eq $want : defined $want ? $have == $want : $have eq '';
				++$different;
				diag "row $i, value $j: got $have, not " . ($want // 'null');
			}
		}
		is($different, 0, "$form through $table: 70 values");
	}
}

# Both together into the native tables: what is read is what is there, and again changes nothing.
my ($status) = setup($node, by_city => "{$dir/flat.json,$dir/nested.json}", by_location => $dir, source_timezone => 'UTC');
is($status, 0, 'set-up over both');
my %keys = map { join('|', @$_[0, 1, 5, 6]) => 1 }
  map { observations("$dir/$_.json", $_) } keys %sample;
for my $run (1, 2)
{
	my ($status, $stdout, $stderr) = refresh($node);
	is($status, 0, "refresh $run") or diag $stderr;
	for (split /\n/, $stdout)
	{
		my ($table, $read, $inserted, $updated, $unchanged, $duplicates, $rejected) = split /\|/;
		is($read, 20, "refresh $run, $table: read");
		is($inserted, $run == 1 ? keys %keys : 0, "refresh $run, $table: inserted");
		is($updated, 0, "refresh $run, $table: updated");
		is($inserted + $updated + $unchanged + $duplicates + $rejected, $read, "refresh $run, $table: the sum");
	}
}
$node->stop;
done_testing();
