# shellcheck shell=bash
# daemon: builds evenhand and runs evenhandd in a state folder.
# Sourced after common.sh. HERE is the checkout, BUILD the build folder, STATE the state folder.

# build_tree FOLDER LOG [SETUP OPTION...]: set up once, then bring TARGETS up to date (none: all).
# FAULTS: whether the build has what only tests use (meson_options.txt); a folder follows it.
# EVENHAND_FAULTS=true in the environment asks for it, as --with-faults does.
TARGETS=() FAULTS=${EVENHAND_FAULTS:-false}
has_faults() { # FOLDER
    if grep -q -- -DEVENHAND_FAULTS "$1/build.ninja"; then echo true; else echo false; fi
}

build_tree() {
    local folder=$1 log=$2
    shift 2
    if [[ ! -e $folder/build.ninja ]]; then
        meson setup "$@" "-Dfaults=$FAULTS" "$folder" "$HERE" >"$log" 2>&1 || {
            tail -n 20 "$log" >&2
            fail "meson setup failed; all it said is in $log"
        }
    elif [[ $FAULTS != "$(has_faults "$folder")" ]]; then
        meson setup --reconfigure "-Dfaults=$FAULTS" "$folder" "$HERE" >"$log" 2>&1 || {
            tail -n 20 "$log" >&2
            fail "meson setup --reconfigure failed; all it said is in $log"
        }
    fi
    ninja -C "$folder" "${TARGETS[@]}" >"$log" 2>&1 || {
        grep -E 'error|FAILED|ninja:' "$log" | head -n 20 >&2
        fail "the build failed; all it said is in $log"
    }
}

cli() { "$BUILD/tools/evenhand/evenhand" --socket "$STATE/admin.sock" "$@"; }

daemon_pid() { pid_of "$STATE/evenhandd.pid" "--config $STATE/evenhandd.yaml"; }
daemon_status_has() { cli --json status 2>/dev/null | grep -Eq "$1"; }
daemon_leads() { daemon_status_has '"role": *"leader"'; }
daemon_has_desk() { daemon_status_has '"desk_sha256": *"'; }
daemon_has_error() { daemon_status_has '"last_error": *"..*"'; }
daemon_is_ready() { daemon_leads && daemon_has_desk; }
daemon_is_ready_or_fails() { is_gone "$1" || daemon_is_ready || { daemon_leads && daemon_has_error; }; }

daemon_write_config() {
    [[ ! -e $STATE/evenhandd.yaml ]] || return 0
    cat >"$STATE/evenhandd.yaml" <<CONFIG
# Written by tools/up, which leaves your changes alone.
desk_file: $STATE/desk.yaml
redis: $STATE/redis.sock
postgres: host=$STATE/pg dbname=evenhand
admin_socket: $STATE/admin.sock
key_file: $STATE/evenhand.key
checkpoint_file: $STATE/checkpoints
outbox: json
CONFIG
}

# Returns once the daemon leads with a desk; fails with its last words when it ended or has none.
daemon_start() {
    local pid log=$STATE/evenhandd.log
    ! daemon_pid >/dev/null || return 0
    "$BUILD/daemon/evenhandd/evenhandd" --config "$STATE/evenhandd.yaml" --migrate >>"$log" 2>&1 ||
        fail "the migration failed: $(tail -n 1 "$log")"
    setsid "$BUILD/daemon/evenhandd/evenhandd" --config "$STATE/evenhandd.yaml" >>"$log" 2>&1 </dev/null &
    pid=$!
    printf '%s\n' "$pid" >"$STATE/evenhandd.pid"
    wait_until 60 daemon_is_ready_or_fails "$pid" || true
    daemon_is_ready || fail "evenhandd is not ready: $(grep -E ' (error|warning) ' "$log" | tail -n 1)"
}

daemon_stop() {
    local pid
    pid=$(daemon_pid) || return 0
    stop_process evenhandd "$pid" 30
    rm -f "$STATE/evenhandd.pid"
}
