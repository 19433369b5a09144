# A refresh that pg_cron runs, scheduled as README says, on a server that has a Unix socket only.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $node = PostgreSQL::Test::Cluster->new('cron');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', <<"EOF");
shared_preload_libraries = 'pg_cron'
cron.host = '@{[ $node->host ]}'
EOF
$node->start;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $planted = generate("$dir/flat.json", 'flat', 1);
generate("$dir/owm.json", 'owm', 1);
is((setup($node, by_city => "$dir/flat.json", by_location => "$dir/owm.json", source_timezone => 'UTC'))[0],
	0, 'set-up');

# The plain SQL of weather_refresh.sql: without psql's own lines, and with the schema's name.
my $script = shipped('weather_refresh.sql');
my $schedule = <<"EOF";
CREATE EXTENSION pg_cron;
\\set refresh `sed -e '/^ *\\\\/d' -e 's/:"schema"/public/g' $script`
SELECT cron.schedule('weather-refresh', '* * * * *', :'refresh');
EOF
is($node->safe_psql('postgres', $schedule), '1', 'scheduled');
like($node->safe_psql('postgres', 'SELECT command FROM cron.job'), qr/INSERT INTO public\.weather_by_city AS kept/,
	'the job is plain SQL');

my $ended = q{SELECT count(*) >= %d FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')};
ok($node->poll_query_until('postgres', sprintf $ended, 1), 'it ran');
my $failures = q{SELECT string_agg(return_message, '; ') FROM cron.job_run_details WHERE status = 'failed'};
is($node->safe_psql('postgres', $failures), '', 'without an error');
is($node->safe_psql('postgres', "SELECT count(*) FROM weather_by_$_"), $planted->{distinct}, "weather_by_$_ is loaded")
  for qw(city location);

$node->stop;
done_testing();
