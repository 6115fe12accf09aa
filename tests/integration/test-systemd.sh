#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The service as systemd runs it: boots a small system in a container, with the build installed in
# it, once with dbus-daemon and once with dbus-broker.
#
#     test-systemd.sh SOURCE-DIRECTORY BUILD-DIRECTORY
#
# Needs root, debootstrap and systemd-nspawn, else it is skipped (77). The system's files are
# fetched once, from the mirror that apt uses here, and kept in MSGR_TEST_CACHE.

set -u
export LC_ALL=C.UTF-8

# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"

# What was seen to fail has failed, whatever can't be tried after it.
skip()
{
    echo "1..$number # SKIP $1"
    [ "$failed" -eq 0 ] || exit 1
    exit 77
}

[ $# -eq 2 ] || { echo "usage: $0 SOURCE-DIRECTORY BUILD-DIRECTORY" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || skip "needs root"
for program in apt-get chroot debootstrap dpkg-query findmnt flock ldd meson mount nsenter pgrep \
    systemctl systemd-nspawn systemd-sysusers unshare; do
    command -v "$program" >/dev/null || skip "needs $program"
done

# Every mount below goes with this namespace.
if [ -z "${MSGR_TEST_UNSHARED-}" ]; then
    unshare --mount --propagation private true 2>/dev/null || skip "may not make a mount namespace"
    MSGR_TEST_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"
fi

build=$(realpath "$2")
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
cache=${MSGR_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/msgr-tests/$release}
work=$(mktemp -d)
mount -t tmpfs -o mode=0755 tmpfs "$work" || skip "may not mount"
box=$work/box

# is WANTED COMMAND...: what the command says is exactly that.
is()
{
    local wanted=$1 said
    shift
    said=$("$@" 2>&1)
    [ "$said" = "$wanted" ] || { echo "$said"; return 1; }
}

# says PATTERN COMMAND...: the command says something like that.
says()
{
    local pattern=$1
    shift
    "$@" 2>&1 | tee "$work/heard" | grep -qE -- "$pattern" || { cat "$work/heard"; return 1; }
}

# in_time COMMAND...: the command succeeds sooner or later.
in_time()
{
    local deadline=$((SECONDS + 60))
    until "$@" >"$work/tried" 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            cat "$work/tried"
            return 1
        fi
        sleep 0.1
    done
}

# --- the system's files ---

# The packages of the libraries that the service was linked with, as they are called here.
library_packages()
{
    ldd "$1" | sed -n 's/.* => \([^ ]*\) .*/\1/p' | xargs -r realpath | while read -r library; do
        dpkg-query -S "$library" "/usr$library" "${library#/usr}" 2>/dev/null | head -n 1
    done | sed 's/:.*//' | sort -u
}

mirror()
{
    # shellcheck disable=SC2016  # apt's variables, not the shell's
    apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' "Codename: $release" 'Component: main' 2>/dev/null | head -n 1
}

# A debootstrap that failed may have left the real /proc and /sys in there.
forget()
{
    umount "$1/proc" "$1/sys" 2>/dev/null
    rm -rf --one-file-system "$1"
}

fetch_system()
{
    local packages=$1 from new=$cache.new proxy
    from=$(mirror)
    [ -n "$from" ] || skip "apt has no source for $release"
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "${proxy-}" ] || export http_proxy="$proxy"
    forget "$new"
    if ! debootstrap --variant=minbase --include="$(paste -sd, <<<"$packages")" "$release" "$new" "$from" \
        >"$work/debootstrap.log" 2>&1; then
        sed 's/^/# /' "$work/debootstrap.log" | tail -n 5
        forget "$new"
        skip "debootstrap failed"
    fi
    rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
    echo "$packages" >"$new/.msgr-test-packages"
    forget "$cache"
    mv "$new" "$cache"
}

