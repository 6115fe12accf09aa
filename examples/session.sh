#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same from a shell: session.sh wait | invite USER. Each call of busctl or gdbus is a client of
# its own, which could never answer a challenge: msgrctl lends its key to all programs of the user
# for a while. Signals go to clients that stay, so the state is asked for here; "msgrctl watch" shows
# what happens as it comes. First, once for each user: msgrctl keys new

set -eu -o pipefail

service=org.msgr.Messenger
root=/org/msgr/Messenger
manager=$root/SessionManager
guid='{5B0C2B1E-8E0C-4D6A-9C56-2F5A0D4E7A11}' # the application's own: uuidgen makes one

busctl=(busctl --system) gdbus=(gdbus call --system)
if [ "${MSGR_BUS-}" = session ]; then
    busctl=(busctl --user) gdbus=(gdbus call --session)
fi

fail() { echo "session.sh: $*" >&2; exit 1; }

# value: of what busctl prints, such as u 4 or s "text"
value() { sed -E 's/^\w+ "?([^"]*)"?$/\1/'; }

# call PATH INTERFACE METHOD [SIGNATURE ARGUMENT...]
call() { "${busctl[@]}" call "$service" "$1" "org.msgr.$2" "${@:3}" | value; }

# get PATH INTERFACE PROPERTY
get() { "${busctl[@]}" get-property "$service" "$1" "org.msgr.$2" "$3" | value; }

get_session() { get "$session" Session1 "$1"; }

# gdbus takes dictionaries as one would write them.
register() {
    get "$manager" SessionManager1 Applications | grep -F "$guid" >/dev/null && return
    "${gdbus[@]}" -d "$service" -o "$manager" -m org.msgr.SessionManager1.RegisterApplicationWith \
        "{'Guid': <'$guid'>, 'Name': <'Duet'>, 'Url': <'https://example.org/duet'>,
          'Path': <'$(realpath "$0")'>}" >/dev/null
}

# An invitation (state 2) that waits for its answer here (flag 2).
find_invitation() {
    local all
    all=$(call "$manager" SessionManager1 ListSessions) || exit 1
    for session in $(grep -oE "$root/Session/\w{32}" <<<"$all"); do
        if [ "$(get_session State) $(get_session Flags)" = '2 2' ]; then
            return
        fi
    done
    return 1
}

# Until both sides have their application.
connect() {
    local state
    while state=$(get_session State) && [ "$state" -lt 4 ]; do
        if [ "$state" = 3 ]; then
            # This is the application. Where nothing is to be launched that is refused, and well.
            call "$session" Session1 SuppressDefault s BeforeAppLaunch 2>/dev/null || true
        fi
        sleep 0.1
    done
    [ "$state" = 4 ] || fail "it came to nothing: $(get_session Result)"
    echo "connected, the other side is at $(get_session RemoteAddress)"
}

listen() {
    until said=$(get_session ContextData) && [ -n "$said" ]; do
        [ "$(get_session State)" = 4 ] || fail "it ended: $(get_session Result)"
        sleep 0.1
    done
    echo "the other side says: $said"
}

invite() {
    contact=$(call "$root" Messenger1 GetContact ss "$1" local)
    session=$(call "$manager" SessionManager1 InviteContact 'sosa{sv}' \
        "$guid" "$contact" 'a duet?' 0)
    echo "invited $1"
    connect
    call "$session" Session1 SendContextData s 'you begin'
    listen
    call "$session" Session1 Cancel us 0 'thank you'
}

answer() {
    echo "waiting for an invitation"
    until find_invitation; do sleep 0.2; done
    echo "invited by $(get "$(get_session User)" Contact1 SigninName)"
    call "$session" Session1 Accept s 'with pleasure'
    connect
    listen
    call "$session" Session1 SendContextData s 'no, you'
    while [ "$(get_session State)" = 4 ]; do sleep 0.1; done
}

case $#:${1-} in
    1:wait | 2:invite) ;;
    *) fail "usage: session.sh wait | invite USER" ;;
esac
msgrctl unlock --for 10m
register
if [ "$1" = invite ]; then invite "$2"; else answer; fi
result=$(get_session Result)
printf 'ended: 0x%08x\n' "$result"
