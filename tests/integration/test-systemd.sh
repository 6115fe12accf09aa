#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The service as systemd runs it: boots a small system in a container, with the build installed in
# it, once with dbus-daemon and once with dbus-broker.
#
#     test-systemd.sh SOURCE-DIRECTORY BUILD-DIRECTORY
#
# box.sh says what it needs.

# shellcheck source=tests/integration/box.sh
. "$(dirname "$0")/box.sh"

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
    run_box "$bus" || { ok 1 "the build is installed"; return; }
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

try_bus dbus-daemon
try_bus dbus-broker

echo "1..$number"
[ "$failed" -eq 0 ]
