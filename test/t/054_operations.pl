# docs/operations.md: each of its SQL blocks runs, in their order, after weather_setup.sql; the role that it
# makes can refresh; its unit and its table of exit statuses are those of the script.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = start_server('operations');
my $dir  = PostgreSQL::Test::Utils::tempdir();
my $text = slurp_file("$TOP/docs/operations.md");

generate("$dir/flat.json", 'flat', 1);
is((setup($node, by_city => "$dir/flat.json", by_location => "$dir/flat.json", source_timezone => 'UTC'))[0], 0, 'set-up');

# run(sql, role): output and errors
sub run
{
	my ($sql, $role) = @_;
	my ($stdout, $stderr) = ('', '');
	my $status = $node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr, on_error_stop => 1,
		extra_params => [ '-U', $role || 'postgres' ]);
	is("$status " . join('', $stderr =~ /^.*(?:ERROR|WARNING).*$/mg), '0 ', 'runs: ' . substr($sql =~ s/\n.*//sr, 0, 70));
	return $stdout;
}
local $ENV{PGUSER} = $node->safe_psql('postgres', 'SELECT current_user');
run('CREATE ROLE postgres SUPERUSER LOGIN') if $ENV{PGUSER} ne 'postgres';

my @blocks = $text =~ /^```sql\n(.*?)^```$/msg;
cmp_ok(scalar(@blocks), '>', 5, 'there are SQL blocks');
my ($roles) = grep { /weather_loader LOGIN/ } @blocks;
my ($monitor) = grep { /weather_monitor LOGIN/ } @blocks;
my ($watch) = grep { /CRITICAL/ } @blocks;
run($_) for $roles, $monitor;
like(run($watch, 'weather_monitor'), qr/^UNKNOWN: a source was never refreshed$/m, 'the monitor before a run');
run($_, 'weather_loader') for grep { $_ ne $roles && $_ ne $monitor } @blocks;
like(run('CALL weather.refresh()', 'weather_loader'), qr/^$/, 'the role refreshes');
like(run($watch, 'weather_monitor'), qr/^OK$/m, 'the monitor after it');
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM weather_by_location'), 't', 'the tables are filled');
append_to_file("$dir/flat.json", "{}\n");
run('CALL weather.refresh()', 'weather_loader');
like(run($watch, 'weather_monitor'), qr/^WARNING: weather_by_city: 1 rejected; weather_by_location: 1 rejected$/m, 'the monitor and a reject');
$node->safe_psql('postgres', q{ALTER TABLE weather_by_city ADD CHECK (city <> 'Nowhere') NOT VALID});
append_to_file("$dir/flat.json", qq({"city": "Nowhere", "timestamp": "2022-01-01 00:00:00", "latitude": 0, "longitude": 0}\n));
$node->psql('postgres', 'CALL weather.refresh()', extra_params => [ '-U', 'weather_loader' ]);
like(run($watch, 'weather_monitor'), qr/^CRITICAL: weather_by_city: .*check constraint/m, 'the monitor and a failure');

my $script = slurp_file("$TOP/scripts/weather-refresh");
for my $option ($text =~ /weather-refresh ((?:-\w \S+ ?|-q ?)+)/g)
{
	like($script, qr/^#   -$_ /m, "weather-refresh has -$_") for $option =~ /-(\w)/g;
}

$node->stop;
done_testing();
