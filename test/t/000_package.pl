# The package: one version everywhere, everything that is shipped is installed, and every fault and story
# that test/README.md names is where it says.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my ($version) = slurp_file("$TOP/weather_fdw.control") =~ /^default_version = '(.*)'$/m;
like($version, qr/^\d+\.\d+\.\d+$/, 'control file: a version');

my $meta = decode_json(slurp_file("$TOP/META.json"));
is($meta->{version}, $version, 'META.json: its version');
is($meta->{provides}{weather_fdw}{version}, $version, "META.json: the extension's version");

my ($newest) = slurp_file("$TOP/CHANGELOG.md") =~ /^## \[?(\d\S*?)\]?(?: |$)/m;
is($newest, $version, 'CHANGELOG.md: the newest release');

for my $field (qw(name abstract maintainer license provides meta-spec))
{
	ok($meta->{$field}, "META.json: $field");
}

ok(-f shipped($_), "$_ is installed") for qw(weather_setup.sql weather_refresh.sql);

# CREATE EXTENSION reads its script in the database's encoding, and psql the others in the client's.
for my $script (glob "$TOP/sql/*.sql $TOP/sql/extension/*.sql")
{
	unlike(slurp_file($script), qr/[^\x00-\x7f]/, substr($script, length "$TOP/") . ' is ASCII');
}

my ($tables) = slurp_file("$TOP/test/README.md") =~ /^(## Faults\n.*)/ms;
my (%files, @missing);
$files{$1} = $2 while $tables =~ /^\| (?!Fault |Story |---)(.*?) \| (?:.*\| )?(.*) \|$/mg;
for my $name (sort keys %files)
{
	my $mark = $name =~ /^\d+$/ ? "fault $name" : 'story: ' . $name =~ tr/`//dr;
	push @missing, grep { slurp_file("$TOP/test/$_") !~ /\Q$mark\E(?!\w)/i } split / /, $files{$name};
}
is("@missing", '', 'the tests of all faults and stories of test/README.md');
is(join(' ', grep { !$files{$_} } 1 .. 20, 23 .. 25, 27, 29 .. 32), '', '... which has every fault');

done_testing();
