# shellcheck shell=bash
# postgres: a private PostgreSQL on a Unix socket alone, for whoever runs this.
# Sourced after common.sh. PostgreSQL refuses to run as root; then it runs as the user postgres, with
# its data and socket in a folder that user can reach, and STATE/pg leads to the socket.

readonly POSTGRES_BIN=/usr/lib/postgresql/15/bin

postgres_run() {
    if is_root; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# postgres_home STATE: where the data and the socket really are.
postgres_home() {
    if is_root; then
        printf '/var/lib/evenhand-up/%s\n' "$(printf '%s' "$1" | sha256sum | cut -c 1-12)"
    else
        printf '%s\n' "$1"
    fi
}

postgres_data() { printf '%s/pgdata\n' "$(postgres_home "$1")"; }

# As root: a state folder that was removed and made anew must not find the old database.
postgres_forget_removed() {
    local state=$1 home
    home=$(postgres_home "$state")
    ! is_root || [[ ! -d $home || -L $state/pg ]] || {
        postgres_stop "$state"
        rm -rf "$home"
    }
}

# The folders, and as root the link STATE/pg -> the real socket folder.
postgres_folders() {
    local state=$1 home
    home=$(postgres_home "$state")
    if is_root; then
        install -d -m 0755 "${home%/*}"
        install -d -m 0700 -o postgres -g postgres "$home" "$home/pg"
        printf '%s\n' "$state" >"$home/state-folder"
        ln -sfn "$home/pg" "$state/pg"
    else
        install -d -m 0700 "$state/pg"
    fi
}

# The superuser carries the name of whoever runs this, so that peer authentication lets him in.
postgres_init() {
    local state=$1 log=$2 data
    data=$(postgres_data "$state")
    [[ ! -e $data/PG_VERSION ]] || return 0
    rm -rf "$data" # half made by an interrupted first run
    postgres_run "$POSTGRES_BIN/initdb" -A peer -U "$(id -un)" -E UTF8 --locale=C.UTF-8 \
        -D "$data" >"$log" 2>&1 || fail "initdb failed: $(tail -n 1 "$log")"
}

postgres_is_up() { "$POSTGRES_BIN/pg_isready" -q -h "$1/pg"; }
postgres_runs() { postgres_run "$POSTGRES_BIN/pg_ctl" -D "$(postgres_data "$1")" status >/dev/null 2>&1; }

postgres_start() {
    local state=$1 log=$2 data
    data=$(postgres_data "$state")
    postgres_forget_removed "$state"
    postgres_folders "$state"
    postgres_init "$state" "$log"
    if ! postgres_runs "$state"; then
        postgres_run "$POSTGRES_BIN/pg_ctl" -D "$data" -s -w -t 60 -l "$data/server.log" \
            -o "-c listen_addresses= -c unix_socket_directories=$(postgres_home "$state")/pg" \
            -o "-c unix_socket_permissions=0700" start >>"$log" 2>&1 ||
            fail "PostgreSQL did not start; see $data/server.log"
    fi
    wait_until 60 postgres_is_up "$state" || fail "PostgreSQL does not answer on $state/pg"
    psql -h "$state/pg" -d postgres -Atqc "select 1 from pg_database where datname = 'evenhand'" |
        grep -q 1 || createdb -h "$state/pg" evenhand
}

postgres_stop() {
    postgres_runs "$1" || return 0
    postgres_run "$POSTGRES_BIN/pg_ctl" -D "$(postgres_data "$1")" -s -w -t 60 -m fast stop
}