# What is there is kept, so that builds with and without sanitizers don't take turns in fetching.
cached_system()
{
    mkdir -p "$(dirname "$cache")"
    exec 9>"$cache.lock"
    flock 9
    {
        printf '%s\n' systemd systemd-sysv dbus dbus-broker procps
        library_packages "$1"
    } | sort -u >"$work/needed"
    sort -u "$cache/.msgr-test-packages" >"$work/there" 2>/dev/null
    if [ -n "$(comm -23 "$work/needed" "$work/there")" ]; then
        fetch_system "$(sort -u "$work/needed" "$work/there")"
    fi
    flock -u 9
}

# --- the container ---

# A fresh system with the build installed in it; nothing that happens to it stays.
make_box()
{
    mkdir -p "$work/cache" "$work/upper" "$work/overlay" "$box"
    mount --bind "$cache" "$work/cache" || skip "may not mount"
    mount -t overlay overlay -o \
        "lowerdir=$work/cache,upperdir=$work/upper,workdir=$work/overlay" "$box" \
        || skip "may not mount an overlay"
    DESTDIR=$box meson install -C "$build" --no-rebuild --quiet >"$work/install.log" 2>&1 \
        || { cat "$work/install.log"; return 1; }
    systemd-sysusers --root="$box" 2>>"$work/install.log" || { cat "$work/install.log"; return 1; }
    chroot "$box" useradd --create-home msgrt-alice && chroot "$box" useradd --create-home msgrt-bob
}

drop_box()
{
    umount --lazy "$box" "$work/cache"
    rm -rf "$work/upper" "$work/overlay"
}

pick_bus()
{
    local verb=disable
    [ "$1" = dbus-broker ] && verb=enable
    systemctl --quiet --root="$box" "$verb" dbus-broker.service
}

# The leak checker looks at its process as a debugger would, which the unit forbids.
calm_sanitizers()
{
    mkdir -p "$box/etc/systemd/system/msgrd.service.d"
    printf '[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n' \
        >"$box/etc/systemd/system/msgrd.service.d/sanitizers.conf"
}

# Where no systemd hands out control groups each run makes its own: all containers of systemd-nspawn
# would else share the one that it was started in.
groups=()
make_groups()
{
    local group
    groups=()
    [ ! -d /run/systemd/system ] || return 0
    for group in \
        "$(findmnt -rno TARGET -t cgroup -O name=systemd)$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)" \
        "$(findmnt -rno TARGET -t cgroup2)$(sed -n 's/^0:://p' /proc/self/cgroup)"; do
        [ ! -d "$group" ] || groups+=("${group%/}/msgr-test-$$")
    done
    mkdir -p "${groups[@]}"
}

drop_groups()
{
    [ "${#groups[@]}" -eq 0 ] || find "${groups[@]}" -depth -type d -exec rmdir {} +
}

run_nspawn()
{
    local scope=() group
    for group in "${groups[@]}"; do
        echo "$BASHPID" >"$group/cgroup.procs"
        scope=(--keep-unit)
    done
    exec systemd-nspawn --quiet --register=no "${scope[@]}" --machine="msgr-test-$$" \
        --resolv-conf=off --timezone=off --link-journal=no --private-network \
        --directory="$box" --boot --console=pipe
}

nspawn=
leader=
boot()
{
    make_groups || return 1
    run_nspawn </dev/null >"$work/console" 2>&1 9>&- &
    nspawn=$!
    in_time has_begun && inside true
}

# Or has ended already, which is no reason to wait any longer.
has_begun()
{
    leader=$(pgrep -P "$nspawn" | head -n 1)
    inside true || ! kill -0 "$nspawn"
}

inside()
{
    nsenter --target "$leader" --all -- "$@"
}

as()
{
    local user=$1
    shift
    inside runuser -u "$user" -- "$@"
}

shut_down()
{
    [ -n "$nspawn" ] || return 0
    [ -z "$leader" ] || kill -KILL "$leader" 2>/dev/null
    kill "$nspawn" 2>/dev/null
    wait "$nspawn" 2>/dev/null
    nspawn=
    leader=
    in_time drop_groups
}

