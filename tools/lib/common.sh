# shellcheck shell=bash
# common: what every script here needs: words for people, and care with processes.
# Sourced, never run. Callers set -euo pipefail.

# shellcheck disable=SC2034 # for the scripts that source this
readonly SUN_PATH_MAX=107 # bytes of a Unix socket's path

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

is_root() { [[ $(id -u) -eq 0 ]]; }

# Runs a command as root: by sudo unless we are.
as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root: install sudo, or run it as root once: $*"
    fi
}

# wait_until SECONDS COMMAND...: true as soon as the command is; false when the time is over.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.1
    done
}

# pid_of FILE MARK: the process a pid file names, if it is alive, may be signalled by us and has MARK
# in its command line (a stale file must not cost a stranger his process).
pid_of() {
    local pid
    pid=$(head -n 1 "$1" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ ]] && kill -0 "$pid" 2>/dev/null || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$2" || return 1
    printf '%s\n' "$pid"
}

# is_gone PID: it ended, also when nobody has asked how yet (PID 1 of many containers never does).
is_gone() {
    local state
    state=$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null) || return 0
    [[ -z $state || $state == [ZX] ]]
}

# stop_process NAME PID SECONDS: SIGTERM, then SIGKILL when it did not end in time.
stop_process() {
    kill -TERM "$2" 2>/dev/null || return 0
    wait_until "$3" is_gone "$2" && return 0
    say "$1 did not end within $3 s; killing it"
    kill -KILL "$2" 2>/dev/null || true
    wait_until 5 is_gone "$2"
}
