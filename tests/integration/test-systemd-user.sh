#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The units of users, as a user's own systemd runs them: msgr-agent and what it launches, msgr-xmpp
# in its sandbox, and the service without a network while both sides of a session have one.
#
#     test-systemd-user.sh SOURCE-DIRECTORY BUILD-DIRECTORY
#
# box.sh says what it needs. What takes a server is skipped without Prosody.

# shellcheck source=tests/integration/box.sh
. "$(dirname "$0")/box.sh"

source=$(realpath "$1")
agent_unit=msgr-agent.service
guid='{6D736772-7465-7374-0000-00000000C10C}'

# --- users with managers ---

# mine USER COMMAND...: as in a session of that user's.
mine()
{
    local user=$1 id
    shift
    id=$(inside id -u "$user")
    as "$user" env -C "/home/$user" HOME="/home/$user" XDG_RUNTIME_DIR="/run/user/$id" \
        DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$id/bus" "$@"
}

ctl()
{
    mine "$1" msgrctl "${@:2}"
}

manage()
{
    mine "$1" systemctl --user "${@:2}"
}

# tells USER UNIT PROPERTY
tells()
{
    manage "$1" show --value --property="$3" "$2"
}

# is_other USER UNIT PID: the unit runs, as another process than this one.
is_other()
{
    local pid
    pid=$(tells "$1" "$2" MainPID)
    [ "$pid" != 0 ] && [ "$pid" != "$3" ] && [ "$(tells "$1" "$2" ActiveState)" = active ]
}

# Never 0: that would be all of the test.
end()
{
    [ "$1" -gt 1 ] && inside kill -KILL "$1"
}

# What the unit has logged, of all its runs.
logged()
{
    inside journalctl --no-pager --quiet --output=cat "_SYSTEMD_USER_UNIT=$1"
}

# counts NUMBER PATTERN COMMAND...: as many lines of what the command says are like that.
counts()
{
    local wanted=$1 pattern=$2 found
    shift 2
    found=$("$@" 2>&1 | grep -cE -- "$pattern")
    [ "$found" -eq "$wanted" ] || { echo "$found"; return 1; }
}

installed_unit()
{
    find "$installed" -name "$1" -path '*/systemd/user/*' -type f -printf '/%P\n'
}

start_users()
{
    local user unit
    for user in msgrt-alice msgrt-bob; do
        inside loginctl enable-linger "$user"
        check "$user has a manager" in_time is running manage "$user" is-system-running
        check "and a session bus" in_time mine "$user" busctl --user list
        check "and a key" ctl "$user" keys new
    done
    for unit in msgr-agent.service msgr-xmpp@.service; do
        check "systemd has no complaint of $unit" mine msgrt-alice systemd-analyze --user \
            verify --man=no --recursive-errors=no "$(installed_unit "$unit")"
    done
}

# --- the agent ---

# A program that stays, and a desktop's session, which is what brings graphical-session.target.
install_files()
{
    printf '#!/bin/bash\nexec -a msgrt-clock sleep infinity\n' \
        | inside tee /usr/bin/msgrt-clock >/dev/null
    inside chmod 0755 /usr/bin/msgrt-clock
    printf '[Unit]\nBindsTo=graphical-session.target\nBefore=graphical-session.target\n' \
        | inside tee /etc/systemd/user/msgrt-desktop.target >/dev/null
    inside mkdir -p /etc/msgr/msgrd.conf.d
    printf '[Messenger]\nLaunchTimeout=600\n' \
        | inside tee /etc/msgr/msgrd.conf.d/50-test.conf >/dev/null
}

has_registered()
{
    counts "$1" 'Registered with the service' logged $agent_unit
}