clean_up()
{
    shut_down
    mountpoint -q "$box" && drop_box
    umount --lazy "$work" && rmdir "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# --- what is asked ---

root_path=/org/msgr/Messenger
agents=org.msgr.Messenger.Agents

version_for()
{
    as "$1" busctl call org.msgr.Messenger $root_path \
        org.freedesktop.DBus.Properties Get ss org.msgr.Messenger1 Version
}

invitation_timeout()
{
    as msgrt-alice busctl --json=short get-property \
        org.msgr.Messenger $root_path org.msgr.Messenger1 Limits \
        | sed 's/.*"InvitationTimeout":\([0-9]*\).*/\1/'
}

owner_of()
{
    inside busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus \
        GetConnectionUnixUser s "$1"
}

shows()
{
    inside systemctl show --value --property="$1" msgrd.service
}

restarted_since()
{
    local pid
    pid=$(shows MainPID)
    [ "$pid" != 0 ] && [ "$pid" != "$1" ] && [ "$(shows ActiveState)" = active ]
}

differs()
{
    [ "$(shows "$1")" != "$2" ]
}

sandboxed()
{
    local status
    status=$(inside cat "/proc/$(shows MainPID)/status")
    for line in 'Seccomp:.2$' 'NoNewPrivs:.1$' 'CapBnd:.0+$'; do
        grep -qE "^$line" <<<"$status" || { echo "not $line"; return 1; }
    done
}

bus_is_content()
{
    ! inside journalctl --no-pager --quiet --unit=dbus.service --unit=dbus-broker.service \
        | grep -E 'Encountered error|Unknown (user|group)|[Ii]nvalid (user|group|.*policy)|msgr.*\.conf:'
}

try_start()
{
    local uid
    uid=$(inside id -u "$service_user")
    check "the service starts" inside systemctl start msgrd.service
    check "and is active" is active inside systemctl is-active msgrd.service
    for name in org.msgr.Messenger $agents; do
        check "$service_user owns $name" is "u $uid" owner_of "$name"
    done
    check "the bus has no complaint" bus_is_content
    check "its sandbox holds" sandboxed
    check "the state directory is the service's alone" \
        is "$service_user 700" inside stat -c '%U %a' /var/lib/msgr
    check "and nothing in it is for others" \
        is "" inside find /var/lib/msgr -type f -perm /077
}

try_users()
{
    for user in msgrt-alice msgrt-bob; do
        check "$user can call" says '^v s ' version_for "$user"
        check "$user has keys" says '^aa\{sv\} 0' \
            as "$user" busctl call $agents $root_path org.msgr.KeyManager1 ListKeys
    done
    check "keys are not reached through the first name" says 'denied|AccessDenied' \
        as msgrt-alice busctl call org.msgr.Messenger $root_path org.msgr.KeyManager1 ListKeys
    check "a foreign interface is refused" says 'denied' \
        as msgrt-alice busctl call org.msgr.Messenger $root_path org.example.Foreign Method
    check "a user can't take the name" says 'denied|not allowed' \
        as msgrt-bob busctl call org.freedesktop.DBus /org/freedesktop/DBus \
        org.freedesktop.DBus RequestName su org.msgr.Messenger 2
}

try_reload()
{
    local pid
    pid=$(shows MainPID)
    inside mkdir -p /etc/msgr/msgrd.conf.d
    printf '[Messenger]\nInvitationTimeout=123\n' \
        | inside tee /etc/msgr/msgrd.conf.d/50-test.conf >/dev/null
    check "it reloads" inside systemctl reload msgrd.service
    check "and reads its configuration again" in_time is 123 invitation_timeout
    check "without a restart" is "$pid" shows MainPID
}

# Who owns a file is seen through the unit's user namespace.
try_key_files()
{
    local owner
    for owner in root msgrt-bob; do
        printf '{"id": "org.example.Key", "algorithm": "hmac-sha256", "key": "%s",
            "environment": "production", "capabilities": ["sessions"]}' "$owner" \
            | inside tee "/etc/msgr/keys.d/of-$owner.json" >/dev/null
        inside chmod 0640 "/etc/msgr/keys.d/of-$owner.json"
        inside chown "$owner:$service_user" "/etc/msgr/keys.d/of-$owner.json"
    done
    inside systemctl reload msgrd.service
    check "a secret that is another user's is named in the log" in_time log_names of-msgrt-bob.json
    check "and root's is not" log_names_not of-root.json
    inside rm /etc/msgr/keys.d/of-msgrt-bob.json /etc/msgr/keys.d/of-root.json
}

