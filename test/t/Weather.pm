# What the TAP tests share: a server with the extension's files, weather files, and the two scripts that
# the package ships.
package Weather;

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw($TOP start_server generate shipped setup refresh outcome_as);

our $TOP = "$FindBin::RealBin/../..";

# Who runs the tests in the background may have it ignored, and so would the commands that get it from us.
$SIG{INT} = 'DEFAULT';

# start_server(name, configuration line...): a server with UTF8 and the order of code points.
sub start_server
{
	my ($name, @configuration) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', $_) for @configuration;
	$node->start;
	return $node;
}

# outcome_as(node, role, sql): what a SELECT gives, 'ok' for other statements, or 'SQLSTATE: message' with
# its detail and hint.
sub outcome_as
{
	my ($node, $role, $sql) = @_;
	my ($stdout, $stderr) = ('', '');
	my $status = $node->psql(
		'postgres', "\\set VERBOSITY verbose\nSET ROLE $role;\n$sql",
		stdout        => \$stdout,
		stderr        => \$stderr,
		on_error_stop => 1);
	return $stdout eq '' ? 'ok' : $stdout if $status == 0;
	my ($error, $rest) = $stderr =~ /ERROR:  (.*?)\n(.*)/s or die "no error in: $stderr";
	my ($detail) = $rest =~ /^DETAIL:  (.*)$/m;
	my ($hint)   = $rest =~ /^HINT:  (.*)$/m;
	return join ' ', grep { defined } $error, $detail, $hint;
}

# generate(file, form, seed): a month of weather; returns what was planted.
sub generate
{
	my ($file, $form, $seed) = @_;
	my $manifest = "$file.planted";
	system(qq('$TOP/scripts/generate-weather' --month --form $form --seed $seed --manifest '$manifest' > '$file'))
	  == 0
	  or BAIL_OUT('generate-weather failed');
	my %planted = slurp_file($manifest) =~ /"(\w+)": (\d+)/g;
	return \%planted;
}

# A script as `make install` put it.
sub shipped
{
	my $name = shift;
	chomp(my $directory = `"\${PG_CONFIG:-pg_config}" --sharedir`);
	return "$directory/weather_fdw/$name";
}

# setup(node, variable => value...) and refresh(node, variable => value...): psql's status, output and
# errors.
sub setup   { return run_script('weather_setup.sql', @_) }
sub refresh { return run_script('weather_refresh.sql', @_) }

sub run_script
{
	my ($script, $node, %variables) = @_;
	my @parameters = map { ('-v', "$_=$variables{$_}") } sort keys %variables;
	my ($stdout, $stderr) = ('', '');
	my $status = $node->psql(
		'postgres', '',
		stdout       => \$stdout,
		stderr       => \$stderr,
		extra_params => [ @parameters, '-f', shipped($script) ]);
	return ($status, $stdout, $stderr);
}

1;