try_desktop()
{
    check "the unit alone starts the agent, not the entry in xdg/autostart, too" \
        counts 0 '^app-org.*Agent' manage msgrt-alice list-unit-files
    check "a desktop's session starts the agent" manage msgrt-alice start msgrt-desktop.target
    check "which is active" in_time is active tells msgrt-alice $agent_unit ActiveState
    check "and registers with the service" in_time has_registered 1
    check "the session's end is the agent's" manage msgrt-alice stop msgrt-desktop.target
    check "at once" in_time is inactive tells msgrt-alice $agent_unit ActiveState
    check "and cleanly" is success tells msgrt-alice $agent_unit Result
}

try_activation()
{
    check "a call on the session bus starts it, too" mine msgrt-alice busctl --user call \
        org.msgr.Agent /org/msgr/Agent org.freedesktop.DBus.Peer Ping
    check "as its unit" is active tells msgrt-alice $agent_unit ActiveState
    check "which registers" in_time has_registered 2
}

clocks()
{
    inside pgrep -x -u msgrt-alice -f 'msgrt-clock infinity'
}

runs_one_clock()
{
    clock=$(clocks) && [ "$(wc -l <<<"$clock")" -eq 1 ]
}

scopes()
{
    manage msgrt-alice list-units --plain --no-legend --state=running 'app-msgr-*.scope'
}

cgroups_of()
{
    inside cat "/proc/$1/cgroup"
}

clock_goes_on()
{
    is "$clock" clocks && says "^$clock_scope " scopes && says "/app\.slice/$clock_scope\$" cgroups_of "$clock"
}

try_launch()
{
    check "an application is registered" ctl msgrt-alice apps register "$guid" --name Clock \
        --url https://example.org/clock --path /usr/bin/msgrt-clock
    check "somebody is invited to it" ctl msgrt-alice invite echo --app Clock
    check "it is launched" in_time runs_one_clock
    clock_scope=$(scopes | sed 's/ .*//; s/\\/\\\\/g')
    check "in a scope of its own below app.slice" clock_goes_on
    check "that people can tell" says ' Clock$' scopes
}

try_ends_of_the_agent()
{
    local pid
    check "the agent is restarted" manage msgrt-alice restart $agent_unit
    check "and registers again" in_time has_registered 3
    check "the application goes on in its scope" clock_goes_on
    pid=$(tells msgrt-alice $agent_unit MainPID)
    end "$pid"
    check "the agent is back after a kill" in_time is_other msgrt-alice $agent_unit "$pid"
    check "and registers again then" in_time has_registered 4
    check "the application goes on after that" clock_goes_on
    check "the agent stops" manage msgrt-alice stop $agent_unit
    check "as it should" is success tells msgrt-alice $agent_unit Result
    check "and does not say that the service has left" counts 0 'has left' logged $agent_unit
    check "the application goes on without it" clock_goes_on
    check "and ends with its scope" manage msgrt-alice stop "$(sed 's/\\\\/\\/g' <<<"$clock_scope")"
    check "wholly" is "" clocks
}

# --- the accounts ---

# On the network of the box, of which it has no files.
start_server()
{
    mkdir "$work/xmpp"
    coproc SERVER {
        exec nsenter --target "$leader" --net -- /usr/bin/python3 "$source/tests/xmpp/serve.py" \
            "$work/xmpp" a.test 127.0.0.1 "$@" 2>"$work/server.log" 9>&-
    }
    server=$SERVER_PID
    read -r authority <&"${SERVER[0]}" || return 1
    inside tee /etc/msgrt-ca.crt <"$authority" >/dev/null
}

stop_server()
{
    eval "exec ${SERVER[1]}>&-"
    wait "$server"
}

add_account()
{
    local user=$1 address=$2 password=$3
    ctl "$user" account add "$address" --server 127.0.0.1 --ca-file /etc/msgrt-ca.crt \
        --password-file <<<"$password"
}

status_is()
{
    ctl "$1" --json status | /usr/bin/python3 -c '
import json, sys
found = {service["ServiceId"]: service["MyStatusName"] for service in json.load(sys.stdin)["Services"]}
print(found)
sys.exit(found.get("xmpp:" + sys.argv[1], "none") != sys.argv[2])' "$2" "$3"
}

