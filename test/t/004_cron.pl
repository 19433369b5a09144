# Refreshes that the real pg_cron runs, by connections and by background workers: the script, scheduled as
# README says, and weather.schedule(). Both servers have a Unix socket only, and wait for the same minute.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Weather;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $planted = generate("$dir/flat.json", 'flat', 1);
generate("$dir/owm.json", 'owm', 1);

sub start_with_cron
{
	my ($name, $use_workers) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', <<"EOF");
shared_preload_libraries = 'pg_cron'
cron.host = '@{[ $node->host ]}'
cron.use_background_workers = $use_workers
max_worker_processes = 20
EOF
	$node->start;
	return $node;
}

my %node = (connections => start_with_cron('connections', 'off'), workers => start_with_cron('workers', 'on'));

# The plain SQL of weather_refresh.sql: without psql's own lines, and with the schema's name.
my $script = shipped('weather_refresh.sql');
my $schedule = <<"EOF";
\\set refresh `sed -e '/^ *\\\\/d' -e 's/:"schema"/public/g' $script`
SELECT cron.schedule('script', '* * * * *', :'refresh');
EOF

# The loader has a table of its own, so that it can tell what it did. Its source's name needs quotes, and
# the role that schedules is no superuser.
my $loader = <<'EOF';
CREATE TABLE target (LIKE weather_by_city INCLUDING ALL);
CREATE ROLE loader LOGIN IN ROLE pg_read_server_files;
GRANT USAGE ON SCHEMA weather TO loader;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA weather TO loader;
GRANT ALL ON ALL TABLES IN SCHEMA weather TO loader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA weather TO loader;
GRANT CREATE ON SCHEMA public TO loader;
ALTER TABLE target OWNER TO loader;
ALTER FOREIGN TABLE weather_by_city_file OWNER TO loader;
SET ROLE loader;
SELECT weather.add_source('it''s "one"', 'weather_by_city_file', 'target');
EOF

for my $kind (sort keys %node)
{
	my $node = $node{$kind};
	is((setup($node, by_city => "$dir/flat.json", by_location => "$dir/owm.json", source_timezone => 'UTC'))[0],
		0, "$kind: set-up");
	$node->safe_psql('postgres', $loader);
	like(outcome_as($node, 'postgres', q{SELECT weather.schedule('* * * * *')}),
		qr/^55000: pg_cron is loaded, but not installed.* CREATE EXTENSION pg_cron;/, "$kind: pg_cron is not installed");
	like(outcome_as($node, 'postgres', 'SELECT weather.unschedule()'), qr/^55000: pg_cron is loaded/, "$kind: nothing to end");
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	like(outcome_as($node, 'loader', q{SELECT weather.schedule('* * * * *')}),
		qr/^42501: permission denied for schema cron GRANT USAGE ON SCHEMA cron TO loader;/, "$kind: without a right");
	$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA cron TO loader');
}

