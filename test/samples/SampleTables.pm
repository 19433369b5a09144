# The foreign tables over ../shared/samples that test/t/030_samples.pl makes, at least one for each file.
#
#   file         below samples; a glob or a directory (with / at its end) is one table over all its files
#   part         names the table, where a file has several
#   options      of the foreign table
#   rows         the jq filter that gives the same rows. `… | under(above)` adds what stands above a row:
#                an object whose keys are the paths of places, for document_path
#   text         what turns the file into JSON that jq reads, where it is none: a shell command
#   key          true: rows are members, and jq's rows have their `key`
#   columns      types by hand, for columns named by their path: a type, or one of the times below.
#                All other columns get the type of their JSON values
#   number       the type of all numbers, instead of bigint and float8
#   rescued      members that no column reads, which are thus in the metadata column `rescued`
#   limit        read no more rows
#   error        what a query that reads all must report; FILE is file "its path"
#   definition   columns of a table that has no row
package SampleTables;

use strict;
use warnings;
use utf8;
use Exporter 'import';
use POSIX ();
use Time::Local qw(timegm_modern);
use Time::Piece;

our @EXPORT = qw(sample_tables);

# ---- Times: the column's type and options, and how a value becomes seconds since 1970, by Perl's own
# means. PostgreSQL gives six digits after the point.

