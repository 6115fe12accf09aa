#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The files as they are installed, under the real configuration of the system bus: policy,
# activation, and the two names.
#
#     test-installed.sh SOURCE-DIRECTORY BUILD-DIRECTORY
#
# Needs root, else it is skipped (77). It works in a mount and a process namespace, on a layer above
# the machine's own files: nothing of the machine changes, and no process stays.

set -u
export LC_ALL=C.UTF-8

skip()
{
    echo "1..0 # SKIP $1"
    exit 77
}

helper=/usr/lib/dbus-1.0/dbus-daemon-launch-helper

if [ -z "${MSGR_TEST_WORK-}" ]; then
    [ $# -eq 2 ] || { echo "usage: $0 SOURCE-DIRECTORY BUILD-DIRECTORY" >&2; exit 2; }
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    for program in chroot dbus-daemon busctl meson mount runuser systemd-sysusers unshare useradd; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
    [ -u "$helper" ] || skip "needs $helper"
    /usr/bin/python3 -c 'from gi.repository import Gio' 2>/dev/null || skip "needs PyGObject"
    namespaces=(--mount --pid --fork --kill-child --mount-proc --propagation private)
    unshare "${namespaces[@]}" true 2>/dev/null || skip "may not make namespaces"
    MSGR_TEST_WORK=$(mktemp -d)
    export MSGR_TEST_WORK
    trap 'rmdir "$MSGR_TEST_WORK"' EXIT
    unshare "${namespaces[@]}" "$0" "$@"
    exit $?
fi

build=$(realpath "$2")
work=$MSGR_TEST_WORK
box=$work/box

# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"

# says PATTERN COMMAND...: the command says something like that.
says()
{
    local pattern=$1 said
    shift
    said=$("$@" 2>&1)
    grep -qE -- "$pattern" <<<"$said" || { echo "$said"; return 1; }
}

# in_time COMMAND...: the command succeeds sooner or later.
in_time()
{
    local deadline=$((SECONDS + 30))
    until "$@" >"$work/tried" 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            cat "$work/tried"
            return 1
        fi
        sleep 0.05
    done
}

# --- a machine above the machine ---

make_box()
{
    mount -t tmpfs -o mode=0755 tmpfs "$work" || skip "may not mount"
    mkdir "$work/upper" "$work/overlay" "$box"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/overlay" "$box" \
        || skip "may not mount an overlay"
    mount -t proc proc "$box/proc"
    mount --rbind /dev "$box/dev"
    mount -t tmpfs -o mode=0755 tmpfs "$box/run"
    mkdir "$box/run/dbus"
}

install_build()
{
    DESTDIR=$box meson install -C "$build" --no-rebuild --quiet \
        && chroot "$box" systemd-sysusers
}

# What the bus was told, and what the service was built with.
read_settings()
{
    local activation
    activation=$(grep -rlx 'Name=org.msgr.Messenger' "$box"/usr/share/dbus-1/system-services \
        "$box"/usr/local/share/dbus-1/system-services 2>/dev/null | head -n 1)
    [ -n "$activation" ] || return 1
    service_user=$(sed -n 's/^User=//p' "$activation")
    program=$(sed -n 's/^Exec=//p' "$activation")
    state=$(sed -n 's/^#define MSGR_STATE_DIR "\(.*\)"/\1/p' "$build/config.h")
}

make_users()
{
    for user in msgrt-alice msgrt-bob; do
        chroot "$box" useradd --no-create-home "$user" || return 1
    done
}

# systemd would make it; the bus alone doesn't.
make_state_directory()
{
    chroot "$box" install -d -m 0700 -o "$service_user" "$state"
}

start_bus()
{
    chroot "$box" dbus-daemon --system --nofork --nopidfile --nosyslog 2>"$work/bus.log" &
    in_time test -S "$box/run/dbus/system_bus_socket"
}

as()
{
    local user=$1
    shift
    chroot "$box" runuser -u "$user" -- "$@"
}

# --- what is asked ---

first=org.msgr.Messenger
second=org.msgr.Messenger.Agents
root_path=/org/msgr/Messenger

# send USER call|signal DESTINATION INTERFACE MEMBER: one message without arguments, of which the
# interface may be "". Prints "reply", or "sent", or the error's name and whether it is the bus's own.
send()
{
    local user=$1
    shift
    as "$user" /usr/bin/python3 - "$@" <<'PYTHON'
import sys

from gi.repository import Gio

kind, destination, interface, member = sys.argv[1:]
path = '/org/msgr/Messenger'
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
if kind == 'signal':
    bus.emit_signal(destination, path, interface, member, None)
    bus.flush_sync()
    print('sent')
else:
    call = Gio.DBusMessage.new_method_call(destination, path, interface or None, member)
    answer, _ = bus.send_message_with_reply_sync(call, Gio.DBusSendMessageFlags.NONE, 25000)
    print(answer.get_error_name() or 'reply',
          'by the bus' if answer.get_sender() == 'org.freedesktop.DBus' else '')
PYTHON
}

# As an agent would be: somebody's process that answers on the bus, as long as its input is open.
be_there()
{
    as "$1" /usr/bin/python3 -c '
import sys

from gi.repository import Gio

bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
print(bus.get_unique_name(), flush=True)
sys.stdin.read()'
}

version_for()
{
    as "$1" busctl --system call $first $root_path org.freedesktop.DBus.Properties Get ss \
        org.msgr.Messenger1 Version
}

ask_bus()
{
    as "${3-msgrt-alice}" busctl --system call org.freedesktop.DBus /org/freedesktop/DBus \
        org.freedesktop.DBus "$1" s "$2"
}

pid_of()
{
    ask_bus GetConnectionUnixProcessID "$1" | sed 's/^u //'
}

same_process()
{
    local pid
    pid=$(pid_of $first)
    [ -n "$pid" ] && [ "$pid" = "$(pid_of $second)" ]
}

program_is_installed()
{
    [ "$(chroot "$box" readlink "/proc/$(pid_of $first)/exe")" = "$program" ]
}

bus_is_content()
{
    ! grep -E 'Encountered error|Unknown (username|group)|Invalid (user|group)' "$work/bus.log"
}

bus_rejected_signal()
{
    grep -q 'Rejected send message.*type="signal".*interface="org.example.Foreign"' "$work/bus.log"
}

try_activation()
{
    check "nobody has the name yet" says '^b false' ask_bus NameHasOwner $first
    check "the second name does not start what belongs to the first" \
        says 'AccessDenied by the bus' send msgrt-alice call $second org.msgr.Messenger1 ListServices
    check "which has started nothing" says '^b false' ask_bus NameHasOwner $first
    check "a user's call starts the service" says '^v s "' version_for msgrt-alice
    check "the bus has no complaint" bus_is_content
    check "both names are one process" same_process
    check "it is the installed program" program_is_installed
    for name in $first $second; do
        check "$service_user has $name" says "^u $service_uid\$" ask_bus \
            GetConnectionUnixUser "$name"
    done
    check "another user's call is answered too" says '^v s "' version_for msgrt-bob
    check "users can't look into the state directory" \
        says 'Permission denied' as msgrt-alice ls "$state"
}

try_names()
{
    for user in msgrt-alice root; do
        for name in $first $second; do
            check "$user can't take $name" says 'not allowed|denied' \
                as "$user" busctl --system call org.freedesktop.DBus /org/freedesktop/DBus \
                org.freedesktop.DBus RequestName su "$name" 2
        done
    done
}

try_interfaces()
{
    for user in msgrt-alice root; do
        check "$user: a foreign interface is refused" \
            says 'AccessDenied by the bus' send "$user" call $first org.example.Foreign Method
        check "$user: so is an agent's, which the service has not" \
            says 'AccessDenied by the bus' send "$user" call $first org.msgr.Agent1 ShowInvitation
        check "$user: so is a call without an interface" \
            says 'AccessDenied by the bus' send "$user" call $first '' ListServices
    done
    for interface in Introspectable.Introspect Peer.Ping; do
        check "$interface goes through" says '^reply' \
            send msgrt-alice call $first "org.freedesktop.DBus.${interface%.*}" "${interface#*.}"
    done
    check "the policy knows all interfaces of the first name" every_interface_passes $first \
        Messenger1 Lock1 SessionManager1 Session1 Contact1 Private1
    check "and of the second" every_interface_passes $second \
        KeyManager1 AgentManager1 ConnectorManager1
    check "keys are reached through the second name" says '^aa\{sv\} 0' \
        as msgrt-alice busctl --system call $second $root_path org.msgr.KeyManager1 ListKeys
    check "and not through the first" says 'AccessDenied $' \
        send msgrt-alice call $first org.msgr.KeyManager1 ListKeys
    check "a signal to the service is sent" says '^sent' \
        send msgrt-alice signal $first org.example.Foreign Signal
    check "and stopped by the bus" in_time bus_rejected_signal
}

# A member that is nowhere: whatever the service says to that, it has been reached.
every_interface_passes()
{
    local destination=$1 answer interface result=0
    shift
    for interface; do
        answer=$(send msgrt-bob call "$destination" "org.msgr.$interface" NoSuchMethod 2>&1)
        if ! grep -qE '^(reply|org\.[[:alnum:].]+) $' <<<"$answer"; then
            echo "$interface: $answer"
            result=1
        fi
    done
    return $result
}

try_way_back()
{
    local agent
    coproc AGENT { be_there msgrt-bob; }
    read -r agent <&"${AGENT[0]}"
    for interface in Agent1 Connector1; do
        check "the service can call $interface of a user's process" \
            says '^org\.freedesktop\.DBus\.Error\.Unknown[[:alpha:]]* $' \
            send "$service_user" call "$agent" "org.msgr.$interface" NoSuchMethod
        for user in msgrt-alice root; do
            check "$user can't" says 'AccessDenied by the bus' \
                send "$user" call "$agent" "org.msgr.$interface" NoSuchMethod
        done
    done
    check "and the service nothing else" says 'AccessDenied by the bus' \
        send "$service_user" call "$agent" org.example.Foreign Method
    eval "exec ${AGENT[1]}>&-"
}

try_return()
{
    local pid
    pid=$(pid_of $first)
    kill -KILL "$pid"
    check "its names go with it" in_time says '^b false' ask_bus NameHasOwner $second
    check "a call to the second name brings it back" says '^aa\{sv\} 0' \
        as msgrt-bob busctl --system call $second $root_path org.msgr.KeyManager1 ListKeys
    check "as another process" differs "$pid" pid_of $first
}

differs()
{
    local other=$1
    shift
    [ "$("$@")" != "$other" ]
}

# --- all of it ---

make_box
check "the build is installed" install_build
check "its files are where the bus looks" read_settings
check "users are made" make_users
check "the state directory is made" make_state_directory
service_uid=$(chroot "$box" id -u "$service_user")
check "the system bus starts" start_bus
if [ "$failed" -eq 0 ]; then
    try_activation
    try_names
    try_interfaces
    try_way_back
    try_return
    check "the bus still has no complaint" bus_is_content
fi
[ "$failed" -eq 0 ] || sed 's/^/# /' "$work/bus.log" | tail -n 40

echo "1..$number"
[ "$failed" -eq 0 ]