# What it refuses, and what it says when pg_cron lives in another database.
{
	my $node = $node{connections};
	like(outcome_as($node, 'loader', q{SELECT weather.schedule('* * * * *', 'none')}), qr/^42704: there is no source "none"/,
		'an unknown source');
	like(outcome_as($node, 'loader', q{SELECT weather.schedule('every day')}), qr/invalid schedule: every day/, 'a schedule that is none');
	like(outcome_as($node, 'loader', q{SELECT weather.schedule('* * * * *', job_name => repeat('x', 64))}),
		qr/^42622: the name of the job is longer than 63 bytes/, 'a long name');
	$node->safe_psql('postgres', 'CREATE DATABASE "it\'s ""far"""');
	my $far = qq{it's "far"};
	$node->safe_psql($far, 'CREATE EXTENSION weather_fdw');
	my (undef, undef, $stderr) = $node->psql($far, q{SELECT weather.schedule('7 * * * *')});
	like($stderr, qr/loader are not there/, 'no schedule without a registry');
	$node->safe_psql($far, 'SELECT weather.setup()');
	(undef, undef, $stderr) = $node->psql($far, q{SELECT weather.schedule('7 * * * *')});
	like($stderr, qr/ERROR:  pg_cron keeps its jobs in another database than "it's "far""\nDETAIL:  The hint is for database postgres\.\n/, 'another database');
	my ($hint) = $stderr =~ /^HINT:  (.*)$/m;
	is($hint, q{SELECT cron.schedule_in_database('weather-refresh', '7 * * * *', }
		  . q{'CALL weather.refresh(quiet => true)', 'it''s "far"', 'postgres');}, 'the hint');
	like($node->safe_psql('postgres', $hint), qr/^\d+$/, 'the hint is ready to run');
	is($node->safe_psql('postgres', q{SELECT database FROM cron.job WHERE jobname = 'weather-refresh'}), $far, 'in the right database');
	(undef, undef, $stderr) = $node->psql($far, 'SELECT weather.unschedule()');
	like($stderr, qr/^HINT:  SELECT cron\.unschedule\('weather-refresh'\);$/m, 'the hint that ends it');
	$node->safe_psql('postgres', q{SELECT cron.unschedule('weather-refresh')});
	(undef, undef, $stderr) = $node->psql($far, q{CREATE ROLE plain; GRANT USAGE ON SCHEMA weather TO plain;
		GRANT EXECUTE ON ALL ROUTINES IN SCHEMA weather TO plain; GRANT SELECT ON weather.source TO plain; SET ROLE plain; SELECT weather.schedule('7 * * * *')});
	like($stderr, qr/another database.*HINT:  SELECT cron\.schedule_in_database\(/s, 'a role that may not know which database');
}

# One minute of both servers. Five jobs for one source at once are a backlog (fault 25; story: runs pile up).
for my $kind (sort keys %node)
{
	my $node = $node{$kind};
	# The script has BEGIN and COMMIT, which a background worker of pg_cron cannot run.
	like($node->safe_psql('postgres', $schedule), qr/^\d+$/, "$kind: the script is scheduled") if $kind eq 'connections';
	my $ids = $node->safe_psql('postgres', q{SET ROLE loader;
		SELECT weather.schedule('* * * * *'), weather.schedule('* * * * *', 'it''s "one"'),
		       weather.schedule('* * * * *', 'it''s "one"', 'third'), weather.schedule('* * * * *', 'it''s "one"', 'fourth'),
		       weather.schedule('* * * * *', 'it''s "one"', 'fifth')});
	like($ids, qr/^\d+(\|\d+){4}$/, "$kind: the loader is scheduled");
	is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT username || ': ' || command, E'\n') FROM cron.job WHERE jobname <> 'script'}),
		qq{loader: CALL weather.refresh(quiet => true)\nloader: CALL weather.refresh(source => 'it''s "one"', quiet => true)},
		"$kind: as the caller, one statement");
}
for my $kind (sort keys %node)
{
	my $node = $node{$kind};
	ok($node->poll_query_until('postgres',
			q{SELECT count(DISTINCT jobid) = (SELECT count(*) FROM cron.job) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')}),
		"$kind: all ran");
	is($node->safe_psql('postgres', q{SELECT string_agg(return_message, '; ') FROM cron.job_run_details WHERE status = 'failed'}),
		'', "$kind: without an error");
	is($node->safe_psql('postgres', "SELECT count(*) FROM weather_by_$_"), $planted->{distinct}, "$kind: the script loaded weather_by_$_")
	  for $kind eq 'connections' ? qw(city location) : ();
	is($node->safe_psql('postgres', 'SELECT count(*) FROM target'), $planted->{distinct}, "$kind: the loader loaded its target");
	is($node->safe_psql('postgres', q{SELECT count(*) >= 5, sum(inserted), string_agg(DISTINCT started_by, ','), count(*) FILTER (WHERE outcome = 'failed')
		FROM weather.load_run}),
		"t|$planted->{distinct}|loader|0", "$kind: fault 25: the queued runs found nothing");
	is($node->safe_psql('postgres', q{SET ROLE loader; SELECT weather.unschedule(), weather.unschedule('third'),
		weather.unschedule((SELECT jobid FROM cron.job WHERE jobname = 'fourth'))}), 't|t|t', "$kind: unscheduled");
	$node->stop if $kind eq 'workers';
}

# A run hangs, those of two more minutes wait behind it, and the server goes down.
{
	my $node = $node{connections};
	my $runs = 'FROM weather.load_run WHERE source = $$it\'s "one"$$';
	my $job  = q{(SELECT jobid FROM cron.job WHERE jobname = 'fifth')};
	$node->safe_psql('postgres', "DELETE FROM cron.job WHERE jobid <> $job");
	append_to_file("$dir/flat.json", qq({"timestamp": "2031-01-01 00:00:00", "temp": 1, "temp_max": 1, "temp_min": 1, "latitude": 1, "longitude": 1, "city": "Late"},\n));
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('BEGIN; LOCK TABLE target IN SHARE MODE');
	my $ran = $node->safe_psql('postgres', "SELECT max(id) $runs");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 1 $runs AND id > $ran AND outcome = 'running'"), 'a run hangs');
	ok($node->poll_query_until('postgres', q{SELECT extract(epoch FROM date_trunc('minute', clock_timestamp())
			- (SELECT date_trunc('minute', max(started_at)) FROM weather.load_run)) >= 120}), '... until two more are due');
	is($node->safe_psql('postgres', "SELECT count(*) FROM cron.job_run_details WHERE jobid = $job AND status IN ('starting', 'running')"),
		1, '... which pg_cron holds back');
	$node->stop('immediate');
	$holder->{run}->kill_kill;
	$node->start;
	ok($node->poll_query_until('postgres', "SELECT count(*) = 1 $runs AND id > $ran AND outcome = 'done'"), '... after a restart the next one runs');
	is($node->safe_psql('postgres', "SELECT string_agg(concat_ws(' ', outcome, read, inserted), ', ' ORDER BY id) $runs AND id > $ran"),
		'interrupted 0 0, done 1 1', '... and loads what was held, once');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM target'), $planted->{distinct} + 1, '... the target has all');
	$node->stop;
}

done_testing();