log_names()
{
    inside journalctl --no-pager --quiet --unit=msgrd.service | grep -F "$1"
}

log_names_not()
{
    ! log_names "$1"
}

try_crash()
{
    local pid
    pid=$(shows MainPID)
    inside kill -SEGV "$pid"
    check "it is back after a crash" in_time restarted_since "$pid"
    check "and answers" says '^v s ' version_for msgrt-alice
}

# A shorter time than the unit's, in order not to wait for that.
try_watchdog()
{
    local pid seen
    [ "$(shows Type)" = notify ] || return 0
    check "the watchdog is on" is 1min shows WatchdogUSec
    inside mkdir -p /run/systemd/system/msgrd.service.d
    printf '[Service]\nWatchdogSec=3s\n' \
        | inside tee /run/systemd/system/msgrd.service.d/watchdog.conf >/dev/null
    inside systemctl daemon-reload
    inside systemctl reset-failed msgrd.service
    check "it starts again" inside systemctl restart msgrd.service
    seen=$(shows WatchdogTimestampMonotonic)
    check "it tells that it lives" in_time differs WatchdogTimestampMonotonic "$seen"
    pid=$(shows MainPID)
    inside kill -STOP "$pid"
    check "it is replaced when it hangs" in_time restarted_since "$pid"
}

try_stop()
{
    inside systemctl reset-failed msgrd.service
    check "it stops" inside systemctl stop msgrd.service
    check "cleanly" is success shows Result
    check "a call brings it back" says '^v s ' version_for msgrt-bob
    check "under systemd" is active inside systemctl is-active msgrd.service
}

try_bus()
{
    bus=$1
    of="$bus: "
    if ! make_box; then
        ok 1 "the build is installed"
        return
    fi
    pick_bus "$bus"
    [ "$sanitized" -eq 0 ] || calm_sanitizers
    if ! boot; then
        shut_down
        drop_box
        sed 's/^/# /' "$work/console" | tail -n 20
        skip "systemd-nspawn can't boot here"
    fi
    check "the system is up" in_time is active inside systemctl is-active multi-user.target
    check "it runs the bus that is meant" in_time says "$bus" \
        inside systemctl show --value --property=ExecStart dbus.service
    try_start
    try_users
    try_reload
    try_key_files
    try_crash
    try_watchdog
    try_stop
    if [ "$failed" -ne 0 ]; then
        inside journalctl --no-pager --quiet --unit=msgrd.service | tail -n 40 | sed 's/^/# /'
    fi
    shut_down
    drop_box
}

# --- all of it ---

installed=$work/installed
DESTDIR=$installed meson install -C "$build" --no-rebuild --quiet >"$work/install.log" 2>&1 \
    || { cat "$work/install.log"; exit 1; }
unit=$(find "$installed" -name msgrd.service -path '*systemd*' | head -n 1)
[ -n "$unit" ] || skip "the build has no unit"
service_user=$(sed -n 's/^User=//p' "$unit")
program=$installed$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
# clang links its sanitizers into the program
grep -qa '__asan_init\|__ubsan_handle\|__tsan_init' "$program" && sanitized=1 || sanitized=0
cached_system "$program"

try_bus dbus-daemon
try_bus dbus-broker

echo "1..$number"
[ "$failed" -eq 0 ]
