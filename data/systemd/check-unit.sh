#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Checks the unit as it would be installed: check-unit.sh SYSTEMD-ANALYZE UNIT verify|security [THRESHOLD]
# The program that it starts need not be installed yet, another one stands for it.
set -eu

analyze=$1
unit=$2
check=$3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
copy=$dir/${unit##*/}
sed "s|^ExecStart=.*|ExecStart=$(command -v env)|" "$unit" > "$copy"

case $check in
verify) "$analyze" verify --man=no --recursive-errors=no "$copy" ;;
security) "$analyze" security --offline=true --no-pager --threshold="${4-10}" "$copy" ;;
*) echo "unknown check: $check" >&2; exit 2 ;;
esac