sees_contact()
{
    ctl "$1" contacts show "$2" --service "xmpp:$3" --json \
        | grep -qE "\"StatusName\" : \"$4\""
}

xmpp_sandboxed()
{
    local pid status
    pid=$(tells msgrt-alice "$1" MainPID)
    status=$(inside cat "/proc/$pid/status")
    for line in 'Seccomp:.2$' 'NoNewPrivs:.1$' 'CapEff:.0+$' 'CapBnd:.0+$'; do
        grep -qE "^$line" <<<"$status" || { echo "not $line"; return 1; }
    done
}

# Even root can't write there, where the process is.
cant_write()
{
    says 'Read-only file system' inside nsenter --target "$1" --mount -- touch "$2/msgrt"
}

is_empty()
{
    is "" inside nsenter --target "$1" --mount -- find "$2" -mindepth 1
}

try_sandbox()
{
    local pid folder
    pid=$(tells msgrt-alice "$1" MainPID)
    check "it has no privileges and a system call filter" xmpp_sandboxed "$1"
    for folder in /home/msgrt-alice /home/msgrt-alice/.config/msgr/accounts /usr /etc /var/lib; do
        check "it can't write to $folder" cant_write "$pid" "$folder"
    done
    check "nor see what others have in /tmp" is_empty "$pid" /tmp
    check "nor have a device of the machine's" says 'No such file' \
        inside nsenter --target "$pid" --mount -- ls /dev/kmsg
    check "its own folder is there" inside test -d "/run/user/$(inside id -u msgrt-alice)/msgr-xmpp"
}

inhibitors()
{
    inside systemd-inhibit --list --no-legend --no-pager
}

try_sign_in()
{
    local folder=/home/msgrt-alice/.config/msgr/accounts
    check "an account is added" says '^added: ' add_account msgrt-alice "$alice" secret-1
    check "and comes online" in_time status_is msgrt-alice "$alice" ONLINE
    check "its files are for its user alone" is "600 msgrt-alice 600 msgrt-alice" \
        inside sh -c "stat -c '%a %U' $folder/$alice.* | paste -sd' '"
    check "it holds up the machine's sleep" in_time says \
        "^msgr +[0-9]+ msgrt-alice $(tells msgrt-alice "$unit" MainPID) msgr-xmpp +sleep .* delay" \
        inhibitors
}

try_accounts()
{
    local unit=msgr-xmpp@$alice.service odd=odd+one-two@a.test pid
    try_sign_in
    # Without it all that follows would fail, too, and late.
    [ "$failed" -eq 0 ] || return
    try_sandbox "$unit"
    check "an address may have characters that a unit's name may not" says '^added: ' \
        add_account msgrt-alice "$odd" secret-3
    check "and comes online as well" in_time status_is msgrt-alice "$odd" ONLINE
    check "and is removed" says '^removed: ' ctl msgrt-alice account remove "$odd"
    check "wholly, too" in_time status_is msgrt-alice "$odd" none
    pid=$(tells msgrt-alice "$unit" MainPID)
    end "$pid"
    check "a killed connector is restarted" in_time is_other msgrt-alice "$unit" "$pid"
    check "and signs in again" in_time status_is msgrt-alice "$alice" ONLINE
}

try_no_account()
{
    local unit=msgr-xmpp@nobody@a.test.service
    manage msgrt-alice start "$unit"
    check "an account that is none fails" in_time is failed tells msgrt-alice "$unit" ActiveState
    check "with the status for that" is 2 tells msgrt-alice "$unit" ExecMainStatus
    check "and is not tried again" is 0 tells msgrt-alice "$unit" NRestarts
}

# --- across the network ---

differ()
{
    [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]
}

network_of()
{
    inside readlink "/proc/$1/ns/net"
}

