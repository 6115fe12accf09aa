# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# A small system in a container, with the build installed in it: what the tests under a real systemd
# have in common. To be sourced with the arguments of the test: SOURCE-DIRECTORY BUILD-DIRECTORY.
#
# Needs root, debootstrap and systemd-nspawn, else the test is skipped (77). The system's files are
# fetched once, from the mirror that apt uses here, and kept in MSGR_TEST_CACHE.

set -u
export LC_ALL=C.UTF-8

# shellcheck source=tests/integration/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

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

# The installed programs that run in there: no windows.
programs()
{
    find "$installed" -type f -perm -u+x \
        \( -name msgrd -o -name msgrctl -o -name msgr-agent -o -name msgr-xmpp \)
}

# The packages of the libraries that these were linked with, as they are called here.
library_packages()
{
    programs | xargs ldd | sed -n 's/.* => \([^ ]*\) .*/\1/p' | sort -u | xargs -r realpath \
        | while read -r library; do
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

# What the tests need, whichever runs first: users have buses and managers, and polkit lets them
# hold up the machine's sleep.
needed_packages()
{
    {
        printf '%s\n' systemd systemd-sysv dbus dbus-broker procps \
            dbus-user-session libpam-systemd polkitd
        library_packages
    } | sort -u
}

is_cached()
{
    sort -u "$cache/.msgr-test-packages" >"$work/there" 2>/dev/null
    [ -z "$(comm -23 "$work/needed" "$work/there")" ]
}

# What is there is kept, so that builds with and without sanitizers don't take turns in fetching.
# Nobody replaces it as long as a test stands on it: the lock is held until the test ends.
cached_system()
{
    needed_packages >"$work/needed"
    mkdir -p "$(dirname "$cache")"
    exec 9>"$cache.lock"
    flock --shared 9
    is_cached && return
    flock --exclusive 9
    is_cached || fetch_system "$(sort -u "$work/needed" "$work/there")"
    flock --shared 9
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

# The leak checker looks at its process as a debugger would, which the units forbid.
calm_sanitizers()
{
    local unit
    [ "$sanitized" -ne 0 ] || return 0
    for unit in system/msgrd.service user/msgr-agent.service user/msgr-xmpp@.service; do
        mkdir -p "$box/etc/systemd/$unit.d"
        printf '[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n' \
            >"$box/etc/systemd/$unit.d/sanitizers.conf"
    done
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

# run_box BUS: a fresh box runs, with this system bus; or the test is skipped.
run_box()
{
    make_box || return 1
    pick_bus "$1"
    calm_sanitizers
    if ! boot; then
        shut_down
        drop_box
        sed 's/^/# /' "$work/console" | tail -n 20
        skip "systemd-nspawn can't boot here"
    fi
    check "the system is up" in_time is active inside systemctl is-active multi-user.target
    check "it runs the bus that is meant" in_time says "$1" \
        inside systemctl show --value --property=ExecStart dbus.service
}

# --- what is installed ---

installed=$work/installed
DESTDIR=$installed meson install -C "$build" --no-rebuild --quiet >"$work/install.log" 2>&1 \
    || { cat "$work/install.log"; exit 1; }
unit=$(find "$installed" -name msgrd.service -path '*systemd*' | head -n 1)
[ -n "$unit" ] || skip "the build has no unit"
service_user=$(sed -n 's/^User=//p' "$unit")
program=$installed$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
# clang links its sanitizers into the program
grep -qa '__asan_init\|__ubsan_handle\|__tsan_init' "$program" && sanitized=1 || sanitized=0
cached_system
