# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Desktops for the tests: users with a display, a session bus and homes of their own.
