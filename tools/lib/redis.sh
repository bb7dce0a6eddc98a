# shellcheck shell=bash
# redis: a private Redis on a Unix socket alone.
# Sourced after common.sh. Its append-only file is synced every second: a power cut may cost what
# producers wrote in the last one; a crash of Redis costs nothing. Production wants appendfsync always.

redis_pid() { pid_of "$1/redis.pid" "$1/redis.sock"; }
redis_is_up() { [[ $(redis-cli -s "$1/redis.sock" ping 2>/dev/null) == PONG ]]; }

redis_start() {
    local state=$1
    redis_pid "$state" >/dev/null && return 0
    install -d -m 0700 "$state/redis"
    redis-server --port 0 --unixsocket "$state/redis.sock" --unixsocketperm 700 \
        --dir "$state/redis" --appendonly yes --appendfsync everysec --save '' \
        --maxmemory-policy noeviction --pidfile "$state/redis.pid" \
        --logfile "$state/redis.log" --daemonize yes >/dev/null
    wait_until 30 redis_is_up "$state" || fail "Redis did not start; see $state/redis.log"
}

redis_stop() {
    local pid
    pid=$(redis_pid "$1") || return 0
    stop_process Redis "$pid" 30
    rm -f "$1/redis.pid" "$1/redis.sock"
}
