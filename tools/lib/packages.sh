# shellcheck shell=bash
# packages: installs what tools/packages lists, only when something is missing, and without ever
# creating or starting a system-wide PostgreSQL cluster, Redis or web server.
# Sourced after common.sh.

# packages_for LIST PURPOSE...: the names in LIST that have one of these purposes.
packages_for() {
    local list=$1 purposes
    shift
    purposes=" $* "
    awk -v purposes="$purposes" \
        '$1 !~ /^#/ && NF >= 2 && index(purposes, " " $2 " ") { print $1 }' "$list"
}

# Of the packages named, those that are not installed.
packages_missing() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$package"
    done
}

# The privileged half, run as root in one go so that whatever it places is removed again. What the
# administrator has there already is left alone.
packages_install_script() {
    cat <<'SCRIPT'
set -eu
export DEBIAN_FRONTEND=noninteractive
cluster=/etc/postgresql-common/createcluster.d/90-evenhand-no-cluster.conf
policy=/usr/sbin/policy-rc.d
services="redis-server request-tracker5 nginx caddy"
had=" "
for service in $services; do
    [ ! -e "/lib/systemd/system/$service.service" ] || had="$had$service "
done
placed_policy=no
cleanup() {
    rm -f "$cluster"
    rmdir --ignore-fail-on-non-empty -p "${cluster%/*}" 2>/dev/null || true
    [ "$placed_policy" = no ] || rm -f "$policy"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "${cluster%/*}"
echo 'create_main_cluster = false' >"$cluster"
if [ ! -e "$policy" ]; then
    placed_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get -q -o DPkg::Lock::Timeout=120 update
apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
# A service that came with us must not come up at the next boot either.
disable() { # SERVICE
    case $had in *" $1 "*) return 0 ;; esac
    [ -e "/lib/systemd/system/$1.service" ] || return 0
    if [ -d /run/systemd/system ]; then
        systemctl disable "$1.service"
    else
        DPKG_MAINTSCRIPT_PACKAGE=$1 deb-systemd-helper disable "$1.service"
    fi
}
for service in $services; do
    disable "$service"
done
SCRIPT
}

# packages_ensure LIST LOG PURPOSE...: installs what is missing; the chatter of apt goes to LOG.
packages_ensure() {
    local list=$1 log=$2 missing
    shift 2
    command -v apt-get >/dev/null || fail "no apt-get: this is made for Debian 12"
    # shellcheck disable=SC2046 # names have no spaces
    mapfile -t missing < <(packages_missing $(packages_for "$list" "$@"))
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    if ! as_root sh -c "$(packages_install_script)" sh "${missing[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt-get could not install the packages; all it said is in $log"
    fi
}