# reaches PID: whether the server's port is open to what has the network of this process.
reaches()
{
    inside nsenter --target "$1" --net -- bash -c 'exec 3<>/dev/tcp/127.0.0.1/5222'
}

invitation()
{
    ctl msgrt-bob --json sessions | sed -n 's/.*"Session" : ".*\/\(.*\)".*/\1/p' | grep .
}

# well_ended PID FILE: what was started in the background, and what it said.
well_ended()
{
    wait "$1" || { cat "$2"; return 1; }
}

try_across()
{
    local service inviting session
    service=$(inside systemctl show --value --property=MainPID msgrd.service)
    check "bob's account comes online" says '^added: ' add_account msgrt-bob "$bob" secret-2
    check "and alice sees him" in_time sees_contact msgrt-alice "$bob" "$alice" ONLINE
    check "bob has the application" ctl msgrt-bob apps register "$guid" --name Clock \
        --url https://example.org/clock
    check "and an agent, so that he can be invited" manage msgrt-bob start $agent_unit
    ctl msgrt-alice invite "$bob" --service "xmpp:$alice" --app Clock --wait \
        >"$work/invited" 2>&1 &
    inviting=$!
    check "her invitation comes" in_time invitation
    session=$(invitation)
    check "he accepts, and is connected" says connected ctl msgrt-bob accept "$session" --no-launch
    check "so is she" well_ended "$inviting" "$work/invited"
    check "the connector reaches the server" reaches "$(tells msgrt-alice \
        "msgr-xmpp@$alice.service" MainPID)"
    check "the service does not" says 'refused|unreachable' reaches "$service"
    check "it has a network of its own" differ "$(network_of 1)" "$(network_of "$service")"
    check "and was not restarted" is "$service" \
        inside systemctl show --value --property=MainPID msgrd.service
}

try_end()
{
    local unit=msgr-xmpp@$alice.service id
    id=$(inside id -u msgrt-alice)
    check "all of alice's processes end" inside systemctl stop "user@$id.service"
    check "and bob sees that" in_time sees_contact msgrt-bob "$alice" "$bob" OFFLINE
    check "her next session" inside systemctl start "user@$id.service"
    check "signs in by itself" in_time sees_contact msgrt-bob "$alice" "$bob" ONLINE
    check "the account is stopped" manage msgrt-alice stop "$unit"
    check "without a failure" is success tells msgrt-alice "$unit" Result
    check "and is offline" in_time status_is msgrt-alice "$alice" OFFLINE
    check "to others as well" in_time sees_contact msgrt-bob "$alice" "$bob" OFFLINE
    check "nothing of alice's holds up the machine's sleep" in_time counts 0 msgrt-alice inhibitors
    check "but bob's does" counts 1 'msgrt-bob .* delay' inhibitors
}

has_server()
{
    command -v prosody >/dev/null && command -v openssl >/dev/null \
        && /usr/bin/python3 -c 'from gi.repository import Gio' 2>/dev/null
}

# --- all of it ---

run_box dbus-daemon || { ok 1 "the build is installed"; exit 1; }
install_files
inside systemctl start msgrd.service
start_users
try_desktop
try_activation
try_launch
try_ends_of_the_agent
if has_server; then
    alice=msgrt-alice@a.test
    bob=msgrt-bob@a.test
    check "an XMPP server runs" start_server msgrt-alice=secret-1 msgrt-bob=secret-2 \
        'odd+one-two=secret-3'
    try_accounts
    [ "$failed" -ne 0 ] || try_no_account
    [ "$failed" -ne 0 ] || try_across
    [ "$failed" -ne 0 ] || try_end
    stop_server
else
    skip_case "accounts" "needs prosody, openssl and PyGObject"
fi
if [ "$failed" -ne 0 ]; then
    inside journalctl --no-pager --quiet | grep -v runuser | grep msgr | tail -n 60 | sed 's/^/# /'
fi

echo "1..$number"
[ "$failed" -eq 0 ]