# The seconds of a local time and its fraction: of UTC, or of TZ.
my $iso_time = qr/(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?/;

sub seconds_of
{
	my ($text, $zone) = @_;
	my ($year, $month, $day, $hour, $minute, $second, $fraction) = $text =~ /^$iso_time/ or die "no time: $text";
	my @time = ($second // 0, $minute, $hour, $day, $month - 1);
	$fraction = substr(($fraction // '.') . '000000', 1, 6);
	return timegm_modern(@time, $year) . ".$fraction" if !defined $zone;
	my $seconds = do {
		local $ENV{TZ} = $zone;
		POSIX::tzset();
		POSIX::mktime(@time, $year - 1900, 0, 0, -1);
	};
	POSIX::tzset();
	return "$seconds.$fraction";
}

# Unix time, a number or a string.
sub epoch { return { type => 'timestamptz', options => "epoch 's'", convert => sub { "$_[0].000000" } } }

# ISO 8601 with a zone: Z, +01:00, +0100.
sub iso { return { type => 'timestamptz', options => '', convert => \&seconds_of_iso } }

sub seconds_of_iso
{
	my $text = shift;
	my ($zone) = $text =~ /^$iso_time(.*)/ ? $8 : die "no time: $text";
	my ($sign, $hours, $minutes) = $zone =~ /^([+-])(\d\d):?(\d\d)/;
	my ($seconds, $fraction) = split /\./, seconds_of($text);
	$seconds -= "${sign}1" * ($hours * 3600 + $minutes * 60) if $sign;
	die "no zone: $text" if !$sign && $zone ne 'Z';
	return "$seconds.$fraction";
}

# A local time into timestamp: what is written, as if it were UTC.
sub written { return { type => 'timestamp', options => '', convert => sub { seconds_of($_[0]) } } }

# A local time of a zone.
sub of_zone
{
	my $zone = shift;
	return { type => 'timestamptz', options => "timezone '$zone'", convert => sub { seconds_of($_[0], $zone) } };
}

# The same, where the document names the zone, by timezone_path or utc_offset_path.
sub of_document
{
	my ($option, $path, $zone) = @_;
	return { %{ of_zone($zone) }, options => "$option '$path'" };
}

# The same, where the zone is an option of the table.
sub of_table { my $zone = shift; return { %{ of_zone($zone) }, options => '' } }

# Another form: PostgreSQL's template, and what makes it an ISO time.
sub template
{
	my ($template, $iso, $zone) = @_;
	return {
		type    => 'timestamptz',
		options => "datetime_format '$template'" . ($zone ? ", timezone '$zone'" : ''),
		convert => sub { $zone ? seconds_of($iso->($_[0]), $zone) : seconds_of_iso($iso->($_[0])) }
	};
}

# strptime(format): makes an ISO time of what has this form.
sub strptime
{
	my $format = shift;
	return sub { Time::Piece->strptime(shift, $format)->strftime('%Y-%m-%d %H:%M:%S') };
}

# An RFC 822 date with an offset, which strptime() would apply.
sub rfc822
{
	my ($date, $offset) = shift =~ /^(.*) ([+-]\d{4})$/ or die 'no RFC 822 date';
	return strptime('%a, %d %b %Y %H:%M:%S')->($date) . $offset;
}

# A date in ISO form, which is PostgreSQL's too.
sub day { return { type => 'date', options => '', convert => sub { shift } } }

# A time of day: 08:36, 03:39 AM.
sub time_of_day
{
	return {
		type    => 'time',
		options => '',
		convert => sub {
			my ($hour, $minute, $half) = shift =~ /^(\d\d):(\d\d)(?: ([AP]M))?$/ or die 'no time of day';
			$hour = $hour % 12 + ($half eq 'PM' ? 12 : 0) if $half;
			return sprintf '%02d:%s:00', $hour, $minute;
		}
	};
}

# ---- The tables

sub sample_tables
{
	return (
		openweathermap(), open_meteo(), nws(), other_services(), wunderground(), metar(), stations());
}

sub openweathermap
{
	my %current = ('dt sys.sunrise sys.sunset' => epoch());
	my %city    = (rows => '. as $d | .list[] | under({"$": ($d | del(.list))})', options => { row_path => '$.list[*]' });
	my $pydict  = q(malformed JSON in FILE, line %d, byte offset %d: );
	return (

		# The job that is replaced: objects, each with a comma behind it.
		{   file    => 'openweathermap/seed_by_city_10rec.json',
			options => { framing => 'lines' },
			text    => q(sed 's/,\s*$//'),
			rows    => '.',
			columns => \%current },
		{   file    => 'openweathermap/seed_by_city_head.json',
			options => { timezone => 'Europe/London' },
			text    => q(sed 's/,\s*$//'),
			rows    => '.',
			columns => { timestamp => of_table('Europe/London'), temp => 'numeric' } },
		{   file    => 'openweathermap/seed_by_city_head.json',
			part    => 'some members',
			text    => q(sed 's/,\s*$//'),
			rows    => '.',
			rescued => [ 'temp_min', 'temp_max', 'longitude' ],
			columns => { timestamp => written() } },

		# The current weather: one object.
		{ file => 'openweathermap/current_amsterdam.json',             rows => '.', columns => \%current },
		{ file => 'openweathermap/current_go_testdata.json',           rows => '.', columns => \%current },
		{ file => 'openweathermap/current_newyork_crlf.json',          rows => '.', columns => \%current },
		{ file => 'openweathermap/current_portlaoise_2019.json',       rows => '.', columns => \%current },
		{ file => 'openweathermap/current_2015_no_visibility_apache.json', rows => '.', number => 'numeric',
			columns => { %current, 'sys.message' => 'real' } },
		{   file    => 'openweathermap/current_austin_imperial_pretty.json',
			options => { framing => 'concatenated' },
			rows    => '.',
			columns => { %current, 'timezone id' => 'integer' } },

		# An envelope around a list; the city behind it or before it.
		{ file => 'openweathermap/history_city_apache.json', %city, columns => { dt => epoch(), '$.cod' => 'integer' } },
		{ file => 'openweathermap/find_list_crlf.json',      %city, columns => { dt => epoch(), '$.cod' => 'smallint' } },
		{ file => 'openweathermap/box_city_list_crlf.json',  %city, columns => { dt => epoch(), 'rain snow' => 'float8' } },
		{ file => 'openweathermap/air_pollution_history_crlf.json', %city, columns => { dt => epoch() } },
		{   file => 'openweathermap/forecast5_london_crlf.json', %city,
			columns => { 'dt $.city.sunrise $.city.sunset' => epoch(), dt_txt => of_zone('UTC') } },
		{   file => 'openweathermap/forecast5_portlaoise.json', %city,
			number  => 'numeric',
			columns => { dt => epoch(), dt_txt => written() } },
		{   file => 'openweathermap/forecast5_cnt2.json', %city,
			columns => { 'dt $.city.sunrise $.city.sunset' => epoch(), dt_txt => written() } },
		{ file => 'openweathermap/forecast16_daily_city_first.json', %city, columns => { dt => epoch() } },
		{   file    => 'openweathermap/xml_to_json_forecast_yogyakarta.json',
			options => { row_path => '$.weatherdata.forecast.time[*]', timezone => 'UTC' },
			rows    => '.weatherdata as $d | $d.forecast.time[] | under({"$.weatherdata": ($d | del(.forecast))})',
			columns => {
				'_from _to $.weatherdata.sun._rise $.weatherdata.sun._set' => of_table('UTC'),
				'temperature._value temperature._min temperature._max pressure._value windSpeed._mps'    => 'numeric',
				'precipitation._value windDirection._deg $.weatherdata.meta.calctime'                     => 'float8',
				'symbol._number humidity._value clouds._all $.weatherdata.location.location._geobaseid' => 'integer' } },

		# An answer that is an error: no rows of its list, and a row without any value otherwise.
		{   file       => 'openweathermap/error_404_nodata.json',
			part       => 'list',
			options    => { row_path => '$.list[*]' },
			definition => 'dt timestamptz OPTIONS (epoch \'s\'), temp float8 OPTIONS (path \'$.main.temp\')' },
		{   file       => 'openweathermap/error_404_nodata.json',
			part       => 'object',
			definition => 'dt timestamptz OPTIONS (epoch \'s\'), temp float8 OPTIONS (path \'$.main.temp\')',
			error      => q(22035: empty row in FILE, line 1, byte offset 0: none of the table's paths finds anything in it) },
		{   file    => 'openweathermap/error_404_nodata.json',
			part    => 'as it is',
			rows    => '.',
			columns => { cod => 'integer' } },

		# One call, several lists.
		onecall('onecall25_fr_crlf_utf8.json', qw(minutely hourly daily)),
		onecall('onecall25_timemachine_crlf.json', 'hourly'),

		# Bulk files: a line a city.
		{ file => 'openweathermap/bulk_weather_14_first400.ndjson',   rows => '.', columns => { time => epoch() } },
		{ file => 'openweathermap/bulk_weather_14_one_record.json',   rows => '.', columns => { time => epoch() } },
		{ file => 'openweathermap/city_list_82.json', options => { framing => 'array' }, rows => '.[]' },
		{   file    => 'openweathermap/bulk_weather_14_truncated.json.gz',
			text    => 'gzip -dc 2>/dev/null | head -n 1653',
			rows    => '.',
			limit   => 1653,
			columns => { time => epoch() },
			error   => '22P03: could not decompress FILE, byte offset 120000: gzip data ends in the middle of a member' },

		# Python's dictionaries instead of JSON: all lines, or from the 59th.
		{   file    => 'openweathermap/daily_mixed_json_then_pydict.jsonl',
			text    => 'head -n 58',
			rows    => '.',
			limit   => 58,
			columns => { 'dt sunrise sunset' => epoch() },
			error   => '22P02: ' . sprintf($pydict, 59, 17841) . 'missing a name for object member' },
		{   file       => 'openweathermap/daily_all_pydict_first300.jsonl',
			definition => 'temp float8',
			error      => '22P02: ' . sprintf($pydict, 1, 1) . 'missing a name for object member' });
}

sub onecall
{
	my ($file, @lists) = @_;
	my %times = (
		current  => 'dt sunrise sunset',
		minutely => 'dt',
		hourly   => 'dt',
		daily    => 'dt sunrise sunset moonrise moonset');
	my %list = map { $_ => 1 } @lists;
	return map {
		my $part = $_;
		my $rows = $part eq 'current' ? '.current' : ".$part\[]";
		{   file    => "openweathermap/$file",
			part    => $part,
			options => { row_path => '$' . ($part eq 'current' ? '.current' : ".$part\[*]") },
			rows    => ". as \$d | $rows | under({\"\$\": (\$d | {lat, lon, timezone, timezone_offset})})",
			columns => { $times{$part} => epoch() } }
	} grep { $list{$_} || $_ eq 'current' } sort keys %times;
}

sub open_meteo
{
	my %place = (
		'$.latitude $.longitude' => 'numeric',
		'$.utc_offset_seconds'   => 'integer');
	my $cut_off = '22P02: malformed JSON in FILE,';
	return (

		# Parallel arrays, their units beside them.
		(   map { {
				file    => 'open-meteo/forecast_multimodel_nulls.json',
				part    => $_,
				options => { row_path => "\$.$_", orient => 'columns' },
				rows    => ". as \$d | .$_ | . as \$h | range(.time | length) as \$i | map_values(.[\$i])"
				  . " | under({\"\$\": (\$d | {latitude, longitude, generationtime_ms, utc_offset_seconds, timezone,"
				  . " elevation, ${_}_units})})",
				columns => { %place, time => $_ eq 'daily' ? day() : of_document(utc_offset_path => '$.utc_offset_seconds', 'GMT') } } } qw(hourly daily)),

		# Columns that are objects with the keys 0, 1, 2 …
		{   file    => 'open-meteo/sdk_index_keyed_columns.json',
			options => { row_path => '$.hourly', orient => 'columns' },
			rows    => '.hourly | . as $h | range(.time | length) as $i'
			  . ' | map_values(if type == "array" then .[$i] else .[$i | tostring] end)',
			number  => 'numeric',
			columns => { time => iso(), 'weatherCode relativeHumidity2m' => 'smallint' } },

		# Days with hours.
		{   file    => 'open-meteo/regrouped_days_array.json',
			options => { row_path => '$.forcasts[*]' },
			rows    => '.[] | . as $d | .forcasts[] | under({"$": ($d | del(.forcasts))})',
			columns => { '$.date' => iso() } },

		# Cut off behind a comma.
		{   file       => 'open-meteo/truncated_after_hourly_column.json',
			options    => { row_path => '$.hourly', orient => 'columns' },
			definition => 'time timestamp, temperature_2m float8',
			error      => "$cut_off line 4, byte offset 24910: the document is cut off by the end of the file" },
		{   file       => 'open-meteo/truncated_in_units_header.json',
			options    => { row_path => '$.hourly', orient => 'columns' },
			definition => 'time timestamp, temperature_2m float8',
			error      => "$cut_off line 81, byte offset 2351: the document is cut off by the end of the file" });
}

sub nws
{
	my %observation = (
		options => { row_path => '$.features[*].properties' },
		rows    => '. as $d | .features[] | . as $f | .properties'
		  . ' | under({"$": ($d | del(.features)), "$.features[*]": ($f | del(.properties))})');
	my %periods = (
		options => { row_path => '$.properties.periods[*]' },
		rows    => '. as $d | .properties.periods[]'
		  . ' | under({"$": ($d | del(.properties)), "$.properties": ($d.properties | del(.periods))})',
		columns => {
			'startTime endTime'                                                => iso(),
			'$.properties.updated $.properties.generatedAt $.properties.updateTime' => iso() });
	my $measures = join ' ', map { "$_.value" } qw(temperature dewpoint windDirection windSpeed windGust
	  barometricPressure seaLevelPressure visibility relativeHumidity heatIndex elevation);
	return (
		{ file => 'nws/observations_multiple.json',        %observation, columns => { timestamp => iso() } },
		{ file => 'nws/observations_alternate_units.json', %observation, columns => { timestamp => iso() } },
		{ file => 'nws/observations_empty.json', %observation, columns => { timestamp => iso(), $measures => 'numeric' } },
		{ file => 'nws/observations_strings.json', %observation, columns => { timestamp => iso(), $measures => 'float8' } },
		{   file       => 'nws/observations_noprop.json',
			options    => $observation{options},
			definition => 'timestamp timestamptz, temperature float8 OPTIONS (path \'$.temperature.value\')' },
		{   file    => 'nws/alerts_active_zone.json',
			%observation,
			columns => {
				'sent effective onset expires ends references[0].sent $.updated' => iso(),
				'parameters.eventEndingTime[0]'                                  => iso() } },
		{ file => 'nws/gridpoints_forecast_hourly_156h.json', %periods },
		{ file => 'nws/gridpoints_forecast_us.json',          %periods },

		# Layers, each an object with a list of its own.
		{   file    => 'nws/gridpoint_layers_iso_intervals.json',
			part    => 'all',
			options => { row_path => '$.properties.*.values[*]' },
			key     => 1,
			rows    => '. as $d | .properties | to_entries[] | select(.value | type == "object" and has("values"))'
			  . ' | . as $e | .value.values[]'
			  . ' | under({"$": ($d | {id, type}), "$.properties.*": ($e.value | {uom}),'
			  . '          "$.properties": ($d.properties | {updateTime, gridId, gridX, elevation})})'
			  . ' | .key = $e.key',
			columns => { '$.properties.updateTime' => iso(), '$.properties.gridX' => 'integer' } },
		{   file    => 'nws/gridpoint_layers_iso_intervals.json',
			part    => 'temperature',
			options => { row_path => '$.properties.temperature.values[*]' },
			rows    => '. as $d | .properties.temperature.values[]'
			  . ' | under({"$": ($d | {geometry}), "$.properties.temperature": ($d.properties.temperature | {uom})})',
			columns => { value => 'numeric' } },
		{   file       => 'nws/gridpoint_layers_iso_intervals.json',
			part       => 'an interval is no time',
			options    => { row_path => '$.properties.temperature.values[*]' },
			definition => '"validTime" timestamptz OPTIONS (datetime_format \'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM\')',
			error      => '22007: invalid value "2022-02-03T21:00:00+00:00/PT1H" for column "validTime" in FILE, line 55, '
			  . 'byte offset 1081: trailing characters remain in input string after datetime format' },

		# Parallel arrays in two objects; numbers are strings, two arrays are empty.
		{   file    => 'nws/mapclick_parallel_text_arrays.json',
			options => { orient => 'columns' },
			rows    => '. as $d | range(.time.startValidTime | length) as $i'
			  . ' | {time: (.time | del(.layoutKey) | map_values(.[$i])), data: (.data | map_values(.[$i]))}'
			  . ' | under({"$": ($d | del(.time, .data)), "$.time": ($d.time | {layoutKey})})',
			columns => {
				'time.startValidTime $.creationDate'  => iso(),
				'data.temperature $.location.elevation' => 'integer',
				'data.pop'                            => 'smallint',
				'$.location.latitude $.location.longitude' => 'numeric' } });
}

sub other_services
{
	return (
		(   map { {
				file    => 'darksky/forecast_crlf.json',
				part    => $_->[0],
				options => { row_path => "\$.$_->[0].data[*]" },
				rows    => ". as \$d | .$_->[0].data[]"
				  . " | under({\"\$\": (\$d | {latitude, longitude, timezone, flags, offset, currently}),"
				  . " \"\$.$_->[0]\": (\$d.$_->[0] | {summary, icon})})",
				columns => { "\$.currently.time $_->[1]" => epoch() } } }
			  [ minutely => 'time' ],
			  [ hourly => 'time' ],
			  [ daily => 'time ' . join ' ', map { "${_}Time" } qw(sunrise sunset precipIntensityMax temperatureHigh
				  temperatureLow apparentTemperatureHigh apparentTemperatureLow windGust uvIndex temperatureMin
				  temperatureMax apparentTemperatureMin apparentTemperatureMax) ]),
		{   file    => 'geosphere/columnar_at_root.json',
			options => { orient => 'columns' },
			rows    => '. as $d | range(.timestamps | length) as $i | map_values(.[$i])',
			columns => { timestamps => iso(), 'symbol relative_humidity' => 'numeric' } },
		{   file    => 'met.no/locationforecast_compact_beijing.json',
			options => { row_path => '$.data.properties.timeseries[*]' },
			rows    => '. as $d | .data.properties.timeseries[]'
			  . ' | under({"$": ($d | {status_code, headers}), "$.data": ($d.data | {type, geometry}),'
			  . '          "$.data.properties": ($d.data.properties | {meta})})',
			columns => {
				'time $.data.properties.meta.updated_at' => iso(),
				'$.headers.Date $.headers.Expires $.headers.Last-Modified' =>
				  template('Dy, DD Mon YYYY HH24:MI:SS "GMT"', strptime('%a, %d %b %Y %H:%M:%S GMT'), 'UTC'),
				'$.headers.Age $.headers.Content-Length' => 'integer' } },
		{   file    => 'metoffice/datahub_timeseries_geojson.json',
			options => { row_path => '$.features[*].properties.timeSeries[*]' },
			rows    => '. as $d | .features[] | . as $f | .properties.timeSeries[]'
			  . ' | under({"$": ($d | {type, parameters}), "$.features[*]": ($f | {type, geometry}),'
			  . '          "$.features[*].properties": ($f.properties | del(.timeSeries))})',
			columns => { 'time $.features[*].properties.modelRunDate' => iso() } },
		{   file    => 'weatherapi.com/forecast_7day_168h.json',
			options => { row_path => '$.forecast.forecastday[*].hour[*]', timezone => 'Europe/Moscow' },
			rows    => '. as $d | .forecast.forecastday[] | . as $day | .hour[]'
			  . ' | under({"$": ($d | del(.forecast)), "$.forecast.forecastday[*]": ($day | del(.hour))})',
			columns => {
				time                                                                       =>
				  of_document(timezone_path => '$.location.tz_id', 'Europe/Moscow'),
				'$.location.localtime $.current.last_updated'                              => of_table('Europe/Moscow'),
				'time_epoch $.location.localtime_epoch $.current.last_updated_epoch'        => epoch(),
				'$.forecast.forecastday[*].date_epoch'                                     => epoch(),
				'$.forecast.forecastday[*].date'                                           => day(),
				'$.forecast.forecastday[*].astro.sunrise $.forecast.forecastday[*].astro.sunset' => time_of_day(),
				'$.forecast.forecastday[*].astro.moon_illumination'                        => 'smallint' } },
		{   file    => 'weatherbit/daily_array_of_envelopes.json',
			options => { row_path => '$.data[*]' },
			rows    => '.[] | . as $d | .data[] | under({"$": ($d | del(.data))})',
			columns => {
				'ts sunrise_ts sunset_ts moonrise_ts moonset_ts' => epoch(),
				'datetime valid_date'                            => day(),
				'$.lat $.lon'                                    => 'float8' } },
		(   map { {
				file    => "tomorrow.io/$_.json",
				options => { row_path => '$.data.timelines[*].intervals[*]' },
				rows    => '. as $d | .data.timelines[] | . as $t | .intervals[]'
				  . ' | under({"$": ($d | {warnings}), "$.data.timelines[*]": ($t | del(.intervals))})',
				columns => { 'startTime $.data.timelines[*].startTime $.data.timelines[*].endTime' => iso() } } }
			  qw(timelines_1day timelines_realtime)),
		{   file       => 'tomorrow.io/empty_response.json',
			options    => { row_path => '$.data.timelines[*].intervals[*]' },
			definition => '"startTime" timestamptz, temperature float8 OPTIONS (path \'$.values.temperature\')' },
		{   file    => 'weather.com/twc_observation_nulls.json',
			options => { row_path => '$.observation' },
			rows    => '. as $d | .observation | under({"$": ($d | {metadata})})',
			columns => {
				'expire_time_gmt valid_time_gmt $.metadata.expire_time_gmt' => epoch(),
				'gust max_temp min_temp precip_total'                       => 'numeric' } },

		# Rows without names, which stand above them.
		{   file    => 'weatherflow/rows_matrix_with_names.json',
			options => { row_path => '$.data_values[*]', orient => 'split', header_path => '$.data_names' },
			rows    => '. as $d | .data_values[] | [$d.data_names, .] | transpose | map({(.[0]): .[1]}) | add'
			  . ' | under({"$": ($d | {status})})',
			columns => { timestamp => iso(), last_wind_ob_utc => epoch(), 'avg lull gust' => 'numeric' } },

		# All values are strings; answers that are no JSON.
		{   file    => 'weerlive/live_all_strings.json',
			options => { row_path => '$.liveweer[*]' },
			rows    => '.liveweer[]',
			columns => {
				timestamp                         => epoch(),
				time                              => template('DD-MM-YYYY HH24:MI', strptime('%d-%m-%Y %H:%M'), 'Europe/Amsterdam'),
				'sup sunder'                      => time_of_day(),
				'temp gtemp luchtd windk windkmh' => 'numeric',
				'lv windrgr windms dauwp zicht'   => 'integer',
				'd0tmax d0tmin d1tmax d1tmin'     => 'float8' } },
		{   file       => 'weerlive/error_auth.txt',
			definition => 'plaats text',
			error      => '22P02: malformed JSON in FILE, line 1, byte offset 0: invalid value' },
		{   file       => 'weerlive/error_rate_limit.txt',
			definition => 'plaats text',
			error      => '22P02: malformed JSON in FILE, line 1, byte offset 0: invalid value' });
}

sub wunderground
{
	return (
		# "NA", "--" and "" stay text: null_values is not built yet.
		{   file    => 'wunderground/conditions_hourly_string_numbers.json',
			options => { row_path => '$.hourly_forecast[*]' },
			rows    => '. as $d | .hourly_forecast[] | under({"$": ($d | del(.hourly_forecast))})',
			columns => {
				'FCTTIME.epoch $.current_observation.observation_epoch $.current_observation.local_epoch' => epoch(),
				'$.current_observation.local_time_rfc822 $.current_observation.observation_time_rfc822' =>
				  template('Dy, DD Mon YYYY HH24:MI:SS TZHTZM', \&rfc822),
				'temp.english temp.metric dewpoint.metric wdir.degrees heatindex.english humidity' => 'integer',
				'qpf.english mslp.english $.current_observation.pressure_in $.location.lat $.location.lon' => 'numeric' } },
		{   file       => 'wunderground/python_string_literal_dump_first1500.json',
			definition => 'hourly_forecast jsonb',
			error      => '22P02: malformed JSON in FILE, line 1, byte offset 0: invalid value' });
}

sub metar
{
	my $without_z = sub { shift =~ s/Z$//r };
	return (
		# A wind direction is a number or "VRB", a visibility a number or "10+".
		{   file    => 'metar/awc_array_328.json',
			rows    => '.[]',
			columns => { 'receiptTime reportTime' => iso(), obsTime => epoch(), 'lat lon' => 'numeric' } },
		{   file    => 'metar/avwx_KJFK.json',
			rows    => '.',
			columns => {
				created                                                            => day(),
				'data.time.dt'                                                     => iso(),
				'data.visibility.repr data.wind_direction.repr data.wind_speed.repr' => 'integer' } },

		# Both an offset and a Z: no ISO time.
		{   file    => 'metar/avwx_api_ksmo.json',
			rows    => '.',
			columns => {
				'meta.timestamp' => template('YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM"Z"', $without_z),
				'time.dt'        => template('YYYY-MM-DD"T"HH24:MI:SSTZH:TZM"Z"', $without_z) } },
		{   file       => 'metar/avwx_api_ksmo.json',
			part       => 'without datetime_format',
			definition => '"at" timestamptz OPTIONS (path \'$.time.dt\')',
			error      => '22007: invalid value "2020-04-06T07:51:00+00:00Z" for column "at" in FILE, line 1, byte offset 0: '
			  . 'not an ISO 8601 date or time' },
		{   file    => 'metar/dir_one_file_per_station/',
			rows    => '.',
			columns => { updated => iso() } });
}

sub stations
{
	return (
		{ file => 'meteostat/stations/*.json', rows => '.' },
		{ file => 'rtl_433/rtl_433_first100.json', rows => '.', columns => { time => written() } },
		{   file    => 'station/iot_log_crlf.jsonl',
			options => { framing => 'ndjson' },
			rows    => '.',
			columns => { timestamp => iso() } },
		{   file    => 'station/pws_latest.json',
			options => { timezone => 'America/New_York' },
			rows    => '.',
			rescued => [ 'uv', 'solarRadiation', 'source' ],
			columns => {
				'obsTimeLocal lightningLastStrike' => of_table('America/New_York'),
				obsTimeUtc                         => iso(),
				'heatIndex windChill pressure'     => 'float8' } },

		# An object that is a map from days to texts.
		{   file    => 'station/map_keyed_by_date_pl.json',
			options => { row_path => '$.*' },
			key     => 1,
			rows    => 'to_entries[] | {row: .value, above: {}, key}' },
		{   file    => 'station/flat_array_nl.json',
			rows    => '.[]',
			columns => { date => day(), wind_kph => 'numeric', temperature_c => 'real' } });
}

1;
