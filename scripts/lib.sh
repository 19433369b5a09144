# Sourced by the other scripts: what more than one of them needs. The caller sets -eu.
# shellcheck shell=bash

PG_CONFIG=${PG_CONFIG:-pg_config}

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# can_be_root: root, or a sudo that needs no terminal, or a terminal for it to ask on.
can_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return
    [ -t 0 ] || sudo -n true 2>/dev/null
}

# as_root command…
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}
