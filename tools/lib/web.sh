# shellcheck shell=bash
# web: evenhand-web in a state folder. Sourced after common.sh and daemon.sh.

web_pid() { pid_of "$STATE/web.pid" "--config $STATE/evenhand-web.yaml"; }
web_run() { "$BUILD/daemon/web/evenhand-web" --config "$STATE/evenhand-web.yaml" "$@"; }
web_port() { sed -n 's/^listen: 127.0.0.1://p' "$STATE/evenhand-web.yaml"; }
web_answers() { curl -s -o /dev/null -m 5 "http://127.0.0.1:$(web_port)/healthz"; }

web_write_config() { # PORT
    [[ ! -e $STATE/evenhand-web.yaml ]] || return 0
    mkdir -p "$STATE/web"
    chmod 0700 "$STATE/web"
    cat >"$STATE/evenhand-web.yaml" <<CONFIG
# Written by tools/up, which leaves your changes alone.
listen: 127.0.0.1:$1
admin_socket: $STATE/admin.sock
key_file: $STATE/web/key
state: $STATE/web
CONFIG
}

web_start() {
    local log=$STATE/evenhand-web.log
    ! web_pid >/dev/null || return 0
    setsid "$BUILD/daemon/web/evenhand-web" --config "$STATE/evenhand-web.yaml" >>"$log" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$STATE/web.pid"
    wait_until 30 web_answers || fail "evenhand-web does not answer: $(tail -n 1 "$log")"
}

web_stop() {
    local pid
    pid=$(web_pid) || return 0
    stop_process evenhand-web "$pid" 30
    rm -f "$STATE/web.pid"
}

# evenhandd lets the page ask for others; a state folder of before has to hear of it.
web_allow() {
    grep -q '^delegates:' "$STATE/evenhandd.yaml" ||
        printf 'delegates: [%s]\n' "$(id -un)" >>"$STATE/evenhandd.yaml"
}

# "manager USER" and "rep USER": the first of each that the desk file names.
web_people() {
    sed -n 's/^[^#]*managers: *\[ *\([A-Za-z0-9._-]\{1,\}\) *[],].*/manager \1/p' "$STATE/desk.yaml" | head -n 1
    cli --json reps | python3 -c '
import json, sys
users = [rep["user"] for rep in json.load(sys.stdin)["reps"] if rep["user"]]
if users:
    print("rep", users[0])'
}

web_print_links() {
    local role user found=no
    while read -r role user; do
        [[ $found == yes ]] || say "The page, in a browser; each link signs in once, within 15 minutes:"
        found=yes
        say "  $role $user: $(web_run --link "$user")"
    done < <(web_people)
    [[ $found == yes ]] ||
        say "The page runs on http://127.0.0.1:$(web_port)/; give people a \`user\` in the desk file to let them in."
    say ""
}
