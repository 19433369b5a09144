# The package: one version everywhere, and everything that is shipped is installed.
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

done_testing();
