# Sourced by bench/run and bench/refresh after scripts/lib.sh: a race of contenders, and the report.
# They set `share` (the server's directory of files), `shipped` (that of the DBA's scripts) and `body`
# (the file that the results are appended to).
# shellcheck shell=bash disable=SC2154

export LC_ALL=C.UTF-8
RUNS=${RUNS:-3}
CORE=${CORE:-0}

# One core, so nothing in parallel; and no checkpoint or vacuum in one run and not in another. All else
# is as PostgreSQL comes.
settings=(jit=off max_parallel_workers_per_gather=0 autovacuum=off max_wal_size=8GB checkpoint_timeout=1h)

columns='city, observed_at, temp, temp_max, temp_min, latitude, longitude'

run_sql() {
    psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# declare_ours name files: schema ours_<name>, as weather_setup.sql makes it for a user.
declare_ours() {
    run_sql -c "CREATE SCHEMA ours_$1"
    run_sql -v schema="ours_$1" -v by_city="$2" -v by_location="$share/empty.json" -v source_timezone=UTC \
        -f "$shipped/weather_setup.sql"
}

# ---- A race: contenders that do the same thing, in turns, so that a noisy minute hits all of them

labels=()
commands=()
declare -A medians # by "title: label", in ms

# contender label command…: the command prints its answer, and one or more lines "Time: <ms> ms".
contender() {
    labels+=("$1")
    shift
    commands+=("$(printf '%q ' "$@")")
}

# race title: each contender RUNS times. All must give the same answer (or none). The first one is what
# the others are compared with.
race() {
    local title=$1 round i
    answer=
    rm -f "$share"/times.*
    for ((round = 1; round <= RUNS; round++)); do
        for i in "${!labels[@]}"; do
            run_contender "$title" "$i"
        done
    done
    write_race "$title" >>"$body"
    labels=()
    commands=()
}

run_contender() {
    local title=$1 label=${labels[$2]} output found ms
    output=$(eval "${commands[$2]}") || die "$title: $label failed"
    ms=$(awk '/^Time: / { sum += $2 } END { printf "%.3f", sum }' <<<"$output")
    found=$(grep -v '^Time: ' <<<"$output") || true
    say "$title: $label: $(duration "$ms")"
    echo "$ms" >>"$share/times.$2"
    answer=${answer:-$found}
    [ -z "$found" ] || [ "$found" = "$answer" ] ||
        die "$title: $label answers $found, and ${labels[0]} $answer"
}

write_race() {
    local title=$1 i least median most base=
    printf '\n### %s\n\n' "$title"
    printf '| | median | fastest | slowest | times as long |\n|---|--:|--:|--:|--:|\n'
    for i in "${!labels[@]}"; do
        read -r least median most < <(summary "$share/times.$i")
        base=${base:-$median}
        medians["$title: ${labels[i]}"]=$median
        printf '| %s | %s | %s | %s | %s |\n' "${labels[i]}" "$(duration "$median")" \
            "$(duration "$least")" "$(duration "$most")" "$(ratio "$median" "$base")"
    done
}

# summary file: least, median and greatest of the numbers in it.
summary() {
    sort -n "$1" | awk '
        { number[NR] = $1 }
        END {
            half = int((NR + 1) / 2)
            print number[1], NR % 2 ? number[half] : (number[half] + number[half + 1]) / 2, number[NR]
        }'
}

duration() {
    awk -v ms="$1" 'BEGIN {
        if (ms >= 10000) printf "%.1f s", ms / 1000
        else if (ms >= 1000) printf "%.2f s", ms / 1000
        else if (ms >= 10) printf "%.0f ms", ms
        else printf "%.2f ms", ms }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

megabytes() {
    awk -v kb="$1" 'BEGIN { printf "%.1f MB", kb / 1024 }'
}

# section name line…
section() {
    printf '\n## %s\n\n' "$1"
    shift
    printf '%s\n' "$@"
}

say() {
    printf '[%4d s] %s\n' "$SECONDS" "$*" >&2
}

# ---- Ways to run: each in a session or process of its own, whose start does not count

# timed_sql statement [before [after]]: only the statement counts. What `after` prints belongs to the
# answer.
timed_sql() {
    run_sql <<EOF
\\o /dev/null
${2:-}
\\o
\\timing on
$1
\\timing off
${3:-}
EOF
}

# hash_of table
hash_of() {
    echo "SELECT count(*), sum(hash_record_extended(row($columns), 0)) FROM $1;"
}

# ---- The report

machine() {
    printf '%s, %s cores, %s GB, ' "$(lscpu | sed -n 's/^Model name: *//p' | head -n 1)" "$(nproc --all)" \
        "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo)"
    uname -sr
}

built_from() {
    run_sql -c "SELECT extversion FROM pg_extension WHERE extname = 'weather_fdw'" | tr '\n' ' '
    printf '(commit %s), %s\n' "$(git describe --always --dirty 2>/dev/null || echo unknown)" \
        "$("${CXX:-g++}" --version 2>/dev/null | head -n 1)"
}

# ---- The server

start_server() {
    local setting arguments=()
    for setting in "${settings[@]}"; do
        arguments+=(-c "$setting")
    done
    exec taskset -c "$CORE" scripts/with-cluster --durable "${arguments[@]}" "bench/${0##*/}" "$@"
}
