# shellcheck shell=bash
# bridge: evenhand-bridge of one connection in a state folder. Sourced after common.sh and daemon.sh.

bridge_pid() { pid_of "$STATE/bridge.pid" "--connection $1"; }
bridge_run() { "$BUILD/daemon/bridge/evenhand-bridge" --folder "$STATE/bridge.d" "$@"; }
bridge_hears() { curl -s -o /dev/null -m 5 "http://$1/"; }

# bridge_write_rt NAME URL LISTEN: its webhooks are signed with the secret in STATE/NAME/hook.
bridge_write_rt() {
    local name=$1 url=$2 listen=$3
    [[ ! -e $STATE/bridge.d/$name.yaml ]] || return 0
    mkdir -p "$STATE/bridge.d"
    (umask 077 && printf 'evenhand-evenhand\n' >"$STATE/bridge.d/$name.token")
    cat >"$STATE/bridge.d/$name.yaml" <<CONFIG
# Written by tools/up, which leaves your changes alone.
profile: rt
profiles: $HERE/config/bridge
url: $url
account: evenhand
secret_file: $STATE/bridge.d/$name.token
webhook_secret_file: $STATE/$name/hook
listen: $listen
groups: {Sales: sales}
kinds: {field: Kind, default: query}
value: {field: Deal value}
outcomes: {resolved: resolved, rejected: cancelled, deleted: cancelled, merged: cancelled}
managers: [mia]
owner: guard
sweep: 10s
rate: 50/s
state: $STATE/bridge-$name
redis: $STATE/redis.sock
admin_socket: $STATE/admin.sock
CONFIG
}

bridge_start() { # NAME LISTEN
    local name=$1 listen=$2 log=$STATE/bridge.log
    ! bridge_pid "$name" >/dev/null || return 0
    setsid "$BUILD/daemon/bridge/evenhand-bridge" --folder "$STATE/bridge.d" --connection "$name" \
        >>"$log" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$STATE/bridge.pid"
    wait_until 30 bridge_hears "$listen" || fail "evenhand-bridge does not answer: $(tail -n 1 "$log")"
}

bridge_stop() { # NAME
    local pid
    pid=$(bridge_pid "$1") || return 0
    stop_process evenhand-bridge "$pid" 30
    rm -f "$STATE/bridge.pid"
}
