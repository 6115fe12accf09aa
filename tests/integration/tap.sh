# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# What the tests in shell say, in TAP. To be sourced; "work" is a directory of the test's own, and
# "of" what the titles begin with.

number=0
failed=0
of=

ok()
{
    local result=$1
    shift
    number=$((number + 1))
    if [ "$result" -eq 0 ]; then
        echo "ok $number - $of$*"
    else
        echo "not ok $number - $of$*"
        failed=$((failed + 1))
    fi
}

# skip_case DESCRIPTION REASON
skip_case()
{
    number=$((number + 1))
    echo "ok $number - $of$1 # SKIP $2"
}

# check DESCRIPTION COMMAND...: the command has to succeed; what it says is shown if it doesn't.
check()
{
    local description=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        ok 0 "$description"
    else
        ok 1 "$description"
        sed 's/^/#   /' "$work/said"
    fi
}
