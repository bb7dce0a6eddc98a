# shellcheck shell=bash
# rt: Request Tracker 5 from Debian as an ordinary process on 127.0.0.1, with a PostgreSQL of its own.
# Sourced after common.sh and postgres.sh; HERE is the checkout. Everything lies in one folder, the ROOT
# of each call: rt.pm (its configuration), rt.log, hook (the secret of its webhooks).

readonly RT_SHARE=/usr/share/request-tracker5 RT_WORKERS=5

rt_is_installed() { [[ -x $RT_SHARE/libexec/rt-server && -x /usr/sbin/rt-setup-database-5 ]]; }

# rt_run ROOT COMMAND...: with this RT's configuration, and with what evenhand puts into an RT.
rt_run() {
    local root=$1
    shift
    env RT_SITE_CONFIG="$root/rt.pm" RT_SITE_CONFIG_DIR="$root/none" \
        PERL5LIB="$HERE/config/bridge/rt/lib" "$@"
}

# rt_write_config ROOT PORT BRIDGE: BRIDGE is the address that hears of tickets.
rt_write_config() {
    local root=$1 port=$2 bridge=$3
    rm -rf "$root/mason" # RT does not look whether a page has changed
    mkdir -p "$root/none" "$root/mason" "$root/session"
    [[ -s $root/hook ]] || (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$root/hook")
    cat >"$root/rt.pm" <<PERL
# Written by tools/lib/rt.sh.
Set(\$rtname, 'evenhand');
Set(\$Organization, 'shop.example');
Set(\$WebDomain, '127.0.0.1');
Set(\$WebPort, $port);
Set(\$WebPath, '');
Set(\$Timezone, 'UTC');
Set(\$DatabaseType, 'Pg');
Set(\$DatabaseHost, '$root/pg');
Set(\$DatabaseName, 'rt5');
Set(\$DatabaseUser, '$(id -un)');
Set(\$DatabasePassword, '');
Set(\$LogToSyslog, undef);
Set(\$LogToSTDERR, 'warning');
Set(\$MailCommand, 'testfile');
Set(\$LocalHTMLPath, '$HERE/config/bridge/rt/html');
Set(%GnuPG, Enable => 0);
Set(%SMIME, Enable => 0);
Set(\$EvenhandURL, '$bridge');
Set(\$EvenhandSecretFile, '$root/hook');
\$MasonDataDir = '$root/mason';
\$MasonSessionDir = '$root/session';
\$MasonLocalComponentRoot = '$HERE/config/bridge/rt/html';
1;
PERL
}

rt_setup() { # ROOT ACTION [FILE]
    rt_run "$1" /usr/sbin/rt-setup-database-5 --action "$2" --skip-create ${3:+--datafile "$3"} \
        ${4:+--root-password-file "$4"} >>"$1/setup.log" 2>&1 </dev/null ||
        fail "RT's database could not be set up; all it said is in $1/setup.log"
}

# The database, RT's own data, what evenhand needs in it, and the sample desk; once.
rt_fill() {
    local root=$1
    [[ ! -e $root/filled ]] || return 0
    dropdb --if-exists -h "$root/pg" rt5 && createdb -h "$root/pg" rt5
    printf 'root-evenhand\n' >"$root/root-password"
    rt_setup "$root" init "" "$root/root-password"
    rt_setup "$root" insert "$HERE/config/bridge/rt/initialdata"
    rt_setup "$root" insert "$HERE/tools/samples/rt.initialdata"
    touch "$root/filled"
}

rt_pid() { pid_of "$1/rt.pid" rt-server; }
rt_answers() { curl -s -o /dev/null -m 5 "http://127.0.0.1:$1/NoAuth/css/print.css"; }

rt_serve() { # ROOT PORT
    local root=$1 port=$2
    ! rt_pid "$root" >/dev/null || return 0
    rt_run "$root" setsid sh -c "echo \$\$ >'$root/rt.pid'; exec $RT_SHARE/libexec/rt-server \
        --host 127.0.0.1 --port $port --max-workers $RT_WORKERS" >>"$root/rt.log" 2>&1 </dev/null &
    wait_until 60 rt_answers "$port" || fail "RT does not answer; see $root/rt.log"
}

rt_start() { # ROOT PORT BRIDGE
    local root=$1
    mkdir -p "$root"
    postgres_start "$root" "$root/postgres.log"
    rt_write_config "$@"
    rt_fill "$root"
    rt_serve "$root" "$2"
}

rt_stop() {
    local pid
    ! pid=$(rt_pid "$1") || stop_process RT "$pid" 15
    rm -f "$1/rt.pid"
    postgres_stop "$1"
}
